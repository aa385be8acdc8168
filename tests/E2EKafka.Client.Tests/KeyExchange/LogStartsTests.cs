using System.Collections.Immutable;
using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.KeyExchange;

/// <summary>What a broker says of the start and the identity of a topic makes a member publish again, but not without end, and not only until it restarts.</summary>
[TestFixture]
public class LogStartsTests
{
    private static readonly ControlTopicLayout Layout = new("test", 1);

    private readonly ManualTimeProvider _clock = new(DateTimeOffset.UnixEpoch);
    private readonly Dictionary<string, string> _kept = [];
    private LogStarts _heads = null!;

    [SetUp]
    public void SetUp()
    {
        _kept.Clear();
        _heads = new LogStarts(new SteadyClock(_clock), (name, value) => _kept[name] = value);
    }

    [Test]
    public void A_start_that_a_broker_raises_all_the_time_counts_three_times_an_hour()
    {
        Assert.That(Enumerable.Range(1, 100).Count(start => _heads.IsRaised(ControlPartition.Members, start)), Is.EqualTo(3));
        Assert.That(_heads.IsRaised(ControlPartition.Requests, 1), "another partition's budget is its own");

        _clock.Advance(TimeSpan.FromHours(1));
        Assert.That(Enumerable.Range(200, 100).Count(start => _heads.IsRaised(ControlPartition.Members, start)), Is.EqualTo(3));
    }

    [Test]
    public void A_topic_id_that_a_broker_changes_all_the_time_counts_three_times_an_hour()
    {
        Assert.That(FindRecreated("0"), Is.Empty, "the first is no change");
        Assert.That(Enumerable.Range(1, 100).Count(id => FindRecreated($"{id}").Count > 0), Is.EqualTo(3));
    }

    [Test]
    public void A_loss_that_is_not_made_good_is_found_again_by_the_next_process()
    {
        _heads.IsRaised(ControlPartition.Members, 5);
        Assert.That(_kept, Is.Empty);
        Assert.That(new LogStarts(new SteadyClock(_clock), static (_, _) => { }).IsRaised(ControlPartition.Members, 5));

        _heads.Keep();
        var next = new LogStarts(new SteadyClock(_clock), static (_, _) => { });
        foreach (var (name, value) in _kept)
            next.Recall(name, value);
        Assert.That(next.IsRaised(ControlPartition.Members, 5), Is.False);
    }

    private IReadOnlyList<ControlTopicKind> FindRecreated(string id) => _heads.FindRecreated(
        new ControlTopicFacts(ImmutableDictionary<string, FoundTopic>.Empty.Add(Layout.Members, new FoundTopic(1, Id: id)), ""), Layout);
}
