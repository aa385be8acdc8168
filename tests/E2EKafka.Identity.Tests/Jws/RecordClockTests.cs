using System.Text;
using System.Text.Json;

namespace E2EKafka.Identity.Tests;

public sealed class RecordClockTests
{
    [TestCase(0, true)]
    [TestCase(253_370_764_799, true)] // 9998-12-31T23:59:59Z
    [TestCase(253_370_764_800, false)]
    [TestCase(-1, false)]
    [TestCase(long.MaxValue, false)]
    [TestCase(long.MinValue, false)]
    public void A_time_is_from_1970_to_the_end_of_9998(long seconds, bool isTime) => Assert.That(RecordClock.IsTime(seconds), Is.EqualTo(isTime));

    [TestCase("0", true)]
    [TestCase("253402300799", true)] // 9999-12-31T23:59:59Z
    [TestCase("253402300800", false)]
    [TestCase("-1", false)]
    [TestCase("9223372036854775808", false)]
    [TestCase("1.5", false)]
    [TestCase("\"1\"", false)]
    [TestCase("\"1970-01-01T00:00:00Z\"", false)]
    [TestCase("true", false)]
    public void An_optional_time_is_whole_seconds_to_the_end_of_9999(string json, bool isTime)
    {
        if (isTime)
            Assert.That(Read(), Is.EqualTo(DateTimeOffset.UnixEpoch.AddSeconds(double.Parse(json, System.Globalization.CultureInfo.InvariantCulture))));
        else
            Assert.That(() => Read(), Throws.TypeOf<JsonException>().With.Message.EqualTo("Not a time."));

        DateTimeOffset? Read()
        {
            var reader = new Utf8JsonReader(Encoding.ASCII.GetBytes(json));
            reader.Read();
            return new UnixSeconds().Read(ref reader, typeof(DateTimeOffset?), JsonSerializerOptions.Default);
        }
    }
}
