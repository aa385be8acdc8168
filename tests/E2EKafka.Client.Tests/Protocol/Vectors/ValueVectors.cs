using System.Buffers.Text;
using System.Text;
using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.Vectors;

/// <summary>What is no record on a topic: keys, partitions, names, JSON, the form of records, key changes, tickets, project files.</summary>
internal static class ValueVectors
{
    private const string Refused = "refused";
    private static readonly long Now = VectorProject.Seconds(VectorProject.Now);

    public static VectorFile BuildKeys(VectorProject project)
    {
        var file = new VectorFile("keys", "keys",
            "Signing keys and their thumbprints, HPKE public keys and their ids, private keys, project ids, partitions, topic names and patterns.", new { });
        var jwk = project.Producer.Public.Jwk;
        file.Add(
            "a signing key", new { jwk, privateKey = VectorProject.Hex(VectorProject.Fixed("producer")) }, VectorFile.Accepted,
            new { thumbprint = project.Producer.Public.Thumbprint, encoded = VectorProject.Hex(project.Producer.Public.Encoded) });
        var prime = Base64Url.EncodeToString(Convert.FromHexString("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"));
        foreach (var (name, refused) in (List<(string, Jwk)>)
        [
            ("a point that is not on the curve", jwk with { Y = jwk.X }),
            ("an x of the field's prime", jwk with { X = prime }),
            ("a y above the field's prime", jwk with { Y = Base64Url.EncodeToString(Convert.FromHexString(new string('f', 64))) }),
            ("zeros", new Jwk("EC", "P-256", new string('A', 43), new string('A', 43))),
            ("an x of 31 bytes", jwk with { X = Base64Url.EncodeToString(Base64UrlBytes.TryDecode(jwk.X).AsSpan(1)) }),
            ("padding", jwk with { X = jwk.X + "=" }),
            ("last bits that are not zero", jwk with { X = jwk.X[..^1] + (char)(jwk.X[^1] + 1) }),
            ("another curve", jwk with { Crv = "P-384" }),
            ("another kind of key", jwk with { Kty = "OKP" }),
        ])
            file.Add("a signing key with " + name, new { jwk = refused }, Refused, check: "1.2");

        AddHpke(project, file);
        file.Add("a project id", new { authority = project.Document.Authority, salt = VectorProject.Hex(project.Document.Claims.Salt) }, VectorFile.Accepted,
            new { project = project.Id });
        foreach (var (text, partitions) in (List<(string, int)>)[("orders", 8), ("orders", 1), ("orders", 10_000), (VectorProject.IdOf(project.Reader), 8),
            ("metrics.cpu", 8)])
            file.Add($"the partition of {text} of {partitions}", new { text, partitions }, VectorFile.Accepted,
                new { partition = new ControlTopicLayout("x", partitions).PartitionOf(text) });
        foreach (var (pattern, topic, matches) in (List<(string, string, bool)>)
        [
            ("orders", "orders", true), ("orders", "orders.dlq", false), ("orders*", "orders", true), ("orders.*", "orders", false), ("*", "a", true),
            ("Orders", "orders", false),
        ])
            file.Add($"the pattern {pattern} and the topic {topic}", new { pattern, topic }, VectorFile.Accepted, new { matches });
        foreach (var (pattern, isName) in (List<(string, bool?)>)
        [
            ("orders_1.A-z", true), (new string('n', 249), true), ("*", false), ("a*", false), ("...", true), (new string('n', 249) + "*", false),
            ("", null), (".", null), ("..", null), ("a b", null), ("a*b", null), ("**", null), ("ä", null), (new string('n', 250), null),
        ])
            file.Add($"the pattern '{(pattern.Length > 100 ? $"{pattern.Length} characters, ending in {pattern[^1]}" : pattern)}'", new { pattern },
                isName is null ? Refused : VectorFile.Accepted, isName is null ? null : new { isTopicName = isName }, isName is null ? "1.1" : null);
        return file;
    }

