using System.Text;

namespace E2EKafka.Client.Tests.Vectors;

/// <summary>What refuses a message that is authentic: the reader's own state, the session, the policy, and what is not here.</summary>
internal sealed class MessageRuleVectors(VectorProject project, VectorFile file)
{
    private const int Week = 604_800;
    private static readonly long Now = VectorProject.Seconds(VectorProject.Now);
    private static readonly byte[] Hello = Encoding.ASCII.GetBytes("hello");

    public void AddAll(VectorSession orders)
    {
        var message = orders.Seal(Hello);
        var unknown = message.ToArray();
        unknown[2] ^= 1;
        var removed = project.Removal(project.Reader, RevocationKind.Departed);
        var outdated = On(Naming(project.Next(claims => claims).Reference));
        var conflict = On(Naming(project.Document.Reference with { Hash = VectorProject.IdOf(project.Peer) }));
        var unsupported = On(VectorProject.Edit(
            project.Next(claims => claims).Record, project.NextAuthorityKey, "\"algorithms\":[\"p256\"]", "\"algorithms\":[\"p256\",\"x-wing\"]"));
        Refuse("the reader is removed", orders, message, FailureReason.Revoked, "3.4 6", removed);
        Refuse("the reader knows no document that is named", orders, message, FailureReason.ProjectOutdated, "3.4 6", outdated);
        Refuse("the reader knows of two documents of one version", orders, message, FailureReason.NotReady, "3.4 6", conflict);
        Refuse("the reader does not know an algorithm of the document", orders, message, FailureReason.NotReady, "3.4 6", unsupported);
        Refuse("a record of removals is missing that the document names", orders, message, FailureReason.ProjectOutdated, "3.4 6",
            On(project.Without(project.Peer, RevocationKind.Departed).Document.Record));
        AddStates(orders, message);
        Refuse("37 bytes, and the reader is removed", orders, message[..37], FailureReason.Truncated, "3.4 5", removed);
        Refuse("a session that is not known, and the reader is removed", orders, unknown, FailureReason.Revoked, "3.4 6", removed);

        Refuse("a session that is not known, after a look", orders, unknown, FailureReason.UnknownSession, "3.4 7");
        file.Add("a session that is not known, and no look can be taken", new { canLook = false, record = Record(orders, unknown) },
            nameof(FailureReason.NotReady), check: "3.4 7");
        var late = project.Session("session 1", VectorProject.Orders);
        file.Add(
            "a session whose announcement and grant are read in the look",
            new { record = Record(late, late.Seal(Hello)), meanwhile = new[] { project.Announce(late), project.Grant(project.Producer, late) } },
            VectorFile.Accepted, MessageVectors.Opened(late, Hello));
        file.Add("another topic than the session's", new { record = MessageVectors.Record("payments", message) }, nameof(FailureReason.WrongTopic),
            check: "3.4 8");
        file.Add(
            "another topic than the session's, and than the application accepts",
            new { record = MessageVectors.Record("orders.mirror", message), accepts = new[] { "payments" } }, nameof(FailureReason.WrongTopic), check: "3.4 8");
        file.Add(
            "another topic than the session's, whose secret is not here",
            new { before = new[] { project.Announce(late) }, record = MessageVectors.Record("payments", late.Seal(Hello)) }, nameof(FailureReason.WrongTopic),
            check: "3.4 8");
        file.Add(
            "another topic than the session's, whose producer is removed",
            new { before = Removed(RevocationKind.Compromised), record = MessageVectors.Record("payments", message) },
            nameof(FailureReason.WrongTopic), check: "3.4 8");
        AddVerdicts(orders, message);
        AddRetention(orders, message);
    }

    // Of several states of the reader the first of the list in 3.4 is told.
    private void AddStates(VectorSession orders, byte[] message)
    {
        var reader = VectorProject.IdOf(project.Reader);
        var outdated = On(Naming(project.Next(claims => claims).Reference with { Version = Now + 5 }));
        var conflict = On(Naming(project.Document.Reference with { Hash = reader }));
        var removal = project.Revocations(new Revocation(reader, RevocationKind.Departed, Now));
        var removed = project.Next(claims => claims with { Revocations = [removal.Hash] });
        VectorRecord[] removing = [On(removal.Text), On(removed.Record)];
        var anotherRemoved = On(Naming(removed.Reference with { Hash = reader }));
        var unsupported = On(VectorProject.Edit(removed.Record, project.NextAuthorityKey, "\"algorithms\":[\"p256\"]", "\"algorithms\":[\"p256\",\"x-wing\"]"));
        Refuse("the reader is removed, and knows of two documents of one version", orders, message, FailureReason.Revoked, "3.4 6", [.. removing,
            anotherRemoved]);
        Refuse("the reader is removed, and knows no document that is named", orders, message, FailureReason.Revoked, "3.4 6", [.. removing, outdated]);
        Refuse("the reader is removed, and does not know an algorithm of the document", orders, message, FailureReason.NotReady, "3.4 6", On(removal.Text),
            unsupported);
        Refuse("the reader knows of two documents of one version, and no document that is named", orders, message, FailureReason.NotReady, "3.4 6", conflict,
            outdated);

        // The authority has replaced its key, and not signed the reader's credential again.
        var rotated = VectorProject.Rotated(project.Document.Claims, project.NextAuthorityKey, project.Stranger, project.NextSealing.PublicKey,
            VectorProject.Now) with
        {
            Revocations = [removal.Hash],
        };
        Refuse("the reader has no credential, and is removed", orders, message, FailureReason.NotEnrolled, "3.4 6", On(removal.Text),
            On(ProjectDocument.Sign(rotated, project.Stranger).Record));
        var other = On(project.Credential(project.Reader, role: "billing", serial: 2, identity: project.Peer.Public));
        var ended = Now + 172_800;
        At("the reader's credential has ended, and it knows no document that is named", ended, FailureReason.ProjectOutdated, outdated);
        At("the reader's credential has ended, and it is removed", ended, FailureReason.Revoked, removing);
        file.Add(
            "the reader's newest credential is for another key",
            new { before = new[] { other }, record = Record(orders, message) }, VectorFile.Accepted, MessageVectors.Opened(orders, Hello, SequenceOf(message)));

        void At(string name, long now, FailureReason reason, params VectorRecord[] before) =>
            file.Add(name, new { now, before, record = Record(orders, message) }, reason.ToString(), check: "3.4 6");
    }

