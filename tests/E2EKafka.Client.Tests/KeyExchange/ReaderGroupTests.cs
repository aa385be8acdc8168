using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.KeyExchange;

/// <summary>MACs for reader groups from policy to message: who is given which key, and what is proven to whom.</summary>
[TestFixture]
public class ReaderGroupTests
{
    private const string Topic = "orders";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private ControlNetwork _network = null!;
    private DurableVault _auditVault = null!;
    private NetworkMember _billing = null!;
    private NetworkMember _audit = null!;
    private NetworkMember _producer = null!;

    [SetUp]
    public void SetUp()
    {
        _network = new ControlNetwork();
        _network.Demand(Macs("billing", "audit"));
        _auditVault = new DurableVault();
        _billing = Reader("billing");
        _audit = Reader("audit", _auditVault);
        _producer = _network.Join(produce: [Topic], vault: new DurableVault());
    }

    [TearDown]
    public void TearDown() => _network.Dispose();

    [Test]
    public void Each_group_opens_a_message_and_is_told_that_a_MAC_proves_it()
    {
        var message = _producer.Send(Topic, "hello");

        Assert.Multiple(() =>
        {
            Assert.That(message, Has.Length.EqualTo(38 + "hello".Length + 32));
            Assert.That(_billing.Open(Topic, message), Is.EqualTo("hello"));
            Assert.That(_audit.Open(Topic, message), Is.EqualTo("hello"));
            Assert.That(_billing.ProofOf(Topic, message), Is.EqualTo(MessageProof.Mac));
            Assert.That(_audit.ProofOf(Topic, message), Is.EqualTo(MessageProof.Mac));
        });
    }

    [Test]
    public void A_member_is_given_the_key_of_its_own_group_and_of_no_other()
    {
        _producer.Send(Topic);
        using var held = Held(_auditVault);

        Assert.Multiple(() =>
        {
            Assert.That(GroupsGrantedTo(_billing), Is.EqualTo((string[])["billing"]));
            Assert.That(GroupsGrantedTo(_audit), Is.EqualTo((string[])["audit"]));
            Assert.That(held.GroupKeys.Select(key => key.Group), Is.EqualTo((string[])["audit"]));
        });
    }

    [Test]
    public void A_member_of_another_group_cannot_forge_though_it_has_the_sessions_secret()
    {
        _producer.Send(Topic);

        Assert.That(_billing.WhyItCannotOpen(Topic, ForgedByAudit()), Is.EqualTo(FailureReason.AuthenticationFailed));
    }

    // That is what a group is: members that trust each other with the origin. No proof tells them apart.
    [Test]
    public void A_member_of_the_same_group_can_forge_and_its_message_counts_as_proven_by_a_MAC()
    {
        var replica = Reader("audit");
        _producer.Send(Topic);

        Assert.That(replica.ProofOf(Topic, ForgedByAudit()), Is.EqualTo(MessageProof.Mac));
    }

    [Test]
    public void A_peer_that_gives_the_secret_without_the_groups_key_gives_nothing()
    {
        var (sender, session) = Announce();
        Grant(sender, session, null, _billing);
        var without = KeysOf(_billing, session);
        Grant(sender, session, session.GroupKeys[0], _billing);

        Assert.Multiple(() =>
        {
            Assert.That(without, Is.Null, "it is no shared session");
            Assert.That(KeysOf(_billing, session), Is.Not.Null, "it was still wanted");
        });
    }

    [Test]
    public void A_producer_that_gives_two_members_of_a_group_different_keys_is_refused_by_the_second()
    {
        var second = Reader("billing");
        var (sender, session) = Announce();
        using var other = GroupKey.Random("billing");
        Grant(sender, session, session.GroupKeys[0], _billing);
        Grant(sender, session, other, second);

        Assert.Multiple(() =>
        {
            Assert.That(KeysOf(_billing, session), Is.Not.Null);
            Assert.That(KeysOf(second, session), Is.Null);
            Assert.That(second.Exchange.Report.Skipped[RecordProblem.CommitmentMismatch], Is.EqualTo(1));
        });
    }

