using System.Text.RegularExpressions;
using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

/// <summary>Why a record of a member is refused: each reason alone, and the first of several.</summary>
public sealed partial class RecordVerifierTests
{
    /// <summary>What the verifier itself finds, in its order. The rest of the enumeration is for those who know more than one record.</summary>
    private static readonly RejectionReason[] Order =
    [
        RejectionReason.Malformed, RejectionReason.OtherProject, RejectionReason.AlgorithmNotAllowed, RejectionReason.WrongPartition, RejectionReason.Delayed,
        RejectionReason.UnknownSender, RejectionReason.ReplacedKey, RejectionReason.ExpiredSender, RejectionReason.BadSignature,
    ];

    private TestProject _project = null!;
    private TestProject _otherProject = null!;
    private TestMember _sender = null!;
    private SigningKey _otherKey = null!;
    private Dictionary<string, Kind> _kinds = null!;

    public static IEnumerable<string> Kinds => [RecordTypes.KeyPackage, RecordTypes.Announcement, RecordTypes.Grant, RecordTypes.KeyRequest];

    private long Now => _project.Now.ToUnixTimeSeconds();

    [OneTimeSetUp]
    public void MakeRecords()
    {
        (_project, _otherProject, _otherKey) = (new TestProject(), new TestProject(), SigningKey.Generate());
        _sender = _project.Join();
        using var p256 = HpkeKem.P256.Generate();
        var session = _sender.Session("orders");
        var package = _sender.KeyPackage("orders");
        var otherPackage = KeyPackage.Create(
            _project.Document.Id, _sender.Identifier, p256.PublicKey, ["orders"], isDurable: true, _sender.Key, _project.Now, TimeSpan.FromHours(24));
        _kinds = new()
        {
            [RecordTypes.KeyPackage] = KindOf<KeyPackage>(package.Record, otherPackage.Record),
            [RecordTypes.Announcement] = KindOf<SessionAnnouncement>(session.Announcement),
            [RecordTypes.Grant] = KindOf<KeyGrant>(_sender.Grant(session, package).Text, _sender.Grant(session, package, otherPackage).Text),
            [RecordTypes.KeyRequest] = KindOf<KeyRequest>(KeyRequest.Create(
                _project.Document.Id, _sender.Identifier, package.Id, attempt: 1, [session.Statement], _sender.Key, _project.Now)),
        };
    }

    [OneTimeTearDown]
    public void DisposeRecords()
    {
        _project.Dispose();
        _otherProject.Dispose();
        _otherKey.Dispose();
    }

    [Test]
    public void The_order_is_that_of_the_enumeration() =>
        Assert.That(Order, Is.EqualTo(Enum.GetValues<RejectionReason>().Except([RejectionReason.BadTimes, RejectionReason.UnknownDocument])));

    [Test]
    public void Every_type_of_record_that_a_member_signs_is_tried()
    {
        var types = typeof(RecordVerifier).Assembly.GetTypes()
            .Where(type => type.IsClass && type.GetInterfaces().Any(face => face.IsGenericType && face.GetGenericTypeDefinition() == typeof(IMemberRecord<>)))
            .Select(type => (string)type.GetProperty("Type")!.GetValue(null)!);
        Assert.That(Kinds, Is.EquivalentTo(types));
    }

    [TestCaseSource(nameof(Kinds))]
    public void A_record_without_a_fault_is_taken(string type)
    {
        Assert.That(Judge(_kinds[type]), Is.Null);

        // Through the same steps as all that is refused below.
        var record = TestProject.Parse(Signed(_kinds[type], _kinds[type].Payload, _sender.Key));
        Assert.That(_kinds[type].Judge(record, _project.DirectoryOf(_sender), _project.Now, true), Is.Null);
    }

    [TestCaseSource(nameof(Kinds))]
    public void Each_fault_alone_gives_its_reason(string type)
    {
        Assert.Multiple(() =>
        {
            foreach (var fault in FaultsOf(_kinds[type]))
                Assert.That(Judge(_kinds[type], fault), Is.EqualTo(fault));
        });
    }

    [TestCaseSource(nameof(Kinds))]
    public void The_first_of_several_faults_is_the_reason(string type)
    {
        var faults = FaultsOf(_kinds[type]);
        Assert.Multiple(() =>
        {
            for (var first = 0; first < faults.Count; first++)
            {
                Assert.That(Judge(_kinds[type], [.. faults.Skip(first)]), Is.EqualTo(faults[first]), $"{faults[first]} and all after it");
                foreach (var second in faults.Skip(first + 1))
                    Assert.That(Judge(_kinds[type], faults[first], second), Is.EqualTo(faults[first]), $"{faults[first]} and {second}");
            }
        });
    }

