namespace E2EKafka;

/// <summary>
/// A whole project inside a test: its authority and its members, with real keys and the engine of production, over control topics in memory.
/// No broker and no native library is needed. What a test gets for a member is an <see cref="EndToEndKafka"/>, as the application gets it
/// in production; only what the member says to others does not go through Kafka. Members are safe for many threads; so is this object.
/// </summary>
/// <remarks>
/// <para>
/// It is a project of production: clocks are compared, keys are destroyed at their end, and policy holds. Members keep their vaults for as
/// long as the project lasts: a member that is disposed and added again by the same name is the same member after a restart.
/// </para>
/// <para>
/// Messages do not go through it. A test hands what one member's serializer wrote to another member's deserializer, by itself or through a double
/// of <c>IProducer</c> and <c>IConsumer</c>; for an application with its real Kafka clients there is <see cref="EmbeddedCluster"/>.
/// </para>
/// </remarks>
public sealed class InMemoryProject : IAsyncDisposable
{
    private readonly InMemoryProjectOptions _options;
    private readonly InMemoryControlTopics _topics;
    private readonly InMemoryVault _authorityVault = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<string, InMemoryVault> _vaults = new(StringComparer.Ordinal);
    private readonly List<EndToEndKafka> _members = [];

    private InMemoryProject(InMemoryProjectOptions options)
    {
        _options = options;
        _topics = new InMemoryControlTopics(options.TimeProvider);
        Authority = CredentialAuthority.Open(
            new CredentialAuthorityOptions
            {
                ProjectName = "in-memory",
                Vault = _authorityVault,
                CredentialLifetime = options.CredentialLifetime,
                TimeProvider = options.TimeProvider,
                ControlLog = (sink, identifier) => _topics.Open(sink, identifier, new MemberClock(options.TimeProvider)),
            },
            options.LoggerFactory);
    }

    /// <summary>
    /// The project's authority, of production's type: changes policy and attributes, removes members, replaces its keys. Call
    /// <see cref="SettleAsync"/> afterwards, to have all members know of it.
    /// </summary>
    public CredentialAuthority Authority { get; }

