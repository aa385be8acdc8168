using System.Text;
using System.Text.Json.Serialization;

namespace E2EKafka.Client.Tests.Vectors;

internal static class MessageVectors
{
    private static readonly long Now = VectorProject.Seconds(VectorProject.Now);
    private static readonly byte[] Hello = Encoding.ASCII.GetBytes("hello");
    private static readonly byte[] OrderKey = Encoding.ASCII.GetBytes("order-42");

    public static VectorFile Build(VectorProject project)
    {
        var (orders, metrics) = (project.Session("session", VectorProject.Orders),
            project.Session("session of metrics", VectorProject.Metrics, isShared: true));
        var open = project.Session("session of open", VectorProject.Open);
        var file = new VectorFile(
            "messages", "messages",
            "Records on data topics that a member opens: the checks of 3.4. The sessions of the topics orders, metrics.cpu and open are announced and granted before.",
            project.Context(
                [VectorProject.Orders, VectorProject.Metrics, VectorProject.Joined, VectorProject.Open, VectorProject.Closed],
                project.Announce(orders), project.Announce(metrics), project.Announce(open), project.Grant(project.Producer, orders, metrics, open)));
        AddAccepted(file, orders, metrics, open);
        AddForm(file, orders);
        AddProofs(project, file, orders, metrics);
        AddKeys(file, orders, metrics);
        AddLimits(project, file, orders);
        new MessageRuleVectors(project, file).AddAll(orders);
        return file;
    }

    /// <summary>A record on a data topic.</summary>
    /// <param name="topic">Its topic.</param>
    /// <param name="value">Its value; <see langword="null"/> if that is null.</param>
    /// <param name="key">Its key; <see langword="null"/> if it has none.</param>
    /// <param name="headers">The values of its headers <c>e2ekafka-tombstone</c>.</param>
    public static object Record(string topic, byte[]? value, byte[]? key = null, params IEnumerable<byte[]> headers) => new DataRecord(
        topic, key is null ? null : VectorProject.Hex(key), value is null ? null : VectorProject.Hex(value),
        [.. headers.Select(header => new DataHeader("e2ekafka-tombstone", VectorProject.Hex(header)))]);

    public static object Opened(
        VectorSession session, ReadOnlySpan<byte> plaintext, long sequence = 0, RecordKeyBinding binding = RecordKeyBinding.NotBound,
        bool isTombstone = false) => new
    {
        plaintext = isTombstone ? null : VectorProject.Hex(plaintext),
        tombstone = isTombstone,
        producer = session.Statement.Producer,
        session = session.Statement.Id.ToString(),
        sequence,
        provenBy = (session.Signing is not null ? MessageProof.Signature : session.GroupKeys.Count > 0 ? MessageProof.Mac : MessageProof.SharedKey).ToString(),
        keyBinding = binding.ToString(),
    };

    private static object Unverified(ReadOnlySpan<byte> plaintext, bool isTombstone = false) =>
        new { plaintext = isTombstone ? null : VectorProject.Hex(plaintext), tombstone = isTombstone, provenBy = nameof(MessageProof.None) };

    private static byte[] HashOf(byte[]? key) => RecordKeyHash.Of(key, key is null);

