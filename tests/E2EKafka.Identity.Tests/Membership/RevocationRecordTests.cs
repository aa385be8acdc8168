using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

/// <summary>Removals stand in records of their own, which the project document names by hash.</summary>
public sealed class RevocationRecordTests : DirectoryFixture
{
    private ProjectDocument _before = null!;
    private MemberDirectory _directory = null!;

    [SetUp]
    public void MakeDirectory()
    {
        _before = Project.Document;
        _directory = new MemberDirectory(_before);
        Project.Authority.TakeUnpublished();
    }

    [Test]
    public void A_document_is_in_force_when_the_removals_that_it_names_were_read([Values] bool documentFirst)
    {
        var removed = Project.Join().Identifier;
        var document = Project.Authority.Revoke(removed, RevocationKind.Departed);
        var records = Project.Authority.TakeUnpublished();
        Assert.That(records.Select(record => Jws.TryParse(record)!.Type), Is.EqualTo((string[])[RecordTypes.Revocations, RecordTypes.Project]), "in this order");

        var (first, second) = documentFirst ? (records[1], records[0]) : (records[0], records[1]);
        Assert.That(_directory.Observe(first), Is.EqualTo(RecordProblem.None));
        Assert.Multiple(() =>
        {
            Assert.That(_directory.Project, Is.SameAs(_before));
            Assert.That(_directory.LacksRevocations, Is.EqualTo(documentFirst));
            Assert.That(_directory.IsOutdated, Is.EqualTo(documentFirst));
        });

        Assert.That(_directory.Observe(second), Is.EqualTo(RecordProblem.None));
        Assert.Multiple(() =>
        {
            Assert.That(_directory.Project.Reference, Is.EqualTo(document.Reference));
            Assert.That(_directory.IsOutdated, Is.False);
            Assert.That(_directory.Project.RevocationOf(removed)?.Kind, Is.EqualTo(RevocationKind.Departed));
        });
    }

    [Test]
    public void A_project_file_that_names_removals_is_outdated_until_they_were_read()
    {
        var removed = Project.Join().Identifier;
        Project.Authority.Revoke(removed, RevocationKind.Compromised);
        var directory = new MemberDirectory(ProjectDocument.Parse(Project.Document.ToJson()));
        Assert.That(directory.IsOutdated);

        directory.ObserveAll(Project.Authority);
        Assert.Multiple(() =>
        {
            Assert.That(directory.IsOutdated, Is.False);
            Assert.That(directory.TakeChange());
            Assert.That(directory.Project.RevocationOf(removed)?.Kind, Is.EqualTo(RevocationKind.Compromised));
        });
    }

    [Test]
    public void Until_a_document_names_it_a_record_needs_the_authoritys_signature()
    {
        using var stranger = SigningKey.Generate();
        IReadOnlyList<Revocation> removals = [new Revocation(Project.Join().Identifier, RevocationKind.Compromised, 1)];
        var forged = RevocationRecord.Sign(Project.Document.Id, removals, stranger);
        Assert.That(_directory.Observe(forged.Text), Is.EqualTo(RecordProblem.UnknownSender));

        // What a document names is proven by it, and may be signed by a key that the authority has replaced.
        var document = ProjectDocument.Sign(_before.Claims with { Version = _before.Version + 1, Revocations = [forged.Hash] }, Project.AuthorityKey);
        _directory.Observe(document.Record);
        Assert.Multiple(() =>
        {
            Assert.That(_directory.Observe(forged.Text), Is.EqualTo(RecordProblem.None));
            Assert.That(_directory.Project.Reference, Is.EqualTo(document.Reference));
        });
    }

    [Test]
    public void Records_that_no_document_names_displace_each_other_and_nothing_else()
    {
        var first = Removal(0);
        var second = Removal(1);
        foreach (var record in (RevocationRecord[])[first, second])
            _directory.Observe(record.Text);
        for (var i = 2; i <= RevocationRecord.MaxRecords; i++)
            _directory.Observe(Removal(i).Text);

        _directory.Observe(ProjectDocument.Sign(_before.Claims with { Version = _before.Version + 1, Revocations = [second.Hash] }, Project.AuthorityKey).Record);
        Assert.That(_directory.Project.Version, Is.EqualTo(_before.Version + 1));
        _directory.Observe(ProjectDocument.Sign(_before.Claims with { Version = _before.Version + 2, Revocations = [first.Hash, second.Hash] }, Project.AuthorityKey).Record);
        Assert.That(_directory.LacksRevocations, "the oldest was displaced");
        _directory.Observe(first.Text);
        Assert.That(_directory.Project.Version, Is.EqualTo(_before.Version + 2));

        RevocationRecord Removal(int at) =>
            RevocationRecord.Sign(Project.Document.Id, [new Revocation(Project.Document.Id, RevocationKind.Departed, at)], Project.AuthorityKey);
    }