    [Test]
    public void The_key_of_another_group_gives_nothing_under_either_name()
    {
        var (sender, session) = Announce();
        Grant(sender, session, session.GroupKeys[1], _billing);
        var underItsOwn = _billing.Exchange.Report.Skipped.GetValueOrDefault(RecordProblem.CommitmentMismatch);
        Grant(sender, session, new GroupKey("billing", session.GroupKeys[1].Key), _billing);

        Assert.Multiple(() =>
        {
            Assert.That(KeysOf(_billing, session), Is.Null);
            Assert.That(underItsOwn, Is.Zero, "a grant for another group is passed over");
            Assert.That(_billing.Exchange.Report.Skipped[RecordProblem.CommitmentMismatch], Is.EqualTo(1));
        });
    }

    [Test]
    public void A_consumer_outside_of_the_groups_is_given_nothing_and_told_so([Values] bool isArchiveReader)
    {
        var outsider = Reader("shop");
        if (isArchiveReader)
            _network.Demand(Macs("billing", "audit") with { ArchiveReaders = [outsider.Identifier] });
        var message = _producer.Send(Topic);
        _network.Pass(TimeSpan.FromMinutes(1));

        Assert.Multiple(() =>
        {
            Assert.That(outsider.WhyItCannotOpen(Topic, message), Is.EqualTo(FailureReason.ReaderNotAuthorized));
            Assert.That(() => outsider.Open(Topic, message), Throws.TypeOf<MessageOpenException>().With.Message.Contains("billing, audit (service)"));
            Assert.That(_network.GrantsTo(outsider.Identifier), Is.Empty);
        });
    }

    [Test]
    public void A_group_that_policy_lists_later_reads_what_is_sent_from_then_on()
    {
        var shop = Reader("shop");
        var before = _producer.Send(Topic);
        _network.Demand(Macs("billing", "audit", "shop"));
        _network.Pass(TimeSpan.FromMinutes(1));
        var after = _producer.Send(Topic);

        Assert.Multiple(() =>
        {
            Assert.That(shop.WhyItCannotOpen(Topic, before), Is.EqualTo(FailureReason.ReaderNotAuthorized));
            Assert.That(shop.ProofOf(Topic, after), Is.EqualTo(MessageProof.Mac));
            Assert.That(_billing.ProofOf(Topic, before), Is.EqualTo(MessageProof.Mac), "its group is the same");
            Assert.That(_billing.ProofOf(Topic, after), Is.EqualTo(MessageProof.Mac));
        });
    }

    [Test]
    public void After_a_member_was_removed_older_macs_prove_nothing_to_its_group([Values] RevocationKind kind)
    {
        var removed = Reader("billing");
        var before = _producer.Send(Topic);
        _network.Revoke(removed, kind);
        _network.Pass(TimeSpan.FromMinutes(1));
        var after = _producer.Send(Topic);
        var refused = _billing.WhyItCannotOpen(Topic, before);
        var (ofAudit, ofNext) = (_audit.ProofOf(Topic, before), _billing.ProofOf(Topic, after));
        _network.Demand(Macs("billing", "audit") with { Authentication = MessageAuthentication.Shared, ReaderGroups = null });
        _network.Pass(TimeSpan.FromMinutes(1));

        Assert.Multiple(() =>
        {
            Assert.That(refused, Is.EqualTo(FailureReason.WrongAuthentication));
            Assert.That(ofAudit, Is.EqualTo(MessageProof.Mac), "the removed member had no key of that group");
            Assert.That(ofNext, Is.EqualTo(MessageProof.Mac));
            Assert.That(_billing.ProofOf(Topic, before), Is.EqualTo(MessageProof.SharedKey), "where policy asks for no more");
        });
    }

    [Test]
    public void Policy_may_let_a_group_open_what_outdated_macs_do_not_prove()
    {
        var removed = Reader("billing");
        var before = _producer.Send(Topic);
        _network.Revoke(removed, RevocationKind.Departed);
        _network.Demand(Macs("billing", "audit") with { AllowOutdatedMacs = true });
        _network.Pass(TimeSpan.FromMinutes(1));
        var after = _producer.Send(Topic);

        Assert.Multiple(() =>
        {
            Assert.That(_billing.ProofOf(Topic, before), Is.EqualTo(MessageProof.SharedKey));
            Assert.That(_audit.ProofOf(Topic, before), Is.EqualTo(MessageProof.Mac));
            Assert.That(_billing.ProofOf(Topic, after), Is.EqualTo(MessageProof.Mac));
        });
    }