    private static void AddAccepted(VectorFile file, VectorSession orders, VectorSession metrics, VectorSession open)
    {
        for (var i = 0; i < 3; i++)
        {
            var text = Encoding.ASCII.GetBytes($"{{\"order\":{i}}}");
            file.Add($"message {i + 1} of three of one session", new { record = Record(orders.Topic, orders.Seal(text)) }, VectorFile.Accepted,
                Opened(orders, text, i));
        }

        file.Add("a message of a shared session", new { record = Record(metrics.Topic, metrics.Seal(Hello)) }, VectorFile.Accepted, Opened(metrics, Hello));
        file.Add("an empty plaintext", new { record = Record(orders.Topic, orders.Seal([])) }, VectorFile.Accepted, Opened(orders, [], 3));
        file.Add(
            "a tombstone", new { record = Record(orders.Topic, null, OrderKey, orders.Seal([], isTombstone: true)) }, VectorFile.Accepted,
            Opened(orders, [], 4, isTombstone: true));
        file.Add(
            "a tombstone of a shared session", new { record = Record(metrics.Topic, null, OrderKey, metrics.Seal([], isTombstone: true)) }, VectorFile.Accepted,
            Opened(metrics, [], 1, isTombstone: true));
        file.Add(
            "a tombstone bound to the record's key, which is compared",
            new { record = Record(orders.Topic, null, OrderKey, orders.Seal([], HashOf(OrderKey), isTombstone: true)), bindsKeys = true }, VectorFile.Accepted,
            Opened(orders, [], 5, RecordKeyBinding.Matches, isTombstone: true));
        file.Add(
            "of two tombstone headers the last counts", new { record = Record(orders.Topic, null, OrderKey, Hello, orders.Seal([], isTombstone: true)) },
            VectorFile.Accepted,
            Opened(orders, [], 6, isTombstone: true));
        file.Add(
            "a tombstone header beside a value counts for nothing", new { record = Record(orders.Topic, orders.Seal(Hello), OrderKey, Hello) },
            VectorFile.Accepted, Opened(orders, Hello, 7));
        file.Add(
            "a mirrored record, whose topic the application accepts",
            new { record = Record("orders.mirror", orders.Seal(Hello)), accepts = new[] { "orders" } }, VectorFile.Accepted, Opened(orders, Hello, 8));
        file.Add(
            "opened by the reader after its credential ended", new { now = Now + 172_800, record = Record(orders.Topic, orders.Seal(Hello)) },
            VectorFile.Accepted, Opened(orders, Hello, 9));
        file.Add("a bare null where the topic allows it", new { record = Record(VectorProject.Open, null) }, VectorFile.Accepted,
            Unverified([], isTombstone: true));
        file.Add("a plaintext where the topic allows it", new { record = Record(VectorProject.Open, Hello) }, VectorFile.Accepted, Unverified(Hello));
        file.Add("an empty value where the topic allows plaintexts", new { record = Record(VectorProject.Open, []) }, VectorFile.Accepted, Unverified([]));
        file.Add("a message where the topic allows plaintexts", new { record = Record(VectorProject.Open, open.Seal(Hello)) }, VectorFile.Accepted,
            Opened(open, Hello));
    }

    // What binds a producer, and what no reader judges.
    private static void AddLimits(VectorProject project, VectorFile file, VectorSession orders)
    {
        var one = project.Session("session of one message", VectorProject.Orders, change: core => core with { Messages = 1, Bytes = 1, Begins = Now + 600 });
        file.Add(
            "the eighth message of a session of 1 message and 1 byte, before the session begins",
            new
            {
                before = new[] { project.Announce(one), project.Grant(project.Producer, one) },
                record = Record(one.Topic, one.SealRaw(MessageFlags.None, Hello)),
            },
            VectorFile.Accepted, Opened(one, Hello, 7));
        file.Add(
            "opened after the session ended", new { now = Now + 3601, record = Record(orders.Topic, orders.SealRaw(MessageFlags.None, Hello)) },
                VectorFile.Accepted,
            Opened(orders, Hello, 7));
        foreach (var isUpper in (bool[])[true, false])
        {
            var message = orders.SealRaw(MessageFlags.None, Hello);
            file.Add(
                $"a signature whose s is in the {(isUpper ? "upper" : "lower")} half of the order",
                new { record = Record(orders.Topic, [.. message.AsSpan(0, message.Length - 64), .. VectorProject.WithHalf(message[^64..], isUpper)]) },
                VectorFile.Accepted, Opened(orders, Hello, 7));
        }

        file.Add(
            "a plaintext in the second before the time until which the topic allows it",
            new { now = Now + 86_399, record = Record(VectorProject.Open, Hello) }, VectorFile.Accepted, Unverified(Hello));
        file.Add(
            "a plaintext of a topic whose name only begins like one that allows it", new { record = Record(VectorProject.Open + "2", Hello) },
            nameof(FailureReason.NotEncrypted), check: "3.4 2");
        file.Add(
            "a plaintext of a topic that allows it for another, which the application accepts",
            new { record = Record("open.mirror", Hello), accepts = new[] { VectorProject.Open } }, nameof(FailureReason.NotEncrypted), check: "3.4 2");
        file.Add(
            "a bare null of a topic that allows it for another, which the application accepts",
            new { record = Record("open.mirror", null), accepts = new[] { VectorProject.Open } }, nameof(FailureReason.TombstoneNotAuthenticated),
                check: "3.4 1");
        file.Add(
            "of two tombstone headers the last counts, which is none", new { record = Record(orders.Topic, null, OrderKey, orders.Seal([], isTombstone: true),
                Hello) },
            nameof(FailureReason.NotEncrypted), check: "3.4 2");
        file.Add("an empty tombstone header", new { record = Record(orders.Topic, null, OrderKey, [[]]) }, nameof(FailureReason.NotEncrypted), check: "3.4 2");
        file.Add("the highest flag", new { record = Record(orders.Topic, [0xFE, 0x81, .. orders.Seal(Hello).AsSpan(2)]) },
            nameof(FailureReason.UnsupportedVersion), check: "3.4 4");
        file.Add("a byte order mark, and a text", new { record = Record(orders.Topic, [0xEF, 0xBB, 0xBF, 0x61]) }, nameof(FailureReason.NotEncrypted),
            check: "3.4 2");
    }

