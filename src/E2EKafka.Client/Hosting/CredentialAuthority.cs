using E2EKafka.Authority;
using E2EKafka.Cryptography;
using E2EKafka.Diagnostics;
using E2EKafka.Hosting;
using E2EKafka.Kafka;
using E2EKafka.KeyExchange;
using E2EKafka.Records;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace E2EKafka;

/// <summary>
/// A project's authority: makes tickets, issues credentials to members that have one, and signs the project document. The project's
/// owner runs one, and keeps its vault. Members work without it for as long as their credentials last. Safe for many threads.
/// </summary>
public sealed class CredentialAuthority : IAsyncDisposable, IDisposable
{
    /// <summary>How long a ticket can be used if nothing else is said: 10 min.</summary>
    public static readonly TimeSpan DefaultTicketLifetime = TimeSpan.FromMinutes(10);

    private readonly CredentialAuthorityOptions _options;
    private readonly IVaultStore? _ownedVault;
    private readonly ProjectAuthority _authority;
    private readonly AuthorityService _service;
    private readonly ILogger _log;
    private ControlServer? _control;
    private bool _disposed;

    private CredentialAuthority(CredentialAuthorityOptions options, IVaultStore vault, UnfailingLog log, AuthorityAudit audit)
    {
        (_options, _log) = (options, log);
        _ownedVault = options.Vault is null ? vault : null;
        _authority = OpenOrCreate(options, vault, audit);
        if (_authority.Document.IsDevelopment)
            log.DevelopmentProject(_authority.Document.Name);
        try
        {
            _service = new AuthorityService(
                _authority,
                sink => options.ControlLog?.Invoke(sink, _authority.Document.Authority) ?? new KafkaControlLog(
                    KafkaSettings.AccessOf(options), _authority.Document, _authority.Document.Authority,
                    [ControlTopicKind.Authority, ControlTopicKind.Requests], options.CreateControlTopics, options.ControlTopicInterval, sink, log),
                options.TimeProvider,
                log);
        }
        catch
        {
            _authority.Dispose();
            throw;
        }
    }

    /// <summary>The project document in force. Its <see cref="ProjectDocument.ToJson"/> is the <c>project.json</c> to give to members.</summary>
    public ProjectDocument Project => _authority.Document;

    /// <summary>Why requests are not answered now, such as a broker that cannot be reached; <see langword="null"/> if they are.</summary>
    public EndToEndKafkaException? NotServing => _service.NotServing?.ToException();

    /// <summary>What will keep members from working if it lasts, such as a control topic with wrong settings, and what to do; <see langword="null"/> if there is no such thing.</summary>
    public string? Warning => _service.Warning;

    /// <summary>Why the authority has ended by itself; <see langword="null"/> while it runs.</summary>
    internal EndToEndKafkaException? Ended => _service.Ended;

    /// <summary>Opens the authority in a vault, or creates the project if the vault is new. Does not touch Kafka yet.</summary>
    /// <param name="options">How.</param>
    /// <param name="loggerFactory">Where to log. Default: nowhere.</param>
    /// <returns>The authority. Tickets can be made; no request is answered until <see cref="StartAsync"/>.</returns>
    /// <exception cref="EndToEndKafkaException">What is wrong, and what to do.</exception>
    public static CredentialAuthority Open(CredentialAuthorityOptions options, ILoggerFactory? loggerFactory = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var problems = options.Problems().ToList();
        if (problems.Count > 0)
            throw new EndToEndKafkaException(FailureReason.OptionsInvalid, string.Join(" ", problems));

        var vault = VaultSettings.Of(options).Open(options.StartupTimeout);
        try
        {
            loggerFactory ??= NullLoggerFactory.Instance;
            var log = new UnfailingLog(loggerFactory.CreateLogger("E2EKafka.Authority"));
            return new CredentialAuthority(options, vault, log, new AuthorityAudit(AuditLog.Create(loggerFactory, log), options.TimeProvider));
        }
        catch
        {
            if (options.Vault is null)
                vault.Dispose();
            throw;
        }
    }