    [TestCaseSource(nameof(Kinds))]
    public void A_form_that_is_not_exactly_its_types_is_malformed(string type)
    {
        var kind = _kinds[type];
        var directory = _project.DirectoryOf(_sender);
        Assert.Multiple(() =>
        {
            AssertMalformed(kind.Payload.Insert(1, " "), "a space");
            AssertMalformed(IssuedAt().Replace(kind.Payload, "\"iat\":253370764800"), "issued at no time");
            AssertMalformed(kind.Payload.Replace(_sender.Identifier, "sender", StringComparison.Ordinal), "a sender that is no identifier");
            AssertMalformed(kind.Payload.Replace(_sender.Identifier, "", StringComparison.Ordinal), "a sender without a name");
            foreach (var other in Kinds.Where(other => other != type))
            {
                AssertMalformed(_kinds[other].Payload, $"the payload of {other}");
                Assert.That(
                    kind.Judge(TestProject.Parse(Signed(_kinds[other], kind.Payload, _sender.Key)), directory, null, true),
                    Is.EqualTo(RejectionReason.Malformed), $"labelled {other}");
            }
        });

        void AssertMalformed(string payload, string what) => Assert.That(
            kind.Judge(TestProject.Parse(Signed(kind, payload, _sender.Key)), directory, null, true), Is.EqualTo(RejectionReason.Malformed), what);
    }

    [TestCaseSource(nameof(Kinds))]
    public void A_record_is_at_most_10_minutes_from_Kafkas_timestamp_of_it(string type)
    {
        var record = TestProject.Parse(Signed(_kinds[type], _kinds[type].Payload, _sender.Key));
        var directory = _project.DirectoryOf(_sender);
        Assert.Multiple(() =>
        {
            Assert.That(WrittenAfter(600_000), Is.Null);
            Assert.That(WrittenAfter(-600_000), Is.Null);
            Assert.That(WrittenAfter(600_001), Is.EqualTo(RejectionReason.Delayed), "a millisecond more");
            Assert.That(WrittenAfter(-600_001), Is.EqualTo(RejectionReason.Delayed), "a millisecond more");
            Assert.That(WrittenAfter(601_000), Is.EqualTo(RejectionReason.Delayed));
            Assert.That(WrittenAfter(-601_000), Is.EqualTo(RejectionReason.Delayed));
            Assert.That(Judge(DateTimeOffset.MinValue), Is.EqualTo(RejectionReason.Delayed));
            Assert.That(Judge(DateTimeOffset.MaxValue), Is.EqualTo(RejectionReason.Delayed));
            Assert.That(Judge(null), Is.Null, "no timestamp");
        });

        RejectionReason? WrittenAfter(int milliseconds) => Judge(_project.Now.AddMilliseconds(milliseconds));

        RejectionReason? Judge(DateTimeOffset? writtenAt) => _kinds[type].Judge(record, directory, writtenAt, true);
    }

    [TestCase(0)]
    [TestCase(-1_000_000)]
    [TestCase(172_799)] // a second before the sender's credential ends
    public void The_time_of_a_grant_is_not_judged_but_by_the_end_of_its_senders_credential(long sinceNow)
    {
        var kind = _kinds[RecordTypes.Grant];
        var record = TestProject.Parse(Signed(kind, IssuedAt().Replace(kind.Payload, $"\"iat\":{Now + sinceNow}"), _sender.Key));
        var directory = _project.DirectoryOf(_sender);
        var grant = RecordVerifier.Read<KeyGrant>(record, directory, out var reason);
        Assert.Multiple(() =>
        {
            Assert.That(reason, Is.Null);
            Assert.That(RecordVerifier.ProblemOfSender(record, grant!, directory), Is.Null);
        });
    }

    [TestCaseSource(nameof(Kinds))]
    public void A_replaced_key_counts_for_nothing_whenever_its_record_was_signed(string type)
    {
        var kind = _kinds[type];
        var replacedAt = Now + 3_600;
        var directory = _project.DirectoryOf(_sender);
        Assert.Multiple(() =>
        {
            foreach (var iat in (long[])[Now - 100, Now, replacedAt - 121, replacedAt - 1, replacedAt, replacedAt + 1, replacedAt + 121])
                Assert.That(JudgeAt(iat, _sender.Key), Is.Null, $"before the change is known: {iat - replacedAt}");
        });

        directory.Observe(_project.Reissue(_sender, claims => claims with { Serial = claims.Serial + 1, Iat = replacedAt, Cnf = new ConfirmationKey(_otherKey.Public.Jwk) }));
        directory.Observe(_sender.Credential.Text); // an older serial does not bring the old key back
        Assert.Multiple(() =>
        {
            foreach (var iat in (long[])[Now - 100, Now, replacedAt - 121, replacedAt - 1, replacedAt, replacedAt + 1, replacedAt + 121])
            {
                Assert.That(JudgeAt(iat, _sender.Key), Is.EqualTo(RejectionReason.ReplacedKey), $"the old key: {iat - replacedAt}");
                Assert.That(JudgeAt(iat, _otherKey), Is.Null, $"the new key, also before its credential: {iat - replacedAt}");
            }
        });

        RejectionReason? JudgeAt(long iat, SigningKey key) => kind.Judge(
            TestProject.Parse(Signed(kind, IssuedAt().Replace(kind.Payload, $"\"iat\":{iat}"), key)),
            directory, DateTimeOffset.FromUnixTimeSeconds(iat), true);
    }

