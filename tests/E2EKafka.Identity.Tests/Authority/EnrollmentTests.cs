using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

public sealed class EnrollmentTests : AuthorityFixture
{
    [Test]
    public void A_ticket_gives_a_credential_with_its_attributes()
    {
        var key = NewKey();
        var credential = Enroll(key, Project.Ticket(attributes: ("role", "shop")))!;
        Assert.Multiple(() =>
        {
            Assert.That(credential.Subject, Is.EqualTo(key.Public.Thumbprint));
            Assert.That(credential.Attributes, Is.EquivalentTo(new Dictionary<string, string> { ["role"] = "shop" }));
            Assert.That(credential.Claims.EnrolledAt, Is.EqualTo(Project.Now.ToUnixTimeSeconds()));
            Assert.That(Authority.ListMembers().Select(member => member.Identifier), Is.EqualTo([credential.Subject]));
        });
    }

    [Test]
    public void The_same_ticket_and_identifier_get_the_same_answer_and_take_one_use()
    {
        var (key, ticket) = (NewKey(), Project.Ticket(uses: 2));
        var first = Enroll(key, ticket)!;
        Project.Clock.Advance(TimeSpan.FromMinutes(1));
        var second = Enroll(key, ticket)!;
        Assert.Multiple(() =>
        {
            Assert.That(second.Text, Is.EqualTo(first.Text));
            Assert.That(Enroll(NewKey(), ticket), Is.Not.Null, "the second use");
            Assert.That(RefusalOf(NewKey(), ticket), Is.EqualTo(FailureReason.TicketUsedUp));
        });
    }

    [Test]
    public void The_same_request_replayed_gets_the_same_answer()
    {
        var request = Request(NewKey(), Project.Ticket());
        Assert.That(Authority.Answer(request), Is.EqualTo(Authority.Answer(request)).And.Not.Null);
    }

    [Test]
    public void A_ticket_for_one_is_for_one()
    {
        var ticket = Project.Ticket();
        Assert.Multiple(() =>
        {
            Assert.That(Enroll(NewKey(), ticket), Is.Not.Null);
            Assert.That(RefusalOf(NewKey(), ticket), Is.EqualTo(FailureReason.TicketUsedUp));
        });
    }

    [Test]
    public void A_ticket_for_three_is_for_three()
    {
        var ticket = Project.Ticket(uses: 3);
        var outcomes = Enumerable.Range(0, 5).Select(_ => Enroll(NewKey(), ticket) is not null);
        Assert.That(outcomes, Is.EqualTo([true, true, true, false, false]));
    }