    private static void AddForm(VectorFile file, VectorSession orders)
    {
        var message = orders.Seal(Hello);
        var unknown = message.ToArray();
        unknown[2] ^= 1;
        Refuse("a null value without a tombstone", null, FailureReason.TombstoneNotAuthenticated, "3.4 1");
        Refuse("a plaintext", Hello, FailureReason.NotEncrypted, "3.4 2");
        Refuse("an empty value", [], FailureReason.NotEncrypted, "3.4 2");
        file.Add(
            "a plaintext after the time until which the topic allows it", new { now = Now + 86_400, record = Record(VectorProject.Open, Hello) },
            nameof(FailureReason.NotEncrypted), check: "3.4 2");
        file.Add(
            "a false tombstone, where the topic allows bare nulls", new { record = Record(VectorProject.Open, null, null, Hello) },
            nameof(FailureReason.NotEncrypted), check: "3.4 2");
        Refuse("one byte", [0xFE], FailureReason.Truncated, "3.4 3");
        Refuse("another version, of 2 bytes", [0xFE, 0x02], FailureReason.UnsupportedVersion, "3.4 4");
        Refuse("version 0", [0xFE, 0x00, .. message.AsSpan(2)], FailureReason.UnsupportedVersion, "3.4 4");
        Refuse("an unknown flag", [0xFE, 0x41, .. message.AsSpan(2)], FailureReason.UnsupportedVersion, "3.4 4");
        Refuse("this version, of 2 bytes", [0xFE, 0x01], FailureReason.Truncated, "3.4 5");
        Refuse("37 bytes", message[..37], FailureReason.Truncated, "3.4 5");
        Refuse("69 bytes, of which a bound key's header has 54", [0xFE, 0x21, .. message.AsSpan(2, 36), .. new byte[31]], FailureReason.Truncated, "3.4 5");
        Refuse("37 bytes of a session that is not known", unknown[..37], FailureReason.Truncated, "3.4 5");

        void Refuse(string name, byte[]? value, FailureReason reason, string check) =>
            file.Add(name, new { record = Record(orders.Topic, value) }, reason.ToString(), check: check);
    }

    private static void AddProofs(VectorProject project, VectorFile file, VectorSession orders, VectorSession metrics)
    {
        var (message, tombstone, shared) = (orders.Seal(Hello), orders.Seal([], isTombstone: true), metrics.Seal(Hello));
        Refuse("38 bytes of a signed session", orders, message[..38], FailureReason.Truncated, "3.4 12");
        Refuse("a byte too few for the signature of an empty plaintext", orders, message[..101], FailureReason.Truncated, "3.4 12");
        Refuse("a tombstone in a value", orders, tombstone, FailureReason.AuthenticationFailed, "3.4 13");
        Refuse("a tombstone in a value, too short for its signature", orders, tombstone[..^1], FailureReason.Truncated, "3.4 12");
        Null("a value's message as a tombstone", orders, message, FailureReason.AuthenticationFailed, "3.4 13");
        Null("an empty value's message as a tombstone", orders, orders.Seal([]), FailureReason.AuthenticationFailed, "3.4 13");
        Refuse("a tombstone that is not empty, in a value", orders, orders.SealRaw(MessageFlags.Tombstone, Hello), FailureReason.AuthenticationFailed,
            "3.4 13");
        Null("a tombstone that is not empty", orders, orders.SealRaw(MessageFlags.Tombstone, Hello), FailureReason.TombstoneNotAuthenticated, "3.4 14");
        Null(
            "a tombstone that is not empty, with a wrong signature", orders, orders.SealRaw(MessageFlags.Tombstone, Hello, signing: project.Stranger),
            FailureReason.TombstoneNotAuthenticated, "3.4 14");
        Refuse("a signature by another key", orders, orders.SealRaw(MessageFlags.None, Hello, signing: project.Stranger), FailureReason.SignatureInvalid,
            "3.4 15");
        Refuse("an altered signature", orders, Altered(message, message.Length - 1), FailureReason.SignatureInvalid, "3.4 15");
        Refuse("an altered sequence", orders, Altered(message, 21), FailureReason.SignatureInvalid, "3.4 15");
        Refuse("an altered ciphertext", orders, Altered(message, 22), FailureReason.SignatureInvalid, "3.4 15");
        Null("a tombstone with an altered tag", orders, Altered(tombstone, 22), FailureReason.SignatureInvalid, "3.4 15");
        Refuse("a tombstone with the flag taken off", orders, Altered(tombstone, 1, 0x10), FailureReason.SignatureInvalid, "3.4 15");
        Refuse("the signature cut off, and another plaintext", orders, [.. message.AsSpan(0, 38), .. new byte[64]], FailureReason.SignatureInvalid, "3.4 15");
        var other = project.Session("another secret", VectorProject.Orders);
        Refuse(
            "signed, and encrypted with another key", orders,
            orders.SealRaw(MessageFlags.None, Hello, key: SessionKeys.TryDerive(other.Secret, other.Statement)), FailureReason.AuthenticationFailed, "3.4 16");
        Refuse("an altered ciphertext of a shared session", metrics, Altered(shared, 22), FailureReason.AuthenticationFailed, "3.4 16");
        Refuse("an altered tag of a shared session", metrics, Altered(shared, shared.Length - 1), FailureReason.AuthenticationFailed, "3.4 16");
        Refuse("an altered sequence of a shared session", metrics, Altered(shared, 21), FailureReason.AuthenticationFailed, "3.4 16");
        Refuse("bytes behind a message of a shared session", metrics, [.. shared, 0], FailureReason.AuthenticationFailed, "3.4 16");

        void Refuse(string name, VectorSession session, byte[] value, FailureReason reason, string check) =>
            file.Add(name, new { record = Record(session.Topic, value) }, reason.ToString(), check: check);

        void Null(string name, VectorSession session, byte[] header, FailureReason reason, string check) =>
            file.Add(name, new { record = Record(session.Topic, null, OrderKey, header) }, reason.ToString(), check: check);
    }