    private void AddVerdicts(VectorSession orders, byte[] message)
    {
        Refuse("the producer is removed as compromised", orders, message, FailureReason.ProducerRevoked, "3.4 9", Removed(RevocationKind.Compromised, Now + 1));
        Refuse("the producer departed in the second in which it announced the session", orders, message, FailureReason.ProducerRevoked, "3.4 9",
            Removed(RevocationKind.Departed));
        file.Add(
            "the producer departed a second after it announced the session",
            new { before = Removed(RevocationKind.Departed, Now + 1), record = Record(orders, message) }, VectorFile.Accepted);
        var narrowed = On(project.Next(claims => claims with
        {
            Narrowings = [new Narrowing(VectorProject.IdOf(project.Producer), VectorProject.SerialOf(2))],
        }).Record);
        Refuse("the producer's credential is below the narrowing of the document", orders, message, FailureReason.ProducerDenied, "3.4 9", narrowed);
        file.Add(
            "the producer's credential is below the narrowing of the document, and the next one was read",
            new { before = new[] { On(project.Credential(project.Producer, role: "shop", serial: 2)), narrowed }, record = Record(orders, message) },
            VectorFile.Accepted);
        var replaced = VectorProject.Rotated(
            project.Document.Claims, project.NextAuthorityKey, project.Stranger, project.NextSealing.PublicKey, VectorProject.Now);
        file.Add(
            "the authority replaced its key after the session began",
            new
            {
                before = (VectorRecord[])[.. project.BeforeReplacing(replaced, project.Stranger), On(ProjectDocument.Sign(replaced, project.Stranger).Record)],
                record = Record(orders, message),
            },
            VectorFile.Accepted, MessageVectors.Opened(orders, Hello, SequenceOf(message)));
        var written = project.Session("session 2", VectorProject.Orders);
        Refuse(
            "the producer departed after it signed the announcement, and before that was written", written, written.Seal(Hello),
            FailureReason.ProducerRevoked, "3.4 9",
            [project.Announce(written) with { KafkaTimestamp = (Now + 60) * 1000 }, project.Grant(project.Producer, written),
            .. Removed(RevocationKind.Departed, Now + 30)]);
        var peers = Known(project.Session("session of peer", VectorProject.Orders, producer: project.Peer), out var peersRecords);
        Refuse("a producer that policy does not let produce", peers, peers.Seal(Hello), FailureReason.ProducerDenied, "3.4 9", peersRecords);
        Refuse(
            "a removed producer that policy does not let produce", peers, peers.Seal(Hello), FailureReason.ProducerRevoked, "3.4 9",
            [.. peersRecords, .. project.Removal(project.Peer, RevocationKind.Compromised)]);
        var ended = project.Session("session of lapsed", VectorProject.Orders, producer: project.Lapsed,
            change: core => core with { Begins = Now - 3600, Ends = Now - 60 });
        var announced = SessionAnnouncement.Create([ended.Statement], project.Lapsed, next: null, VectorProject.Earlier);
        file.Add(
            "a producer whose credential has ended",
            new
            {
                before = new[] { VectorRecord.On(project.SessionsOf(VectorProject.Orders), announced, VectorProject.Earlier),
                    project.Grant(project.Peer, ended) },
                record = Record(ended, ended.Seal(Hello)),
            },
            VectorFile.Accepted, MessageVectors.Opened(ended, Hello));
        var shared = Known(project.Session("shared", VectorProject.Orders, isShared: true), out var sharedRecords);
        Refuse("a shared session where signatures are demanded", shared, shared.Seal(Hello), FailureReason.WrongAuthentication, "3.4 9", sharedRecords);
        var both = Known(project.Session("shared by peer", VectorProject.Orders, producer: project.Peer, isShared: true), out var bothRecords);
        Refuse("a shared session where signatures are demanded, by a producer that may not produce", both, both.Seal(Hello), FailureReason.ProducerDenied,
            "3.4 9", bothRecords);
        var signed = Known(project.Session("signed metrics", VectorProject.Metrics), out var signedRecords);
        file.Add(
            "a signed session in a shared topic", new { before = signedRecords, record = Record(signed, signed.Seal(Hello)) }, VectorFile.Accepted,
            MessageVectors.Opened(signed, Hello));
        AddReading();
    }

