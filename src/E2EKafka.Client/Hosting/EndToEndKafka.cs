using E2EKafka.Diagnostics;
using E2EKafka.Hosting;
using E2EKafka.Kafka;
using E2EKafka.KeyExchange;
using E2EKafka.Messages;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace E2EKafka;

/// <summary>
/// One member of a project: wraps serializers so that what goes through Kafka cannot be read, forged or altered in between.
/// Safe for many threads. One running process per identity.
/// </summary>
public sealed partial class EndToEndKafka : IAsyncDisposable, IDisposable
{
    private readonly KeyExchangeService _service;
    private readonly IVaultStore? _ownedVault;
    private readonly bool _isDurable;
    private readonly MessageProtector _protector;
    private readonly MessageCounts _counts;
    private readonly RecordWaits _waits;
    private readonly MemberMetrics _metrics;
    private readonly EndToEndKafkaOptions _options;
    private readonly ILogger _log;
    private ControlServer? _control;
    private bool _disposed;

    private EndToEndKafka(EndToEndKafkaOptions options, KeyExchangeService service, IVaultStore vault, ILogger log)
    {
        _options = options;
        _log = log;
        _service = service;
        _ownedVault = options.Vault is null ? vault : null;
        _isDurable = vault.IsDurable;
        var aliases = new TopicAliases();
        foreach (var (topic, origins) in options.AcceptedTopics)
        {
            foreach (var origin in origins ?? [])
                aliases.Add(topic, origin);
        }

        _counts = new MessageCounts(new RefusalCounts(service.Report.Forgeries));
        _waits = new RecordWaits(options.TimeProvider, log);
        _protector = new MessageProtector(
            service, options.TimeProvider, aliases, _waits, _counts, new OpeningRules(), options.IncludeInnerMessages);
        _metrics = new MemberMetrics(service.Identifier, () => service.Gauges, _counts, _waits, service.Report.Rotations, options.TimeProvider);
    }

    /// <summary>This member's identifier: the RFC 7638 thumbprint of its identity's first public key, 43 characters.</summary>
    public string Identifier => _service.Identifier;

    /// <summary>The project document in force, as far as this member has read.</summary>
    public ProjectDocument Project => _service.Current.Project;

    /// <summary>Whether the member is enrolled, has a valid credential, and has what its declared topics need.</summary>
    public bool IsReady => _service.NotReady is null;

    /// <summary>Why the member is not ready; <see langword="null"/> if it is.</summary>
    public EndToEndKafkaException? NotReady => _service.NotReady?.ToException();

    /// <summary>The records that wait to be opened.</summary>
    internal RecordWaits Waits => _waits;

    /// <summary>Whether the member has ended on an error, and goes on with nothing until the process restarts.</summary>
    internal bool HasStopped => _service.HasStopped;

    /// <summary>Until when the member's credential is valid; <see langword="null"/> if it has none.</summary>
    public DateTimeOffset? CredentialExpiresAt => _service.Gauges.CredentialExpiresAt;

    /// <summary>
    /// What will keep the member from working if it lasts, and what to do; <see langword="null"/> if there is no such thing. The
    /// authority is reported as soon as it is an hour late with a renewal: 29 h or more before the credential ends. A control topic with
    /// wrong settings is reported within a minute, with the command that corrects it, and so is a data topic whose records outlive their keys. A
    /// vault that cannot be written or read is reported, a broker that has confirmed no time for 30 min, and a record that waits for its key after 30 s.
    /// </summary>
    public string? Warning => (_service.Gauges.Warning, _waits.Warning) is ({ } own, { } waits) ? $"{own} {waits}" : _service.Gauges.Warning ?? _waits.Warning;

    /// <summary>Protects and opens messages as bytes, for middleware.</summary>
    public IMessageProtector Protector => _protector;

