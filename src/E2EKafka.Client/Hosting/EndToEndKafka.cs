using System.Diagnostics.CodeAnalysis;
using Confluent.Kafka;
using E2EKafka.Diagnostics;
using E2EKafka.Hosting;
using E2EKafka.Kafka;
using E2EKafka.KeyExchange;
using E2EKafka.Messages;
using E2EKafka.Serialization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace E2EKafka;

/// <summary>
/// One member of a project: wraps serializers so that what goes through Kafka cannot be read, forged or altered in between.
/// Safe for many threads. One running process per identity.
/// </summary>
public sealed class EndToEndKafka : IAsyncDisposable, IDisposable
{
    private readonly KeyExchangeService _service;
    private readonly IVaultStore? _ownedVault;
    private readonly bool _isDurable;
    private readonly MessageProtector _protector;
    private readonly RefusalCounts _refusals = new();
    private readonly RecordWaits _waits;
    private readonly MemberMetrics _metrics;
    private readonly EndToEndKafkaOptions _options;
    private readonly ILogger _log;
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

        _waits = new RecordWaits(options.TimeProvider, log);
        _protector = new MessageProtector(
            service, options.TimeProvider, aliases, _waits, _refusals, new OpeningRules(), options.IncludeInnerMessages);
        _metrics = new MemberMetrics(service.Identifier, () => service.Gauges, _refusals, _waits, options.TimeProvider);
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
    /// wrong settings is reported within a minute, with the command that corrects it. A record that waits for its key is reported after 30 s.
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
        var member = Create(options, loggerFactory ?? NullLoggerFactory.Instance);
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

    /// <summary>Wraps a serializer of values: what it writes is encrypted, and by default signed.</summary>
    /// <typeparam name="T">The value's type.</typeparam>
    /// <param name="inner">The application's serializer.</param>
    /// <returns>For <c>SetValueSerializer</c>. A record's key throws; see <see cref="BindKey{T}(ISerializer{T})"/>.</returns>
    /// <remarks>
    /// <para>
    /// A produce waits for the topic's first session, up to <see cref="EndToEndKafkaOptions.SessionTimeout"/>, and fails with an
    /// <see cref="EndToEndKafkaException"/> if it may not be sent.
    /// </para>
    /// <para>
    /// An encrypted value is 102 bytes longer than the plaintext, 38 bytes where policy lets the topic be unsigned, and it does not
    /// compress. <see cref="BindKey{T}(ISerializer{T})"/> adds 32 bytes to it; a tombstone has a header in place of a value. The topic's
    /// <c>max.message.bytes</c>, the broker's <c>message.max.bytes</c> and the producer's <c>message.max.bytes</c> must allow for that: a
    /// value that just fitted before is refused by Kafka with <c>MsgSizeTooLarge</c>.
    /// </para>
    /// <para>
    /// The headers of the application's message are left as they are, but for a null value, whose tombstone is written there in place of an
    /// older one. Two null values that are being sent at the same time must not share one <c>Headers</c> object: that is refused where it is
    /// seen (<see cref="FailureReason.OptionsInvalid"/>).
    /// </para>
    /// </remarks>
    public ISerializer<T> Encrypt<T>(ISerializer<T> inner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        return new EncryptingSerializer<T>(inner, _protector);
    }

    /// <summary>As <see cref="Encrypt{T}(ISerializer{T})"/>, for <c>ProduceAsync</c> with a serializer that is asynchronous itself, such as Schema Registry's.</summary>
    /// <typeparam name="T">The value's type.</typeparam>
    /// <param name="inner">The application's serializer.</param>
    /// <returns>For <c>SetValueSerializer</c>.</returns>
    public IAsyncSerializer<T> EncryptAsync<T>(IAsyncSerializer<T> inner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        return new AsyncEncryptingSerializer<T>(inner, _protector);
    }

    /// <summary>As <see cref="Encrypt{T}(ISerializer{T})"/>, and waits for a topic's first session without blocking a thread.</summary>
    /// <typeparam name="T">The value's type.</typeparam>
    /// <param name="inner">The application's serializer.</param>
    /// <returns>For <c>SetValueSerializer</c>.</returns>
    public IAsyncSerializer<T> EncryptAsync<T>(ISerializer<T> inner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        return new AsyncEncryptingSerializer<T>(new CompletedSerializer<T>(inner, _options.IncludeInnerMessages), _protector);
    }

