using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace E2EKafka;

[TestFixture]
public sealed class Base64UrlBytesTests
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private static readonly JsonSerializerOptions s_options = new() { Converters = { new Base64UrlBytes() } };

    [TestCase(0, TestName = "No characters over")]
    [TestCase(4, TestName = "No characters over, behind four")]
    public void Every_end_of_a_text_is_canonical_exactly_if_it_is_written_so(int before)
    {
        var start = Alphabet[..before];
        foreach (var first in Alphabet)
        {
            Assert.That(IsCanonical($"{start}{first}"), Is.False, $"{first}");
            foreach (var second in Alphabet)
            {
                AssertCanonical($"{start}{first}{second}");
                AssertCanonical($"{start}A{first}{second}");
                AssertCanonical($"{start}AA{first}{second}");
            }
        }

        static void AssertCanonical(string text)
        {
            var bytes = Convert.FromBase64String(text.Replace('-', '+').Replace('_', '/') + new string('=', (4 - (text.Length % 4)) % 4));
            var isCanonical = Base64Url.EncodeToString(bytes) == text;
            Assert.That(IsCanonical(text), Is.EqualTo(isCanonical), text);
            Assert.That(Base64UrlBytes.TryDecode(text), isCanonical ? Is.EqualTo(bytes) : Is.Null, text);
        }
    }

    [Test]
    public void Only_the_alphabet_is_canonical()
    {
        Assert.That(IsCanonical(""));
        for (var value = 0; value < 256; value++)
            Assert.That(Base64UrlBytes.IsCanonical([(byte)'A', (byte)value, (byte)'A', (byte)'A']), Is.EqualTo(Alphabet.Contains((char)value, StringComparison.Ordinal)), $"{value}");
    }

    [Test]
    public void No_text_is_no_bytes()
    {
        Assert.That(Base64UrlBytes.TryDecode((string?)null), Is.Null);
        Assert.That(Base64UrlBytes.TryDecode("éAAA"), Is.Null);
    }

    [TestCase(0, false)]
    [TestCase(42, false)]
    [TestCase(43, true)]
    [TestCase(44, false)]
    [TestCase(100, false)]
    public void A_hash_is_43_characters_in_their_canonical_spelling(int length, bool isHash)
    {
        var text = new string('A', length);
        Assert.That(Base64UrlBytes.IsHash(text), Is.EqualTo(isHash));
        Assert.That(Base64UrlBytes.IsHash(Encoding.ASCII.GetBytes(text)), Is.EqualTo(isHash));
        if (!isHash)
            return;

        foreach (var wrong in (string[])[text[..42] + "B", text[..42] + "é", text[..42] + "="])
        {
            Assert.That(Base64UrlBytes.IsHash(wrong), Is.False, wrong);
            Assert.That(Base64UrlBytes.IsHash(Encoding.Latin1.GetBytes(wrong)), Is.False, wrong);
        }
    }

    [Test]
    public void Bytes_in_JSON_are_a_string_in_one_piece()
    {
        Assert.That(JsonSerializer.Deserialize<byte[]>("\"AAEC\"", s_options), Is.EqualTo((byte[])[0, 1, 2]));
        Assert.That(JsonSerializer.Serialize((byte[])[0, 1, 2], s_options), Is.EqualTo("\"AAEC\""));
        foreach (var wrong in (string[])["1234", "true", "\"AAE\\u0043\"", "\"AAE=\"", "\"AAEB1\""])
        {
            Assert.That(
                () => JsonSerializer.Deserialize<byte[]>(wrong, s_options),
                Throws.TypeOf<JsonException>().With.Message.Contains("canonical base64url"), wrong);
        }
    }

    [Test]
    public void Bytes_in_two_pieces_of_memory_are_refused_rather_than_lost()
    {
        var json = "\"AAEC\""u8.ToArray();
        var first = new Piece(json.AsMemory(0, 3));
        var sequence = new ReadOnlySequence<byte>(first, 0, first.Append(json.AsMemory(3)), 3);
        Assert.That(Read, Throws.TypeOf<JsonException>());

        void Read()
        {
            var reader = new Utf8JsonReader(sequence);
            reader.Read();
            new Base64UrlBytes().Read(ref reader, typeof(byte[]), s_options);
        }
    }

    [Test]
    public void No_copy_of_what_is_read_or_written_is_left_in_borrowed_memory()
    {
        using var output = new MemoryStream();
        using var writer = new Utf8JsonWriter(output);
        var text = Memory.NextRented(Base64Url.GetEncodedLength(3));
        new Base64UrlBytes().Write(writer, [1, 2, 3], s_options);
        AssertClean(text);

        text = Memory.NextRented(Encoding.ASCII.GetMaxByteCount(4));
        Assert.That(Base64UrlBytes.TryDecode("AAEC"), Is.Not.Null);
        AssertClean(text);

        static void AssertClean(byte[] borrowed)
        {
            Assert.That(borrowed, Is.All.Zero);
            Assert.That(Memory.IsReturned(borrowed));
        }
    }

    private static bool IsCanonical(string text) => Base64UrlBytes.IsCanonical(Encoding.ASCII.GetBytes(text));

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory) => Memory = memory;

        public Piece Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Piece(memory) { RunningIndex = RunningIndex + Memory.Length };
            Next = next;
            return next;
        }
    }
}
