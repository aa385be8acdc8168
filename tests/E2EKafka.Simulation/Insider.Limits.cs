using System.Buffers.Text;
using E2EKafka.Tests;

namespace E2EKafka.Simulation;

/// <content>Records at a limit, one below and one above.</content>
internal sealed partial class Insider
{
    /// <summary>Writes a record one below, at or one above a limit. Readers must take the first two, and refuse the third.</summary>
    /// <returns>Which limit, and how far from it.</returns>
    public string PushLimit(SeededGenerator random)
    {
        var beyond = random.Next(3) - 1;
        var (document, now) = (_world.Authority.Document, _world.Clock.GetUtcNow().ToUnixTimeSeconds());
        var topic = random.Pick(World.Topics);
        switch (random.Next(5))
        {
            case 0:
                var statements = Enumerable.Range(0, SessionStatement.MaxInRecord + beyond).Select(_ => State(topic).Claims).ToList();
                Write(
                    PartitionOf(topic), "statements of an announcement", beyond,
                    Jws.Sign(RecordTypes.Announcement, _key, new AnnouncementClaims(document.Id, Identifier, now, statements), RecordJson.Default.AnnouncementClaims),
                    jws => SessionAnnouncement.Read(jws) is not null);
                return $"statements of an announcement, {beyond:+0;-0;0}";
            case 1:
                var names = Enumerable.Range(0, KeyPackage.MaxTopics + beyond).Select(n => $"t{n:0000}").ToList();
                var key = HpkeKem.Default.Generate().PublicKey;
                var package = new KeyPackageClaims(
                    document.Id, Identifier, now, now + (long)World.Lifetimes.KeyPackage.TotalSeconds, key.Encoded.ToArray(), names, [1], Durable: true);
                _world.Notary.Package(KeyPackage.IdOf(key), RecordClock.ToTime(package.Exp));
                Write(
                    ControlPartition.Members, "topics of a package", beyond,
                    Jws.Sign(RecordTypes.KeyPackage, _key, package, RecordJson.Default.KeyPackageClaims), jws => KeyPackage.Read(jws) is not null);
                return $"topics of a package, {beyond:+0;-0;0}";
            case 2:
                var asked = Enumerable.Range(0, SessionStatement.MaxInRecord + beyond).Select(_ => new SessionName(topic, Hash(random))).ToList();
                Write(
                    ControlPartition.Requests, "sessions of a request", beyond,
                    Jws.Sign(RecordTypes.KeyRequest, _key, new KeyRequestClaims(document.Id, Identifier, now, Hash(random), 1, asked), RecordJson.Default.KeyRequestClaims),
                    jws => KeyRequest.Read(jws) is not null);
                return $"sessions of a request, {beyond:+0;-0;0}";
            case 3:
                Write(
                    ControlPartition.Requests, "attempts of a request", beyond,
                    Jws.Sign(
                        RecordTypes.KeyRequest, _key,
                        new KeyRequestClaims(document.Id, Identifier, now, Hash(random), KeyRequest.MaxAttempt + beyond, [new SessionName(topic, Hash(random))]),
                        RecordJson.Default.KeyRequestClaims),
                    jws => KeyRequest.Read(jws) is not null);
                return $"attempts of a request, {beyond:+0;-0;0}";
            default:
                return PushGrant(topic, beyond, random);
        }
    }

    private string PushGrant(string topic, int beyond, SeededGenerator random)
    {
        var count = SessionStatement.MaxInRecord + beyond;
        if (Packages() is not { Count: > 0 } packages)
            return "sessions of a grant, no package";

        var (document, to) = (_world.Authority.Document, random.Pick(packages));
        var given = Enumerable.Range(0, count).Select(_ => new SessionName(topic, Hash(random))).ToList();
        var rubbish = random.Bytes((KeyGrant.SecretSize * count) + to.Key.Kem.Overhead);
        var claims = new GrantClaims(document.Id, Identifier, _world.Clock.GetUtcNow().ToUnixTimeSeconds(), [new GrantRecipient(to.Member, to.Id, given, rubbish)]);
        Write(
            ControlPartition.GrantsOf(document.Control, to.Member), "sessions of a grant", beyond,
            Jws.Sign(RecordTypes.Grant, _key, claims, RecordJson.Default.GrantClaims), jws => KeyGrant.Read(jws) is not null);
        return $"sessions of a grant, {beyond:+0;-0;0}";
    }

    private void Write(ControlPartition partition, string limit, int beyond, string record, Func<Jws, bool> isRead)
    {
        World.Require(
            (Jws.TryParse(record) is { } jws && isRead(jws)) == beyond <= 0,
            $"a record with {beyond:+0;-0;0} of the most {limit} is {(beyond <= 0 ? "refused" : "taken")}");
        Append(partition, record);
    }

    // Policy refuses it nowhere but where it demands another mode. It is never used.
    private SessionStatement State(string topic)
    {
        var (document, now) = (_world.Authority.Document, _world.Clock.GetUtcNow());
        using var secret = SecretBytes.Random(SessionKeys.SecretSize);
        var statement = SessionKeys.State(
            secret,
            new SessionCore(
                document.Id, document.Reference, topic, Identifier, MessageAuthentication.Shared, now.ToUnixTimeSeconds(),
                (now + TimeSpan.FromMinutes(20)).ToUnixTimeSeconds(), 1, 1, Key: null));
        _world.Notary.Session(statement);
        return statement;
    }

    private static string Hash(SeededGenerator random) => Base64Url.EncodeToString(random.Bytes(32));
}