    [Test]
    public void After_a_member_has_replaced_its_key_older_macs_prove_nothing_to_its_group()
    {
        var moved = Reader("billing", new DurableVault());
        var before = _producer.Send(Topic);
        var version = _network.Project.Document.Version;
        moved.Exchange.RotateIdentity();
        _network.Pass(TimeSpan.FromMinutes(2));
        var after = _producer.Send(Topic);

        Assert.Multiple(() =>
        {
            Assert.That(moved.Exchange.IsRotatingIdentity, Is.False);
            Assert.That(_network.Project.Document.Version, Is.EqualTo(version + 1));
            Assert.That(_billing.WhyItCannotOpen(Topic, before), Is.EqualTo(FailureReason.WrongAuthentication));
            Assert.That(_audit.ProofOf(Topic, before), Is.EqualTo(MessageProof.Mac));
            Assert.That(_billing.ProofOf(Topic, after), Is.EqualTo(MessageProof.Mac));
            Assert.That(moved.ProofOf(Topic, after), Is.EqualTo(MessageProof.Mac));
        });
    }

    [Test]
    public async Task The_authority_publishes_a_credential_for_another_key_and_behind_it_the_document()
    {
        FakeControlLog log = null!;
        await using var service = new AuthorityService(_network.Project.Authority, sink => log = new FakeControlLog(sink), _network.Clock, _network.Log);
        service.Start();
        await service.WaitUntilServingAsync(Patience, default);
        var member = _network.Enroll(("service", "billing"));
        using var next = SigningKey.Generate();
        var change = AuthorityRequest.CreateKeyChange(_network.Project.Document, member.Identifier, member.Key, next, _network.Now);
        var before = log.Published.Count;
        ((IControlLogSink)service).Received(
            new ControlRecord(ControlPartition.Requests, System.Text.Encoding.ASCII.GetBytes(change.Text), _network.Now, Offset: null));
        SpinWait.SpinUntil(() => log.Published.Count > before, Patience);

        Assert.That(
            log.Published.Skip(before).SelectMany(publication => publication.Records).Select(record => Jws.TryParse(record)!.Type),
            Is.EqualTo((string[])[RecordTypes.Credential, RecordTypes.Project]));
    }

    [Test]
    public void A_session_that_a_producer_began_before_it_read_of_a_groups_version_ends_when_it_reads_of_it()
    {
        _producer.Send(Topic);
        var session = _producer.Sending(Topic).Current!;
        var document = _network.Project.Document.Claims;
        _producer.Exchange.Receive(new ControlRecord(
            ControlPartition.Authority,
            System.Text.Encoding.ASCII.GetBytes(ProjectDocument.Sign(document with
            {
                Version = document.Version + 1,
                Groups = [.. document.Groups.Select(group => group.Value == "billing" ? group with { Version = document.Version + 1 } : group)],
            }, _network.Project.AuthorityKey).Record),
            _network.Now,
            Offset: null));

        Assert.That(session.TrySeal([], new MessageContext(Topic), _network.Now.UtcTicks), Is.Null);
    }

    [Test]
    public void A_member_that_moves_to_another_group_gets_that_groups_keys()
    {
        var message = _producer.Send(Topic);
        var claims = _billing.Exchange.Credential!.Claims;
        _network.Append(ControlPartition.Authority, Jws.Sign(
            RecordTypes.Credential, _network.Project.AuthorityKey,
            claims with { Serial = claims.Serial + 1, Attributes = new Dictionary<string, string> { ["service"] = "audit" } },
            RecordJson.Default.CredentialClaims));
        _network.Settle();
        var before = _billing.Ring.Sessions[SessionId.Read(message.AsSpan(2))].Keys;
        _network.Pass(TimeSpan.FromMinutes(1));

        Assert.Multiple(() =>
        {
            Assert.That(before, Is.Null, "the key of the group that it has left proves it nothing");
            Assert.That(_billing.ProofOf(Topic, message), Is.EqualTo(MessageProof.Mac));
            Assert.That(GroupsGrantedTo(_billing), Is.EquivalentTo((string[])["billing", "audit"]));
        });
    }

