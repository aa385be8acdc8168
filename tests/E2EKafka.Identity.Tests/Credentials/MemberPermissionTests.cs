using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

/// <summary>What a member may do, by its newest credential and the newest document.</summary>
public sealed class MemberPermissionTests : DirectoryFixture
{
    // Permissions

    [Test]
    public void A_member_is_one_until_its_credential_ends_or_it_is_removed()
    {
        var (staying, leaving, stranger) = (Project.Join(), Project.Join(), Project.Join());
        Project.Authority.Revoke(leaving.Identifier, RevocationKind.Departed);
        var directory = Project.DirectoryOf(staying, leaving);
        Assert.Multiple(() =>
        {
            Assert.That(directory.IsMember(staying.Identifier, Project.Now));
            Assert.That(directory.IsMember(leaving.Identifier, Project.Now), Is.False);
            Assert.That(directory.IsMember(stranger.Identifier, Project.Now), Is.False, "its credential was not shown");
            Assert.That(directory.IsMember(staying.Identifier, staying.Credential.ExpiresAt), Is.False);
        });
    }

    [Test]
    public void Policy_and_attributes_decide_who_may_produce_and_receive_now()
    {
        Permit(produce: Rule("orders", "shop"), consume: Rule("orders", "kitchen"));
        var (shop, kitchen, leaving) = (Project.Join(("role", "shop")), Project.Join(("role", "kitchen")), Project.Join(("role", "kitchen")));
        Project.Authority.Revoke(leaving.Identifier, RevocationKind.Departed);
        var directory = Project.DirectoryOf(shop, kitchen, leaving);
        Assert.Multiple(() =>
        {
            Assert.That(directory.MayProduce(shop.Identifier, "orders", Project.Now));
            Assert.That(directory.MayProduce(shop.Identifier, "payments", Project.Now), Is.False);
            Assert.That(directory.MayProduce(kitchen.Identifier, "orders", Project.Now), Is.False);
            Assert.That(directory.MayProduce(shop.Identifier, "orders", shop.Credential.ExpiresAt), Is.False);
            Assert.That(MayReceive(kitchen));
            Assert.That(MayReceive(shop), Is.False);
            Assert.That(MayReceive(leaving), Is.False);
            Assert.That(directory.MayReceive(kitchen.Identifier, "orders", groups: null, Project.Now, kitchen.Credential.ExpiresAt), Is.False);
        });

        bool MayReceive(TestMember member) => directory.MayReceive(member.Identifier, "orders", groups: null, Project.Now, Project.Now);
    }

    [Test]
    public void A_member_from_entry_gets_no_session_that_began_before_it_came_or_in_the_same_second()
    {
        Permit(Rule("*"), Rule("*"), new TopicRequirements { Topic = "orders", History = HistoryAccess.SinceEnrollment });
        Project.Clock.Advance(TimeSpan.FromMilliseconds(400));
        var member = Project.Join();
        var directory = Project.DirectoryOf(member);
        Assert.Multiple(() =>
        {
            Assert.That(MayReceive("orders", Project.Now.AddMinutes(-1)), Is.False);
            Assert.That(MayReceive("orders", TestProject.Start), Is.False, "the second is the same, the session was earlier");
            Assert.That(MayReceive("orders", Project.Now.AddSeconds(1)));
            Assert.That(MayReceive("payments", Project.Now.AddMinutes(-1)), "another topic's history is open");
        });

        bool MayReceive(string topic, DateTimeOffset began) => directory.MayReceive(member.Identifier, topic, groups: null, began, Project.Now);
    }

    [Test]
    public void Renewal_does_not_move_a_members_entry()
    {
        Permit(Rule("*"), Rule("*"), new TopicRequirements { Topic = "orders", History = HistoryAccess.SinceEnrollment });
        var member = Project.Join();
        Project.Clock.Advance(TimeSpan.FromHours(12));
        member.Renew();
        Assert.That(Project.DirectoryOf(member).MayReceive(member.Identifier, "orders", groups: null, TestProject.Start.AddHours(1), Project.Now));
    }

