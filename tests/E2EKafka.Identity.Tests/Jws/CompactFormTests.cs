using System.Buffers.Text;
using System.Text;
using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

/// <summary>Three canonical base64url segments, no larger than <see cref="Jws.MaxSize"/>, and nothing else.</summary>
public sealed class CompactFormTests
{
    private const string Type = RecordTypes.Refusal;
    private const string Project = "p";
    private SigningKey _key = null!;
    private string _record = null!;

    [OneTimeSetUp]
    public void MakeRecord()
    {
        _key = SigningKey.Generate();
        _record = Jws.Sign(Type, _key, new RefusalClaims("a", Project, "b", 1, "c", FailureReason.Revoked), RecordJson.Default.RefusalClaims);
    }

    [OneTimeTearDown]
    public void DisposeKey() => _key.Dispose();

    [Test]
    public void Bytes_and_text_are_read_alike()
    {
        var fromText = Jws.TryParse(_record)!;
        var fromBytes = Jws.TryParse(Encoding.ASCII.GetBytes(_record))!;
        Assert.Multiple(() =>
        {
            Assert.That(fromBytes.Text, Is.EqualTo(_record));
            Assert.That(fromBytes.Hash, Is.EqualTo(fromText.Hash));
            Assert.That(fromBytes.Type, Is.EqualTo(Type));
            Assert.That(fromBytes.KeyId, Is.EqualTo(_key.Public.Thumbprint));
        });
    }

    [Test]
    public void The_hash_names_what_was_signed_and_not_one_of_its_many_signatures()
    {
        var again = RawJws.Sign(RawJws.HeaderOf(_record), RawJws.PayloadOf(_record), _key);
        var other = RawJws.Sign(RawJws.HeaderOf(_record), RawJws.PayloadOf(_record).Replace("\"iat\":1", "\"iat\":2", StringComparison.Ordinal), _key);
        Assert.Multiple(() =>
        {
            Assert.That(again, Is.Not.EqualTo(_record));
            Assert.That(Jws.TryParse(again)!.Hash, Is.EqualTo(Jws.TryParse(_record)!.Hash));
            Assert.That(Jws.TryParse(other)!.Hash, Is.Not.EqualTo(Jws.TryParse(_record)!.Hash));
        });
    }

    [Test]
    public void Anything_but_three_full_segments_is_refused()
    {
        var (header, payload, signature) = Segments();
        string[] wrong =
        [
            "", ".", "..", "...", header, header + ".", $"{header}.{payload}", $"{header}.{payload}.", $"{header}..{signature}", $".{payload}.{signature}",
            $"{header}.{payload}.{signature}.", $".{header}.{payload}.{signature}", $"{header}.{payload}.{signature}.{signature}",
            $"{header}.{payload}..{signature}", $"{header}.{payload}.{signature}.{payload}.{signature}",
        ];
        Assert.Multiple(() =>
        {
            foreach (var text in wrong)
                Assert.That(Jws.TryParse(text), Is.Null, text);
        });
    }

    [TestCase("=")]
    [TestCase("==")]
    [TestCase("%3D")]
    [TestCase(" ")]
    [TestCase("\n")]
    [TestCase("\0")]
    [TestCase("+")]
    [TestCase("/")]
    [TestCase("é")]
    [TestCase("A")] // 4n+1 characters, or trailing bits that are not zero
    public void A_character_too_many_in_any_place_is_refused(string extra)
    {
        for (var at = 0; at <= _record.Length; at++)
        {
            var text = _record.Insert(at, extra);
            Assert.That(Accepts(text), Is.False, text);
            Assert.That(Accepts(Encoding.UTF8.GetBytes(text)), Is.False, text);
        }
    }

