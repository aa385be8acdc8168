namespace E2EKafka.Simulation.Tests;

/// <summary>Breaks one rule at a time, and expects the simulator to notice, or the test that the table of rules names beside it.</summary>
[TestFixture]
public class MutationTests
{
    /// <summary>How many seeds are searched where the known one does not notice.</summary>
    private const int MaxSeeds = 3_000;

    private const string Client = "E2EKafka.Client/";
    private const string Identity = "E2EKafka.Identity/";
    private const string ClientTests = "E2EKafka.Client.Tests/";
    private const string IdentityTests = "E2EKafka.Identity.Tests/";
    private const string IntegrationTests = "E2EKafka.Integration.Tests/";

    private MutatedSources _sources = null!;

    private static readonly Mutation[] Mutations =
    [
        new("no sequence twice", Client + "Messages/OutboundSession.cs",
            "Interlocked.Increment(ref _usage.Messages) - 1", "Interlocked.Increment(ref _usage.Messages) / 2") { Seed = 18 },
        new("no session past its end", Client + "Messages/OutboundSession.cs",
            "nowTicks >= _endsAt", "false") { Seed = 73 },
        new("no message before the announcement is durable", Client + "KeyExchange/SessionRotation.cs",
            "_announcing = session;", "_announcing = session; _current ??= session;") { Seed = 2 },
        new("no message after the announcement was lost", Client + "KeyExchange/SessionRotation.cs",
            "delivered && age <= RecordClock.MaxDelay", "age <= RecordClock.MaxDelay") { Seed = 250 },
        new("no message under a key that a member has lost the right to", Client + "KeyExchange/SendingTopics.cs",
            "isLost(sender.Topic)", "false") { Seed = 64 },
        new("no message that only this process could open", Client + "KeyExchange/LastingReaders.cs",
            "(lasting.Count > 0 && without.Count == 0) || store.IsDurable(topic)", "true") { Seed = 5 },
        new("another session for newcomers without history", Client + "KeyExchange/SessionRotation.cs",
            "HasNewcomerWithoutHistory(now)", "false") { Seed = 13 },
        new("a secret is in the vault before it is announced", Client + "KeyExchange/SessionStore.cs",
            "Store(known);\n        Add(known);", "Add(known);") { Seed = 4 },
        new("keys only for whom policy lets read", Client + "KeyExchange/KeyGranter.cs",
            "member.Directory.MayReceive(package.Member, topic, groups, began, now)", "true") { Seed = 5 },
        new("no key for an expired key package", Client + "KeyExchange/KeyGranter.cs",
            "package.Accepts(topic, now)", "package.Consumes(topic)") { Seed = 1 },
        new("session secrets are destroyed", Client + "KeyExchange/SessionStore.cs",
            "old.Count > 0", "false") { Seed = 7 },
        new("missing keys are asked for", Client + "KeyExchange/KeyRequester.cs",
            "_missing.Count == 0", "true") { Seed = 9 },
        new("a peer answers where the producer is gone", Client + "KeyExchange/KeyGranter.cs",
            "IsChosen(package, known.Statement, IsOfGroup, attempt)", "false") { Seed = 112 },
        new("a sender is judged only after a look at the authority's topic", Client + "KeyExchange/ControlRecordJudge.cs",
            "!hasLooked", "false") { Seed = 106 },
        new("before a change of key every session is announced by both keys", Client + "KeyExchange/OwnAnnouncements.cs",
            "SessionAnnouncement.Create(statements, member.Identity.Key, next, now)", "SessionAnnouncement.Create(statements, member.Identity.Key, null, now)") { Seed = 471 },
        new("readers obey policy too", Client + "KeyExchange/SessionStore.cs",
            "MayRead(known) ? null : FailureReason.ReaderNotAuthorized", "null") { Seed = 10 },
        new("a secret must be the committed one", Identity + "Sessions/SessionKeys.cs",
            "!CryptographicOperations.FixedTimeEquals(CommitmentOf(secret, statement.Core), statement.Claims.Commitment)", "false") { Seed = 31 },
        new("private keys of key packages are destroyed", Client + "KeyExchange/KeyPackages.cs",
            "old.Count == 0", "true") { Seed = 5 },
        new("private keys stay until all that is sealed to them was read", Client + "KeyExchange/KeyPackages.cs",
            "pair.Value.IsReadOut", "pair.Value.IsLastLookTaken") { Seed = 241 },
        new("no key is destroyed because our own clock is fast", Client + "KeyExchange/BrokerClock.cs",
            "Confirmed >= end", "_time.GetUtcNow() >= end") { Seed = 1674 },
        new("nothing is signed by a wrong clock", Client + "KeyExchange/MemberEngine.cs",
            "_member.Clock.Failure is null", "true") { Seed = 0 },
        new("no older project document", Identity + "Membership/MemberDirectory.cs",
            "document.Version < newest.Version", "false") { Seed = 3 },
        new("no older credential", Identity + "Membership/MemberDirectory.cs",
            "!credential.IsNewerThan(newest)", "false") { Seed = 235 },
        new("nothing under a project document that is not the newest", Identity + "Membership/MemberDirectory.cs",
            "_newestNamed is { } named && named.Version > Project.Version", "false") { Seed = 42 },
        new("no key for a credential that has ended", Identity + "Membership/MemberDirectory.cs",
            "credential.IsValidAt(now)", "true") { Seed = 29 },
        new("records are signed by who they name", Identity + "Membership/RecordVerifier.cs",
            "isByKey && !jws.Verify(T.Type, directory.Project.Id, credential.Key)", "false") { Seed = 25 },
        new("no session that a departed member announced afterwards", Identity + "Membership/MemberDirectory.cs",
            "announcedAt.ToUnixTimeSeconds() >= revocation.At", "false") { Seed = 27 },
        new("nothing that a compromised member ever sent", Identity + "Membership/MemberDirectory.cs",
            "revocation.Kind == RevocationKind.Compromised", "false") { Seed = 674 },
        new("no session of who may not produce", Identity + "Membership/MemberDirectory.cs",
            "!Project.Policy.MayProduce(statement.Topic, credential.Attributes)", "false") { Seed = 21 },
        new("no older session for who may have none", Identity + "Membership/MemberDirectory.cs",
            "requirements.History == HistoryAccess.All", "true") { Seed = 1 },
        new("no message that every reader can forge where policy forbids it", Identity + "Membership/MemberDirectory.cs",
            "statement.Authentication > requirements.Authentication", "false") { Seed = 2 },
        new("no key for members outside of a session's reader groups", Identity + "Membership/MemberDirectory.cs",
            "groups is not null && groups.GroupOf(credential.Attributes) is null", "false") { Seed = 4 },
        new("a lasting reader in each reader group", Client + "KeyExchange/LastingReaders.cs",
            "lasting.Count > 0 && without.Count == 0", "lasting.Count > 0") { Seed = 12 },
        new("macs that a former member of the group can make prove nothing", Identity + "Records/ProjectDocument.cs",
            "session.Document.Version >= version", "true") { Seed = 622 },
        new("a removal raises the version of the member's reader groups", Identity + "Authority/GroupVersions.cs",
            "!IsLeft(group)", "true") { Seed = 622 },
        new("another session where a reader group's version rises", Client + "KeyExchange/SessionRotation.cs",
            "_member.Directory.Project.ProvesOrigin(statement.Core, group)", "true") { Seed = 2229 },
        new("another session where the reader groups of a topic change", Client + "KeyExchange/SessionRotation.cs",
            "Equals(statement.ReaderGroups, Required.ReaderGroups)", "true") { Seed = 192 },
        new("a session counts only if its producer announced it", Identity + "Records/SessionAnnouncement.cs",
            "statement.Producer != claims.Sub", "false") { Seed = 2 },
        new("no more statements in an announcement than its limit", Identity + "Records/SessionAnnouncement.cs",
            "claims.Statements.Count is 0 or > SessionStatement.MaxInRecord", "claims.Statements.Count is 0") { Seed = 47 },
        new("a replaced key counts for nothing", Identity + "Membership/RecordVerifier.cs",
            "!isByKey && record.NextKey?.Thumbprint != credential.Key.Thumbprint", "false") { Seed = 17 },
        new("no key package whose private key the vault did not take", Client + "KeyExchange/Member.cs",
            "Vault.Problem is not null && partition.Topic is ControlTopicKind.Sessions or ControlTopicKind.Members", "false") { Seed = 237 },
        new("a row of another release stays until its end", Client + "KeyExchange/UnknownRows.cs",
            "member.Clock.IsPast(row.End + retention)", "true") { Seed = 3 },
        new("a restored authority takes over what it had signed", Identity + "Authority/AuthorityRecovery.cs",
            "found.Version > _document.Version", "false") { Seed = 13 },
        new("a thief of a replaced key stops no one", Client + "KeyExchange/ControlRecordJudge.cs",
            "if (!looks.Include(ControlPartition.Authority))\n            return Judgement.After(ControlPartition.Authority);", ";") { Seed = 196 },

        // What the simulator does not play: messages, record keys, and times that only a broker outside of its log would give.
        new("a record whose writer chose its timestamp counts for nothing", Client + "KeyExchange/ControlRecordJudge.cs",
            "!record.IsStamped", "false") { Test = ClientTests + "ClockTests.A_record_whose_writer_chose_its_timestamp_is_refused" },
        new("no record from another time than Kafka's", Identity + "Membership/RecordVerifier.cs",
            "(RecordClock.ToTime(issuedAt) - timestamp).Duration() <= RecordClock.MaxDelay", "timestamp != default")
            { Test = ClientTests + "HostileRecordTests.An_announcement_from_the_future_is_refused" },
        new("nothing is opened whose origin is not proven", Client + "Messages/InboundSession.cs",
            "!IsProven(associatedData, ciphertextAndTag, message[^_verifyingKeys.Size..])", "false")
            { Test = ClientTests + "What_a_reader_forges_with_the_session_key_is_refused_where_an_origin_is_proven" },
        new("a null counts only with its tombstone message", Client + "Serialization/DecryptingDeserializer.cs",
            "protector.AllowsBareTombstones(context.Topic)", "true") { Test = ClientTests + "A_null_without_a_tombstone_is_refused" },
        new("the record's key is compared with the one in the message", Client + "Messages/InboundSession.cs",
            "CryptographicOperations.FixedTimeEquals(header.RecordKeyHashIn(message), context.RecordKeyHash.Span)", "true")
            { Test = ClientTests + "KeyBindingTests.A_value_that_was_moved_to_another_key_is_refused" },
        new("no session is unknown before a look", Client + "KeyExchange/KeyExchangeService.cs",
            "unread == 0", "unread >= 0") { Test = ClientTests + "KeyExchangeServiceTests.A_broker_that_does_not_say_where_the_log_ends_proves_nothing" },
        new("a removed member stays removed when the document does not name it any more", Identity + "Authority/CredentialIssuer.cs",
            "store.IsRemoved(request.Claims.Sub)", "false")
            { Test = IdentityTests + "KeyRotationTests.A_removed_member_stays_refused_when_the_document_needs_not_name_it_any_more" },
        new("a copy of this member stops it", Client + "KeyExchange/ControlRecordJudge.cs",
            "!member.IsByACopyOfUs(jws, issuedAt, record.Timestamp)", "true")
            { Test = ClientTests + "HostileRecordTests.A_record_that_we_signed_and_did_not_make_says_that_we_were_copied" },
        new("a ticket of another project is refused by its holder", Identity + "Records/EnrollmentTicket.cs",
            "Project != project.Id || Authority != project.Authority", "false")
            { Test = IdentityTests + "EnrollmentTicketTests.A_ticket_of_another_project_is_refused_before_it_is_sent" },
        new("no client creates a control topic that it was not told to create", Client + "Kafka/ControlTopicProvisioner.cs",
            "missing.Count > 0 && creates", "missing.Count > 0") { Test = IntegrationTests + "SetupTests.Control_topics_that_are_missing_are_named_and_not_created" },
    ];

