using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.Vectors;

/// <summary>The checks of 3.1 that all records of members have in common, each alone and with the next one.</summary>
/// <param name="project">The project.</param>
/// <param name="file">Where they go.</param>
/// <param name="partition">The partition of the record.</param>
/// <param name="type">Its type.</param>
/// <param name="sender">The first key of its sender.</param>
/// <param name="valid">The record.</param>
internal sealed class MemberRecordVectors(VectorProject project, VectorFile file, ControlPartition partition, string type, SigningKey sender, string valid)
{
    private static readonly DateTimeOffset Now = VectorProject.Now;
    private static readonly string Iat = $"\"iat\":{VectorProject.Seconds(Now)}";

    private string Payload => RawJws.PayloadOf(valid);

    /// <summary>The sender's record as another member would write it.</summary>
    public string By(SigningKey member, string? payload = null) =>
        VectorProject.Replace(payload ?? Payload, VectorProject.IdOf(sender), VectorProject.IdOf(member));

    public void Refuse(string name, string value, RecordProblem reason, string check, long? timestamp = null, ControlPartition? on = null,
        object? expected = null) =>
        file.Add(name, new { record = Record(value, timestamp, on) }, reason.ToString(), expected, check);

    public void Accept(string name, string value, object? expected = null, long? timestamp = null, IReadOnlyList<VectorRecord>? before = null,
        IReadOnlyList<VectorRecord>? meanwhile = null) =>
        file.Add(name, new { before, record = Record(value, timestamp, null), meanwhile }, VectorFile.Accepted, expected);

    public VectorRecord Record(string? value, long? timestamp = null, ControlPartition? on = null) =>
        VectorRecord.On(on ?? partition, value, Now) with { KafkaTimestamp = timestamp ?? Now.ToUnixTimeMilliseconds() };

    /// <summary>The record with a payload that is signed by its sender.</summary>
    public string Edited(string old, string with) => VectorProject.Edit(valid, sender, old, with);

