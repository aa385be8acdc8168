using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.Messages;

[TestFixture]
public class WaitBudgetTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private ManualTimeProvider _clock = null!;
    private WaitBudget _budget = null!;
    private uint _sessions;

    [SetUp]
    public void SetUp()
    {
        _clock = new ManualTimeProvider(TestProject.Start);
        _budget = new WaitBudget(_clock);
    }

    [Test]
    public void It_begins_with_ten_seconds() => Assert.That(_budget.Take(NewSession()), Is.EqualTo(10 * Second));

    [Test]
    public void What_was_waited_is_taken_off()
    {
        Wait(4 * Second);

        Assert.That(_budget.Take(NewSession()), Is.EqualTo(6 * Second));
    }

    [Test]
    public void Once_ten_seconds_are_gone_no_caller_waits_until_a_minute_later()
    {
        Wait(10 * Second);
        _clock.Advance(59 * Second);
        var within = _budget.Take(NewSession());
        _clock.Advance(2 * Second);

        Assert.Multiple(() =>
        {
            Assert.That(within, Is.EqualTo(TimeSpan.Zero));
            Assert.That(_budget.Take(NewSession()), Is.EqualTo(10 * Second));
        });
    }

    [Test]
    public void In_no_minute_are_more_than_ten_seconds_waited()
    {
        var random = new SeededGenerator(7);
        var waits = new List<(DateTimeOffset From, DateTimeOffset To)>();
        for (var i = 0; i < 2_000; i++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(random.Next(3_000)));
            var (session, startedAt, from) = (NewSession(), _clock.GetTimestamp(), _clock.GetUtcNow());
            var allowance = _budget.Take(session);
            if (allowance == TimeSpan.Zero)
                continue;

            _clock.Advance(allowance * (random.Next(101) / 100.0));
            _budget.Spend(session, startedAt, doesNotExist: false);
            waits.Add((from, _clock.GetUtcNow()));
        }

        foreach (var start in waits.SelectMany(wait => (DateTimeOffset[])[wait.From, wait.To - WaitBudget.Window]))
        {
            var waited = waits.Sum(wait =>
                Math.Max(0, (Min(wait.To, start + WaitBudget.Window) - Max(wait.From, start)).TotalMilliseconds));
            Assert.That(waited, Is.LessThanOrEqualTo(WaitBudget.Allowance.TotalMilliseconds + 0.001), $"in the minute from {start:O}");
        }

        Assert.That(waits, Has.Count.GreaterThan(100), "the test waits too little to show anything");

        static DateTimeOffset Min(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
        static DateTimeOffset Max(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
    }

    [Test]
    public void One_session_is_waited_for_once_a_minute()
    {
        var session = NewSession();
        _budget.Take(session);
        _budget.Spend(session, _clock.GetTimestamp(), doesNotExist: false);
        var again = _budget.Take(session);
        _clock.Advance(WaitBudget.Window);

        Assert.Multiple(() =>
        {
            Assert.That(again, Is.EqualTo(TimeSpan.Zero));
            Assert.That(_budget.Take(session), Is.GreaterThan(TimeSpan.Zero));
        });
    }

    [Test]
    public void Not_having_waited_proves_nothing()
    {
        var (waited, refused, missing) = (NewSession(), NewSession(), NewSession());
        var startedAt = _clock.GetTimestamp();
        _budget.Take(missing);
        _budget.Spend(missing, startedAt, doesNotExist: true);
        _budget.Take(waited);
        _clock.Advance(10 * Second);
        _budget.Spend(waited, startedAt, doesNotExist: false);
        _budget.Take(refused);

        Assert.Multiple(() =>
        {
            Assert.That(_budget.IsKnownNotToExist(missing));
            Assert.That(_budget.IsKnownNotToExist(waited), Is.False);
            Assert.That(_budget.IsKnownNotToExist(refused), Is.False);
        });
    }

    [Test]
    public void A_flood_of_forged_sessions_does_not_fill_memory()
    {
        for (var i = 0; i < 50_000; i++)
        {
            var session = NewSession();
            _budget.Take(session);
            _budget.Spend(session, _clock.GetTimestamp(), doesNotExist: true);
        }

        Assert.That(_budget.Remembered, Is.LessThanOrEqualTo(10_000));
    }

    private SessionId NewSession() => new(++_sessions);

    private void Wait(TimeSpan time)
    {
        var (session, startedAt) = (NewSession(), _clock.GetTimestamp());
        _budget.Take(session);
        _clock.Advance(time);
        _budget.Spend(session, startedAt, doesNotExist: false);
    }
}
