namespace E2EKafka;

[TestFixture]
public sealed class SecretArrayTests
{
    [Test]
    public void A_used_secret_is_zeroed()
    {
        byte[] secret = [1, 2, 3];
        var seen = SecretArray.Use(secret, static bytes => (byte[])[.. bytes]);
        Assert.That(seen, Is.EqualTo((byte[])[1, 2, 3]));
        Assert.That(secret, Is.EqualTo(new byte[3]));
    }

    [Test]
    public void A_secret_is_zeroed_when_its_use_fails()
    {
        byte[] secret = [1, 2, 3];
        Assert.That(() => SecretArray.Use<int>(secret, static _ => throw new InvalidOperationException()), Throws.InvalidOperationException);
        Assert.That(secret, Is.EqualTo(new byte[3]));
    }

    [Test]
    public void A_copy_is_pinned_and_of_the_same_size()
    {
        byte[] secret = [1, 2, 3];
        var copy = SecretArray.CopyOf(secret);
        Assert.That(copy, Is.EqualTo(secret).And.Not.SameAs(secret));
        Assert.That(Memory.IsPinned(copy));
    }
}
