using System.Text;
using System.Text.Json;

namespace E2EKafka.Identity.Tests;

public sealed class EnumNameTests
{
    private static readonly JsonSerializerOptions Options = new() { Converters = { new EnumName<HistoryAccess>() } };

    [Test]
    public void An_enumeration_is_its_members_name_in_camel_case()
    {
        foreach (var value in Enum.GetValues<HistoryAccess>())
        {
            var name = value.ToString();
            var json = $"\"{char.ToLowerInvariant(name[0])}{name[1..]}\"";
            Assert.That(JsonSerializer.Serialize(value, Options), Is.EqualTo(json));
            Assert.That(JsonSerializer.Deserialize<HistoryAccess>(json, Options), Is.EqualTo(value));
        }
    }

    [TestCase("\"All\"")]
    [TestCase("\"all \"")]
    [TestCase("\"all,sinceEnrollment\"")]
    [TestCase("\"0\"")]
    [TestCase("\"\"")]
    [TestCase("0")]
    [TestCase("null")]
    [TestCase("true")]
    public void No_other_spelling_is_read(string json)
    {
        Assert.That(Read, Throws.TypeOf<JsonException>().With.Message.EqualTo("Not a HistoryAccess."));

        void Read()
        {
            var reader = new Utf8JsonReader(Encoding.ASCII.GetBytes(json));
            reader.Read();
            new EnumName<HistoryAccess>().Read(ref reader, typeof(HistoryAccess), Options);
        }
    }

    [Test]
    public void A_value_without_a_name_is_written_so_that_no_reader_takes_it()
    {
        var json = JsonSerializer.Serialize((HistoryAccess)99, Options);
        Assert.That(json, Is.EqualTo("\"99\""));
        Assert.That(() => JsonSerializer.Deserialize<HistoryAccess>(json, Options), Throws.TypeOf<JsonException>());
    }
}