    [Test]
    public void A_later_record_of_a_document_decides()
    {
        var member = Project.Join().Identifier;
        var departed = RevocationRecord.Sign(Project.Document.Id, [new Revocation(member, RevocationKind.Departed, 7)], Project.AuthorityKey);
        var compromised = RevocationRecord.Sign(Project.Document.Id, [new Revocation(member, RevocationKind.Compromised, 8)], Project.AuthorityKey);
        _directory.Observe(departed.Text);
        _directory.Observe(compromised.Text);
        _directory.Observe(ProjectDocument.Sign(
            _before.Claims with { Version = _before.Version + 1, Revocations = [departed.Hash, compromised.Hash] }, Project.AuthorityKey).Record);
        Assert.That(_directory.Project.RevocationOf(member)?.Kind, Is.EqualTo(RevocationKind.Compromised));
    }

    [Test]
    public void Its_form_is_exact()
    {
        var (project, key) = (Project.Document.Id, Project.AuthorityKey);
        var one = new Revocation(project, RevocationKind.Departed, 1);
        Assert.Multiple(() =>
        {
            Assert.That(IsRead([one]), "else the rest proves nothing");
            Assert.That(IsRead([one], type: RecordTypes.Refusal), Is.False, "of another type");
            Assert.That(IsRead([one], audience: project[1..] + "A"), Is.False, "of another project");
            Assert.That(IsRead([]), Is.False, "none");
            Assert.That(IsRead([.. Enumerable.Range(0, 1_000).Select(i => one with { Sub = $"{i:d42}A" })]), "1,000");
            Assert.That(IsRead([.. Enumerable.Range(0, 1_001).Select(i => one with { Sub = $"{i:d42}A" })]), Is.False, "1,001");
            Assert.That(IsRead([one with { Sub = "member" }]), Is.False, "no identifier");
            Assert.That(IsRead([one with { At = 0 }]), "the first time there is");
            Assert.That(IsRead([one with { At = 253_370_764_799 }]), "the last time there is");
            Assert.That(IsRead([one with { At = 253_370_764_800 }]), Is.False, "no time");
            Assert.That(IsRead([one, one with { Sub = "member" }]), Is.False, "the second is wrong");
            Assert.That(IsRead([one, one with { Kind = RevocationKind.Compromised }]), Is.False, "one member twice");
            Assert.That(
                () => RevocationRecord.Sign(project, [one with { Sub = "member" }], key), Throws.ArgumentException.With.Message.StartsWith("A removal is out of bounds."));
            Assert.That(RevocationRecord.Sign(project, [one], key).IsSignedBy(project, key.Public));
            Assert.That(RevocationRecord.Sign(project, [one], key).IsSignedBy(project[1..] + "A", key.Public), Is.False);
        });

        bool IsRead(IReadOnlyList<Revocation> revocations, string type = RecordTypes.Revocations, string? audience = null) => RevocationRecord.TryRead(
            RawJws.Sign(type, new RevocationClaims(audience ?? project, revocations), RecordJson.Default.RevocationClaims, key), project) is not null;
    }

    [Test]
    public void A_record_of_another_project_is_none()
    {
        using var other = new TestProject();
        other.Authority.Revoke(other.Join().Identifier, RevocationKind.Departed);
        Assert.That(_directory.Observe(other.Authority.TakeUnpublished()[0]), Is.EqualTo(RecordProblem.Malformed));
    }

    [Test]
    public void Removals_have_no_limit()
    {
        // 2,500 removals in nine calls: three records, of which each call signs at most two again.
        var list = new RevocationList([]);
        foreach (var some in Enumerable.Range(0, 2_500).Select(i => new Revocation($"{i:d42}A", RevocationKind.Departed, i)).Chunk(300))
            list = list.With(some, Project.Document.Id, Project.AuthorityKey);
        Assert.That(list.Records.Select(record => record.Revocations.Count), Is.EqualTo([1_000, 1_000, 500]));

        var changed = list.With([new Revocation($"{1_500:d42}A", RevocationKind.Compromised, 9_999)], Project.Document.Id, Project.AuthorityKey);
        Assert.Multiple(() =>
        {
            Assert.That(changed.Hashes.Zip(list.Hashes, (one, other) => one == other), Is.EqualTo([true, false, true]), "the record that has it");
            Assert.That(changed.Records.Sum(record => record.Revocations.Count), Is.EqualTo(2_500));
            Assert.That(list.Records.Max(record => record.Text.Length), Is.LessThan(Jws.MaxSize));
        });

        var later = changed.Since(DateTimeOffset.FromUnixTimeSeconds(1_000), Project.Document.Id, Project.AuthorityKey);
        Assert.Multiple(() =>
        {
            Assert.That(later.Records.Select(record => record.Revocations.Count), Is.EqualTo([1_000, 500]));
            Assert.That(later.Hashes, Is.EqualTo(changed.Hashes.Skip(1)), "what changes nothing is not signed again");
        });
    }
}