    [TestCaseSource(nameof(Kinds))]
    public void A_sender_signs_until_its_newest_credential_ends(string type)
    {
        var kind = _kinds[type];
        var record = TestProject.Parse(Signed(kind, kind.Payload, _sender.Key));
        Assert.Multiple(() =>
        {
            Assert.That(kind.Judge(record, DirectoryWith(claims => claims with { Exp = Now + 1 }), null, true), Is.Null);
            Assert.That(kind.Judge(record, DirectoryWith(claims => claims with { Exp = Now }), null, true), Is.EqualTo(RejectionReason.ExpiredSender));
            Assert.That(kind.Judge(record, DirectoryWith(claims => claims with { Iat = Now + 10_000, EnrolledAt = Now + 10_000 }), null, true), Is.Null, "a credential since");
        });
    }

    [TestCaseSource(nameof(Kinds))]
    public void A_key_of_another_member_is_not_the_senders(string type)
    {
        var other = _project.Join();
        var record = TestProject.Parse(Signed(_kinds[type], _kinds[type].Payload, other.Key));
        Assert.That(_kinds[type].Judge(record, _project.DirectoryOf(_sender, other), null, true), Is.EqualTo(RejectionReason.ReplacedKey));
    }

    [Test]
    public void Every_reason_is_counted_under_its_own_problem()
    {
        var problems = Enum.GetValues<RejectionReason>().Select(reason => (reason, problem: reason.Problem())).ToList();
        Assert.Multiple(() =>
        {
            foreach (var (reason, problem) in problems)
                Assert.That($"{problem}", Is.EqualTo($"{reason}"));
        });
    }

    private static Kind KindOf<T>(string record, string? ofOtherAlgorithm = null)
        where T : class, IMemberRecord<T> => new(
            T.Type, RawJws.PayloadOf(record), ofOtherAlgorithm is null ? null : RawJws.PayloadOf(ofOtherAlgorithm),
            (jws, directory, writtenAt, isInPlace) =>
            {
                var result = RecordVerifier.Verify<T>(jws, directory, writtenAt, _ => isInPlace, out var reason);
                Assert.That(result is null, Is.EqualTo(reason is not null), "a reason is given if and only if the record is refused");
                return reason;
            });

    private static List<RejectionReason> FaultsOf(Kind kind) =>
        [.. Order.Where(reason => reason != RejectionReason.AlgorithmNotAllowed || kind.OfOtherAlgorithm is not null)];

    private static string Signed(Kind kind, string payload, SigningKey key) => RawJws.Sign(RawJws.Header(kind.Type, key), payload, key);

    /// <summary>The record with these faults and no other, in a directory that has its part of them.</summary>
    private RejectionReason? Judge(Kind kind, params RejectionReason[] faults)
    {
        var payload = Has(RejectionReason.AlgorithmNotAllowed) ? kind.OfOtherAlgorithm! : kind.Payload;
        if (Has(RejectionReason.OtherProject))
            payload = payload.Replace(_project.Document.Id, _otherProject.Document.Id, StringComparison.Ordinal);
        if (Has(RejectionReason.Malformed))
            payload = payload[..^1] + ",\"unknown\":1}";

        var header = RawJws.Header(kind.Type, _sender.Key);
        var record = TestProject.Parse(RawJws.Sign(header, payload, Has(RejectionReason.BadSignature) ? _otherKey : _sender.Key));
        var directory = Has(RejectionReason.UnknownSender)
            ? new MemberDirectory(_project.Document)
            : DirectoryWith(claims => claims with
            {
                Exp = Has(RejectionReason.ExpiredSender) ? Now : claims.Exp,
                Cnf = Has(RejectionReason.ReplacedKey) ? new ConfirmationKey(_otherProject.AuthorityKey.Public.Jwk) : claims.Cnf,
            });
        return kind.Judge(record, directory, _project.Now.AddSeconds(Has(RejectionReason.Delayed) ? 601 : 0), !Has(RejectionReason.WrongPartition));

        bool Has(RejectionReason fault) => faults.Contains(fault);
    }

    /// <summary>A directory whose only credential of the sender began a minute ago.</summary>
    private MemberDirectory DirectoryWith(Func<CredentialClaims, CredentialClaims> change)
    {
        var directory = new MemberDirectory(_project.Document);
        var text = _project.Reissue(_sender, claims => change(claims with { Iat = Now - 60, EnrolledAt = Now - 60 }));
        Assert.That(directory.Observe(text), Is.EqualTo(RecordProblem.None));
        return directory;
    }

    [GeneratedRegex("\"iat\":\\d+")]
    private static partial Regex IssuedAt();

    /// <summary>One type of record.</summary>
    private sealed record Kind(string Type, string Payload, string? OfOtherAlgorithm, Verifier Judge);

    /// <summary>Why a record is refused; <see langword="null"/> if it is not.</summary>
    private delegate RejectionReason? Verifier(Jws jws, MemberDirectory directory, DateTimeOffset? writtenAt, bool isInPlace);
}
