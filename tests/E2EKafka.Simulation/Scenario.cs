using E2EKafka.Tests;

namespace E2EKafka.Simulation;

/// <summary>One seed's story: a while of everything that can go wrong, then calm, then no member may be stuck.</summary>
internal sealed partial class Scenario
{
    private const int Steps = 75;
    private const int MaxMembers = 5;
    private static readonly MessageAuthentication[] Modes =
        [MessageAuthentication.Signature, MessageAuthentication.Signature, MessageAuthentication.Mac, MessageAuthentication.Mac, MessageAuthentication.Shared];

    // Longer than a key package lives, and shorter: a reader may drop out by either.
    private static readonly TimeSpan[] CredentialLifetimes = [TimeSpan.FromHours(8), TimeSpan.FromHours(8), TimeSpan.FromMinutes(100)];
    private static readonly TimeSpan[] Retentions = [TimeSpan.Zero, TimeSpan.FromHours(2), TimeSpan.FromDays(7)];

    private readonly ulong _seed;
    private readonly SeededGenerator _random;
    private readonly World _world;
    private readonly Dictionary<string, TimeSpan> _retentions;
    private int _step;
    private int _names;
    private int _contents;

    public Scenario(ulong seed)
    {
        _seed = seed;
        _random = new SeededGenerator((seed + 1) * 0x9E3779B97F4A7C15);
        _world = new World(_random.Pick(CredentialLifetimes), isDevelopment: _random.Next(3) == 0);
        _retentions = World.Topics.ToDictionary(topic => topic, _ => _random.Pick(Retentions));
    }

    /// <summary>What happened, for the replay of a seed.</summary>
    public Action<string>? Trace { get; init; }

    public IReadOnlyDictionary<string, int> Counts => _world.Counts;

    /// <exception cref="InvariantBrokenException">A guarantee does not hold.</exception>
    public void Run()
    {
        if (Trace is not null)
            _world.Note = Note;
        try
        {
            _world.Authority.SetPolicy(_random.Next(2) == 0 ? RandomPolicy() : Policy.AnyMember with { Topics = RandomTopics() });
            Join();
            Join();
            Join();

            // Half of the stories begin with everybody at work, so that what happens later happens to something.
            if (_random.Next(2) == 0)
                Settle();
            for (_step = 0; _step < Steps; _step++)
                Step();
            CheckAllOpens(requireDelivery: false);
            Heal();
            CheckAllOpens(requireDelivery: true);
        }
        catch (InvariantBrokenException)
        {
            throw;
        }
        catch (Exception e)
        {
            throw new InvariantBrokenException($"a process has stopped, an unexpected exception: {e}");
        }
    }

    public override string ToString() => $"seed {_seed}, step {_step}";

    private void Step()
    {
        switch (_random.Next(128))
        {
            case < 30: Work(); break;
            case < 42: Deliver(); break;
            case < 48: Write(); break;
            case < 51: Acknowledge(); break;
            case < 53: Look(); break;
            case < 66: Send(); break;
            case < 67: RotateIdentity(); break;
            case < 72: Open(); break;
            case < 78: _world.Authority.Serve(1 + _random.Next(3)); break;
            case < 86: PassTime(); break;
            case < 89: Crash(); break;
            case < 92: Restart(); break;
            case < 94: Join(); break;
            case < 97: Withhold(); break;
            case < 99: ChangePolicy(); break;
            case < 100: Remove(); break;
            case < 106: SetClock(); break;
            case < 109: DisturbAuthority(); break;
            case < 116: Attack(); break;
            case < 120: DisturbTopics(); break;
            default: DisturbVaults(); break;
        }
    }

    private SimulatedMember? AnyMember()
    {
        var running = _world.Members.Where(member => member.IsRunning).ToList();
        return running.Count == 0 ? null : _random.Pick(running);
    }

    private void Note(string what) => Trace?.Invoke($"{_step,4} {_world.Clock.GetUtcNow():HH:mm:ss} {what}");
}