    [Test]
    public void Trailing_bits_that_decode_to_the_same_bytes_are_refused()
    {
        // 64 bytes leave four bits unused in the last of 86 characters; a lenient decoder takes all 16 spellings.
        var (header, payload, signature) = Segments();
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        var last = Alphabet.IndexOf(signature[^1], StringComparison.Ordinal);
        Assert.That(last % 16, Is.Zero);
        for (var bits = 1; bits < 16; bits++)
            Assert.That(Jws.TryParse($"{header}.{payload}.{signature[..^1]}{Alphabet[last + bits]}"), Is.Null);
    }

    [Test]
    public void A_signature_of_another_size_is_refused()
    {
        var (header, payload, _) = Segments();
        foreach (var size in (int[])[1, 32, 63, 65, 70, 72, 96, 128, 132])
            Assert.That(Jws.TryParse($"{header}.{payload}.{Base64Url.EncodeToString(new byte[size])}"), Is.Null, $"{size}");
    }

    [Test]
    public void A_signature_of_zeros_or_of_the_curves_order_is_not_verified()
    {
        var (header, payload, _) = Segments();
        var order = Convert.FromHexString("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");
        foreach (var signature in (byte[][])[new byte[64], [.. order, .. order], [.. new byte[63], 1], [.. Enumerable.Repeat((byte)0xFF, 64)]])
            Assert.That(Accepts($"{header}.{payload}.{Base64Url.EncodeToString(signature)}"), Is.False);
    }

    [Test]
    public void The_largest_record_is_accepted_and_one_byte_more_is_refused()
    {
        var largest = RecordOf(Jws.MaxSize);
        var tooLarge = RecordOf(Jws.MaxSize + 1);
        Assert.Multiple(() =>
        {
            Assert.That(Accepts(largest));
            Assert.That(Accepts(Encoding.ASCII.GetBytes(largest)));
            Assert.That(Jws.TryParse(tooLarge), Is.Null);
            Assert.That(Jws.TryParse(Encoding.ASCII.GetBytes(tooLarge)), Is.Null);
            Assert.That(Jws.TryParse(new byte[100 * 1024 * 1024]), Is.Null);
        });
    }

    [Test]
    public void A_record_too_large_is_refused_before_anything_is_made_of_it()
    {
        var text = RecordOf(Jws.MaxSize + 1);
        var bytes = Encoding.ASCII.GetBytes(text);
        Assert.That(Jws.TryParse(text) ?? Jws.TryParse(bytes), Is.Null);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var refused = Jws.TryParse(text) is null & Jws.TryParse(bytes) is null;
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.That(refused);
        Assert.That(allocated, Is.Zero);

        var borrowed = Memory.NextRented(text.Length);
        Assert.That(Jws.TryParse(text), Is.Null);
        Assert.That(borrowed, Is.All.EqualTo(0xEE), "not even copied");
    }

    [Test]
    public void Memory_that_a_text_is_read_in_is_given_back()
    {
        foreach (var text in (string[])[_record, "no record"])
        {
            var borrowed = Memory.NextRented(text.Length);
            Jws.TryParse(text);
            Assert.That(Encoding.ASCII.GetString(borrowed, 0, text.Length), Is.EqualTo(text));
            Assert.That(Memory.IsReturned(borrowed));
        }
    }

    [Test]
    public void Fewer_bytes_than_a_signature_has_are_refused()
    {
        for (var length = 0; length < 200; length++)
        {
            Assert.That(Jws.TryParse(new string('A', length)), Is.Null, $"{length}");
            Assert.That(Jws.TryParse(new string('.', length)), Is.Null, $"{length}");
            Assert.That(Jws.TryParse(new string('A', length) + "." + new string('A', 86)), Is.Null, $"{length}");
        }
    }

    [Test]
    public void What_was_read_once_is_not_read_again()
    {
        var jws = Jws.TryParse(_record)!;
        var claims = jws.ReadUnverified(RecordJson.Default.RefusalClaims);
        Assert.Multiple(() =>
        {
            Assert.That(claims, Is.Not.Null);
            Assert.That(jws.ReadUnverified(RecordJson.Default.RefusalClaims), Is.SameAs(claims));
            Assert.That(jws.ReadUnverified(RecordJson.Default.KeyChangeClaims), Is.Null, "as another type");
            Assert.That(jws.ReadUnverified(RecordJson.Default.RefusalClaims), Is.SameAs(claims), "which changes nothing");
            Assert.That(jws.Text, Is.SameAs(jws.Text));
            Assert.That(jws.Hash, Is.SameAs(jws.Hash));
            Assert.That(jws.ToString(), Is.EqualTo($"{Type} {jws.Hash}"));
        });
    }

