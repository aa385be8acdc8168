using Confluent.Kafka;

namespace E2EKafka.Client.Tests.KeyExchange;

/// <summary>A Kafka timestamp is any 64 bits. Those that are no time are told apart, and none throws.</summary>
[TestFixture]
public class KafkaTimeTests
{
    [TestCase(0)]
    [TestCase(1)]
    [TestCase(1_795_992_227_045)]
    [TestCase(253_370_764_799_999, Description = "the end of the year 9998")]
    public void A_time_is_read(long milliseconds)
    {
        foreach (var type in (TimestampType[])[TimestampType.CreateTime, TimestampType.LogAppendTime])
        {
            Assert.That(KafkaTime.TryRead(new Timestamp(milliseconds, type), out var time));
            Assert.That(time, Is.EqualTo(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)));
        }
    }

    [TestCase(-1, TimestampType.CreateTime)]
    [TestCase(-1, TimestampType.LogAppendTime)]
    [TestCase(0, TimestampType.NotAvailable)]
    [TestCase(long.MaxValue, TimestampType.NotAvailable)]
    public void No_time_is_no_fault(long milliseconds, TimestampType type)
    {
        Assert.That(KafkaTime.TryRead(new Timestamp(milliseconds, type), out var time));
        Assert.That(time, Is.Null);
    }

    [TestCase(long.MaxValue)]
    [TestCase(long.MaxValue - 1)]
    [TestCase(long.MaxValue / 1000)]
    [TestCase(long.MaxValue / 10_000)]
    [TestCase(253_402_300_800_000, Description = "the year 10000")]
    [TestCase(253_370_764_800_000, Description = "the year 9999, to which no lifetime can be added")]
    [TestCase(-2)]
    [TestCase(-62_135_596_800_001)]
    [TestCase(long.MinValue)]
    public void What_is_no_time_is_said_to_be_none(long milliseconds)
    {
        foreach (var type in (TimestampType[])[TimestampType.CreateTime, TimestampType.LogAppendTime])
        {
            Assert.That(KafkaTime.TryRead(new Timestamp(milliseconds, type), out var time), Is.False);
            Assert.That(time, Is.Null);
            Assert.That(KafkaTime.Of(new Timestamp(milliseconds, type)), Is.Null);
        }
    }
}
