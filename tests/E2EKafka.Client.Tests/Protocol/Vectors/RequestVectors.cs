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

        Answer("sealed to a key that is not the authority's", Request(project.Stranger, project.Stranger, new(Ticket: fresh), Sealed(project.PackageKey)),
            Refusal("requestInvalid"));
        Answer("another member's sealed part", Stolen(), Refusal("requestInvalid"));
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

        string Renew(SigningKey first, SigningKey? key = null) => Request(first, key ?? first, new());

        string Change(SigningKey first, SigningKey signer, SigningKey to) => Request(first, to, new(Change: ChangeOf(first, signer, to)));

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

        void Answer(string name, string request, (string Result, object? Expected) answer, IReadOnlyList<string>? before = null, long? timestamp = null) =>
            Add(name, request, answer.Result, Answering(answer.Expected, before, request), answer.Result == Credential ? null : "1.9", before, timestamp);

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

        void None(string name, string request, IReadOnlyList<string>? before = null, long? timestamp = null) =>
            Add(name, request, NoAnswer, null, "1.9", before, timestamp);

        void Add(string name, string request, string result, object? expected, string? check, IReadOnlyList<string>? before, long? timestamp) => file.Add(
            name, new { before = before?.Select(text => Record(text)), record = Record(request, timestamp) }, result, expected, check);

        static VectorRecord Record(string text, long? timestamp = null) =>
            VectorRecord.On(ControlPartition.Requests, text, VectorProject.Now) with { KafkaTimestamp = timestamp ?? Now * 1000 };
    }

    // A quarter of its life is over, so it is renewed.
    private static string Older(VectorProject project) => project.Credential(
        project.Producer, role: "shop", change: claims => claims with { Iat = Now - 80_000, Exp = Now + 92_800, EnrolledAt = Now - 90_000 });
}
