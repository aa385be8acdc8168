namespace E2EKafka.Simulation.Tests;

/// <summary>Breaks one rule at a time, and expects the simulator to notice.</summary>
[TestFixture]
public class MutationTests
{
    /// <summary>Most are noticed within twenty.</summary>
    private const int MaxSeeds = 300;

    private const string Client = "E2EKafka.Client/";
    private const string Identity = "E2EKafka.Identity/";

    private MutatedSources _sources = null!;

    private static readonly Mutation[] Mutations =
    [
        new("no sequence twice", Client + "Messages/OutboundSession.cs",
            "Interlocked.Increment(ref _messages) - 1", "Interlocked.Increment(ref _messages) / 2"),
        new("no session past its end", Client + "Messages/OutboundSession.cs",
            "nowTicks >= _endsAt", "false"),
        new("no message before the announcement is durable", Client + "KeyExchange/TopicSender.cs",
            "_announcing = session;", "_announcing = session; _current ??= session;"),
        new("no message after the announcement was lost", Client + "KeyExchange/TopicSender.cs",
            "!delivered", "false"),
        new("no message under a key that somebody may no longer have", Client + "KeyExchange/TopicSender.cs",
            "HasReaderWhoMayNoLonger(session)", "false"),
        new("no message that only this process could open", Client + "KeyExchange/TopicSender.cs",
            "readers.Count == 0", "false"),
        new("another session for newcomers without history", Client + "KeyExchange/TopicSender.cs",
            "HasNewcomerWithoutHistory(now)", "false"),
        new("a secret is in the vault before it is announced", Client + "KeyExchange/SessionBook.cs",
            "Store(known);\n        Add(known);", "Add(known);"),
        new("keys only for whom policy lets read", Client + "KeyExchange/SessionBook.cs",
            "_member.Directory.MayReceive(package.Member, topic, began, now)", "true"),
        new("no key for an expired key package", Client + "KeyExchange/SessionBook.cs",
            "package.Accepts(topic, now)", "package.Claims.Topics.Contains(topic)"),
        new("session secrets are destroyed", Client + "KeyExchange/SessionBook.cs",
            "old.Count > 0", "false"),
        new("missing keys are asked for", Client + "KeyExchange/SessionBook.cs",
            "_missing.Count == 0", "true"),
        new("a peer answers where the producer is gone", Client + "KeyExchange/SessionBook.cs",
            "now >= pair.Value", "false"),
        new("the first announcement of a session stays", Client + "KeyExchange/SessionBook.cs",
            "return known.Announcement.Hash == announcement.Hash ? RecordProblem.None : RecordProblem.Conflict;",
            "if (known.Announcement.Hash == announcement.Hash) return RecordProblem.None; Remove([known]);"),
        new("readers obey policy too", Client + "KeyExchange/SessionBook.cs",
            "MayRead(known) ? null : FailureReason.ReaderNotAuthorized", "null"),
        new("a secret must be the committed one", Client + "KeyExchange/KnownSession.cs",
            "!keys.Match(Announcement)", "false"),
        new("private keys of key packages are destroyed", Client + "KeyExchange/OwnKeyPackages.cs",
            "old.Count == 0", "true"),
        new("private keys stay until all that is sealed to them was read", Client + "KeyExchange/OwnKeyPackages.cs",
            "keysReadUntil >= pair.Value.ExpiresAt + RecordClock.MaxDelay", "true"),
        new("no older project document", Identity + "Membership/MemberDirectory.cs",
            "document.Version < Project.Version", "false"),
        new("no older credential", Identity + "Membership/MemberDirectory.cs",
            "!credential.IsNewerThan(newest)", "false"),
        new("nothing under a project document that is not the newest", Identity + "Membership/MemberDirectory.cs",
            "_newestNamed is { } named && named.Version > Project.Version", "false"),
        new("no key for a credential that has ended", Identity + "Membership/MemberDirectory.cs",
            "credential.IsValidAt(now)", "true"),
        new("records are signed by who they name", Identity + "Membership/MemberDirectory.cs",
            "!jws.Verify(type, Project.Id, credential.Key)", "false"),
        new("no session that a departed member announced afterwards", Identity + "Sessions/SessionAnnouncement.cs",
            "Claims.Iat >= revocation.At", "false"),
        new("nothing that a compromised member ever sent", Identity + "Sessions/SessionAnnouncement.cs",
            "revocation.Kind == RevocationKind.Compromised", "false"),
        new("no session of who may not produce", Identity + "Sessions/SessionAnnouncement.cs",
            "!project.Policy.MayProduce(Topic, credential.Attributes)", "false"),
        new("no older session for who may have none", Identity + "Membership/MemberDirectory.cs",
            "requirements.History == HistoryAccess.All", "true"),
        new("no message that every reader can forge where policy forbids it", Identity + "Sessions/SessionAnnouncement.cs",
            "project.Policy.RequirementsOf(Topic).Authentication == MessageAuthentication.Signature", "false"),
    ];

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

    [TestCaseSource(nameof(Mutations))]
    public void A_broken_rule_is_noticed(Mutation mutation)
    {
        var (exitCode, output) = _sources.Simulate(mutation, MaxSeeds);
        TestContext.Progress.WriteLine($"{mutation}: {output.Trim()}");
        Assert.Multiple(() =>
        {
            Assert.That(exitCode, Is.EqualTo(1), $"No seed of {MaxSeeds} noticed.");
            Assert.That(output, Does.Match(@"^seed \d+, step \d+: ").And.Not.Contain("an exception nobody expected"));
        });
    }
}