    public static VectorFile BuildJson(VectorProject project)
    {
        var file = new VectorFile(
            "exact-json", "exact-json",
            "Texts that are the exact JSON of a type, and texts that are not. " +
            "The form alone is judged, not the bounds of values. A text is a string, or hexadecimal bytes.", new { });
        var names = $"[{{\"topic\":\"orders\",\"statement\":\"{VectorProject.IdOf(project.Producer)}\"}}]";
        var request = $"{{\"aud\":\"{project.Id}\",\"sub\":\"{VectorProject.IdOf(project.Peer)}\",\"iat\":1," +
            $"\"package\":\"{project.Package.Id}\",\"attempt\":1,\"sessions\":{names}}}";
        Add("a request", "key-request", request);
        Add("the largest integer", "key-request", VectorProject.Replace(request, "\"iat\":1,", "\"iat\":9007199254740991,"));
        Add("zero", "key-request", VectorProject.Replace(request, "\"iat\":1,", "\"iat\":0,"));
        Add("every character that a string may have", "key-request", VectorProject.Replace(
            request, "orders", string.Concat(Enumerable.Range(0x20, 0x5F).Select(i => (char)i).Where(c => c is not ('"' or '\\')))));
        foreach (var (name, old, with) in (List<(string, string, string)>)
        [
            ("white space behind", "]}", "]} "), ("a line feed before", "{\"aud\"", "\n{\"aud\""), ("white space behind a colon", "\"iat\":1", "\"iat\": 1"),
            ("members in another order", "\"iat\":1,\"package\":\"" + project.Package.Id + "\"", "\"package\":\"" + project.Package.Id + "\",\"iat\":1"),
            ("a member twice", "\"iat\":1", "\"iat\":1,\"iat\":1"), ("a member that is unknown", "\"iat\":1", "\"iat\":1,\"nbf\":1"),
            ("a member that is missing", "\"iat\":1,", ""),
            ("null", "\"attempt\":1", "\"attempt\":null"), ("a member's name in another case", "\"iat\":1", "\"Iat\":1"),
            ("a leading zero", "\"iat\":1,", "\"iat\":01,"),
            ("a minus", "\"iat\":1,", "\"iat\":-1,"), ("minus zero", "\"iat\":1,", "\"iat\":-0,"), ("a fraction", "\"iat\":1,", "\"iat\":1.0,"),
            ("an exponent", "\"iat\":1,", "\"iat\":1e0,"),
            ("2^53", "\"iat\":1,", "\"iat\":9007199254740992,"), ("an integer as a string", "\"iat\":1,", "\"iat\":\"1\","),
            ("true for an integer", "\"iat\":1,", "\"iat\":true,"),
            ("an escape", "orders", "\\u006frders"), ("an escaped quotation mark", "orders", "ord\\\"ers"), ("a tab", "orders", "ord\ters"),
            ("delete", "orders", "orders\u007f"),
            ("an umlaut", "orders", "ördners"), ("a byte order mark", "{\"aud\"", "\uFEFF{\"aud\""), ("a comment", "\"iat\":1,", "\"iat\":1,/**/"),
            ("a comma too many", "]}", "],}"),
            ("an object where an array belongs", names, "{}"), ("a second value behind", "]}", "]}{}"), ("no end", "]}", "]"),
        ])
            Add(name, "key-request", VectorProject.Replace(request, old, with), isExact: false);
        file.Add("bytes that are no UTF-8", new { type = "key-request", hex = VectorProject.Hex([.. Encoding.ASCII.GetBytes(request[..^2]), 0xFF]) }, Refused,
            check: "1.4");
        Add("nothing", "key-request", "", isExact: false);

        Add("an empty policy", "policy", "{\"produce\":[],\"consume\":[]}");
        Add("names of a map in order", "policy", "{\"produce\":[{\"topics\":[\"*\"],\"attributes\":{\"A\":[],\"a\":[],\"b\":[]}}],\"consume\":[]}");
        Add("names of a map in another order", "policy", "{\"produce\":[{\"topics\":[\"*\"],\"attributes\":{\"a\":[],\"A\":[]}}],\"consume\":[]}",
            isExact: false);
        Add("a name of a map twice", "policy", "{\"produce\":[{\"topics\":[\"*\"],\"attributes\":{\"a\":[],\"a\":[]}}],\"consume\":[]}", isExact: false);
        Add("an empty map that is the default", "policy", "{\"produce\":[{\"topics\":[\"*\"],\"attributes\":{}}],\"consume\":[]}", isExact: false);
        Add("an empty array that is the default", "policy", "{\"produce\":[],\"consume\":[],\"topics\":[]}", isExact: false);
        Add("a member without a default left out", "policy", "{\"produce\":[]}", isExact: false);
        Add("false, which is the default", "policy", "{\"produce\":[],\"consume\":[],\"topics\":[{\"topic\":\"a\",\"allowBareTombstones\":false}]}",
            isExact: false);
        Add("a number that is the default", "policy", "{\"produce\":[],\"consume\":[],\"topics\":[{\"topic\":\"a\",\"keyRetentionSeconds\":604800}]}",
            isExact: false);
        Add("a number that is not the default", "policy", "{\"produce\":[],\"consume\":[],\"topics\":[{\"topic\":\"a\",\"keyRetentionSeconds\":604801}]}");
        Add("the name of an enumeration", "policy", "{\"produce\":[],\"consume\":[],\"topics\":[{\"topic\":\"a\",\"history\":\"sinceEnrollment\"}]}");
        Add("the name of an enumeration in another case", "policy",
            "{\"produce\":[],\"consume\":[],\"topics\":[{\"topic\":\"a\",\"history\":\"SinceEnrollment\"}]}", isExact: false);
        Add("the number of an enumeration", "policy", "{\"produce\":[],\"consume\":[],\"topics\":[{\"topic\":\"a\",\"history\":1}]}", isExact: false);
        Add("bytes in base64url", "request-body", "{\"ticket\":\"" + new string('A', 43) + "\"}");
        Add("nothing that is said", "request-body", "{}");
        Add("bytes with padding", "request-body", "{\"ticket\":\"" + new string('A', 43) + "=\"}", isExact: false);
        Add("bytes whose last bits are not zero", "request-body", "{\"ticket\":\"" + new string('A', 42) + "B\"}", isExact: false);
        Add("bytes of 45 characters, which are no bytes", "request-body", "{\"ticket\":\"" + new string('A', 45) + "\"}", isExact: false);
        Add("all members", "request-body", "{\"ticket\":\"" + new string('A', 43) + "\",\"change\":\"x\"}");
        Add("all members in another order", "request-body", "{\"change\":\"x\",\"ticket\":\"" + new string('A', 43) + "\"}", isExact: false);
        Add("an empty string without a default", "request-body", "{\"change\":\"\"}");
        Add("a session life of 3600 seconds, which a producer uses where none is said", "policy", Requirement("\"sessionLifeSeconds\":3600"));
        Add("the last second of the year 9999", "policy", Requirement("\"plaintextUntil\":253402300799"));
        Add("a second later", "policy", Requirement("\"plaintextUntil\":253402300800"), isExact: false);
        Add("the first second of 1970", "policy", Requirement("\"plaintextUntil\":0"));
        Add("members of a requirement in another order", "policy", Requirement("\"allowBareTombstones\":true,\"history\":\"sinceEnrollment\""), isExact: false);
        Add("bytes in base64", "request-body", "{\"ticket\":\"" + new string('A', 41) + "+A\"}", isExact: false);
        return file;

        static string Requirement(string members) => $"{{\"produce\":[],\"consume\":[],\"topics\":[{{\"topic\":\"a\",{members}}}]}}";

        void Add(string name, string type, string text, bool isExact = true) =>
            file.Add(name, new { type, text }, isExact ? VectorFile.Accepted : Refused, check: isExact ? null : "1.4");
    }

