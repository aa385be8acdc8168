namespace E2EKafka.Identity.Tests;

/// <summary>Borrowed memory: given back once, and zeroed.</summary>
public sealed class RecordBufferTests
{
    private const int InitialSize = 4 * 1024;

    [Test]
    public void What_was_written_survives_growing()
    {
        using var buffer = new RecordBuffer();
        byte[] expected = [.. Enumerable.Range(0, 50_000).Select(i => (byte)i)];
        for (var at = 0; at < expected.Length; at += 1_000)
        {
            expected.AsSpan(at, 1_000).CopyTo(buffer.GetSpan(1_000));
            buffer.Advance(1_000);
        }

        Assert.That(buffer.Written.ToArray(), Is.EqualTo(expected));
    }

    [TestCase(0, 0)]
    [TestCase(0, InitialSize)]
    [TestCase(0, InitialSize + 1)]
    [TestCase(0, 100_000)]
    [TestCase(4_000, 8_000)]
    [TestCase(InitialSize - 1, 0)]
    [TestCase(InitialSize - 1, 2)]
    [TestCase(InitialSize, 0)]
    [TestCase(InitialSize, 1)]
    public void There_is_always_room_for_what_is_asked(int written, int asked)
    {
        using var buffer = new RecordBuffer();
        buffer.Advance(written);
        Assert.That(buffer.GetMemory(asked).Length, Is.AtLeast(Math.Max(asked, 1)));
        Assert.That(buffer.GetSpan(asked).Length, Is.AtLeast(Math.Max(asked, 1)));
    }

    [Test]
    public void It_grows_only_where_it_must_and_then_to_twice_its_size()
    {
        using var buffer = new RecordBuffer();
        buffer.Advance(96);
        Assert.That(buffer.GetMemory(4_000).Length, Is.EqualTo(4_000), "exactly what is left");
        buffer.Advance(4_000);
        Assert.That(buffer.GetMemory(1).Length, Is.EqualTo(InitialSize), "as much again");
    }

    [Test]
    public void What_is_given_back_is_zeroed()
    {
        var first = Memory.NextRented(InitialSize);
        var second = Memory.NextRented(4 * InitialSize);
        var buffer = new RecordBuffer();
        buffer.GetSpan().Fill(1);
        buffer.Advance(10);
        buffer.GetSpan(3 * InitialSize).Fill(2);
        Assert.That(first, Is.All.Zero);
        Assert.That(Memory.IsReturned(first));

        buffer.Dispose();
        Assert.That(second, Is.All.Zero);
        Assert.That(Memory.IsReturned(second));
        Assert.That(buffer.Written.Length, Is.Zero);
    }

    [Test]
    public void It_is_given_back_once()
    {
        var bytes = Memory.NextRented(InitialSize);
        var buffer = new RecordBuffer();
        buffer.Dispose();
        buffer.Dispose();
        using var one = new RecordBuffer();
        using var other = new RecordBuffer();
        Assert.That(one.GetSpan().Overlaps(bytes));
        Assert.That(other.GetSpan().Overlaps(bytes), Is.False);
    }
}
