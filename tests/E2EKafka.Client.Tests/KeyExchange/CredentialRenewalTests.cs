using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.KeyExchange;

/// <summary>What a member asks the authority for, where answers are late or lost.</summary>
[TestFixture]
public class CredentialRenewalTests
{
    private const string Topic = "orders";

    private ControlNetwork _network = null!;

    [SetUp]
    public void SetUp() => _network = new ControlNetwork();

    [TearDown]
    public void TearDown() => _network.Dispose();

    [Test]
    public void A_change_of_the_key_that_the_authority_does_not_answer_keeps_no_credential_from_being_renewed()
    {
        var member = _network.Join(produce: [Topic]);
        FillNarrowings();
        member.Exchange.RotateIdentity();
        var first = member.Exchange.Credential!.Text;
        _network.Pass(TimeSpan.FromHours(20), TimeSpan.FromMinutes(20));

        Assert.That(member.Exchange.IsRotatingIdentity, "the document has no room for its narrowing");
        Assert.That(member.Exchange.Credential!.Text, Is.Not.EqualTo(first));

        _network.Pass(TimeSpan.FromHours(29), TimeSpan.FromMinutes(20));
        Assert.That(member.Exchange.IsRotatingIdentity, Is.False, "the others' credentials have ended");
    }

    [Test]
    public void A_member_whose_new_credential_was_lost_asks_for_it_with_its_next_key()
    {
        var member = _network.Join(consume: [Topic]);
        var before = member.Exchange.Credential!.Key.Thumbprint;
        _network.AuthorityServes = false;
        member.Exchange.RotateIdentity();
        _network.Pass(TimeSpan.FromSeconds(2));
        _network.Project.Authority.Answer(_network.In(ControlPartition.Requests, RecordTypes.AuthorityRequest).Last());
        _network.PublishDocument();
        _network.Settle();
        Assert.That(member.Ring.Failure?.Reason, Is.EqualTo(FailureReason.NotEnrolled), "its old credential is ruled out");

        _network.AuthorityServes = true;
        _network.Pass(TimeSpan.FromMinutes(1));
        Assert.Multiple(() =>
        {
            Assert.That(member.Ring.Failure, Is.Null);
            Assert.That(member.Exchange.IsRotatingIdentity, Is.False);
            Assert.That(member.Exchange.Credential!.Key.Thumbprint, Is.Not.EqualTo(before));
        });
    }

    [Test]
    public void A_record_by_a_key_that_was_replaced_just_now_says_nothing_of_a_copy()
    {
        var vault = new DurableVault();
        var member = _network.Join(produce: [Topic], consume: [Topic], vault: vault);
        _network.Pass(TimeSpan.FromSeconds(5));
        using var stolen = SigningKey.Import(vault.Read("identity", "key")!);
        member.Exchange.RotateIdentity();
        _network.AuthorityServes = false;
        _network.Pass(TimeSpan.FromSeconds(5));

        // The authority has agreed, and the member has not read that yet.
        member.IsCutOff = true;
        _network.AuthorityServes = true;
        _network.Settle();
        var package = KeyPackage.Create(
            _network.Project.Document.Id, member.Identifier, HpkeKem.Default.Generate().PublicKey, [Topic], isDurable: true, stolen, _network.Now, TimeSpan.FromHours(1));
        member.Exchange.Receive(new ControlRecord(ControlPartition.Members, System.Text.Encoding.ASCII.GetBytes(package.Record), _network.Now));
        member.IsCutOff = false;
        _network.Pass(TimeSpan.FromSeconds(5));

        Assert.That(member.Exchange.IsRotatingIdentity, Is.False);
        Assert.That(member.Ring.Failure, Is.Null);
    }

    [Test]
    public void A_ticket_that_does_not_fit_the_document_is_tried_again_under_the_next([Values] bool isForged)
    {
        var old = _network.Project.Document;
        var forged = ProjectDocument.Sign(old.Claims with { Version = old.Version + 2 }, _network.Project.AuthorityKey);
        _network.Project.Authority.RotateKeys();
        var records = _network.Project.Authority.TakeUnpublished();
        var ticket = _network.Project.Ticket(lifetime: TimeSpan.FromHours(1));
        using var member = new NetworkMember(_network, new MemoryVault(), ticket, new KeyLifetimes(), isForged ? forged : old);
        member.Step();
        var before = member.Ring.Failure;

        // Above what the thief of the old key has signed.
        foreach (var record in records)
            _network.Append(ControlPartition.Authority, record);
        for (var i = 0; i < 3; i++)
            _network.Project.Authority.SetPolicy(Policy.AnyMember with { Produce = [] });
        _network.PublishDocument();
        for (var i = 0; i < 3; i++)
        {
            member.Step();
            _network.Pass(TimeSpan.FromSeconds(1));
        }

        Assert.That(before?.Reason, Is.EqualTo(isForged ? FailureReason.ProjectInvalid : FailureReason.ProjectOutdated));
        Assert.That(member.Ring.Failure, Is.Null);
    }

    private void FillNarrowings()
    {
        for (var i = 0; i < ProjectDocument.MaxNarrowings; i++)
        {
            var other = _network.Project.Join();
            using var next = SigningKey.Generate();
            _network.Project.Authority.Answer(AuthorityRequest.CreateKeyChange(_network.Project.Document, other.Identifier, other.Key, next, _network.Now));
        }

        _network.PublishDocument();
        _network.Settle();
    }
}