    [Test]
    public void JSON_as_deep_as_it_can_be_is_refused_without_harm()
    {
        foreach (var depth in (int[])[15, 16, 17, 65, 1_000, 60_000])
        {
            foreach (var nested in (string[])[new string('[', depth) + new string(']', depth), Repeat("{\"a\":", depth) + "1" + new string('}', depth)])
            {
                Assert.Multiple(() =>
                {
                    Assert.That(Accepts(RawJws.Sign(nested, RawJws.PayloadOf(_record), _key)), Is.False);
                    Assert.That(Accepts(RawJws.Sign(RawJws.HeaderOf(_record), nested, _key)), Is.False);
                    Assert.That(Accepts(RawJws.Sign(
                        RawJws.HeaderOf(_record), RawJws.PayloadOf(_record)[..^1] + ",\"deep\":" + nested + "}", _key)), Is.False);
                });
            }
        }

        static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
    }

    [Test]
    public void Text_that_is_not_Unicode_is_refused_without_harm()
    {
        var payload = Encoding.UTF8.GetBytes(RawJws.PayloadOf(_record));
        var header = Encoding.UTF8.GetBytes(RawJws.HeaderOf(_record));
        var value = RawJws.PayloadOf(_record).IndexOf("\"b\"", StringComparison.Ordinal) + 1;
        byte[][] wrong = [[0xFF], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], "\\ud800"u8.ToArray(), "\\udc00\\ud800"u8.ToArray(), "\\u12"u8.ToArray(), [0], [10]];
        foreach (var text in wrong)
        {
            Assert.Multiple(() =>
            {
                Assert.That(Accepts(RawJws.Sign(header, [.. payload[..value], .. text, .. payload[(value + 1)..]], _key)), Is.False, "in a value");
                Assert.That(Accepts(RawJws.Sign(header, [.. payload[..2], .. text, .. payload[2..]], _key)), Is.False, "in a name");
                Assert.That(Accepts(RawJws.Sign([.. header[..2], .. text, .. header[2..]], payload, _key)), Is.False, "in the header");
            });
        }
    }

    private bool Accepts(string record) => Accepts(Jws.TryParse(record));

    private bool Accepts(byte[] record) => Accepts(Jws.TryParse(record));

    private bool Accepts(Jws? jws) =>
        jws?.ReadUnverified(RecordJson.Default.RefusalClaims) is not null && jws.Verify(jws.Type, Project, _key.Public);

    private (string Header, string Payload, string Signature) Segments() =>
        _record.Split('.') is [var header, var payload, var signature] ? (header, payload, signature) : throw new InvalidOperationException();

    /// <summary>A long string in the payload and a longer type in the header bring a valid record to any size.</summary>
    private string RecordOf(int size)
    {
        for (var type = "a"; type.Length <= 3; type += "a")
        {
            var header = RawJws.Header(type, _key);
            var room = size - 2 - Base64Url.GetEncodedLength(SigningPublicKey.SignatureSize) - Base64Url.GetEncodedLength(header.Length);
            var length = room * 3 / 4;
            if (Base64Url.GetEncodedLength(length) != room)
                continue;

            var payload = RawJws.PayloadOf(_record);
            payload = payload.Replace("\"c\"", $"\"{new string('c', length - payload.Length + 1)}\"", StringComparison.Ordinal);
            var record = RawJws.Sign(header, payload, _key);
            Assert.That(record, Has.Length.EqualTo(size));
            return record;
        }

        throw new InvalidOperationException($"No record has {size} characters.");
    }
}
