using System.Text.Json.Nodes;
using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.Vectors;

internal static class RequestVectors
{
    private const string NoAnswer = "no answer";
    private const string Credential = "credential";
    private static readonly long Now = VectorProject.Seconds(VectorProject.Now);

    public static VectorFile Build(VectorProject project)
    {
        List<object> tickets = [];
        var fresh = Ticket("fresh", Now + 600, uses: 2);
        var usedUp = Ticket("used up", Now + 600, uses: 1, taken: 1);
        var ended = Ticket("ended", Now, uses: 1);
        var ending = Ticket("ending in a second", Now + 1, uses: 1);
        var both = Ticket("ended and used up", Now, uses: 1, taken: 1);
        var older = Older(project);
        var newer = project.Credential(project.Peer, role: "billing", change: claims => claims with { Iat = Now - 600, Exp = Now + 172_200 });
        var (removal, removed) = project.Without(project.Lapsed, RevocationKind.Departed);
        var file = new VectorFile(
            "requests", "requests",
            "Requests for credentials, and what the authority answers (1.9). It has replaced its keys once, so it has two sealing keys. " +
            "It knows the tickets by their hashes, and of each member its newest credential.",
            new
            {
                now = Now,
                credentialLifetimeSeconds = 172_800,
                document = removed.Record,
                revocations = new[] { removal.Text },
                signingKey = VectorProject.Hex(VectorProject.Fixed("authority, second")),
                sealingKeys = new[] { VectorProject.Hex(VectorProject.Fixed("authority sealing, second")),
                    VectorProject.Hex(VectorProject.Fixed("authority sealing")) },
                tickets,
                credentials = new[] { older, newer, project.Credentials[3], project.Credentials[4] },
            });

        var document = removed;
        Answer("to enroll", Enroll(project.Stranger, fresh), Enrolled());
        Answer("to enroll, sealed to the key before", Enroll(project.Stranger, fresh, project.First), Enrolled());
        Answer("to enroll twice with one ticket", Enroll(project.Stranger, fresh), Enrolled(), before: [Enroll(project.Stranger, fresh)]);
        Answer("to enroll with a ticket of which another use is left", Enroll(project.Stranger, fresh), Enrolled(),
            before: [Enroll(project.Key("another member"), fresh)]);
        Answer(
            "to enroll with a ticket whose uses are taken", Enroll(project.Stranger, fresh), Refusal("ticketUsedUp"),
            before: [Enroll(project.Key("another member"), fresh), Enroll(project.Key("a third member"), fresh)]);
        Answer("to renew", Renew(project.Producer), Renewed(project.Producer));
        Answer("to renew a credential that is younger than an eighth of its life and names the document in force", Renew(project.Producer),
            Renewed(project.Producer), before: [Renew(project.Producer)]);
        Answer("to renew a young credential that names an older document", Renew(project.Peer), Renewed(project.Peer));
        Answer("with the ticket that it enrolled with", Enroll(project.Producer, VectorProject.Fixed("ticket of shop")), Renewed(project.Producer));
        Answer("to change its key", Change(project.Producer, project.Producer, project.Replacing), Renewed(project.Producer, project.Replacing));
        Answer("to change its key to the one that it has: a renewal", Change(project.Replaced, project.Replaced, project.Replacing),
            Renewed(project.Replaced, project.Replacing));
        Answer("to renew with a key that replaced the first", Renew(project.Replaced, project.Replacing),
            Renewed(project.Replaced, project.Replacing));
        Answer("written 10 minutes before it is read", Renew(project.Producer), Renewed(project.Producer), timestamp: (Now - 600) * 1000);
        Answer("without a Kafka timestamp", Renew(project.Producer), Renewed(project.Producer), timestamp: -1);
        Answer("written an hour after it is read", Renew(project.Producer), Renewed(project.Producer), timestamp: (Now + 3600) * 1000);
        Answer("signed 600 s ago", Request(project.Producer, project.Producer, new(), at: -600), Renewed(project.Producer));
        Answer("signed 600 s ahead", Request(project.Producer, project.Producer, new(), at: 600), Renewed(project.Producer));
        Answer("a signature whose s is in the upper half of the order", VectorProject.WithHalf(Renew(project.Producer), isUpper: true),
            Renewed(project.Producer));
        Answer("a signature whose s is in the lower half of the order", VectorProject.WithHalf(Renew(project.Producer), isUpper: false),
            Renewed(project.Producer));
        Answer("to enroll with a ticket that ends in a second", Enroll(project.Stranger, ending), (Credential, Of(project.Stranger, project.Stranger, Now,
            ending)));

        // An eighth of 48 hours.
        Answer("to renew a credential that is a second younger than an eighth of its life", Renew(project.Producer, at: 21_599), Renewed(project.Producer),
            before: [Renew(project.Producer)], now: Now + 21_599);
        Answer("to renew a credential that is an eighth of its life old", Renew(project.Producer, at: 21_600), Later(Renewed(project.Producer), 21_600),
            before: [Renew(project.Producer)], now: Now + 21_600, isOwnRequest: true);

        // A ticket decides, and the change beside it is not looked at.
        Answer("to enroll, with a change beside the ticket that is none", Request(project.Stranger, project.Stranger, new(Ticket: fresh, Change: "none")),
            Enrolled());
        Answer("with the ticket that it enrolled with, and a change beside it that is none",
            Request(project.Producer, project.Producer, new(Ticket: VectorProject.Fixed("ticket of shop"), Change: "none")), Renewed(project.Producer));
        Answer("with the ticket that it enrolled with, and a change to the key that asks",
            Request(project.Producer, project.Replacing, new(VectorProject.Fixed("ticket of shop"), ChangeOf(project.Producer, project.Producer,
                project.Replacing))),
            Refusal("notEnrolled"));
        Answer("another ticket than it enrolled with, and a change to the key that asks",
            Request(project.Producer, project.Replacing, new(fresh, ChangeOf(project.Producer, project.Producer, project.Replacing))),
                Refusal("requestInvalid"));
        Answer("a change that is none, by the key that it has: a renewal", Request(project.Producer, project.Producer, new(Change: "none")),
            Renewed(project.Producer));
        Answer("an empty change, by the key that it has: a renewal", Request(project.Producer, project.Producer, new(Change: "")), Renewed(project.Producer));
        Answer("a change that is none, by another key", Request(project.Producer, project.Replacing, new(Change: "none")), Refusal("requestInvalid"));
        Answer("a change of another member's key", Request(project.Producer, project.Replacing, new(Change: ChangeOf(project.Peer, project.Producer,
            project.Replacing))),
            Refusal("requestInvalid"));

        // The hour between changes begins with the first change.
        string[] changed = [Change(project.Producer, project.Producer, project.Replacing)];
        Answer("a second change of key after an hour", Change(project.Producer, project.Replacing, project.Stranger, at: 3600),
            Later(Renewed(project.Producer, project.Stranger), 3600, another: true), before: changed, now: Now + 3600, isOwnRequest: true);
        None("a second change of key a second before an hour is over", Change(project.Producer, project.Replacing, project.Stranger, at: 3599), before: changed,
            now: Now + 3599);
        Answer("a second change of key within an hour, which the key before signed", Change(project.Producer, project.Producer, project.Stranger),
            Refusal("requestInvalid"),
            before: changed);
        Answer("to renew within an hour of a change of key", Renew(project.Producer, project.Replacing), Later(Renewed(project.Producer, project.Replacing),
            0, another: true),
            before: changed, isOwnRequest: true);

        Answer("sealed to a key that is not the authority's", Request(project.Stranger, project.Stranger, new(Ticket: fresh), Sealed(project.PackageKey)),
            Refusal("requestInvalid"));
        Answer("another member's sealed part", Stolen(), Refusal("requestInvalid"));
        Answer("nothing sealed", Resealed([]), Refusal("requestInvalid"));
        Answer("a body with a space", Sealing("{ }"), Refusal("requestInvalid"));
        Answer("a body with an unknown member", Sealing("{\"more\":1}"), Refusal("requestInvalid"));
        Answer("an empty body", Sealing(""), Refusal("requestInvalid"));
        Answer("a body with a ticket of 33 bytes", Request(project.Stranger, project.Stranger, new(Ticket: [.. fresh, 0])), Refusal("requestInvalid"));
        Answer("a body with a ticket of 31 bytes", Request(project.Stranger, project.Stranger, new(Ticket: fresh[1..])), Refusal("requestInvalid"));
        Answer("by a removed member", Renew(project.Lapsed), Refusal("revoked"));
        Answer("by a removed member, with a ticket that is unknown", Enroll(project.Lapsed, VectorProject.Fixed("unknown")), Refusal("revoked"));
        Answer(
            "by a removed member, sealed to a key that is not the authority's", Request(project.Lapsed, project.Lapsed, new(), Sealed(project.PackageKey)),
            Refusal("requestInvalid"));
        Answer("a ticket that is unknown", Enroll(project.Stranger, VectorProject.Fixed("unknown")), Refusal("ticketUnknown"));
        Answer("a ticket that has ended", Enroll(project.Stranger, ended), Refusal("ticketExpired"));
        Answer("a ticket that has ended and is used up", Enroll(project.Stranger, both), Refusal("ticketExpired"));
        Answer("a ticket that is used up", Enroll(project.Stranger, usedUp), Refusal("ticketUsedUp"));
        Answer("a ticket that is used up, under an identifier that is not the key's", Request(project.Reader, project.Stranger, new(Ticket: usedUp)),
            Refusal("ticketUsedUp"));
        Answer("a ticket, under an identifier that is not the key's", Request(project.Reader, project.Stranger, new(Ticket: fresh)), Refusal("requestInvalid"));
        Answer("another ticket than it enrolled with", Enroll(project.Producer, fresh), Refusal("requestInvalid"));
        Answer("a change of key that the current key did not sign", Change(project.Producer, project.Stranger, project.Replacing), Refusal("requestInvalid"));
        Answer("a change of key that the first key signed, which was replaced", Change(project.Replaced, project.Replaced, project.Stranger),
            Refusal("requestInvalid"));
        Answer(
            "a change to another key than the request's",
            Request(project.Producer, project.Replacing, new(Change: ChangeOf(project.Producer, project.Producer, project.Stranger))),
            Refusal("requestInvalid"));
        Answer("a change of key by an unknown member", Change(project.Stranger, project.Stranger, project.Replacing), Refusal("notEnrolled"));
        Answer("to renew, by an unknown member", Renew(project.Stranger), Refusal("notEnrolled"));
        Answer("to renew with a replaced key", Renew(project.Replaced), Refusal("notEnrolled"));

        var valid = Renew(project.Producer);
        None("a Kafka timestamp below -1", valid, timestamp: -2);
        None("written 10 minutes and 1 ms before it is read", valid, timestamp: (Now * 1000) - 600_001);
        None("a copy", valid, before: [valid]);
        None("a second change of key within an hour", Change(project.Producer, project.Replacing, project.Stranger),
            before: [Change(project.Producer, project.Producer, project.Replacing)]);
        None("signed 601 s ago", Request(project.Producer, project.Producer, new(), at: -601));
        None("signed 601 s ahead", Request(project.Producer, project.Producer, new(), at: 601));
        None("a signature of 85 characters", valid[..^1]);
        None("a wrong signature", valid[..^86] + project.Document.Record[^86..]);
        None("signed by another key than the one in it", VectorProject.Sign(RecordTypes.AuthorityRequest, RawJws.PayloadOf(valid), project.Stranger));
        None("of another project", VectorProject.Edit(valid, project.Producer, project.Id, VectorProject.IdOf(project.Stranger)));
        None("a payload with a space", VectorProject.Edit(valid, project.Producer, "{\"aud\"", "{ \"aud\""));
        None("a sub that is no identifier",
            VectorProject.Edit(valid, project.Producer, $"\"sub\":\"{VectorProject.IdOf(project.Producer)}\"", "\"sub\":\"producer\""));
        None("a key that is not on the curve", VectorProject.Edit(valid, project.Producer, project.Producer.Public.Jwk.Y, project.Producer.Public.Jwk.X));
        None("an iat after the year 9998", VectorProject.Edit(valid, project.Producer, $"\"iat\":{Now}", "\"iat\":253370764800"));
        None("another typ", VectorProject.Sign(RecordTypes.KeyRequest, RawJws.PayloadOf(valid), project.Producer));
        return file;

        byte[] Ticket(string name, long exp, int uses, int taken = 0)
        {
            var secret = VectorProject.Fixed($"ticket {name}");
            tickets.Add(new { hash = EnrollmentTicket.HashOf(secret), exp, uses, used = taken, attributes = new { role = "shop" },
                secret = VectorProject.Hex(secret) });
            return secret;
        }

        string Enroll(SigningKey member, byte[] ticket, ProjectDocument? sealedTo = null) => Request(member, member, new(Ticket: ticket), sealedTo);

        string Renew(SigningKey first, SigningKey? key = null, int at = 0) => Request(first, key ?? first, new(), at: at);

        string Change(SigningKey first, SigningKey signer, SigningKey to, int at = 0) => Request(first, to, new(Change: ChangeOf(first, signer, to)), at: at);

        string Sealing(string body) => Resealed(Hpke.Seal(
            document.AuthoritySealingKey, System.Text.Encoding.ASCII.GetBytes(
                $"E2EKafka/1 request\0{project.Id}\0{VectorProject.IdOf(project.Producer)}\0{project.Producer.Public.Thumbprint}"),
            [], System.Text.Encoding.ASCII.GetBytes(body)));

        string Resealed(byte[] text) => RawJws.Sign(
            RecordTypes.AuthorityRequest,
            TestProject.Parse(Renew(project.Producer)).ReadUnverified(RecordJson.Default.AuthorityRequestClaims)! with { Sealed = text },
            RecordJson.Default.AuthorityRequestClaims, project.Producer).Text;

        string ChangeOf(SigningKey first, SigningKey signer, SigningKey to) => KeyChange.Create(project.Id, VectorProject.IdOf(first), signer, to.Public,
            VectorProject.Now);

        string Request(SigningKey first, SigningKey key, AuthorityRequestBody body, ProjectDocument? sealedTo = null, int at = 0) =>
            AuthorityRequest.Create(sealedTo ?? document, VectorProject.IdOf(first), key, body, VectorProject.Now.AddSeconds(at)).Text;

        ProjectDocument Sealed(HpkePrivateKey key) =>
            project.Next(claims => claims with { Authority = claims.Authority with { Sealing = key.PublicKey.Encoded.ToArray() } });

        string Stolen()
        {
            var claims = TestProject.Parse(Enroll(project.Stranger, fresh)).ReadUnverified(RecordJson.Default.AuthorityRequestClaims)!;
            return RawJws.Sign(
                RecordTypes.AuthorityRequest, claims with { Sub = VectorProject.IdOf(project.Reader), Jwk = project.Reader.Public.Jwk },
                RecordJson.Default.AuthorityRequestClaims, project.Reader).Text;
        }

        (string, object) Enrolled() => (Credential, Of(project.Stranger, project.Stranger, Now, fresh));

        (string, object) Renewed(SigningKey first, SigningKey? key = null) => (Credential, Of(
            first, key ?? first, first == project.Replaced || first == project.Peer ? Now - 4200 : Now - 90_000,
            VectorProject.Fixed($"ticket of {(first == project.Peer ? "billing" : "shop")}")));

        object Of(SigningKey first, SigningKey key, long enrolledAt, byte[] ticket) => new
        {
            iss = project.Document.Authority,
            aud = project.Id,
            sub = VectorProject.IdOf(first),
            iat = Now,
            exp = Now + 172_800,
            enrolledAt,
            serial = Now,
            cnf = new { jwk = new { kty = "EC", crv = "P-256", x = key.Public.Jwk.X, y = key.Public.Jwk.Y } },
            attributes = new { role = first == project.Peer ? "billing" : "shop" },
            document = new { version = document.Version, hash = document.Reference.Hash },
            ticket = EnrollmentTicket.HashOf(ticket),
            request = "",
        };

        (string, object?) Refusal(string reason) => (reason, null);

        // What is issued some time later. After a change of key the document is another one, whose hash no vector knows before.
        (string, object?) Later((string Result, object Expected) answer, int seconds, bool another = false)
        {
            var claims = VectorFile.Node(answer.Expected)!.AsObject();
            (claims["iat"], claims["exp"]) = (Now + seconds, Now + seconds + 172_800);
            claims["serial"] = seconds == 0 ? Now + 1 : Now + seconds;
            if (another)
                claims.Remove("document");
            return (answer.Result, claims);
        }

        void Answer(string name, string request, (string Result, object? Expected) answer, IReadOnlyList<string>? before = null, long? timestamp = null,
            long? now = null, bool isOwnRequest = false) => Add(
            name, request, answer.Result, Answering(answer.Expected, isOwnRequest ? null : before, request), answer.Result == Credential ? null : "1.9",
                before, timestamp,
            now);

        // The first request of the member, if others came before: it gets the same credential again.
        static JsonObject? Answering(object? expected, IReadOnlyList<string>? before, string request)
        {
            if (expected is null)
                return null;
            var credential = VectorFile.Node(expected)!.AsObject();
            credential["request"] = (before ?? []).Append(request).Select(TestProject.Parse)
                .First(jws => jws.ReadUnverified(RecordJson.Default.AuthorityRequestClaims)!.Sub == (string)credential["sub"]!).Hash;
            return credential;
        }

        void None(string name, string request, IReadOnlyList<string>? before = null, long? timestamp = null, long? now = null) =>
            Add(name, request, NoAnswer, null, "1.9", before, timestamp, now);

        void Add(string name, string request, string result, object? expected, string? check, IReadOnlyList<string>? before, long? timestamp, long? now) =>
            file.Add(
            name, new { before = before?.Select(text => Record(text)), now, record = Record(request, timestamp ?? now * 1000) }, result, expected, check);

        static VectorRecord Record(string text, long? timestamp = null) =>
            VectorRecord.On(ControlPartition.Requests, text, VectorProject.Now) with { KafkaTimestamp = timestamp ?? Now * 1000 };
    }

    // A quarter of its life is over, so it is renewed.
    private static string Older(VectorProject project) => project.Credential(
        project.Producer, role: "shop", change: claims => claims with { Iat = Now - 80_000, Exp = Now + 92_800, EnrolledAt = Now - 90_000 });
}