    [Test]
    public void After_a_member_has_moved_to_another_group_older_macs_prove_nothing_to_the_group_that_it_left()
    {
        var moved = Reader("billing");
        var before = _producer.Send(Topic);
        _network.Project.Authority.SetAttributes(moved.Identifier, new Dictionary<string, string> { ["service"] = "audit" });
        _network.PublishDocument();
        _network.Pass(TimeSpan.FromMinutes(1));
        var after = _producer.Send(Topic);

        Assert.Multiple(() =>
        {
            Assert.That(_billing.WhyItCannotOpen(Topic, before), Is.EqualTo(FailureReason.WrongAuthentication));
            Assert.That(_audit.ProofOf(Topic, before), Is.EqualTo(MessageProof.Mac), "no member of it left");
            Assert.That(_billing.ProofOf(Topic, after), Is.EqualTo(MessageProof.Mac));
            Assert.That(moved.ProofOf(Topic, after), Is.EqualTo(MessageProof.Mac));
            Assert.That(GroupsGrantedTo(moved), Does.Contain("audit"));
        });
    }

    [Test]
    public void A_reader_that_was_in_two_groups_checks_the_MAC_of_its_own_alone()
    {
        var message = _producer.Send(Topic);
        _network.Project.Authority.SetAttributes(_billing.Identifier, new Dictionary<string, string> { ["service"] = "audit" });
        _network.PublishDocument();
        _network.Pass(TimeSpan.FromMinutes(1));
        byte[] wrong = [.. message];
        wrong[^32] ^= 1; // of the group that it has left

        Assert.That(_billing.ProofOf(Topic, message), Is.EqualTo(MessageProof.Mac));
        Assert.That(_billing.ProofOf(Topic, wrong), Is.EqualTo(MessageProof.Mac), "as every member of its group");
        wrong[^16] ^= 1;
        Assert.That(_billing.WhyItCannotOpen(Topic, wrong), Is.EqualTo(FailureReason.AuthenticationFailed));
    }

    [Test]
    public void A_late_reader_is_served_by_a_holder_of_its_own_group_alone()
    {
        var message = _producer.Send(Topic);
        _network.Kill(_producer);
        var late = Reader("billing");
        _network.Pass(TimeSpan.FromMinutes(2));

        Assert.That(late.ProofOf(Topic, message), Is.EqualTo(MessageProof.Mac));
        Assert.That(_network.GrantsTo(late.Identifier).Select(grant => grant.Sender).Distinct(), Is.EqualTo((string[])[_billing.Identifier]));
    }

    [Test]
    public void A_holder_of_another_group_serves_no_member_of_ones_own()
    {
        var message = _producer.Send(Topic);
        _network.Kill(_producer);
        _network.Kill(_billing);
        var late = Reader("billing");
        _network.Pass(TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(5));

        Assert.That(late.WhyItCannotOpen(Topic, message), Is.EqualTo(FailureReason.KeyNotYetReceived));
        Assert.That(_network.GrantsTo(late.Identifier), Is.Empty);
    }

    [Test]
    public void A_reader_that_comes_back_has_its_groups_key_and_hands_it_on()
    {
        var message = _producer.Send(Topic);
        _network.Kill(_producer);
        _network.Kill(_audit);
        _audit = Reader("audit", _auditVault);
        var late = Reader("audit");
        _network.Pass(TimeSpan.FromMinutes(2));

        Assert.That(_audit.ProofOf(Topic, message), Is.EqualTo(MessageProof.Mac));
        Assert.That(late.ProofOf(Topic, message), Is.EqualTo(MessageProof.Mac));
    }

    [Test]
    public void A_producer_that_comes_back_has_the_keys_of_all_groups()
    {
        var vault = new DurableVault();
        var producer = _network.Join(produce: [Topic], vault: vault);
        var message = producer.Send(Topic);
        foreach (var member in (NetworkMember[])[producer, _billing, _audit])
            _network.Kill(member);
        _network.Join(produce: [Topic], vault: vault);
        NetworkMember[] late = [Reader("billing"), Reader("audit")];
        _network.Pass(TimeSpan.FromMinutes(2));

        Assert.That(late.Select(reader => reader.ProofOf(Topic, message)), Is.All.EqualTo(MessageProof.Mac));
    }

