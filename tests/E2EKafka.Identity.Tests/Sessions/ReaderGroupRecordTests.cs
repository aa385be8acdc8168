using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

/// <summary>Sessions with MACs for reader groups in statements, announcements, grants and requests.</summary>
public sealed class ReaderGroupRecordTests : SessionRecordFixture
{
    private TestSession _session = null!;
    private KeyPackage _package = null!;

    [SetUp]
    public void MakeSession() =>
        (_session, _package) = (Producer.Session("orders", MessageAuthentication.Mac), Consumer.KeyPackage("orders"));

    [Test]
    public void A_statement_names_the_groups_and_commits_to_the_key_of_each()
    {
        var core = Encoding.ASCII.GetString(ExactJson.Write(_session.Statement.Core, RecordJson.Default.SessionCore));
        var coreHash = SHA256.HashData(Encoding.ASCII.GetBytes("E2EKafka/1 core\0" + core));
        var commitments = _session.GroupKeys.Select(key => Base64Url.EncodeToString(HMACSHA256.HashData(
            key.Key.Span, [.. Encoding.ASCII.GetBytes("E2EKafka/1 group commitment\0"), .. coreHash, .. Encoding.ASCII.GetBytes(key.Group)])));
        var statement = Encoding.ASCII.GetString(_session.Statement.Encode());

        Assert.Multiple(() =>
        {
            Assert.That(core, Does.Contain("\"authentication\":\"mac\",\"readerGroups\":{\"service\":[\"billing\",\"audit\"]},\"begins\":").And.Not.Contain("\"key\""));
            Assert.That(statement, Does.EndWith($",\"groups\":[{string.Join(',', commitments.Select(text => $"\"{text}\""))}]}}"));
            Assert.That(SessionStatement.TryRead(Encoding.ASCII.GetBytes(statement))!.HashText, Is.EqualTo(_session.Statement.HashText));
        });
    }

    [Test]
    public void A_group_key_is_that_of_one_group_of_one_session()
    {
        var (billing, audit) = (_session.GroupKeys[0], _session.GroupKeys[1]);
        var other = Producer.Session("payments", MessageAuthentication.Mac).Statement;
        Assert.Multiple(() =>
        {
            Assert.That(billing.IsOf(_session.Statement));
            Assert.That(audit.IsOf(_session.Statement));
            Assert.That(new GroupKey("audit", billing.Key).IsOf(_session.Statement), Is.False);
            Assert.That(new GroupKey("shop", billing.Key).IsOf(_session.Statement), Is.False);
            Assert.That(billing.IsOf(other), Is.False);
            Assert.That(billing.IsOf(Producer.Session("orders").Statement), Is.False);
        });
    }

    [Test]
    public void Mode_groups_and_commitments_agree()
    {
        var claims = _session.Record.ReadUnverified(RecordJson.Default.AnnouncementClaims)!;
        var statement = claims.Statements[0];
        var (core, commitments) = (statement.Core, statement.Groups!);
        var signed = Producer.Session("orders").Statement.Claims;
        var text = Encoding.ASCII.GetString(ExactJson.Write(signed, RecordJson.Default.StatementClaims));
        Assert.Multiple(() =>
        {
            Assert.That(With(statement), Is.Null);
            Assert.That(With(statement with { Core = core with { ReaderGroups = null } }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(With(statement with { Groups = null }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(With(statement with { Groups = [] }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(With(statement with { Groups = [commitments[0]] }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(With(statement with { Groups = [.. commitments, commitments[0]] }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(With(statement with { Groups = [commitments[0], new byte[31]] }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(With(statement with { Core = core with { Authentication = MessageAuthentication.Shared } }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(With(statement with { Core = core with { Key = signed.Core.Key } }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(With(signed with { Groups = commitments }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(SessionStatement.TryRead(Encoding.ASCII.GetBytes(text)), Is.Not.Null);
            Assert.That(SessionStatement.TryRead(Encoding.ASCII.GetBytes(text[..^1] + ",\"groups\":[]}")), Is.Null, "another spelling of none");
            Assert.That(With(signed with { Core = signed.Core with { ReaderGroups = core.ReaderGroups } }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(With(statement with { Core = core with { ReaderGroups = Groups("billing", "billing") } }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(With(statement with { Core = core with { ReaderGroups = Groups("audit", "billing") } }), Is.Null, "the order is the writer's");
        });

        RejectionReason? With(StatementClaims changed) => ReasonFor<AnnouncementClaims, SessionAnnouncement>(
            claims with { Statements = [changed] }, RecordJson.Default.AnnouncementClaims, Producer);
    }

    [Test]
    public void A_hundred_sessions_of_the_longest_groups_fit_into_one_announcement_under_two_keys()
    {
        using var next = SigningKey.Generate();
        var topic = new string('t', 249);
        var groups = new ReaderGroups { Attribute = "service", Values = [.. Enumerable.Range(0, 8).Select(i => new string((char)('a' + i), 63))] };
        Assert.That(groups.Attribute.Length + groups.Values.Sum(value => value.Length), Is.InRange(500, 512));
        var statements = Enumerable.Range(0, 100).Select(i =>
        {
            using var secret = SecretBytes.Random(32);
            return SessionKeys.State(
                secret,
                _session.Statement.Core with { Topic = topic, ReaderGroups = groups, Ends = _session.Statement.Core.Ends + i },
                [.. groups.Values.Select(GroupKey.Random)]);
        }).ToList();

        Assert.That(Jws.TryParse(SessionAnnouncement.Create(statements, Producer.Key, next, Project.Now)), Is.Not.Null);
    }

    [Test]
    public void A_grant_carries_the_groups_key_behind_the_secret_of_those_sessions_that_name_a_group()
    {
        var (signed, shared) = (Producer.Session("orders"), Producer.Session("orders", MessageAuthentication.Shared));
        foreach (var kem in HpkeKem.All)
        {
            using var project = new TestProject(kem: kem);
            var (sender, reader) = (project.Join(), project.Join());
            var record = KeyGrant.Create(
                project.Document.Id, sender.Identifier, sender.Key,
                [KeyGrant.Seal(
                    [(signed.Statement, signed.Secret, null), (_session.Statement, _session.Secret, _session.GroupKeys[1]), (shared.Statement, shared.Secret, null)],
                    reader.KeyPackage("orders"), sender.Identifier)],
                project.Now).Single();
            var grant = KeyGrant.Read(TestProject.Parse(record))!;
            var recipient = grant.Claims.Recipients.Single();
            var opened = grant.TryOpen(recipient, reader.PackageKey)!;

            Assert.Multiple(() =>
            {
                Assert.That(recipient.Sessions.Select(session => session.Group), Is.EqualTo((string?[])[null, "audit", null]));
                Assert.That(recipient.Sealed, Has.Length.EqualTo((4 * 32) + kem.Overhead));
                Assert.That(grant.IsAllowedBy(project.Document), "the length tells the KEM, as the entries say what they hold");
                Assert.That(opened.Select(secret => Convert.ToHexString(secret.Span)), Is.EqualTo((string[])
                [
                    Convert.ToHexString(signed.Secret.Span),
                    Convert.ToHexString([.. _session.Secret.Span, .. _session.GroupKeys[1].Key.Span]),
                    Convert.ToHexString(shared.Secret.Span),
                ]));
                Assert.That(grant.TryOpen(recipient with { Sessions = [.. recipient.Sessions.Select(session => session with { Group = null })] }, reader.PackageKey), Is.Null);
            });
            foreach (var secret in opened)
                secret.Dispose();
        }
    }

    [Test]
    public void Grants_name_a_session_once_and_a_group_by_a_name_and_requests_name_none()
    {
        var grant = Producer.Grant(_session, _session.GroupKeys[0], _package).ReadUnverified(RecordJson.Default.GrantClaims)!;
        var recipient = grant.Recipients[0];
        var name = recipient.Sessions[0];
        var request = TestProject.Parse(KeyRequest.Create(Project.Document.Id, Consumer.Identifier, _package.Id, 1, [_session.Statement], Consumer.Key, Project.Now));
        var asked = request.ReadUnverified(RecordJson.Default.KeyRequestClaims)!;
        Assert.Multiple(() =>
        {
            Assert.That(WithNames(name), Is.Null);
            Assert.That(WithNames(name with { Group = "" }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(WithNames(name, name with { Statement = Project.Document.Id }), Is.Null, "two sessions");
            Assert.That(WithNames(name, name with { Statement = Project.Document.Id, Group = "" }), Is.EqualTo(RejectionReason.Malformed), "the second is wrong");
            Assert.That(WithNames(name, name with { Group = null }), Is.EqualTo(RejectionReason.Malformed), "under two groups");
            Assert.That(RawJws.PayloadOf(request.Text), Does.Not.Contain("group"));
            Assert.That(
                ReasonFor<KeyRequestClaims, KeyRequest>(asked with { Sessions = [name] }, RecordJson.Default.KeyRequestClaims, Consumer),
                Is.EqualTo(RejectionReason.Malformed));
            Assert.That(
                ReasonFor<KeyRequestClaims, KeyRequest>(asked with { Sessions = [new SessionName("payments", Project.Document.Id), name] }, RecordJson.Default.KeyRequestClaims, Consumer),
                Is.EqualTo(RejectionReason.Malformed), "not even one of several");
        });

        RejectionReason? WithNames(params SessionName[] names)
        {
            var content = names.Sum(one => one.Group is null ? 32 : 64);
            ReadGrant(
                RawJws.Sign(
                    RecordTypes.Grant,
                    grant with { Recipients = [recipient with { Sessions = names, Sealed = names.Length == 1 ? recipient.Sealed : new byte[content + HpkeKem.Default.Overhead] }] },
                    RecordJson.Default.GrantClaims, Producer.Key),
                out var reason);
            return reason;
        }
    }

    private static ReaderGroups Groups(params string[] values) => new() { Attribute = "service", Values = values };
}