    /// <summary>Wraps a deserializer of values: it sees only what was verified and decrypted. Anything else throws, and <see cref="ConsumeExceptions.GetOpenFailure"/> tells why.</summary>
    /// <typeparam name="T">The value's type.</typeparam>
    /// <param name="inner">The application's deserializer.</param>
    /// <param name="onMissingKey">What to do with a record whose key is not here yet. Default: wait.</param>
    /// <param name="giveUpAfter">
    /// For how long a session's key is waited for at most, from its first message on; then its messages are <see cref="FailureKind.Transient"/>
    /// failures, for a dead-letter topic. At most 30 days. Default: for ever.
    /// </param>
    /// <param name="isTransient">
    /// Which exceptions of <paramref name="inner"/> pass by themselves: such a record waits as well. Default: <c>HttpRequestException</c>,
    /// <c>IOException</c> and <c>TimeoutException</c>, or what has one of these as its cause.
    /// </param>
    /// <returns>For <c>SetValueDeserializer</c>.</returns>
    /// <remarks>
    /// <para>
    /// A record whose key is not here yet waits, and with it its caller, in any loop: no record is passed over because it was early. After
    /// 30 s that is a warning in the log, in <see cref="Warning"/> and so in the health check. The host's stop ends it, and so does disposing the member.
    /// </para>
    /// <para>
    /// A caller that waits for longer than <c>max.poll.interval.ms</c> (Kafka's default: 5 min) loses its partitions to another consumer of the
    /// group. By default librdkafka stores a record's offset when it hands it out, before this deserializer runs: a restart passes over the
    /// record that waits, as over any that was in hand. <c>ConsumeDecrypted</c> has neither fault.
    /// </para>
    /// </remarks>
    public IDeserializer<T> Decrypt<T>(
        IDeserializer<T> inner, MissingKey onMissingKey = MissingKey.Wait, TimeSpan? giveUpAfter = null, Func<Exception, bool>? isTransient = null)
    {
        ArgumentNullException.ThrowIfNull(inner);
        return new DecryptingDeserializer<T>(inner, _protector.With(Rules(onMissingKey, giveUpAfter, isTransient)));
    }

    /// <summary>As <see cref="Decrypt{T}"/>, and gives where the message comes from, or the failure in its place.</summary>
    /// <typeparam name="T">The value's type.</typeparam>
    /// <param name="inner">The application's deserializer.</param>
    /// <param name="onMissingKey">What to do with a record whose key is not here yet. Default: wait.</param>
    /// <param name="giveUpAfter">For how long a session's key is waited for at most. Default: for ever.</param>
    /// <param name="isTransient">Which exceptions of <paramref name="inner"/> pass by themselves. Default as for <see cref="Decrypt{T}"/>.</param>
    /// <returns>For <c>SetValueDeserializer</c>.</returns>
    /// <remarks>
    /// It throws for no record. A key's deserializer runs before it and can only throw if it fails: consume with <see cref="DecryptedConsumption"/>'s <c>ConsumeDecrypted</c>, which gives that as a failure too.
    /// </remarks>
    public IDeserializer<Verified<T>> DecryptVerified<T>(
        IDeserializer<T> inner, MissingKey onMissingKey = MissingKey.Wait, TimeSpan? giveUpAfter = null, Func<Exception, bool>? isTransient = null)
    {
        ArgumentNullException.ThrowIfNull(inner);
        return new VerifyingDeserializer<T>(inner, _protector.With(Rules(onMissingKey, giveUpAfter, isTransient)));
    }

    /// <summary>
    /// Sets what <c>ConsumeDecrypted</c> needs: <c>EnableAutoOffsetStore = false</c>. It stores offsets itself, so that a record that waits is read
    /// again after a restart.
    /// </summary>
    /// <param name="config">A consumer's configuration.</param>
    /// <returns>The same object.</returns>
    [SuppressMessage("Performance", "CA1822", Justification = "Reads as the other verbs of a member do.")]
    public ConsumerConfig Configure(ConsumerConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.EnableAutoOffsetStore = false;
        return config;
    }

    /// <summary>Wraps a serializer of record keys: the key stays readable, and the encrypted value is bound to it.</summary>
    /// <typeparam name="T">The key's type.</typeparam>
    /// <param name="inner">The application's serializer.</param>
    /// <returns>For <c>SetKeySerializer</c>, beside a value serializer of <c>Encrypt</c> or <c>EncryptAsync</c>.</returns>
    /// <remarks>
    /// SHA-256 of the key's bytes travels in the message (32 bytes; zeros for a null key). Confluent.Kafka serializes the key and then the
    /// value, on one thread and with one <c>Headers</c> object; code that calls serializers itself must do the same, or the value is not bound.
    /// </remarks>
    [SuppressMessage("Performance", "CA1822", Justification = "Reads as its twin for deserializers does.")]
    public ISerializer<T> BindKey<T>(ISerializer<T> inner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        return new KeyBindingSerializer<T>(inner);
    }

