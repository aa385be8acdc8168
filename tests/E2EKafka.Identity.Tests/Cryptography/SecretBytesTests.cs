using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace E2EKafka;

[TestFixture]
public sealed class SecretBytesTests
{
    [Test]
    public void Is_zeroed_when_disposed()
    {
        var secret = SecretBytes.CopyOf([1, 2, 3]);
        var span = secret.Span;
        secret.Dispose();
        secret.Dispose();

        Assert.That(span.ToArray(), Is.EqualTo(new byte[3]));
        Assert.That(secret.Length, Is.EqualTo(3));
        Assert.That(() => secret.Span.Length, Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => secret.FixedTimeEquals([1, 2, 3]), Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public void Copies_what_it_is_given()
    {
        byte[] source = [1, 2, 3];
        using var secret = SecretBytes.CopyOf(source);
        source[0] = 9;
        Assert.That(secret.Span.ToArray(), Is.EqualTo(new byte[] { 1, 2, 3 }));
    }

    [Test]
    public void Concatenates()
    {
        using var secret = SecretBytes.Concat([1], [2, 3], [], [4]);
        using var four = SecretBytes.Concat([1], [2, 3], [4, 5, 6], [7, 8, 9, 10]);
        using var two = SecretBytes.Concat([1], [2]);
        Assert.That(secret.Span.ToArray(), Is.EqualTo(new byte[] { 1, 2, 3, 4 }));
        Assert.That(four.Span.ToArray(), Is.EqualTo(new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 }));
        Assert.That(two.Span.ToArray(), Is.EqualTo(new byte[] { 1, 2 }));
    }

    [Test]
    public void Refuses_sizes_that_there_are_not()
    {
        Assert.That(() => SecretBytes.Random(-1), Throws.TypeOf<ArgumentOutOfRangeException>());

        // Nothing of these spans is read: together they are longer than an int says.
        Assert.That(ConcatLongest, Throws.TypeOf<OverflowException>());

        static void ConcatLongest()
        {
            byte nothing = 0;
            var longest = MemoryMarshal.CreateReadOnlySpan(ref nothing, int.MaxValue);
            SecretBytes.Concat(longest, longest);
        }
    }

    [Test]
    public void Does_not_move_in_memory()
    {
        using var secret = SecretBytes.Random(32);
        Assert.That(Memory.IsPinned(BytesOf(secret)));
    }

    [Test]
    public unsafe void Is_zeroed_when_what_fills_it_fails()
    {
        // Where it was: pinned, and nothing is collected before the test looks.
        nint place = 0;
        Assert.That(GC.TryStartNoGCRegion(1024 * 1024));
        try
        {
            Assert.That(
                () => SecretBytes.Create(3, 0, (bytes, _) =>
                {
                    "key"u8.CopyTo(bytes);
                    place = (nint)Unsafe.AsPointer(ref bytes[0]);
                    throw new InvalidOperationException();
                }),
                Throws.InvalidOperationException);
            Assert.That(new ReadOnlySpan<byte>((void*)place, 3).ToArray(), Is.EqualTo(new byte[3]));
        }
        finally
        {
            GC.EndNoGCRegion();
        }
    }

    [Test]
    public void Random_ones_differ()
    {
        using var one = SecretBytes.Random(32);
        using var other = SecretBytes.Random(32);
        Assert.That(one.FixedTimeEquals(other.Span), Is.False);
        Assert.That(one.FixedTimeEquals(one.Span), Is.True);
        Assert.That(one.FixedTimeEquals(one.Span[..31]), Is.False);
    }

    [Test]
    public void Does_not_print_itself()
    {
        using var secret = SecretBytes.CopyOf("hunter2"u8);
        Assert.That($"{secret}", Is.EqualTo("[secret of 7 bytes]"));
    }

    private static byte[] BytesOf(SecretBytes secret) =>
        (byte[])typeof(SecretBytes).GetField("_bytes", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(secret)!;
}