    /// <summary>
    /// Joins a project, without dependency injection: enrolls if need be, and waits until the member is ready, at most
    /// <see cref="EndToEndKafkaOptions.StartupTimeout"/>. Then the member is returned unready: <see cref="NotReady"/> says why, nothing is sent or
    /// opened, and it becomes ready by itself. <see cref="WaitUntilReadyAsync"/> waits on, and throws.
    /// </summary>
    /// <param name="options">How.</param>
    /// <param name="loggerFactory">Where to log. Default: nowhere.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <returns>The member. Dispose it when its producers and consumers are closed.</returns>
    /// <exception cref="EndToEndKafkaException">What does not pass by itself, and what to do: options, project file, vault, a refused ticket.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static async Task<EndToEndKafka> ConnectAsync(
        EndToEndKafkaOptions options, ILoggerFactory? loggerFactory = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);

        // The vault's key may come over the network, and the caller's thread is not to wait for it.
        var member = await Task.Run(() => Create(options, loggerFactory ?? NullLoggerFactory.Instance), cancellationToken).ConfigureAwait(false);
        try
        {
            await member.StartAsync(cancellationToken).ConfigureAwait(false);
            return member;
        }
        catch
        {
            await member.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Waits until the member is ready.</summary>
    /// <param name="timeout">For how long at most. Default: <see cref="EndToEndKafkaOptions.StartupTimeout"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>When it is.</returns>
    /// <exception cref="EndToEndKafkaException">
    /// It is not, and why: at once where only an operator or the project's owner can help (<see cref="FailureKind.Denied"/>,
    /// <see cref="FailureKind.Invalid"/>), else when the time is over. The member goes on trying in either case.
    /// </exception>
    public Task WaitUntilReadyAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        _service.WaitUntilReadyAsync(timeout ?? _options.StartupTimeout, cancellationToken);

    /// <summary>
    /// Replaces the identity key: the old key signs the change, the authority accepts it once, and the old key is destroyed. The
    /// identifier stays, sessions go on, and a new key package follows.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait, not the change.</param>
    /// <returns>When the new key is in use.</returns>
    /// <exception cref="EndToEndKafkaException">The authority does not answer, or refuses.</exception>
    public Task RotateIdentityAsync(CancellationToken cancellationToken = default) =>
        _service.RotateIdentityAsync(_options.StartupTimeout, cancellationToken);

    /// <summary>
    /// Drops all sessions of this process; each topic gets another before its next message. To be called after the process was
    /// restored from a snapshot of its memory, before it sends anything.
    /// </summary>
    /// <returns>When they are dropped.</returns>
    public Task DiscardSessionsAsync() => _service.DiscardSessionsAsync();

    /// <summary>Tells what the member has: credential, key packages, sessions, how far it has read, and whose messages it refused. The same numbers are in the meter <see cref="EndToEndKafkaTelemetry.MeterName"/>.</summary>
    /// <returns>The state as of now.</returns>
    /// <exception cref="EndToEndKafkaException">The member was disposed, or has stopped.</exception>
    public Task<MemberStatus> GetStatusAsync() => _service.GetStatusAsync(_counts.Refused);

    /// <summary>
    /// Leaves for good, and disposes: no member seals keys to this one any more, until it connects again. Without this, a member with a
    /// vault in a file is given keys while it is away, for as long as its key package is valid (24 h).
    /// </summary>
    /// <returns>When it has left.</returns>
    public async Task LeaveAsync()
    {
        if (!_disposed)
            await _service.LeaveAsync().ConfigureAwait(false);
        await DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// Ends the waits of all consumers for keys, for good: a loop that waits gets a <see cref="FailureKind.Transient"/> failure, and can be ended
    /// before the member is disposed. A host does it when it stops.
    /// </summary>
    public void StopWaiting() => _waits.Stop();

    /// <summary>As <see cref="DisposeAsync"/>, and waits for it.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    /// <summary>Stops the key exchange and closes the vault. A member with its keys in memory leaves for good.</summary>
    /// <returns>When it has.</returns>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;

        _disposed = true;
        if (_control is not null)
            await _control.DisposeAsync().ConfigureAwait(false);
        _waits.Stop();
        _metrics.Dispose();
        if (!_isDurable)
            await _service.LeaveAsync().ConfigureAwait(false);
        await _service.DisposeAsync().ConfigureAwait(false);
        _ownedVault?.Dispose();
    }

    internal static EndToEndKafka Create(EndToEndKafkaOptions options, ILoggerFactory loggerFactory)
    {
        var problems = EndToEndKafkaOptionsValidator.Problems(options).ToList();
        if (problems.Count > 0)
            throw new EndToEndKafkaException(FailureReason.OptionsInvalid, string.Join(" ", problems));

        var project = options.Project ?? ProjectDocument.Load(options.ProjectFile);
        if (options.CreateControlTopics && !project.IsDevelopment)
        {
            throw new EndToEndKafkaException(FailureReason.OptionsInvalid,
                $"CreateControlTopics is set, and only members of a development project may create control topics; project {project.Name} is none. Unset it, and have the project's owner create them (`e2ekafka topics create`, or the authority's CreateControlTopics).");
        }

        var given = GivenTicket.Of(options);
        var log = new UnfailingLog(loggerFactory.CreateLogger("E2EKafka"));
        if (project.IsDevelopment)
            log.DevelopmentProject(project.Name);
        var vault = VaultSettings.Of(options).Open(options.StartupTimeout);
        try
        {
            var service = new KeyExchangeService(
                publish => new MemberEngine(
                    project, given.Ticket, vault, options.TimeProvider, options.Lifetimes, publish, log, given.Absence,
                    AuditLog.Create(loggerFactory, log)),
                options.ControlLog ?? ((sink, identifier) => new KafkaControlLog(
                    KafkaSettings.AccessOf(options), project, identifier, Enum.GetValues<ControlTopicKind>(), options.CreateControlTopics,
                    options.ControlTopicInterval, sink, log)),
                options.TimeProvider,
                options.SessionTimeout,
                log);
            return new EndToEndKafka(options, service, vault, log);
        }
        catch
        {
            if (options.Vault is null)
                vault.Dispose();
            throw;
        }
    }

    /// <summary>Begins to become ready. Returns at once.</summary>
    internal void Start()
    {
        _control ??= CommandLineAnswers.Start(_options.AnswersCommandLine, _options.VaultFile, new MemberDesk(this).AnswerAsync, _log);
        _service.Start(
            _options.Produce,
            _options.Consume.Concat(_options.AcceptedTopics.Where(pair => _options.Consume.Contains(pair.Key)).SelectMany(pair => pair.Value ?? [])));
    }

    /// <summary>Begins to become ready, and waits for it, at most <see cref="EndToEndKafkaOptions.StartupTimeout"/>.</summary>
    /// <exception cref="EndToEndKafkaException">This process will never be ready, and why.</exception>
    internal async Task StartAsync(CancellationToken cancellationToken)
    {
        Start();
        await _service.WaitToStartAsync(_options.StartupTimeout, cancellationToken).ConfigureAwait(false);
        if (NotReady is { } failure)
            _log.NotReady(Identifier, failure.Reason, failure.Message);
    }
}