    [Test]
    public void A_stronger_mode_is_accepted_and_a_weaker_one_refused()
    {
        var ofMacs = _producer.Send(Topic);
        _network.Demand(new TopicRequirements { Topic = Topic });
        _network.Pass(TimeSpan.FromMinutes(1));
        var signed = _producer.Send(Topic);
        var macsWhereSigned = _billing.WhyItCannotOpen(Topic, ofMacs);
        _network.Demand(Macs("billing", "audit"));
        _network.Pass(TimeSpan.FromMinutes(1));
        var signedWhereMacs = _billing.ProofOf(Topic, signed);
        var afterAPause = _billing.WhyItCannotOpen(Topic, ofMacs);
        _network.Demand(new TopicRequirements { Topic = Topic, Authentication = MessageAuthentication.Shared });
        _network.Pass(TimeSpan.FromMinutes(1));
        var shared = _producer.Send(Topic);
        _network.Demand(Macs("billing", "audit"));
        _network.Pass(TimeSpan.FromMinutes(1));

        Assert.Multiple(() =>
        {
            Assert.That(macsWhereSigned, Is.EqualTo(FailureReason.WrongAuthentication));
            Assert.That(signedWhereMacs, Is.EqualTo(MessageProof.Signature));
            Assert.That(afterAPause, Is.EqualTo(FailureReason.WrongAuthentication), "who left the groups meanwhile was not counted");
            Assert.That(_billing.WhyItCannotOpen(Topic, shared), Is.EqualTo(FailureReason.WrongAuthentication));
        });
    }

    [Test]
    public void Groups_of_another_attribute_are_not_those_that_policy_demands()
    {
        var member = _network.Join(consume: [Topic], attributes: [("service", "billing"), ("team", "red")]);
        var before = _producer.Send(Topic);
        var session = _producer.SessionOf(Topic);
        _network.SetPolicy(Policy.AnyMember with
        {
            Topics = [Macs("red") with { ReaderGroups = new ReaderGroups { Attribute = "team", Values = ["red"] } }, Macs("billing", "audit") with { Topic = "other" }],
        });
        _network.Pass(TimeSpan.FromMinutes(1));
        var after = _producer.Send(Topic);

        Assert.Multiple(() =>
        {
            Assert.That(member.WhyItCannotOpen(Topic, before), Is.EqualTo(FailureReason.WrongAuthentication));
            Assert.That(member.ProofOf(Topic, after), Is.EqualTo(MessageProof.Mac));
            Assert.That(_producer.SessionOf(Topic), Is.Not.EqualTo(session));
        });
    }

    private static TopicRequirements Macs(params string[] groups) => new()
    {
        Topic = Topic,
        Authentication = MessageAuthentication.Mac,
        ReaderGroups = new ReaderGroups { Attribute = "service", Values = groups },
    };

    private static InboundSession? KeysOf(NetworkMember member, TestSession session) => member.Ring.Sessions[session.Statement.Id].Keys;

    private static KnownSession Held(DurableVault vault) => KnownSession.TryRestore(vault.List("sessions").Values.Single())!;

    private NetworkMember Reader(string service, IVaultStore? vault = null) =>
        _network.Join(consume: [Topic], vault: vault, attributes: ("service", service));

    private IEnumerable<string?> GroupsGrantedTo(NetworkMember member) =>
        _network.GrantsTo(member.Identifier).SelectMany(grant => grant.Recipient.Sessions).Select(session => session.Group).Distinct();

    private (TestMember Sender, TestSession Session) Announce()
    {
        var sender = _network.Enroll();
        var session = sender.Session(Topic, MessageAuthentication.Mac);
        _network.Append(_network.SessionsOf(Topic), session.Announcement);
        _network.Settle();
        return (sender, session);
    }

    private void Grant(TestMember sender, TestSession session, GroupKey? groupKey, NetworkMember reader)
    {
        var package = _network.In(ControlPartition.Members, RecordTypes.KeyPackage).Select(KeyPackage.Read).OfType<KeyPackage>().Last(package => package.Member == reader.Identifier);
        _network.Append(_network.GrantsOf(reader.Identifier), sender.Grant(session, groupKey, package).Text);
        _network.Settle();
    }

    // By all that a reader of group audit has.
    private byte[] ForgedByAudit()
    {
        using var held = Held(_auditVault);
        var key = held.GroupKeys.Single().Key;
        using var forging = new OutboundSession(
            held.Statement, SessionKeys.TryDerive(held.Secret!, held.Statement)!,
            ProvingKeys.Macs([SecretBytes.CopyOf(key.Span), SecretBytes.CopyOf(key.Span)]), SessionLimits.Default);
        return forging.TrySeal("forged"u8, new MessageContext(Topic), _network.Now.UtcTicks)!;
    }
}