    public static VectorFile BuildForm(VectorProject project)
    {
        var file = new VectorFile(
            "record-form", "record-form",
            "The form of a control record, before its payload is read: check 2 of 3.1. " +
            "A value is a text, or an array of texts and how often each stands there.", new { });
        var key = project.Producer;
        var header = RawJws.Header("e2ekafka-test+jws", key);
        var signed = RawJws.Sign(header, "{}", key);
        file.Add("a record", new { value = signed }, VectorFile.Accepted,
            new { typ = "e2ekafka-test+jws", kid = key.Public.Thumbprint, hash = TestProject.Parse(signed).Hash });
        file.Add("a payload that is no JSON", new { value = RawJws.Sign(header, "no JSON", key) }, VectorFile.Accepted);
        file.Add("a wrong signature", new { value = signed[..^86] + new string('A', 86) }, VectorFile.Accepted);
        Header("a typ of 64 characters", RawJws.Header(new string('t', 64), key), isAccepted: true);
        var typ = Enumerable.Range(1, 64).Select(length => new string('t', length)).First(typ => SizeLeft(typ) % 4 == 2);
        var (empty, size) = (RawJws.Sign(RawJws.Header(typ, key), "", key).Split('.'), SizeLeft(typ));
        file.Add("262144 bytes", new { value = Long(size) }, VectorFile.Accepted);
        file.Add("262145 bytes", new { value = Long(size + 1) }, Refused, check: "3.1 2");
        Header("a typ of every other character that it may have", RawJws.Header(" !#$%&'()*+,./:;<=>?@[]^`{|}~", key), isAccepted: true);
        Header("a typ with a backslash", RawJws.Header("a\\b", key));
        Header("a typ with a quotation mark", RawJws.Header("a\"b", key));
        Header("a typ with a tab", RawJws.Header("a\tb", key));
        Header("a typ with delete", RawJws.Header("a\u007fb", key));
        Header("a typ with an umlaut", RawJws.Header("ä", key));
        Header("a typ of 65 characters", RawJws.Header(new string('t', 65), key));
        Header("no typ", RawJws.Header("", key));
        Header("a header with a space", header.Replace(",", ", ", StringComparison.Ordinal));
        Header("another order in the header", $$"""{"typ":"e2ekafka-test+jws","alg":"ES256","kid":"{{key.Public.Thumbprint}}"}""");
        Header("no kid", """{"alg":"ES256","typ":"e2ekafka-test+jws"}""");
        Header("a kid of 42 characters", header.Replace(key.Public.Thumbprint, key.Public.Thumbprint[1..], StringComparison.Ordinal));
        Header("a kid whose last bits are not zero", header.Replace(key.Public.Thumbprint, key.Public.Thumbprint[..^1] + (char)(key.Public.Thumbprint[^1] + 1),
            StringComparison.Ordinal));
        Header("a kid before typ", $$"""{"alg":"ES256","kid":"{{key.Public.Thumbprint}}","typ":"e2ekafka-test+jws"}""");
        Header("a jwk in the header", header.Replace("}", ",\"jwk\":{}}", StringComparison.Ordinal));
        Header("crit in the header", header.Replace("}", ",\"crit\":[]}", StringComparison.Ordinal));
        Header("alg none", header.Replace("ES256", "none", StringComparison.Ordinal));
        Header("alg HS256", header.Replace("ES256", "HS256", StringComparison.Ordinal));
        var parts = signed.Split('.');
        foreach (var (name, value) in (List<(string, string)>)
        [
            ("an empty payload", $"{parts[0]}..{parts[2]}"), ("an empty header", $".{parts[1]}.{parts[2]}"), ("an empty signature", $"{parts[0]}.{parts[1]}."),
            ("two parts", $"{parts[0]}.{parts[1]}"), ("four parts", $"{signed}.{parts[2]}"), ("a signature of 85 characters", signed[..^1]),
            ("a signature of 87 characters", signed + "A"),
            ("a signature whose last bits are not zero", signed[..^1] + (char)(signed[^1] + 1)),
            ("a payload whose last bits are not zero", $"{parts[0]}.{parts[1][..^1]}{(char)(parts[1][^1] + 1)}.{parts[2]}"),
            ("a payload of 5 characters, which are no bytes", $"{parts[0]}.AAAAA.{parts[2]}"), ("padding", $"{parts[0]}.{parts[1]}=.{parts[2]}"),
            ("a character of base64", $"{parts[0]}.e+0.{parts[2]}"), ("white space behind", signed + " "), ("white space before", " " + signed),
            ("nothing", ""), ("the JSON form of a JWS", $$"""{"payload":"{{parts[1]}}","protected":"{{parts[0]}}","signature":"{{parts[2]}}"}"""),
        ])
            file.Add(name, new { value }, Refused, check: "3.1 2");
        return file;

        object[] Long(int size) => [$"{empty[0]}.", 1, "A", size, "." + empty[2], 1];

        int SizeLeft(string typ) => 262_144 - RawJws.Sign(RawJws.Header(typ, key), "", key).Length;

        void Header(string name, string text, bool isAccepted = false) =>
            file.Add(name, new { value = RawJws.Sign(text, "{}", key) }, isAccepted ? VectorFile.Accepted : Refused, check: isAccepted ? null : "3.1 2");
    }