    [Test]
    public void A_ticket_is_refused_from_the_second_at_which_it_expires()
    {
        var ticket = Project.Ticket(uses: 2, lifetime: TimeSpan.FromMinutes(10));
        Project.Clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromTicks(1));
        Assert.That(Enroll(NewKey(), ticket), Is.Not.Null);
        Project.Clock.Advance(TimeSpan.FromTicks(1));
        Assert.That(RefusalOf(NewKey(), ticket), Is.EqualTo(FailureReason.TicketExpired));
    }

    [Test]
    public void Who_enrolled_in_time_gets_its_answer_however_late_it_asks_again()
    {
        var (key, ticket) = (NewKey(), Project.Ticket());
        var first = Enroll(key, ticket)!;
        Project.Clock.Advance(TimeSpan.FromDays(3));
        Project.Ticket(); // forgets tickets long expired
        var again = Enroll(key, ticket)!;
        Assert.Multiple(() =>
        {
            Assert.That(again.Subject, Is.EqualTo(first.Subject));
            Assert.That(again.Claims.Serial, Is.GreaterThan(first.Claims.Serial), "the first has expired");
            Assert.That(RefusalOf(NewKey(), ticket), Is.EqualTo(FailureReason.TicketUnknown));
        });
    }

    [Test]
    public void An_expired_ticket_is_remembered_for_a_day_and_then_forgotten()
    {
        var ticket = Project.Ticket();
        Project.Clock.Advance(TimeSpan.FromHours(24));
        Project.Ticket();
        Assert.That(RefusalOf(NewKey(), ticket), Is.EqualTo(FailureReason.TicketExpired));
        Project.Clock.Advance(TimeSpan.FromHours(1));
        var last = Project.Ticket();
        Assert.Multiple(() =>
        {
            Assert.That(RefusalOf(NewKey(), ticket), Is.EqualTo(FailureReason.TicketUnknown));
            Assert.That(Project.Vault.List("tickets").Keys, Does.Contain(EnrollmentTicket.HashOf(last.Secret)).And.Not.Contain(EnrollmentTicket.HashOf(ticket.Secret)));
        });
    }

    [Test]
    public void A_ticket_that_was_never_issued_is_unknown()
    {
        var guessed = new EnrollmentTicket(new TicketClaims(Project.Document.Id, Project.Document.Authority, Project.Document.AuthorityKey.Thumbprint, Project.Document.Version, Project.Now.AddDays(1).ToUnixTimeSeconds(), new byte[32]));
        Assert.That(RefusalOf(NewKey(), guessed), Is.EqualTo(FailureReason.TicketUnknown));
    }

    [Test]
    public void Another_projects_ticket_is_unknown_here_and_not_used_up_there()
    {
        using var other = new TestProject();
        var ticket = other.Ticket();
        Assert.That(RefusalOf(NewKey(), ticket), Is.EqualTo(FailureReason.TicketUnknown));

        var key = NewKey();
        var there = AuthorityRequest.Create(other.Document, key.Public.Thumbprint, key, ticket, other.Now);
        Assert.That(other.CredentialIn(other.Authority.Answer(there)), Is.Not.Null);
    }

    [Test]
    public void A_request_to_another_project_gets_no_answer_at_all()
    {
        using var other = new TestProject();
        var key = NewKey();
        var request = AuthorityRequest.Create(other.Document, key.Public.Thumbprint, key, Project.Ticket(), Project.Now);
        Assert.That(Authority.Answer(request), Is.Null);
    }

    [Test]
    public void Nobody_enrolls_under_anothers_identifier()
    {
        var (victim, mallory, ticket) = (NewKey(), NewKey(), Project.Ticket(uses: 9));
        var stolen = AuthorityRequest.Create(Project.Document, victim.Public.Thumbprint, mallory, ticket, Project.Now);
        Assert.Multiple(() =>
        {
            Assert.That(RefusalOf(stolen), Is.EqualTo(FailureReason.RequestInvalid), "before the victim enrolled");
            Assert.That(Enroll(victim, ticket), Is.Not.Null, "nor was the name taken");
            Assert.That(RefusalOf(stolen), Is.EqualTo(FailureReason.NotEnrolled), "after, though both know the ticket");
            Assert.That(Authority.ListMembers(), Has.Count.EqualTo(1));
        });
    }

    [Test]
    public void A_member_does_not_change_its_attributes_with_another_ticket()
    {
        var key = NewKey();
        Enroll(key, Project.Ticket(attributes: ("role", "shop")));
        Assert.Multiple(() =>
        {
            Assert.That(RefusalOf(key, Project.Ticket(attributes: ("role", "admin"))), Is.EqualTo(FailureReason.RequestInvalid));
            Assert.That(Authority.ListMembers().Single(member => member.Identifier == key.Public.Thumbprint).Attributes["role"], Is.EqualTo("shop"));
        });
    }

    [Test]
    public void What_is_sealed_in_one_request_cannot_be_sent_by_another_identity()
    {
        var (alice, mallory, ticket) = (NewKey(), NewKey(), Project.Ticket());
        var sealedPart = Request(alice, ticket).ReadUnverified(RecordJson.Default.AuthorityRequestClaims)!.Sealed;
        var claims = new AuthorityRequestClaims(
            Project.Document.Id, mallory.Public.Thumbprint, Project.Now.ToUnixTimeSeconds(), mallory.Public.Jwk, sealedPart);
        var stolen = RawJws.Sign(RecordTypes.AuthorityRequest, claims, RecordJson.Default.AuthorityRequestClaims, mallory);
        var inAlicesName = RawJws.Sign(
            RecordTypes.AuthorityRequest, claims with { Sub = alice.Public.Thumbprint }, RecordJson.Default.AuthorityRequestClaims, mallory);
        Assert.Multiple(() =>
        {
            Assert.That(RefusalOf(stolen), Is.EqualTo(FailureReason.RequestInvalid));
            Assert.That(RefusalOf(inAlicesName), Is.EqualTo(FailureReason.RequestInvalid));
            Assert.That(Enroll(alice, ticket), Is.Not.Null, "the ticket is still hers");
        });
    }

    [Test]
    public void What_is_sealed_opens_only_for_the_name_and_the_key_it_was_sealed_with()
    {
        var (alice, mallory) = (NewKey(), NewKey());
        using var sealing = HpkePrivateKey.TryRestore(Project.Vault.Read("authority", "sealing"))!;
        var claims = Request(alice, Project.Ticket()).ReadUnverified(RecordJson.Default.AuthorityRequestClaims)!;
        Assert.Multiple(() =>
        {
            Assert.That(Opens(claims, alice), "else the rest proves nothing");
            Assert.That(Opens(claims with { Jwk = mallory.Public.Jwk }, mallory), Is.False, "another key");
            Assert.That(Opens(claims with { Sub = mallory.Public.Thumbprint }, alice), Is.False, "another name");
        });

        bool Opens(AuthorityRequestClaims changed, SigningKey signer) => AuthorityRequest.TryVerify(
            RawJws.Sign(RecordTypes.AuthorityRequest, changed, RecordJson.Default.AuthorityRequestClaims, signer), Project.Document.Id)!.TryOpen(sealing) is not null;
    }

    [Test]
    public void A_request_that_its_key_did_not_sign_gets_no_answer_at_all()
    {
        var (alice, mallory) = (NewKey(), NewKey());
        var claims = Request(alice, Project.Ticket()).ReadUnverified(RecordJson.Default.AuthorityRequestClaims)!;
        Assert.That(Authority.Answer(RawJws.Sign(RecordTypes.AuthorityRequest, claims, RecordJson.Default.AuthorityRequestClaims, mallory)), Is.Null);
    }

    [TestCase(-601)]
    [TestCase(601)]
    public void A_request_of_another_time_gets_no_answer_at_all(int seconds)
    {
        var key = NewKey();
        var request = AuthorityRequest.Create(Project.Document, key.Public.Thumbprint, key, Project.Ticket(), Project.Now.AddSeconds(seconds));
        Assert.That(Authority.Answer(request), Is.Null);
    }

    [TestCase("")]
    [TestCase("admin")]
    [TestCase("../tickets/x")]
    [TestCase("<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<")]
    public void A_request_in_a_name_that_is_no_identifier_gets_no_answer_at_all(string name)
    {
        var key = NewKey();
        Assert.That(Authority.Answer(AuthorityRequest.Create(Project.Document, name, key, Project.Ticket(), Project.Now)), Is.Null);
    }

    [Test]
    public void A_name_cannot_blow_up_the_answer()
    {
        // JSON makes six bytes of each: the refusal would be larger than Kafka takes.
        var key = NewKey();
        Assert.That(Authority.Answer(AuthorityRequest.Create(Project.Document, new string('<', 20_000), key, Project.Ticket(), Project.Now)), Is.Null);
    }

    [TestCase(0)]
    [TestCase(31)]
    [TestCase(33)]
    [TestCase(100_000)]
    public void A_secret_of_another_size_is_refused(int size)
    {
        var ticket = new EnrollmentTicket(new TicketClaims(Project.Document.Id, Project.Document.Authority, Project.Document.AuthorityKey.Thumbprint, Project.Document.Version, 1, new byte[size]));
        Assert.That(RefusalOf(NewKey(), ticket), Is.EqualTo(FailureReason.RequestInvalid));
    }

    [Test]
    public void What_is_no_request_gets_no_answer_at_all()
    {
        var member = Project.Join();
        Assert.Multiple(() =>
        {
            Assert.That(Authority.Answer(TestProject.Parse(Project.Document.Record)), Is.Null);
            Assert.That(Authority.Answer(TestProject.Parse(member.Credential.Text)), Is.Null);
            Assert.That(Authority.Answer(member.Session("orders").Record), Is.Null);
        });
    }

    [Test]
    public void Exactly_one_enrolls_where_many_race_with_a_ticket_for_one()
    {
        var ticket = Project.Ticket();
        var keys = Enumerable.Range(0, 32).Select(_ => NewKey()).ToList();
        var answers = new string?[keys.Count];
        var requests = keys.Select(key => Request(key, ticket)).ToList();
        Parallel.For(0, keys.Count, new ParallelOptions { MaxDegreeOfParallelism = 16 }, i => answers[i] = Authority.Answer(requests[i]));
        Assert.Multiple(() =>
        {
            Assert.That(answers.Count(answer => Project.CredentialIn(answer) is not null), Is.EqualTo(1));
            Assert.That(answers.Zip(requests, Project.RefusalIn).Count(reason => reason == FailureReason.TicketUsedUp), Is.EqualTo(keys.Count - 1));
            Assert.That(Authority.ListMembers(), Has.Count.EqualTo(1));
        });
    }

    [Test]
    public void One_identity_that_asks_many_times_at_once_is_answered_alike()
    {
        var request = Request(NewKey(), Project.Ticket());
        var answers = new string?[32];
        Parallel.For(0, answers.Length, new ParallelOptions { MaxDegreeOfParallelism = 16 }, i => answers[i] = Authority.Answer(request));
        Assert.That(answers.Distinct().ToList(), Has.Count.EqualTo(1).And.None.Null);
    }

    [Test]
    public void A_tickets_record_does_not_grow_with_its_uses()
    {
        // What is in one value of a vault is bounded; a million uses must be a number.
        var ticket = Project.Ticket(uses: 1_000_000);
        var name = EnrollmentTicket.HashOf(ticket.Secret);
        Enroll(NewKey(), ticket);
        var after1 = Project.Vault.Read("tickets", name)!.Length;
        for (var i = 0; i < 8; i++)
            Enroll(NewKey(), ticket);
        Assert.That(Project.Vault.Read("tickets", name)!, Has.Length.EqualTo(after1));
    }

    [Test]
    public void A_ticket_that_makes_no_sense_is_not_made()
    {
        Assert.Multiple(() =>
        {
            Assert.That(() => Project.Ticket(uses: 0), Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(() => Project.Ticket(uses: 1_000_001), Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(() => Project.Ticket(lifetime: TimeSpan.Zero), Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(() => Project.Ticket(lifetime: TimeSpan.FromDays(366)), Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(() => Project.Ticket(attributes: ("role", "")), Throws.ArgumentException);
            Assert.That(Project.Vault.List("tickets"), Is.Empty);
        });
    }
}
