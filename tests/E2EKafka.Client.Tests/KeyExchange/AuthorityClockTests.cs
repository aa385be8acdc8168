using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.KeyExchange;

/// <summary>An authority whose clock is wrong signs nothing, and says so.</summary>
[TestFixture]
public class AuthorityClockTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private TestProject _project = null!;
    private ManualTimeProvider _broker = null!;
    private FakeControlLog _log = null!;

    [SetUp]
    public void SetUp()
    {
        _project = new TestProject(isDevelopment: false);
        _broker = new ManualTimeProvider(TestProject.Start);
    }

    [TearDown]
    public void TearDown() => _project.Dispose();

    [Test]
    public async Task It_serves_once_the_broker_has_confirmed_its_clock()
    {
        await using var service = Start();
        await service.WaitUntilServingAsync(Patience, default);

        Assert.That(service.NotServing, Is.Null);
    }

    [Test]
    public async Task While_its_clock_is_wrong_it_answers_no_request_and_changes_nothing()
    {
        _broker.Advance(TimeSpan.FromHours(1));
        await using var service = Start();
        var change = service.ChangeAsync(() => _project.Authority.SetPolicy(Policy.AnyMember), default);
        var refused = await Assert.ThrowsAsync<EndToEndKafkaException>(() => change.WaitAsync(Patience));
        var asking = _project.Join();
        ((IControlLogSink)service).Received(new ControlRecord(
            ControlPartition.Requests, System.Text.Encoding.ASCII.GetBytes(asking.Request().Text), _project.Now, Offset: 0));
        var again = service.ChangeAsync(static () => { }, default);
        await Assert.ThrowsAsync<EndToEndKafkaException>(() => again.WaitAsync(Patience), "The request was read before.");

        Assert.Multiple(() =>
        {
            Assert.That(refused!.Reason, Is.EqualTo(FailureReason.ClockDisagrees));
            Assert.That(refused.Message, Does.Contain("0.01:00:00 behind"));
            Assert.That(service.NotServing?.Reason, Is.EqualTo(FailureReason.ClockDisagrees));
            Assert.That(
                _log.Published.SelectMany(publication => publication.Records).Select(record => Jws.TryParse(record)!.Type),
                Has.None.EqualTo(RecordTypes.Credential));
        });

        // It writes its document again for the sake of the acknowledgement, and notices.
        _project.Clock.SetWallClock(_broker.GetUtcNow());
        while (service.NotServing is not null)
        {
            _project.Clock.Advance(TimeSpan.FromSeconds(1));
            _broker.Advance(TimeSpan.FromSeconds(1));
            await service.ChangeAsync(static () => { }, default).WaitAsync(Patience).ContinueWith(static _ => { }, TaskScheduler.Default);
        }

        await service.ChangeAsync(() => _project.Authority.SetPolicy(Policy.AnyMember), default).WaitAsync(Patience);
        Assert.That(_project.Clock.GetUtcNow() - TestProject.Start - TimeSpan.FromHours(1), Is.LessThanOrEqualTo(TimeSpan.FromSeconds(30)));
    }

    private AuthorityService Start()
    {
        var service = new AuthorityService(
            _project.Authority, sink => _log = new FakeControlLog(sink) { BrokerClock = _broker }, _project.Clock, new CollectingLog());
        service.Start();
        return service;
    }
}