    public static VectorFile BuildKeyChanges(VectorProject project)
    {
        var (old, next, other) = (project.Producer, project.Replacing, VectorProject.IdOf(project.Peer));
        var file = new VectorFile(
            "key-changes", "key-changes", "Changes of a signing key, in documents and requests: the last paragraph of 3.3. The failure is that of what holds the change.",
            new { project = project.Id, identifier = VectorProject.IdOf(old), oldKey = old.Public.Jwk });
        var valid = KeyChange.Create(project.Id, VectorProject.IdOf(old), old, next.Public, VectorProject.Now);
        file.Add("a change", new { change = valid }, VectorFile.Accepted, new { key = next.Public.Thumbprint, at = Now });
        file.Add("at the end of the year 9998", new { change = Edit($"\"iat\":{Now}", "\"iat\":253370764799") }, VectorFile.Accepted,
            new { key = next.Public.Thumbprint, at = 253_370_764_799 });
        foreach (var (name, change) in (List<(string, string)>)
        [
            ("members in another order", Edit($"\"sub\":\"{VectorProject.IdOf(old)}\",\"iat\":{Now}", $"\"iat\":{Now},\"sub\":\"{VectorProject.IdOf(old)}\"")),
            ("a kid of the new key", VectorProject.Forge(RecordTypes.KeyChange, RawJws.PayloadOf(valid), next, old)),
            ("more in the key", Edit("\"kty\":\"EC\"", "\"kty\":\"EC\",\"use\":\"sig\"")),
            ("a signature of 85 characters", valid[..^1]), ("a payload with a space", Edit("{\"aud\"", "{ \"aud\"")),
            ("another identifier", Edit(VectorProject.IdOf(old), other)),
            ("an iat after the year 9998", Edit($"\"iat\":{Now}", "\"iat\":253370764800")),
            ("a key that is not on the curve", Edit(next.Public.Jwk.Y, next.Public.Jwk.X)),
            ("another typ", VectorProject.Sign(RecordTypes.Refusal, RawJws.PayloadOf(valid), old)), ("another project", Edit(project.Id, other)),
            ("signed by the new key", VectorProject.Sign(RecordTypes.KeyChange, RawJws.PayloadOf(valid), next)),
            ("a wrong signature", VectorProject.Forge(RecordTypes.KeyChange, RawJws.PayloadOf(valid), old, next)),
        ])
            file.Add(name, new { change }, Refused, check: "3.3 key change");
        return file;

        string Edit(string text, string with) => VectorProject.Edit(valid, old, text, with);
    }

