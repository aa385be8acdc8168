using System.Buffers.Text;
using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.Vectors;

internal static class KeyPackageVectors
{
    private static readonly long Now = VectorProject.Seconds(VectorProject.Now);

    public static VectorFile Build(VectorProject project)
    {
        var file = new VectorFile(
            "key-packages", "records", "Key packages that another member reads: the checks of 3.1, and which is the newest.",
            project.Context([VectorProject.Orders]));
        using var key = HpkeKem.P256.Import(VectorProject.Fixed("package of producer"));
        using var hybrid = HpkeKem.MlKem768P256.Import(VectorProject.Fixed("hybrid package of producer"));
        var package = Create(key.PublicKey);
        var member = new MemberRecordVectors(project, file, ControlPartition.Members, RecordTypes.KeyPackage, project.Producer, package.Record);
        member.Accept("a key package", package.Record, Newest(package));
        member.Accept("without topics: its member has left", Create(key.PublicKey, topics: []).Record, Newest(package));
        member.Accept("signed 9 minutes ahead of the reader's clock", Create(key.PublicKey, at: 540).Record, Newest(package), timestamp: (Now + 540) * 1000);
        member.AddAll();

        var point = Base64Url.EncodeToString(key.PublicKey.Encoded);
        foreach (var (name, old, with) in (List<(string, string, string)>)
        [
            ("an end with its beginning", $"\"exp\":{Now + 86_400}", $"\"exp\":{Now}"),
            ("a life of 7 days and a second", $"\"exp\":{Now + 86_400}", $"\"exp\":{Now + 604_801}"),
            ("a topic twice", "[\"metrics.*\",\"orders\"]", "[\"orders\",\"orders\"]"),
            ("a topic pattern with a star in its middle", "\"metrics.*\"", "\"met*rics\""),
            ("a version twice", "\"versions\":[1]", "\"versions\":[1,1]"),
            ("a version of 2^31", "\"versions\":[1]", "\"versions\":[1,2147483648]"),
            ("17 versions", "\"versions\":[1]", "\"versions\":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]"),
            ("an end after the year 9998", $"\"iat\":{Now},\"exp\":{Now + 86_400}", "\"iat\":253370764799,\"exp\":253370764800"),
            ("a version below 0", "\"versions\":[1]", "\"versions\":[-1]"),
            ("a topic of 250 characters", "\"metrics.*\"", $"\"{new string('t', 250)}\""),
            ("an empty topic", "\"metrics.*\"", "\"\""),
            ("no public key", point, ""),
            ("members in another order", $"\"iat\":{Now},\"exp\":{Now + 86_400}", $"\"exp\":{Now + 86_400},\"iat\":{Now}"),
            ("durable left out", ",\"durable\":true", ""),
            ("a public key of 64 bytes", point, Base64Url.EncodeToString(key.PublicKey.Encoded[1..])),
            ("a compressed point", point, Base64Url.EncodeToString([2, .. key.PublicKey.Encoded[1..33]])),
            ("a point that is not on the curve", point, Base64Url.EncodeToString([4, .. key.PublicKey.Encoded[1..33], .. key.PublicKey.Encoded[1..33]])),
            ("a public key whose last bits are not zero", point, point[..^1] + Next(point[^1])),
        ])
            member.Refuse(name, member.Edited(old, with), RecordProblem.Malformed, "3.1 4");
        member.Accept("a life of 7 days", member.Edited($"\"exp\":{Now + 86_400}", $"\"exp\":{Now + 604_800}"), Newest(package));
        member.Accept("16 versions", member.Edited("\"versions\":[1]", "\"versions\":[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15]"), Newest(package));
        member.Accept("no version", member.Edited("\"versions\":[1]", "\"versions\":[]"), Newest(package));
        member.Accept("a vault that does not outlive its process", member.Edited("\"durable\":true", "\"durable\":false"), Newest(package));
        member.Accept("topics in another order, and a prefix of a name beside it",
            member.Edited("[\"metrics.*\",\"orders\"]", "[\"orders\",\"*\",\"metrics.*\"]"), Newest(package));
        member.Accept("another version, too", member.Edited("\"versions\":[1]", "\"versions\":[1,2147483647]"), Newest(package));

        var broken = hybrid.PublicKey.Encoded.ToArray();
        (broken[0], broken[1]) = (0xFF, (byte)(broken[1] | 0x0F));
        member.Refuse(
            "a hybrid key with a coefficient that is not below 3329", member.Edited(point, Base64Url.EncodeToString(broken)), RecordProblem.Malformed, "3.1 4");
        member.Refuse("a hybrid key, which the document does not list", Create(hybrid.PublicKey).Record, RecordProblem.AlgorithmNotAllowed, "3.1 6");
        member.Refuse(
            "a hybrid key, which the document does not list, delayed", Create(hybrid.PublicKey).Record, RecordProblem.AlgorithmNotAllowed, "3.1 6",
            timestamp: (Now * 1000) + 600_001);
        member.Refuse(
            "a hybrid key, which the document does not list, in another project",
            VectorProject.Edit(Create(hybrid.PublicKey).Record, project.Producer, project.Id, VectorProject.IdOf(project.Stranger)),
            RecordProblem.OtherProject, "3.1 5");
        var both = VectorRecord.On(
            ControlPartition.Authority, project.Next(claims => claims with { Algorithms = ["mlkem768-p256", "p256"], Authority = claims.Authority }).Record,
            VectorProject.Now);
        member.Accept("a hybrid key, which the document lists", Create(hybrid.PublicKey).Record, Newest(Create(hybrid.PublicKey)), before: [both]);

        AddNewest(project, file, member, package, Create);
        return file;

        KeyPackage Create(HpkePublicKey of, IReadOnlyList<string>? topics = null, long at = 0) => KeyPackage.Create(
            project.Id, VectorProject.IdOf(project.Producer), of, topics ?? ["metrics.*", "orders"], isDurable: true, project.Producer,
            VectorProject.Now.AddSeconds(at), TimeSpan.FromHours(24));
    }