    private static void AddKeys(VectorFile file, VectorSession orders, VectorSession metrics)
    {
        foreach (var (name, key) in (List<(string, byte[]?)>)[("a key", OrderKey), ("an empty key", []), ("a null key", null)])
        {
            Bound($"bound to {name}, which is compared", key, key, VectorFile.Accepted, RecordKeyBinding.Matches);
            Bound($"bound to {name}, which is not compared", key, key, VectorFile.Accepted, RecordKeyBinding.NotCompared, bindsKeys: false);
        }

        Bound("bound to a key beside which another stands, which is not compared", OrderKey, Hello, VectorFile.Accepted, RecordKeyBinding.NotCompared,
            bindsKeys: false);
        Bound("bound to another key", OrderKey, Hello, nameof(FailureReason.RecordKeyMismatch));
        Bound("bound to the null key, with an empty key", null, [], nameof(FailureReason.RecordKeyMismatch));
        Bound("bound to the empty key, with a null key", [], null, nameof(FailureReason.RecordKeyMismatch));
        var message = orders.Seal(Hello);
        file.Add("not bound, where the reader binds keys", new { record = Record(orders.Topic, message, OrderKey), bindsKeys = true },
            nameof(FailureReason.RecordKeyMismatch), check: "3.4 17");
        file.Add("not bound, with a key that is not compared", new { record = Record(orders.Topic, message, OrderKey) }, VectorFile.Accepted);
        var bound = orders.Seal(Hello, HashOf(OrderKey));
        file.Add(
            "an altered hash of the key", new { record = Record(orders.Topic, Altered(bound, 22), OrderKey), bindsKeys = true },
            nameof(FailureReason.SignatureInvalid), check: "3.4 15");
        var shared = metrics.Seal(Hello, HashOf(OrderKey));
        file.Add(
            "a shared session: bound to another key, and altered", new { record = Record(metrics.Topic, Altered(shared, 54), Hello), bindsKeys = true },
            nameof(FailureReason.AuthenticationFailed), check: "3.4 16");

        void Bound(string name, byte[]? to, byte[]? key, string result, RecordKeyBinding binding = default, bool bindsKeys = true)
        {
            var message = orders.Seal(Hello, HashOf(to));
            Assert.That(MessageHeader.Read(message, out var header), Is.Null);
            file.Add(
                name, new { record = Record(orders.Topic, message, key), bindsKeys }, result,
                result == VectorFile.Accepted ? Opened(orders, Hello, header.Sequence, binding) : null, result == VectorFile.Accepted ? null : "3.4 17");
        }
    }

    private static byte[] Altered(byte[] message, int at, byte by = 1)
    {
        var altered = message.ToArray();
        altered[at] ^= by;
        return altered;
    }

    private sealed record DataRecord(
        string Topic, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Key,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Value, IReadOnlyList<DataHeader> Headers);

    private sealed record DataHeader(string Name, string Value);
}