    public static VectorFile BuildTickets(VectorProject project)
    {
        var file = new VectorFile(
            "tickets", "tickets", "Tickets, as their holder reads them before it sends anything.", new { document = project.Document.Record, now = Now });
        var claims = new TicketClaims(
            project.Id, project.Document.Authority, project.NextAuthorityKey.Public.Thumbprint, project.Document.Version, Now + 600,
            VectorProject.Fixed("ticket"));
        var text = Encode(claims);
        var expected = new { project = claims.Project, authority = claims.Authority, key = claims.Key, version = claims.Version, exp = claims.Exp, secret = VectorProject.Hex(claims.Secret),
            hash = EnrollmentTicket.HashOf(claims.Secret) };
        file.Add("a ticket", new { ticket = text }, VectorFile.Accepted, expected);
        file.Add("white space and a byte order mark around it", new { ticket = $"\uFEFF {text}\r\n" }, VectorFile.Accepted, expected);
        file.Add("one that ends with the year 9998", new { ticket = Encode(claims with { Exp = 253_370_764_799 }) }, VectorFile.Accepted,
            new { exp = 253_370_764_799 });
        file.Add("one that ended less than 2 minutes ago", new { ticket = Encode(claims with { Exp = Now - 119 }) }, VectorFile.Accepted,
            new { exp = Now - 119 });
        var json = Encoding.ASCII.GetString(Base64Url.DecodeFromChars(text.AsSpan("e2ekafka-ticket-".Length)));
        foreach (var (name, ticket) in (List<(string, string)>)
        [
            ("nothing", ""), ("another beginning", text.Replace("ticket", "Ticket", StringComparison.Ordinal)), ("cut off", text[..^5]),
            ("padding", text + "="),
            ("white space in it", text.Insert(100, " ")), ("JSON with a space", Json(json.Replace(":", ": ", StringComparison.Ordinal))),
            ("a secret of 31 bytes", Encode(claims with { Secret = claims.Secret[1..] })),
            ("an exp after the year 9998", Encode(claims with { Exp = 253_370_764_800 })),
            ("a project that is no hash", Encode(claims with { Project = "x" })), ("a key that is no hash", Encode(claims with { Key = claims.Key[1..] })),
            ("version 0 of the document", Encode(claims with { Version = 0 })),
            ("no key", Json(VectorProject.Replace(json, $"\"key\":\"{claims.Key}\",", ""))), ("more than 4096 characters", text + new string('A', 4_000)),
        ])
            file.Add(name, new { ticket }, nameof(FailureReason.TicketMalformed), check: "1.9");
        var other = VectorProject.IdOf(project.Stranger);
        Refuse("for another project", claims with { Project = other }, FailureReason.TicketForOtherProject);
        Refuse("for another authority", claims with { Authority = other }, FailureReason.TicketForOtherProject);
        Refuse("for another project, and ended", claims with { Project = other, Exp = 0 }, FailureReason.TicketForOtherProject);
        Refuse("ended 2 minutes ago", claims with { Exp = Now - 120 }, FailureReason.TicketExpired);
        file.Add("made with the authority's first key, under an older document",
            new { ticket = Encode(claims with { Key = project.AuthorityKey.Public.Thumbprint, Version = project.First.Version }) }, VectorFile.Accepted,
            new { key = project.AuthorityKey.Public.Thumbprint, version = project.First.Version });
        var later = claims with { Version = claims.Version + 1 };
        Refuse("made under a later document", later, FailureReason.ProjectOutdated);
        Refuse("made under version 2^53 - 1 of the document", claims with { Version = ExactForm.MaxInteger }, FailureReason.ProjectOutdated);
        Refuse("made under a later document, and ended", later with { Exp = Now - 120 }, FailureReason.TicketExpired);
        Refuse("made with a key that the document does not name", claims with { Key = other }, FailureReason.ProjectInvalid);
        Refuse("made with a key that the document does not name, under a later document", later with { Key = other }, FailureReason.ProjectOutdated);
        return file;

        void Refuse(string name, TicketClaims refused, FailureReason reason) => file.Add(name, new { ticket = Encode(refused) }, reason.ToString(),
            check: "1.9");

        static string Encode(TicketClaims claims) => new EnrollmentTicket(claims).Encode();

        static string Json(string json) => "e2ekafka-ticket-" + Base64Url.EncodeToString(Encoding.ASCII.GetBytes(json));
    }