    private static IEnumerable<Mutation> OfTheSimulator => Mutations.Where(mutation => mutation.Test is null);

    private static IEnumerable<Mutation> OfTests => Mutations.Where(mutation => mutation.Test is not null);

    [OneTimeSetUp]
    public void Build() => _sources = new MutatedSources(Mutations);

    [OneTimeTearDown]
    public void Delete() => _sources?.Dispose();

    [Test]
    public void Without_a_mutation_the_copy_holds()
    {
        var (exitCode, output) = _sources.Simulate(mutation: null, seeds: 10);
        Assert.That(exitCode, Is.Zero, output);
    }

    [TestCaseSource(nameof(OfTests))]
    public void A_broken_rule_fails_its_test(Mutation mutation)
    {
        // Without a mutation it passes: it is a test of `make test`.
        var (exitCode, output) = _sources.Test(mutation.Test!, mutation);

        Assert.That(exitCode, Is.EqualTo(1), output);
        Assert.That(output, Does.Contain("Failed!"));
    }

    [TestCaseSource(nameof(OfTheSimulator))]
    public void A_broken_rule_is_noticed(Mutation mutation)
    {
        // A change of the code or of the scenario moves the seeds: then another is searched, which takes longer.
        var (exitCode, output) = mutation.Seed is { } known ? _sources.Simulate(mutation, seeds: 1, first: known) : (0, "");
        if (exitCode == 0)
        {
            (exitCode, output) = _sources.Simulate(mutation, MaxSeeds);
            TestContext.Progress.WriteLine($"{mutation}: {output.Trim()}");
        }

        Assert.Multiple(() =>
        {
            Assert.That(exitCode, Is.EqualTo(1), $"No seed of {MaxSeeds} noticed.");
            Assert.That(output, Does.Match(@"^seed \d+, step \d+: ").And.Not.Contain("an unexpected exception"));
        });
    }
}