    /// <summary>As <see cref="BindKey{T}(ISerializer{T})"/>, for <c>ProduceAsync</c> with a key serializer that is asynchronous itself, such as Schema Registry's.</summary>
    /// <typeparam name="T">The key's type.</typeparam>
    /// <param name="inner">The application's serializer.</param>
    /// <returns>For <c>SetKeySerializer</c>, beside a value serializer of <c>Encrypt</c> or <c>EncryptAsync</c>.</returns>
    /// <remarks>Code that calls serializers itself must call the value's in the same asynchronous flow, after the key's is done.</remarks>
    [SuppressMessage("Performance", "CA1822", Justification = "Reads as its twin for deserializers does.")]
    public IAsyncSerializer<T> BindKey<T>(IAsyncSerializer<T> inner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        return new AsyncKeyBindingSerializer<T>(inner);
    }

    /// <summary>Wraps a deserializer of record keys: a value that its producer did not bind to this key is refused.</summary>
    /// <typeparam name="T">The key's type.</typeparam>
    /// <param name="inner">The application's deserializer.</param>
    /// <param name="onMissingKey">Whether to wait while <paramref name="inner"/> lacks something that comes back by itself. Default: wait.</param>
    /// <param name="giveUpAfter">For how long at most. Default: for ever.</param>
    /// <param name="isTransient">Which exceptions of <paramref name="inner"/> pass by themselves. Default as for <see cref="Decrypt{T}"/>.</param>
    /// <returns>For <c>SetKeyDeserializer</c>, beside a value deserializer of <see cref="Decrypt{T}"/> or <see cref="DecryptVerified{T}"/>, which compares.</returns>
    /// <remarks>
    /// <para>
    /// The value is refused as <see cref="FailureReason.RecordKeyMismatch"/> if it is bound to another key or to none. Plaintexts and bare
    /// nulls that the topic's policy lets through have no binding, and pass. The key is read before the value: until the value is there, it
    /// is not checked, and beside a value deserializer of another kind it never is.
    /// </para>
    /// <para>
    /// Confluent.Kafka gives key and value of one record the same <c>Headers</c> object, the key first; code that calls deserializers itself
    /// must do the same, or the value is read as by a reader that does not bind keys. Such a reader opens bound values too, and
    /// <see cref="MessageOrigin.KeyBinding"/> tells it; <c>ConsumeDecrypted</c> compares by itself where keys are <c>byte[]</c>.
    /// </para>
    /// </remarks>
    public IDeserializer<T> BindKey<T>(
        IDeserializer<T> inner, MissingKey onMissingKey = MissingKey.Wait, TimeSpan? giveUpAfter = null, Func<Exception, bool>? isTransient = null)
    {
        ArgumentNullException.ThrowIfNull(inner);
        return new KeyBindingDeserializer<T>(inner, _protector.With(Rules(onMissingKey, giveUpAfter, isTransient)));
    }

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

    /// <summary>Tells what the member has: credential, key packages, sessions, how far it has read, and whose messages it refused. The same numbers are in the meter <c>E2EKafka</c>.</summary>
    /// <returns>The state as of now.</returns>
    /// <exception cref="EndToEndKafkaException">The member was disposed, or has stopped.</exception>
    public Task<MemberStatus> GetStatusAsync() => _service.GetStatusAsync(_refusals);

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
        var vault = VaultSettings.Open(options.VaultFile, options.VaultKeyFile, options.VaultKeyEnvironmentVariable, options.Vault);
        try
        {
            var service = new KeyExchangeService(
                publish => new MemberEngine(
                    project, given.Ticket, vault, options.TimeProvider, options.Lifetimes, publish, log, given.Absence),
                (sink, identifier) => new KafkaControlLog(
                    KafkaSettings.Of(options.BootstrapServers, options.Kafka), project, identifier, Enum.GetValues<ControlTopicKind>(), options.CreateControlTopics,
                    options.ControlTopicInterval, sink, log),
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
    internal void Start() => _service.Start(
        _options.Produce,
        _options.Consume.Concat(_options.AcceptedTopics.Where(pair => _options.Consume.Contains(pair.Key)).SelectMany(pair => pair.Value ?? [])));

    /// <summary>Begins to become ready, and waits for it, at most <see cref="EndToEndKafkaOptions.StartupTimeout"/>.</summary>
    /// <exception cref="EndToEndKafkaException">This process will never be ready, and why.</exception>
    internal async Task StartAsync(CancellationToken cancellationToken)
    {
        Start();
        await _service.WaitToStartAsync(_options.StartupTimeout, cancellationToken).ConfigureAwait(false);
        if (NotReady is { } failure)
            _log.NotReady(Identifier, failure.Reason, failure.Message);
    }

    private static OpeningRules Rules(MissingKey onMissingKey, TimeSpan? giveUpAfter, Func<Exception, bool>? isTransient)
    {
        if (giveUpAfter is { } limit)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(limit, TimeSpan.Zero, nameof(giveUpAfter));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, TimeSpan.FromDays(30), nameof(giveUpAfter));
        }

        return new OpeningRules(onMissingKey, giveUpAfter, isTransient);
    }
}