    public static VectorFile BuildProjectFiles(VectorProject project)
    {
        var file = new VectorFile("project-files", "project-files", "The content of project.json.", new { });
        var (id, name, authority) = (project.Id, project.Document.Name, project.Document.Authority);
        file.Add("a project file", new { text = project.Document.ToJson() }, VectorFile.Accepted, new { project = id, version = project.Document.Version });
        file.Add("without white space", new { text = Text(id, name, authority, project.First.Record) }, VectorFile.Accepted, new { project = id, version = project.First.Version });
        file.Add("a byte order mark before it", new { text = "\uFEFF" + Text(id, name, authority, project.First.Record) }, VectorFile.Accepted,
            new { project = id });
        file.Add(
            "members in another order",
            new { text = $$"""{"document":"{{project.First.Record}}","authority":"{{authority}}","name":"{{name}}","project":"{{id}}"}""" }, VectorFile.Accepted,
            new { project = id });
        file.Add("an escape", new { text = Text(id, "\\u0076" + name[1..], authority, project.First.Record) }, VectorFile.Accepted, new { project = id });
        var other = VectorProject.IdOf(project.Stranger);
        foreach (var (what, text) in (List<(string, string)>)
        [
            ("nothing", ""), ("another id", Text(other, name, authority, project.First.Record)),
            ("another name", Text(id, "other", authority, project.First.Record)),
            ("another authority", Text(id, name, other, project.First.Record)),
            ("a document with a wrong signature", Text(id, name, authority, project.First.Record[..^86] + project.Document.Record[^86..])),
            ("an unknown member", Text(id, name, authority, project.First.Record).Replace("{\"project\"", "{\"a\":1,\"project\"", StringComparison.Ordinal)),
            ("a member twice", Text(id, name, authority, project.First.Record).Replace("{\"project\"", $"{{\"name\":\"{name}\",\"project\"",
                StringComparison.Ordinal)),
            ("a member's name in another case", Text(id, name, authority, project.First.Record).Replace("\"project\"", "\"Project\"",
                StringComparison.Ordinal)),
            ("a comment", "/* a */" + Text(id, name, authority, project.First.Record)),
            ("a comma too many", Text(id, name, authority, project.First.Record)[..^1] + ",}"),
            ("a second value behind", Text(id, name, authority, project.First.Record) + "{}"),
            ("a name of null", Text(id, name, authority, project.First.Record).Replace($"\"{name}\"", "null", StringComparison.Ordinal)),
            ("no document", $$"""{"project":"{{id}}","name":"{{name}}","authority":"{{authority}}"}"""),
        ])
            file.Add(what, new { text }, nameof(FailureReason.ProjectInvalid), check: "1.6");
        AddBounds(project, file);
        return file;
    }

