using E2EKafka.Tests;

namespace E2EKafka.Client.Tests;

/// <summary>A producer and a consumer that have exchanged the keys of sessions, and nothing else between them.</summary>
internal sealed class TestChannel : IDisposable
{
    public const string Topic = "orders";
    public const string OtherTopic = "payments";

    /// <summary>How many reader groups a session with MACs lists. The consumer is of the last.</summary>
    public const int Groups = 2;

    private readonly List<IDisposable> _disposables = [];

    public TestChannel(MessageAuthentication authentication = MessageAuthentication.Signature, SessionLimits? limits = null)
    {
        Authentication = authentication;
        Producer = Project.Join();
        Keys = new ScriptedKeyRing(Project.Document);
        Waits = new RecordWaits(Project.Clock, Log);
        Protector = new MessageProtector(Keys, Project.Clock, Aliases, Waits, Counts, new OpeningRules());
        Session = Producer.Session(Topic, authentication);
        Sending = Send(Session, limits);
        Keys.Send(Topic, Sending);
        Keys.Show(Session, Receive(Session));
    }

    public TestProject Project { get; } = new();

    public ManualTimeProvider Clock => Project.Clock;

    public MessageAuthentication Authentication { get; }

    public TestMember Producer { get; }

    public ScriptedKeyRing Keys { get; }

    public TopicAliases Aliases { get; } = new();

    public MessageCounts Counts { get; } = new();

    public RefusalCounts Refusals => Counts.Refused;

    public RecordWaits Waits { get; }

    public CollectingLog Log { get; } = new();

    public MessageProtector Protector { get; }

    /// <summary>The session that <see cref="Topic"/> has, sent with and received.</summary>
    public TestSession Session { get; }

    public OutboundSession Sending { get; }

    public bool IsSigned => Authentication == MessageAuthentication.Signature;

    /// <summary>What proves a message's origin, in bytes.</summary>
    public int ProofSize => E2EKafka.Messages.ProofSize.Of(Authentication, Groups);

    /// <summary>What is said of a message whose content was touched.</summary>
    public FailureReason Altered => IsSigned ? FailureReason.SignatureInvalid : FailureReason.AuthenticationFailed;

    /// <summary>Another session of the same producer, known to the consumer; messages are sent with it if that is asked for.</summary>
    public TestSession AddSession(string topic, bool toSend = false)
    {
        var session = Producer.Session(topic, Authentication);
        Keys.Show(session, Receive(session));
        if (toSend)
            Keys.Send(topic, Send(session));
        return session;
    }

    public OutboundSession Send(TestSession session, SessionLimits? limits = null) => Own(new OutboundSession(
        session.Statement,
        SessionKeys.TryDerive(session.Secret, session.Statement)!,
        ProvingKeysOf(session),
        limits ?? SessionLimits.Default));

    public InboundSession Receive(TestSession session) =>
        Own(new InboundSession(session.Statement, SessionKeys.TryDerive(session.Secret, session.Statement)!, VerifyingKeys.Of(session.Statement, [.. session.GroupKeys.TakeLast(1)])));

    /// <summary>Has the authority demand something of a topic, and everybody know it.</summary>
    public void Demand(TopicRequirements requirements) =>
        Keys.Obey(Project.Authority.SetPolicy(Policy.AnyMember with { Topics = [requirements] }));

    public void Dispose()
    {
        Waits.Dispose();
        foreach (var disposable in _disposables)
            disposable.Dispose();
        Project.Dispose();
    }

    public ProvingKeys ProvingKeysOf(TestSession session) =>
        session.SigningKey is { } key ? ProvingKeys.Signature(SigningKey.Import(key.Export()))
        : Authentication == MessageAuthentication.Mac ? ProvingKeys.Macs([.. session.GroupKeys.Select(groupKey => SecretBytes.CopyOf(groupKey.Key.Span))])
        : ProvingKeys.Shared();

    private T Own<T>(T disposable)
        where T : IDisposable
    {
        _disposables.Add(disposable);
        return disposable;
    }
}