    /// <summary>Takes over what Kafka has from this authority, publishes the project document, and answers requests from then on.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>When it answers.</returns>
    /// <exception cref="EndToEndKafkaException">Kafka cannot be used, and what to do. It goes on trying until it is disposed.</exception>
    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        _control ??= CommandLineAnswers.Start(_options.AnswersCommandLine, _options.VaultFile, new AuthorityDesk(this).AnswerAsync, _log);
        _service.Start();
        return _service.WaitUntilServingAsync(_options.StartupTimeout, cancellationToken);
    }

    /// <summary>Makes a ticket. Only the hash of its secret is kept: it cannot be shown again.</summary>
    /// <param name="attributes">What policy rules will know the member by: printable ASCII without quotation mark and backslash. Default: none.</param>
    /// <param name="uses">How many identities may enroll with it. Default 1; at most 1,000,000.</param>
    /// <param name="lifetime">How long it can be used. Default 10 min; at most 365 days.</param>
    /// <returns>The ticket's text: a secret, for one new member.</returns>
    /// <exception cref="ArgumentException">An argument is out of its range.</exception>
    public string CreateTicket(IReadOnlyDictionary<string, string>? attributes = null, int uses = 1, TimeSpan? lifetime = null) =>
        _authority.CreateTicket(attributes ?? new Dictionary<string, string>(), uses, lifetime ?? DefaultTicketLifetime).Encode();

    /// <summary>The tickets that were made and not cancelled. One that expired more than a day ago may be missing.</summary>
    /// <returns>The first to expire first.</returns>
    public IReadOnlyList<IssuedTicket> ListTickets() => _authority.ListTickets();

    /// <summary>Cancels a ticket: no more members enroll with it.</summary>
    /// <param name="id">The ticket's <see cref="IssuedTicket.Id"/>, 43 characters.</param>
    /// <param name="revoke">Whether the members that enrolled with it are removed, for good, and how. Default: they stay.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The identifiers of the members that enrolled with it, when the document in force is durable on Kafka.</returns>
    /// <exception cref="EndToEndKafkaException">There is no such ticket, and no member enrolled with one.</exception>
    public async Task<IReadOnlyList<string>> CancelTicketAsync(string id, RevocationKind? revoke = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        IReadOnlyList<string> members = [];
        await _service.ChangeAsync(() => members = _authority.CancelTicket(id, revoke), cancellationToken).ConfigureAwait(false);
        return members;
    }

    /// <summary>
    /// Gives a member other attributes. Producers drop the sessions of topics that it may no longer read before their next message, as soon as
    /// they have read its new credential.
    /// </summary>
    /// <param name="identifier">The member's identifier, 43 characters.</param>
    /// <param name="attributes">All of its attributes from now on: printable ASCII without quotation mark and backslash.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>When the credential, and the document that rules out the one before, are durable on Kafka.</returns>
    /// <exception cref="EndToEndKafkaException">There is no such member, it was removed, or too many members changed within a credential's lifetime.</exception>
    /// <exception cref="ArgumentException">The attributes are not valid.</exception>
    public Task SetAttributesAsync(string identifier, IReadOnlyDictionary<string, string> attributes, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(identifier);
        ArgumentNullException.ThrowIfNull(attributes);
        return _service.ChangeAsync(() => _authority.SetAttributes(identifier, attributes), cancellationToken);
    }

    /// <summary>All members that ever enrolled, those that were removed since included.</summary>
    /// <returns>In the order of their identifiers.</returns>
    public IReadOnlyList<EnrolledMember> ListMembers() => _authority.ListMembers();

    /// <summary>Puts another policy into force. Producers drop the sessions of members that may no longer read before their next message.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>When the new document is durable on Kafka.</returns>
    /// <exception cref="EndToEndKafkaException">
    /// The policy is not valid, and why; or it keeps keys longer than the sessions topic keeps announcements, with the command that corrects it.
    /// </exception>
    public Task SetPolicyAsync(Policy policy, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return _service.SetPolicyAsync(policy, cancellationToken);
    }

    /// <summary>Removes a member, for good.</summary>
    /// <param name="identifier">The member's identifier, 43 characters.</param>
    /// <param name="kind">Why, and so what becomes of what it sent.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>When the new document is durable on Kafka.</returns>
    /// <exception cref="ArgumentException">It is not an identifier.</exception>
    public Task RevokeAsync(string identifier, RevocationKind kind, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(identifier);
        return _service.ChangeAsync(() => _authority.Revoke(identifier, kind), cancellationToken);
    }

    /// <summary>Replaces the authority's keys. Members follow from the project's pinned authority identifier. Back the vault up afterwards.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>When the new document is durable on Kafka.</returns>
    public Task RotateKeysAsync(CancellationToken cancellationToken = default) =>
        _service.ChangeAsync(() => _authority.RotateKeys(), cancellationToken);

    /// <summary>As <see cref="DisposeAsync"/>, and waits for it.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    /// <summary>Stops answering, and closes the vault.</summary>
    /// <returns>When it has.</returns>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;

        _disposed = true;
        if (_control is not null)
            await _control.DisposeAsync().ConfigureAwait(false);
        await _service.DisposeAsync().ConfigureAwait(false);
        _authority.Dispose();
        _ownedVault?.Dispose();
    }

    private static ProjectAuthority OpenOrCreate(CredentialAuthorityOptions options, IVaultStore vault, AuthorityAudit audit)
    {
        var isNew = !ProjectAuthority.Exists(vault);
        var authority = isNew ? Create(options, vault) : ProjectAuthority.Open(vault, options.TimeProvider, options.CredentialLifetime);
        authority.Audit = audit;
        if (isNew)
            audit.ProjectCreated(authority.Document);
        return authority;
    }

    private static ProjectAuthority Create(CredentialAuthorityOptions options, IVaultStore vault)
    {
        if (options.ProjectName is null)
        {
            throw new EndToEndKafkaException(FailureReason.OptionsInvalid,
                "The vault has no project yet, and no ProjectName is set. Set ProjectName to create a project, or the vault of an existing one.");
        }

        return ProjectAuthority.Create(
            vault, options.TimeProvider, options.CredentialLifetime, options.ProjectName,
            new ControlTopicLayout(options.ControlTopicPrefix, options.ControlPartitions), HpkeKem.Find(options.KeyAlgorithm),
            options.IsDevelopment);
    }
}
