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
        Assert.That(secret.Span.ToArray(), Is.EqualTo(new byte[] { 1, 2, 3, 4 }));
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
}