    [Test]
    public void An_archive_reader_gets_every_session_of_its_topic_while_it_is_a_member()
    {
        var (archive, other) = (Project.Join(), Project.Join());
        Permit(Rule("*"), consume: null, new TopicRequirements
        {
            Topic = "orders",
            History = HistoryAccess.SinceEnrollment,
            ArchiveReaders = [archive.Identifier],
        });
        var directory = Project.DirectoryOf(archive, other);
        var before = Project.Now.AddDays(-1);
        Assert.Multiple(() =>
        {
            Assert.That(directory.MayReceive(archive.Identifier, "orders", groups: null, before, Project.Now));
            Assert.That(directory.MayReceive(archive.Identifier, "payments", groups: null, before, Project.Now), Is.False, "another topic");
            Assert.That(directory.MayReceive(other.Identifier, "orders", groups: null, before, Project.Now), Is.False, "another member");
            Assert.That(directory.MayReceive(archive.Identifier, "orders", groups: null, before, archive.Credential.ExpiresAt), Is.False, "its credential ended");
        });

        Project.Authority.Revoke(archive.Identifier, RevocationKind.Departed);
        Assert.That(Project.DirectoryOf(archive).MayReceive(archive.Identifier, "orders", groups: null, before, Project.Now), Is.False, "removed");
    }

    // Sessions under the current policy

    [Test]
    public void A_departed_members_earlier_sessions_are_honoured_and_no_later_one()
    {
        var producer = Project.Join();
        var earlier = producer.Session("orders").Statement;
        Project.Clock.Advance(TimeSpan.FromMinutes(1));
        Project.Authority.Revoke(producer.Identifier, RevocationKind.Departed);
        var later = producer.Session("orders").Statement;
        var directory = Project.DirectoryOf(producer);
        Assert.Multiple(() =>
        {
            Assert.That(directory.RefusalOf(earlier, earlier.Begins), Is.Null);
            Assert.That(directory.RefusalOf(later, later.Begins), Is.EqualTo(FailureReason.ProducerRevoked));
        });
    }

    [Test]
    public void Nothing_that_a_compromised_member_ever_sent_is_honoured()
    {
        var producer = Project.Join();
        var earlier = producer.Session("orders").Statement;
        Project.Clock.Advance(TimeSpan.FromHours(1));
        Project.Authority.Revoke(producer.Identifier, RevocationKind.Departed);
        Project.Authority.Revoke(producer.Identifier, RevocationKind.Compromised);
        Assert.That(Project.DirectoryOf(producer).RefusalOf(earlier, earlier.Begins), Is.EqualTo(FailureReason.ProducerRevoked));
    }

    [Test]
    public void The_current_policy_judges_old_sessions_too()
    {
        var producer = Project.Join(("role", "shop"));
        var signed = producer.Session("orders").Statement;
        var group = producer.Session("orders", MessageAuthentication.Shared).Statement;
        var producerDemanded = Project.DirectoryOf(producer);
        Permit(Rule("*"), Rule("*"), new TopicRequirements { Topic = "orders", Authentication = MessageAuthentication.Shared });
        var groupAllowed = Project.DirectoryOf(producer);
        Permit(Rule("orders", "kitchen"), Rule("*"));
        var kitchenOnly = Project.DirectoryOf(producer);
        Assert.Multiple(() =>
        {
            Assert.That(producerDemanded.RefusalOf(signed, signed.Begins), Is.Null);
            Assert.That(producerDemanded.RefusalOf(group, group.Begins), Is.EqualTo(FailureReason.WrongAuthentication));
            Assert.That(groupAllowed.RefusalOf(group, group.Begins), Is.Null);
            Assert.That(groupAllowed.RefusalOf(signed, signed.Begins), Is.Null, "more than is demanded");
            Assert.That(kitchenOnly.RefusalOf(signed, signed.Begins), Is.EqualTo(FailureReason.ProducerDenied));
            Assert.That(Project.DirectoryOf().RefusalOf(signed, signed.Begins), Is.EqualTo(FailureReason.ProducerDenied), "a producer that is not known");
        });
    }

    [Test]
    public void A_session_outlives_its_producers_credential_in_what_it_was_allowed_to_send()
    {
        var producer = Project.Join();
        var session = producer.Session("orders").Statement;
        Project.Clock.Advance(TimeSpan.FromDays(5));
        var directory = Project.DirectoryOf(producer);
        Assert.Multiple(() =>
        {
            Assert.That(directory.IsMember(producer.Identifier, Project.Now), Is.False);
            Assert.That(directory.RefusalOf(session, session.Begins), Is.Null);
        });
    }
}