    private static string Text(string id, string name, string authority, string document) =>
        $$"""{"project":"{{id}}","name":"{{name}}","authority":"{{authority}}","document":"{{document}}"}""";

    // What a document says for the life of its project.
    private static void AddBounds(VectorProject project, VectorFile file)
    {
        Add("version 1", claims => claims with { Version = 1, Groups = VectorProject.GroupsOf(claims.Policy, 1) });
        Add("version 0", claims => claims with { Version = 0, Groups = [] }, isAccepted: false);
        Add("a name of 100 characters", claims => claims with { Name = new string('n', 100) });
        Add("a name of 101 characters", claims => claims with { Name = new string('n', 101) }, isAccepted: false);
        Add("for development", claims => claims with { Development = true });
        Add("a prefix of 239 characters: with .authority it has 249", claims => claims with { Control = claims.Control with { Prefix = new string('p',
            239) } });
        Add("a prefix of 240 characters", claims => claims with { Control = claims.Control with { Prefix = new string('p', 240) } }, isAccepted: false);
        Add("a prefix of one point", claims => claims with { Control = claims.Control with { Prefix = "." } }, isAccepted: false);
        Add("an empty prefix", claims => claims with { Control = claims.Control with { Prefix = "" } }, isAccepted: false);
        Add("1 partition", claims => claims with { Control = claims.Control with { Partitions = 1 } });
        Add("10000 partitions", claims => claims with { Control = claims.Control with { Partitions = 10_000 } });
        Add("10001 partitions", claims => claims with { Control = claims.Control with { Partitions = 10_001 } }, isAccepted: false);
        Add("a salt of 17 bytes", claims => claims with { Salt = [.. claims.Salt, 0] }, isAccepted: false);

        void Add(string name, Func<ProjectClaims, ProjectClaims> change, bool isAccepted = true)
        {
            var claims = change(project.First.Claims);
            var record = RawJws.Sign(RecordTypes.Project, claims, RecordJson.Default.ProjectClaims, project.AuthorityKey).Text;
            file.Add(
                name, new { text = Text(claims.Aud, claims.Name, claims.Iss, record) }, isAccepted ? VectorFile.Accepted : nameof(FailureReason.ProjectInvalid),
                isAccepted ? new { project = claims.Aud, version = claims.Version } : null, isAccepted ? null : "1.6");
        }
    }