    private static object Newest(KeyPackage package) => new { package = new { sub = package.Member, id = package.Id } };

    private static char Next(char last) => (char)(last + 1);

    private static void AddNewest(
        VectorProject project, VectorFile file, MemberRecordVectors member, KeyPackage package, Func<HpkePublicKey, IReadOnlyList<string>?, long,
        KeyPackage> create)
    {
        using var otherKey = HpkeKem.P256.Import(VectorProject.Fixed("second package of producer"));
        var (same, later) = (create(otherKey.PublicKey, null, 0), create(otherKey.PublicKey, null, 1));
        member.Accept("another of the same second", package.Record, Newest(package), before: [member.Record(same.Record)]);
        file.Add(
            "one that is a second older than the newest", new { before = new[] { member.Record(later.Record) }, record = member.Record(package.Record) },
            nameof(RecordProblem.Outdated), Newest(later), "3.1 package");
        var credential = VectorRecord.On(
            ControlPartition.Authority, project.Credential(project.Producer, role: "shop", serial: 2, identity: project.Stranger.Public), VectorProject.Now);
        var byNew = KeyPackage.Create(
            project.Id, package.Member, package.Key, package.Claims.Topics, isDurable: true, project.Stranger, VectorProject.Now, TimeSpan.FromHours(24));
        member.Accept(
            "one by the member's new key, a second older than the newest by its replaced key", byNew.Record, Newest(byNew),
            before: [member.Record(later.Record), credential]);
        file.Add(
            "one that is a second older than the newest, with a wrong signature",
            new
            {
                before = new[] { member.Record(later.Record) },
                record = member.Record(VectorProject.Forge(RecordTypes.KeyPackage, RawJws.PayloadOf(package.Record), project.Producer, project.Stranger)),
            },
            nameof(RecordProblem.BadSignature), Newest(later), "3.1 12");

        // Rule 18.
        var ours = KeyPackage.Create(
            project.Id, VectorProject.IdOf(project.Reader), otherKey.PublicKey, ["*"], isDurable: true, project.Reader, VectorProject.Now,
            TimeSpan.FromHours(24));
        member.Refuse("by a copy of the reader", ours.Record, RecordProblem.Conflict, "3.1 package",
            expected: new { state = nameof(FailureReason.IdentityCloned) });
    }
}