    /// <summary>Makes a project with its authority, ready to admit members.</summary>
    /// <param name="configure">Sets the options. Default: any member may produce and consume everything, by the system's clock.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <returns>The project. Dispose it when the test is over.</returns>
    /// <exception cref="EndToEndKafkaException">An option or the policy is not valid, and why.</exception>
    public static async Task<InMemoryProject> StartAsync(
        Action<InMemoryProjectOptions>? configure = null, CancellationToken cancellationToken = default)
    {
        var options = new InMemoryProjectOptions();
        configure?.Invoke(options);
        var project = new InMemoryProject(options);
        try
        {
            await project.Authority.StartAsync(cancellationToken).ConfigureAwait(false);
            await project.Authority.SetPolicyAsync(options.ToPolicy(), cancellationToken).ConfigureAwait(false);
            return project;
        }
        catch
        {
            await project.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Adds a member: it enrolls, and exchanges keys with the others for the topics of the options that it may use.</summary>
    /// <param name="name">Names the member within the test. One that was disposed goes on under its name, with its vault.</param>
    /// <param name="attributes">What policy rules know it by. A member that goes on keeps those that it has.</param>
    /// <returns>The member, ready for the topics that it declares. The project disposes it, if the test does not.</returns>
    /// <exception cref="EndToEndKafkaException">It cannot take part, and why.</exception>
    public Task<EndToEndKafka> AddMemberAsync(string name, params (string Name, string Value)[] attributes) =>
        AddMemberAsync(name, static _ => { }, attributes);

    /// <summary>Adds a member with options of its own, such as timeouts, further topics or accepted topics.</summary>
    /// <param name="name">Names the member within the test.</param>
    /// <param name="configure">Sets its options. Kafka, vault, ticket, project and clock are the project's.</param>
    /// <param name="attributes">What policy rules know it by.</param>
    /// <returns>The member, ready for the topics that it declares. The project disposes it, if the test does not.</returns>
    /// <exception cref="EndToEndKafkaException">It cannot take part, and why.</exception>
    public async Task<EndToEndKafka> AddMemberAsync(
        string name, Action<EndToEndKafkaOptions> configure, params (string Name, string Value)[] attributes)
    {
        ArgumentNullException.ThrowIfNull(configure);
        ArgumentNullException.ThrowIfNull(attributes);
        var options = new EndToEndKafkaOptions();
        configure(options);
        Configure(options, name, attributes);
        Declare(options.Produce, topic => topic.Producers);
        Declare(options.Consume, topic => topic.Consumers);
        var member = await EndToEndKafka.ConnectAsync(options, _options.LoggerFactory).ConfigureAwait(false);
        lock (_lock)
            _members.Add(member);
        await SettleAsync().ConfigureAwait(false);
        return member;

        void Declare(IList<string> declared, Func<NamedTopic, IReadOnlyList<string>?> users)
        {
            foreach (var topic in _options.Topics.Where(topic => NamedTopic.IsOpenTo(users(topic), attributes) && !declared.Contains(topic.Name)))
                declared.Add(topic.Name);
        }
    }

    /// <summary>
    /// Has the options of a member connect to this project in place of Kafka: for a test that starts the application's own host, with
    /// <c>services.PostConfigure&lt;EndToEndKafkaOptions&gt;(options =&gt; project.Configure(options, "shop", ("service", "shop")))</c>.
    /// </summary>
    /// <param name="options">The options. Project, ticket, vault, clock and Kafka are replaced; what else the application has set stays.</param>
    /// <param name="name">Names the member within the test.</param>
    /// <param name="attributes">What policy rules know it by. A member that goes on keeps those that it has.</param>
    public void Configure(EndToEndKafkaOptions options, string name, params (string Name, string Value)[] attributes)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(attributes);
        var clock = new MemberClock(_options.TimeProvider);
        options.Project = Authority.Project;
        options.Ticket = Authority.CreateTicket(attributes.ToDictionary(pair => pair.Name, pair => pair.Value));
        (options.TicketFile, options.VaultFile, options.VaultKeyFile, options.VaultKeyEnvironmentVariable) = (null, null, null, null);
        options.UseInMemoryVault = false;
        options.CreateControlTopics = false;
        options.Vault = VaultOf(name);
        options.TimeProvider = clock;
        options.ControlLog = (sink, identifier) => _topics.Open(sink, identifier, clock);
    }

    /// <summary>
    /// Has the authority and every member do what is due at the clock's time, and read what the others wrote, until none has anything to do.
    /// To be called after the clock was advanced, or the authority has changed something.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>When it is so.</returns>
    /// <remarks>
    /// A clock that is advanced by more than a credential's lifetime at once is like a machine that slept for so long: credentials have ended,
    /// and are renewed only then. Advance it by hours, and settle in between, to have members run on.
    /// </remarks>
    public Task SettleAsync(CancellationToken cancellationToken = default) => _topics.SettleAsync(cancellationToken);

    /// <summary>
    /// A fault: every message that is sent from now on needs a key that a member does not have. Its deserializers wait, or throw with
    /// <see cref="FailureReason.KeyNotYetReceived"/>, as their <see cref="MissingKey"/> says.
    /// </summary>
    /// <param name="member">The consumer.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What is to be disposed to let the keys come.</returns>
    /// <exception cref="ArgumentException">The member is not one of this project, or was disposed.</exception>
    public async Task<IDisposable> HoldKeysAsync(EndToEndKafka member, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(member);
        var log = _topics.LogOf(member.Identifier);
        log.HoldGrants();

        // The member may have the keys of sessions that were made before.
        await _topics.DiscardSessionsAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        await SettleAsync(cancellationToken).ConfigureAwait(false);
        return new HeldKeys(log);
    }

    /// <summary>A fault: a member is removed from the project, for good. As <see cref="CredentialAuthority.RevokeAsync"/>, and returns when every member knows.</summary>
    /// <param name="member">The member.</param>
    /// <param name="kind">Why, and so what becomes of what it sent. Default <see cref="RevocationKind.Compromised"/>: everything it ever sent is refused.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>When every member knows.</returns>
    /// <remarks>Signed times are whole seconds: with <see cref="RevocationKind.Departed"/>, what it announced in this second or later is refused too.</remarks>
    public async Task RevokeAsync(
        EndToEndKafka member, RevocationKind kind = RevocationKind.Compromised, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(member);
        await Authority.RevokeAsync(member.Identifier, kind, cancellationToken).ConfigureAwait(false);
        await SettleAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// A fault: a member's credential has ended, and the authority does not renew it. The member sends nothing
    /// (<see cref="FailureReason.CredentialExpired"/>, after <see cref="EndToEndKafkaOptions.SessionTimeout"/>), and opens only what it has the
    /// key of. It is so until it is disposed and added again.
    /// </summary>
    /// <param name="member">The member. No other member is concerned.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>When it is so.</returns>
    /// <exception cref="ArgumentException">The member is not one of this project, was disposed, or has no credential.</exception>
    public async Task ExpireCredentialAsync(EndToEndKafka member, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(member);
        var log = _topics.LogOf(member.Identifier);
        if (member.CredentialExpiresAt is not { } end)
            throw new ArgumentException("The member has no credential that could end.", nameof(member));

        // For this member alone that much time has passed. What it asks of the authority is dated so far ahead that no answer comes.
        log.Clock.Ahead = end - _options.TimeProvider.GetUtcNow() + TimeSpan.FromSeconds(1);
        await SettleAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A fault: a message that was altered on its way, by one who lacks the key. It is refused, whatever proves the origin of the topic's messages.</summary>
    /// <param name="message">A message as <c>Encrypt</c> wrote it. It is left as it is.</param>
    /// <returns>An altered copy.</returns>
    /// <exception cref="ArgumentException">It is too short to be a message.</exception>
    public static byte[] Forge(ReadOnlySpan<byte> message)
    {
        const int sequenceEnd = 22; // the last byte of the message's number, which key, signature and MACs all cover
        ArgumentOutOfRangeException.ThrowIfLessThan(message.Length, sequenceEnd, nameof(message));
        var forged = message.ToArray();
        forged[sequenceEnd - 1] ^= 1;
        return forged;
    }

    /// <summary>Disposes members that are left, the authority, and every key.</summary>
    /// <returns>When it has.</returns>
    public async ValueTask DisposeAsync()
    {
        List<EndToEndKafka> members;
        lock (_lock)
            members = [.. _members];
        foreach (var member in members)
            await member.DisposeAsync().ConfigureAwait(false);
        await Authority.DisposeAsync().ConfigureAwait(false);
        foreach (var vault in _vaults.Values)
            vault.Dispose();
        _authorityVault.Dispose();
    }

    private InMemoryVault VaultOf(string name)
    {
        lock (_lock)
        {
            if (!_vaults.TryGetValue(name, out var vault))
                _vaults[name] = vault = new InMemoryVault();
            return vault;
        }
    }

    private sealed class HeldKeys(InMemoryControlLog log) : IDisposable
    {
        private int _released;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _released, 1) == 0)
                log.ReleaseGrants();
        }
    }
}