    private static void AddHpke(VectorProject project, VectorFile file)
    {
        var point = project.PackageKey.PublicKey.Encoded.ToArray();
        foreach (var (kem, name, key) in (List<(string, string, HpkePrivateKey)>)[("p256", "package", project.PackageKey),
            ("mlkem768-p256", "hybrid package", project.HybridPackageKey)])
        {
            var encoded = key.PublicKey.Encoded.ToArray();
            file.Add(
                $"an HPKE key of {kem}", new { kem, hpke = Base64Url.EncodeToString(encoded), privateKey = VectorProject.Hex(VectorProject.Fixed(name)) },
                VectorFile.Accepted,
                new { kem, id = KeyPackage.IdOf(key.PublicKey) });
        }

        var hybrid = project.HybridPackageKey.PublicKey.Encoded.ToArray();
        foreach (var (name, key) in (List<(string, byte[])>)
        [
            ("a coefficient of 3328", [0, (byte)((hybrid[1] & 0xF0) | 0x0D), .. hybrid.AsSpan(2)]),
            ("any 32 bytes behind the coefficients", [.. hybrid.AsSpan(0, 1152), .. Enumerable.Repeat((byte)0xFF, 32), .. hybrid.AsSpan(1184)]),
        ])
        {
            file.Add(
                "an HPKE key: " + name, new { hpke = Base64Url.EncodeToString(key) }, VectorFile.Accepted,
                new { kem = "mlkem768-p256", id = Base64Url.EncodeToString(System.Security.Cryptography.SHA256.HashData(key)) });
        }

        foreach (var (name, refused) in (List<(string, byte[])>)
        [
            ("64 bytes", point[1..]), ("a compressed point", [2, .. point.AsSpan(1, 32)]), ("a hybrid point", [6, .. point.AsSpan(1)]),
            ("a point that is not on the curve", [.. point.AsSpan(0, 33), .. point.AsSpan(1, 32)]), ("one zero byte, the point at infinity", [0]),
            ("the last coefficient of 3329", [.. hybrid.AsSpan(0, 1150), (byte)((hybrid[1150] & 0x0F) | 0x10), 0xD0, .. hybrid.AsSpan(1152)]),
            ("nothing", []), ("66 bytes", [.. point, 0]), ("1250 bytes", [.. hybrid, 0]),
            ("a coefficient of 3329", [0x01, (byte)((hybrid[1] & 0xF0) | 0x0D), .. hybrid.AsSpan(2)]), ("1248 bytes", hybrid[1..]),
            ("a hybrid key whose point is not on the curve", [.. hybrid.AsSpan(0, 1184), 4, .. hybrid.AsSpan(1185, 32), .. hybrid.AsSpan(1185, 32)]),
        ])
            file.Add("an HPKE key: " + name, new { hpke = Base64Url.EncodeToString(refused) }, Refused, check: "1.3");
    }
}
