using E2EKafka.Tests;

namespace E2EKafka.Client.Tests;

/// <summary>The table of sizes in docs/protocol.md is that of the records. The test prints the right one.</summary>
[TestFixture]
public class SizeTests
{
    private const string Topic = "orders";

    [Test]
    public void The_table_of_sizes_is_that_of_the_records()
    {
        var section = Repository.Read("docs/protocol.md").Split("### 1.15 Sizes")[1].Split("\n## ")[0];
        var table = section.Split('\n').Where(line => line.StartsWith('|')).Skip(2);

        var rows = string.Join('\n', Rows());
        TestContext.Out.WriteLine(rows);
        Assert.That(string.Join('\n', table), Is.EqualTo(rows));
    }

    private static IEnumerable<string> Rows()
    {
        var (p256, hybrid) = (Sizes(HpkeKem.P256), Sizes(HpkeKem.MlKem768P256));
        return p256.Zip(hybrid, (first, second) => $"| {first.Record} | {first.Size} | {(first.Size == second.Size ? "the same" : second.Size)} |");
    }

    private static List<(string Record, string Size)> Sizes(HpkeKem kem)
    {
        using var project = new TestProject("example", kem, isDevelopment: false);
        var (producer, consumer) = (project.Join(("role", "shop")), project.Join(("service", "billing")));
        using var next = SigningKey.Generate();
        var package = consumer.KeyPackage(Topic);
        var (document, now) = (project.Document, project.Now);
        var removed = ProjectDocument.Sign(document.Claims with { Revocations = [document.Id] }, project.AuthorityKey);
        return
        [
            ($"project document (each record of removals: {removed.Record.Length - document.Record.Length})", $"{document.Record.Length}"),
            ("credential", $"{producer.Credential.Text.Length}"),
            ("request: renew · enroll · change of key", Join(
                producer.Request().Text.Length,
                producer.Request(project.Ticket()).Text.Length,
                AuthorityRequest.CreateKeyChange(document, producer.Identifier, producer.Key, next, now).Text.Length)),
            ("key package, 1 topic · 1000 topics of 10 characters", Join(
                package.Record.Length, consumer.KeyPackage([.. Enumerable.Range(0, 1_000).Select(i => $"orders-{i:d3}")]).Record.Length)),
            ("announcement, 1 session: signature · MACs for 2 groups · shared · signature with `next`", Join(
                Announcement(MessageAuthentication.Signature, 1), Announcement(MessageAuthentication.Mac, 1), Announcement(MessageAuthentication.Shared, 1),
                Announcement(MessageAuthentication.Signature, 1, next))),
            ("announcement, 100 sessions: signature · MACs for 2 groups · shared", Join(
                Announcement(MessageAuthentication.Signature, 100), Announcement(MessageAuthentication.Mac, 100), Announcement(MessageAuthentication.Shared, 100))),
            ("grant, 1 recipient: 1 · 10 · 100 sessions", Join(Grant(1), Grant(10), Grant(100))),
            ("the same with the key of group `billing` for each", Join(
                Grant(1, MessageAuthentication.Mac), Grant(10, MessageAuthentication.Mac), Grant(100, MessageAuthentication.Mac))),
            ("grant, each further recipient with 1 session", $"{Records(1, recipients: 2)[0].Length - Grant(1)}"),
            ("most recipients in a record of this library: 1 · 10 · 100 sessions each", Join(Most(1), Most(10), Most(100))),
            ("key request, 1 · 100 sessions", Join(Request(1), Request(100))),
            ("clock probe", $"{ClockProbe.Create(document.Id, consumer.Identifier, consumer.Key, now).Length}"),
        ];

        static string Join(params int[] sizes) => string.Join(" · ", sizes);

        List<TestSession> Sessions(int count, MessageAuthentication mode) => [.. Enumerable.Range(0, count).Select(_ => producer.Session(Topic, mode))];

        int Announcement(MessageAuthentication mode, int sessions, SigningKey? nextKey = null) => SessionAnnouncement.Create(
            [.. Sessions(sessions, mode).Select(session => session.Statement)], producer.Key, nextKey, now).Length;

        List<string> Records(int sessions, MessageAuthentication mode = MessageAuthentication.Signature, int recipients = 1)
        {
            var sealedTo = KeyGrant.Seal(
                [.. Sessions(sessions, mode).Select(session => (session.Statement, session.Secret, session.GroupKeys.Count > 0 ? session.GroupKeys[0] : null))],
                package, producer.Identifier);
            return [.. KeyGrant.Create(document.Id, producer.Identifier, producer.Key, Enumerable.Range(0, recipients).Select(i => sealedTo with { Package = $"{i:d42}A" }), now)];
        }

        int Grant(int sessions, MessageAuthentication mode = MessageAuthentication.Signature) => Records(sessions, mode)[0].Length;

        int Most(int sessions) =>
            TestProject.Parse(Records(sessions, recipients: 600)[0]).ReadUnverified(RecordJson.Default.GrantClaims)!.Recipients.Count;

        int Request(int sessions) => KeyRequest.Create(
            document.Id, consumer.Identifier, package.Id, 1, Sessions(sessions, MessageAuthentication.Signature).Select(session => session.Statement),
            consumer.Key, now).Length;
    }
}
