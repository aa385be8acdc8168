using System.Buffers.Text;
using System.Text;
using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

/// <summary>Guarantee 11: whatever becomes of a record on its way, or whatever its sender signs, is refused with a typed reason, in bounded memory.</summary>
public sealed class RecordFuzzTests
{
    private const ulong Seed = 0x0013_E2EE;
    private const int Rounds = 10_000;

    /// <summary>For keys, credentials and what is sealed, in bytes; and for each byte of the input, of what is decoded, parsed and copied.</summary>
    private const int FixedAllocation = 16 * 1024;
    private const int AllocationPerByte = 16;

    private static readonly byte[][] Fragments =
    [
        "null"u8.ToArray(), "{}"u8.ToArray(), "[]"u8.ToArray(), "\""u8.ToArray(), "\\u0061"u8.ToArray(), "\\ud800"u8.ToArray(), "1e999"u8.ToArray(),
        ","u8.ToArray(), "-"u8.ToArray(), "."u8.ToArray(), " "u8.ToArray(), "9007199254740992"u8.ToArray(), [0xFF], [0], [0xEF, 0xBB, 0xBF],
        [.. Enumerable.Repeat((byte)'[', 1_000)],
    ];

    private readonly SeededGenerator _generator = new(Seed);
    private TestProject _project = null!;
    private IReadOnlyList<SampleRecord> _samples = null!;

    public static IEnumerable<string> Names => ["removals", "project document", "credential", "refusal", "authority request", "key change", "key package", "session", "shared session", "session with macs", "session under two keys", "grant", "key request"];

    [OneTimeSetUp]
    public void MakeRecords()
    {
        _project = new TestProject();
        _samples = SampleRecord.AllOf(_project);
        foreach (var sample in _samples)
            Assert.That(sample.IsAccepted(sample.Text), sample.Name);
    }

    [OneTimeTearDown]
    public void DisposeProject() => _project.Dispose();

    [Test]
    public void Every_sample_is_changed() => Assert.That(_samples.Select(sample => sample.Name), Is.EquivalentTo(Names));

    [TestCaseSource(nameof(Names))]
    public void A_changed_record_is_refused_without_harm(string name)
    {
        var sample = _samples.Single(sample => sample.Name == name);
        var header = Encoding.UTF8.GetBytes(RawJws.HeaderOf(sample.Text));
        var payload = Encoding.UTF8.GetBytes(RawJws.PayloadOf(sample.Text));
        var structural = JsonMutation.AllOf(RawJws.PayloadOf(sample.Text)).Select(mutation => Encoding.UTF8.GetBytes(mutation.Json)).ToList();
        for (var round = 0; round < Rounds; round++)
        {
            switch (_generator.Next(5))
            {
                case 0:
                    var onItsWay = Changed(Encoding.ASCII.GetBytes(sample.Text));
                    AssertHarmless(sample, onItsWay, mayBeAccepted: onItsWay.AsSpan().SequenceEqual(Encoding.ASCII.GetBytes(sample.Text)), round);
                    break;
                case 1:
                    var otherHeader = Changed(header);
                    AssertHarmless(sample, Signed(sample, otherHeader, payload), mayBeAccepted: otherHeader.AsSpan().SequenceEqual(header), round);
                    break;
                case 2:
                    // Its signer may change a name for another and be accepted; no other spelling of anything is.
                    var bytes = Changed(payload);
                    AssertHarmless(sample, Signed(sample, header, bytes), mayBeAccepted: ExactForm.IsMetBy(bytes), round);
                    break;
                case 3:
                    var json = _generator.Pick(structural);
                    AssertHarmless(sample, Signed(sample, header, json), mayBeAccepted: ExactForm.IsMetBy(json), round);
                    break;
                default:
                    var both = Changed(_generator.Pick(structural));
                    AssertHarmless(sample, Signed(sample, header, both), mayBeAccepted: ExactForm.IsMetBy(both), round);
                    break;
            }
        }
    }

    private static void AssertHarmless(SampleRecord sample, byte[] record, bool mayBeAccepted, int round)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var accepted = Jws.TryParse(record) is { } jws && sample.Accepts(jws);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (accepted && !mayBeAccepted)
            Assert.Fail($"Round {round}, {sample.Name}: {Encoding.Latin1.GetString(record)}");
        if (allocated > FixedAllocation + ((long)AllocationPerByte * record.Length))
            Assert.Fail($"Round {round}, {sample.Name}: {allocated} bytes for {record.Length}: {Encoding.Latin1.GetString(record)}");
    }

    private static byte[] Signed(SampleRecord sample, byte[] header, byte[] payload) => Encoding.ASCII.GetBytes(RawJws.Sign(header, payload, sample.Signer));

    private byte[] Changed(byte[] bytes)
    {
        var changed = bytes.ToList();
        for (var edits = 1 + _generator.Next(3); edits > 0; edits--)
        {
            var at = _generator.Next(Math.Max(changed.Count, 1));
            switch (_generator.Next(6))
            {
                case 0 when changed.Count > 0:
                    changed[at] = (byte)_generator.Next();
                    break;
                case 1 when changed.Count > 0:
                    changed[at] ^= (byte)(1 << _generator.Next(8));
                    break;
                case 2:
                    changed.RemoveRange(at, Math.Min(_generator.Next(20), changed.Count - at));
                    break;
                case 3:
                    changed.InsertRange(at, _generator.Pick(Fragments));
                    break;
                case 4:
                    changed.InsertRange(at, changed.GetRange(0, _generator.Next(changed.Count + 1)));
                    break;
                default:
                    changed.InsertRange(at, Encoding.ASCII.GetBytes(Base64Url.EncodeToString(_generator.Bytes(_generator.Next(8)))));
                    break;
            }
        }

        return [.. changed];
    }
}
