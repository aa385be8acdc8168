using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.KeyExchange;

/// <summary>Attempt n counts if attempt n−1 stands on the log long enough before it, and each asks four times as many holders.</summary>
[TestFixture]
public class KeyRequestAttemptTests
{
    private const string Topic = "orders";

    private ControlNetwork _network = null!;
    private NetworkMember _producer = null!;
    private NetworkMember _holder = null!;
    private TestMember _asking = null!;
    private SessionStatement _session = null!;

    [SetUp]
    public void SetUp()
    {
        _network = new ControlNetwork();
        _holder = _network.Join(consume: [Topic]);
        _producer = _network.Join(produce: [Topic], vault: new DurableVault());
        _producer.Send(Topic);
        _session = _holder.Ring.Sessions.Values.Single().Statement;
        _asking = _network.Enroll();
        _network.Append(ControlPartition.Members, _asking.KeyPackage("payments").Record);
        _network.Settle();
    }

    [TearDown]
    public void TearDown() => _network.Dispose();

    [Test]
    public void A_package_for_other_topics_is_given_nothing()
    {
        Ask(1);

        Assert.That(Answers(), Is.Empty);
    }

    [Test]
    public void The_producer_answers_the_first_attempt_alone_or_with_the_holders_that_are_chosen()
    {
        Consume();
        var before = Answers().Count;
        Ask(1);

        Assert.That(Answers().Skip(before), Does.Contain(_producer.Identifier));
    }

    [Test]
    public void By_the_second_attempt_every_holder_of_few_answers()
    {
        Consume();
        _network.Kill(_producer);
        Ask(1);
        _network.Pass(TimeSpan.FromSeconds(2));
        Ask(2);

        Assert.That(Answers(), Does.Contain(_holder.Identifier));
    }

    // By the fourth attempt all of 22 consumers are asked.
    [TestCase(8, true)]
    [TestCase(7, false)]
    public void An_attempt_that_comes_too_soon_counts_for_nothing(int seconds, bool counts)
    {
        BeOneOfMany();
        Ask(1);
        Wait(2);
        Ask(2);
        Wait(4);
        Ask(3);
        Wait(seconds);

        Assert.That(Answers(() => Ask(4)), Is.EqualTo(counts ? [_holder.Identifier] : Array.Empty<string>()));
    }

    [Test]
    public void An_attempt_out_of_turn_counts_for_nothing()
    {
        BeOneOfMany();
        Ask(1);
        Wait(300);

        Assert.That(Answers(() => Ask(4)), Is.Empty);
    }

    [Test]
    public void A_copy_of_the_first_attempt_does_not_begin_the_attempts_again()
    {
        BeOneOfMany();
        Ask(1);
        var copy = ControlNetwork.TextOf(_network.In(ControlPartition.Requests)[^1]);
        foreach (var (attempt, pause) in ((int, int)[])[(2, 2), (3, 4)])
        {
            Wait(pause);
            Ask(attempt);
            _network.Append(ControlPartition.Requests, copy); // anyone can write it
        }

        Wait(8);
        Assert.That(Answers(() => Ask(4)), Is.EqualTo((string[])[_holder.Identifier]));
    }

    [Test]
    public void A_request_for_another_package_than_the_newest_is_not_answered()
    {
        Consume();
        _network.Settle();
        var before = Answers().Count;
        _network.Append(ControlPartition.Requests, KeyRequest.Create(
            _network.Project.Document.Id, _asking.Identifier, _holder.Identifier, 1, [_session], _asking.Key, _network.Now));
        _network.Settle();

        Assert.That(Answers(), Has.Count.EqualTo(before));
    }

    private void Consume()
    {
        _network.Pass(TimeSpan.FromSeconds(61)); // a sender acts on one new package of a member a minute
        _network.Append(ControlPartition.Members, _asking.KeyPackage(Topic).Record);
        _network.Settle();
    }

    private void BeOneOfMany()
    {
        Consume();
        for (var i = 0; i < 20; i++)
            _network.Append(ControlPartition.Members, _network.Enroll().KeyPackage(Topic).Record);
        _network.Settle();
        _network.Kill(_producer);
    }

    private void Wait(int seconds) => _network.Pass(TimeSpan.FromSeconds(seconds));

    private void Ask(int attempt)
    {
        _network.Append(ControlPartition.Requests, KeyRequest.Create(
            _network.Project.Document.Id, _asking.Identifier, KeyPackage.IdOf(_asking.PackageKey.PublicKey), attempt, [_session], _asking.Key, _network.Now));
        _network.Settle();
    }

    private IEnumerable<string> Answers(Action after)
    {
        var before = Answers().Count;
        after();
        return Answers().Skip(before);
    }

    private List<string> Answers() => [.. _network.GrantsTo(_asking.Identifier).Select(grant => grant.Sender)];
}