    private void AddReading()
    {
        var secret = Known(project.Session("session of secret", VectorProject.Secret), out var secretRecords);
        Refuse("a topic that the reader may not consume", secret, secret.Seal(Hello), FailureReason.ReaderNotAuthorized, "3.4 9", secretRecords);
        var sharedSecret = Known(project.Session("shared session of secret", VectorProject.Secret, isShared: true), out var sharedRecords);
        Refuse(
            "a topic that the reader may not consume, and a shared session where signatures are demanded", sharedSecret, sharedSecret.Seal(Hello),
            FailureReason.WrongAuthentication, "3.4 9", sharedRecords);
        var archive = On(project.Next(claims => claims with
        {
            Policy = claims.Policy with { Topics = [.. claims.Policy.Topics,
                new TopicRequirements { Topic = VectorProject.Secret, ArchiveReaders = [VectorProject.IdOf(project.Reader)] }] },
        }).Record);
        file.Add(
            "a topic that the reader may not consume, and is an archive reader of",
            new { before = (VectorRecord[])[archive, .. secretRecords], record = Record(secret, secret.Seal(Hello)) },
            VectorFile.Accepted);

        // The reader enrolled 4200 s ago.
        foreach (var (name, begins, holds, result) in (List<(string, long, bool, string)>)
        [
            ("a session of the second in which the reader enrolled", Now - 4200, false, nameof(FailureReason.ReaderNotAuthorized)),
            ("a session of the second in which the reader enrolled, whose secret it holds", Now - 4200, true, VectorFile.Accepted),
            ("a session of the second after the reader enrolled", Now - 4199, false, nameof(FailureReason.KeyNotYetReceived)),
        ])
        {
            var joined = Known(project.Session(name, VectorProject.Joined, change: core => core with { Begins = begins }), out var records);
            file.Add(
                name, new { before = holds ? records : records[..1], record = Record(joined, joined.Seal(Hello)) }, result,
                check: result == nameof(FailureReason.ReaderNotAuthorized) ? "3.4 9" : holds ? null : "3.4 11");
        }
    }

    private void AddRetention(VectorSession orders, byte[] message)
    {
        var end = Now + 3600 + Week;
        Opened("opened when its retention is over", end, message, FailureReason.KeyRetired, "3.4 10");
        file.Add("opened a second before its retention is over", new { openedAt = end - 1, record = Record(orders, message) }, VectorFile.Accepted);
        Opened("opened when its retention is over, and the producer is removed", end, message, FailureReason.ProducerRevoked, "3.4 9",
            Removed(RevocationKind.Compromised));
        var announced = project.Session("session 1", VectorProject.Orders);
        Opened("opened when its retention is over, without its secret", end, announced.Seal(Hello), FailureReason.KeyRetired, "3.4 10",
            project.Announce(announced));
        Opened("a signed message of 38 bytes, opened when its retention is over", end, message[..38], FailureReason.KeyRetired, "3.4 10");
        Refuse("a session without its secret", announced, announced.Seal(Hello), FailureReason.KeyNotYetReceived, "3.4 11", project.Announce(announced));
        Refuse("a signed message of 38 bytes, of a session without its secret", announced, announced.Seal(Hello)[..38], FailureReason.KeyNotYetReceived,
            "3.4 11", project.Announce(announced));

        void Opened(string name, long openedAt, byte[] value, FailureReason reason, string check, params VectorRecord[] before) =>
            file.Add(name, new { before, openedAt, record = Record(orders, value) }, reason.ToString(), check: check);
    }

    private VectorSession Known(VectorSession session, out VectorRecord[] records)
    {
        records = [project.Announce(session), project.Grant(project.Producer, session)];
        return session;
    }

    private VectorRecord[] Removed(RevocationKind kind, long? at = null) => project.Removal(project.Producer, kind, at);

    private static VectorRecord On(string text) => VectorProject.OnAuthority(text);

    private string Naming(DocumentReference document) => project.Credential(project.Stranger, role: "shop",
        change: claims => claims with { Document = document });

    private static long SequenceOf(byte[] message) => MessageHeader.Read(message, out var header) is null ? header.Sequence : -1;

    private static object Record(VectorSession session, byte[] value) => MessageVectors.Record(session.Topic, value);

    private void Refuse(string name, VectorSession session, byte[] value, FailureReason reason, string check, params VectorRecord[] before) =>
        file.Add(name, new { before, record = Record(session, value) }, reason.ToString(), check: check);
}