    public void AddAll()
    {
        var (iat, ms) = (VectorProject.Seconds(Now), Now.ToUnixTimeMilliseconds());
        var elsewhere = new ControlPartition(partition.Topic == ControlTopicKind.Grants ? ControlTopicKind.Members : ControlTopicKind.Grants, 0);
        var cut = valid[..^1];
        var otherProject = Payload.Replace(project.Id, VectorProject.IdOf(project.Stranger), StringComparison.Ordinal);

        Refuse("a Kafka timestamp below -1", valid, RecordProblem.BadTimestamp, "3.1 1", timestamp: -2);
        Refuse("a Kafka timestamp after the year 9998", valid, RecordProblem.BadTimestamp, "3.1 1", timestamp: 253_370_764_800_000);
        Refuse("a bad Kafka timestamp, and malformed", cut, RecordProblem.BadTimestamp, "3.1 1", timestamp: -2);
        if (partition.Topic == ControlTopicKind.Grants)
        {
            Accept("no Kafka timestamp", valid, timestamp: -1);
            file.Add("a Kafka timestamp that its writer chose", new { record = Record(valid) with { CreateTime = true } }, VectorFile.Accepted);
        }
        else
        {
            Refuse("no Kafka timestamp", valid, RecordProblem.BadTimestamp, "3.1 1", timestamp: -1);
            file.Add("a Kafka timestamp that its writer chose", new { record = Record(valid) with { CreateTime = true } }, nameof(RecordProblem.BadTimestamp), check: "3.1 1");
        }

        file.Add("a null value", new { record = Record(null) }, nameof(RecordProblem.Malformed), check: "3.1 2");
        Refuse("an empty value", "", RecordProblem.Malformed, "3.1 2");
        Refuse("a signature of 85 characters", cut, RecordProblem.Malformed, "3.1 2");
        Refuse("malformed, and on another topic", cut, RecordProblem.Malformed, "3.1 2", on: elsewhere);
        Refuse("on another topic", valid, RecordProblem.UnexpectedType, "3.1 3", on: elsewhere);
        Refuse("on another topic, and its payload is no exact JSON", Edited("{\"aud\"", "{ \"aud\""), RecordProblem.UnexpectedType, "3.1 3", on: elsewhere);
        Refuse("a typ that no topic has", VectorProject.Sign("e2ekafka-other+jws", Payload, sender), RecordProblem.UnexpectedType, "3.1 3");

        Refuse("a payload with a space", Edited("{\"aud\"", "{ \"aud\""), RecordProblem.Malformed, "3.1 4");
        Refuse("an iat after the year 9998", Edited(Iat, "\"iat\":253370764800"), RecordProblem.Malformed, "3.1 4");
        Refuse("an unknown member", Edited(Iat, Iat + ",\"jti\":1"), RecordProblem.Malformed, "3.1 4");
        Refuse(
            "a payload with a space, of another project",
            VectorProject.Sign(type, otherProject.Replace("{\"aud\"", "{ \"aud\"", StringComparison.Ordinal), sender),
            RecordProblem.Malformed, "3.1 4");
        Refuse("of another project", VectorProject.Sign(type, otherProject, sender), RecordProblem.OtherProject, "3.1 5");
        Refuse("of another project, and delayed", VectorProject.Sign(type, otherProject, sender), RecordProblem.OtherProject, "3.1 5", timestamp: ms + 600_001);

        Accept("written 10 minutes after it was signed", valid, timestamp: ms + 600_000);
        Accept("written 10 minutes before it was signed", valid, timestamp: ms - 600_000);
        Refuse("written 10 minutes and 1 ms after it was signed", valid, RecordProblem.Delayed, "3.1 8", timestamp: ms + 600_001);
        Refuse("written 10 minutes and 1 ms before it was signed", valid, RecordProblem.Delayed, "3.1 8", timestamp: ms - 600_001);
        Refuse("delayed, by an unknown sender", SignedBy(project.Stranger), RecordProblem.Delayed, "3.1 8", timestamp: ms + 600_001);

        Refuse("by a sender that has no credential", SignedBy(project.Stranger), RecordProblem.UnknownSender, "3.1 9", expected: Waits("authority"));
        Refuse(
            "by a sender that has no credential, with a wrong signature",
            VectorProject.Forge(type, By(project.Stranger), project.Stranger, sender), RecordProblem.UnknownSender, "3.1 9");
        Refuse("by a replaced key", SignedBy(project.Replaced), RecordProblem.ReplacedKey, "3.1 10", expected: Waits("authority"));
        Refuse("in the name of another member", VectorProject.Sign(type, Payload, project.Replaced), RecordProblem.ReplacedKey, "3.1 10");
        Refuse(
            "in the name of a member whose credential ended", VectorProject.Sign(type, By(project.Lapsed), project.Replaced),
            RecordProblem.ReplacedKey, "3.1 10");
        Refuse("signed when the sender's credential had ended", SignedBy(project.Lapsed), RecordProblem.ExpiredSender, "3.1 11", expected: Waits("authority"));
        var atEnd = VectorProject.Replace(By(project.Lapsed), Iat, $"\"iat\":{iat - 60}");
        Refuse("signed in the second in which the sender's credential ended", VectorProject.Sign(type, atEnd, project.Lapsed), RecordProblem.ExpiredSender,
            "3.1 11");
        Refuse(
            "signed when the sender's credential had ended, with a wrong signature",
            VectorProject.Forge(type, By(project.Lapsed), project.Lapsed, sender), RecordProblem.ExpiredSender, "3.1 11");
        Refuse("a signature by another key", VectorProject.Forge(type, Payload, sender, project.Stranger), RecordProblem.BadSignature, "3.1 12");
        Refuse("a signature of another record", valid[..^86] + Edited(Iat, $"\"iat\":{iat - 1}")[^86..], RecordProblem.BadSignature, "3.1 12");

        Accept("a signature whose s is in the upper half of the order", VectorProject.WithHalf(valid, isUpper: true));
        Accept("a signature whose s is in the lower half of the order", VectorProject.WithHalf(valid, isUpper: false));
        Refuse("a signature of zeros", valid[..^86] + new string('A', 86), RecordProblem.BadSignature, "3.1 12");
        AcceptAfterLook("its sender's first credential is read in the look", project.Stranger, project.Stranger, serial: 1);
        AcceptAfterLook("the credential for its sender's new key is read in the look", sender, project.Stranger, serial: 2);
        AcceptAfterLook("its sender's renewed credential is read in the look", project.Lapsed, project.Lapsed, serial: 2);
    }

    /// <summary>What a sender's role must be to be heeded.</summary>
    public string Role { get; init; } = "shop";

    /// <summary>
    /// Where a record names a key package of its sender's: the package of a member with this first key and this key, the same record for it,
    /// and what follows.
    /// </summary>
    public Func<SigningKey, SigningKey, (KeyPackage Package, string Payload, object Expected)>? WithPackage { get; init; }

    private void AcceptAfterLook(string name, SigningKey first, SigningKey key, int serial)
    {
        var credential = VectorProject.OnAuthority(project.Credential(first, Role, serial, identity: key.Public));
        if (WithPackage is null)
        {
            Accept(name, VectorProject.Sign(type, By(first), key), meanwhile: [credential]);
            return;
        }

        var (package, payload, expected) = WithPackage(first, key);
        Accept(
            name, VectorProject.Sign(type, payload, key), expected,
            meanwhile: [credential, VectorRecord.On(ControlPartition.Members, package.Record, VectorProject.Earlier)]);
    }

    private static object Waits(string topic) => new { looks = new[] { topic } };

    private string SignedBy(SigningKey member) => VectorProject.Sign(type, By(member), member);
}
