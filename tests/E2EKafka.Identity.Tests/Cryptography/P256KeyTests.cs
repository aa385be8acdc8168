using System.Security.Cryptography;

namespace E2EKafka;

[TestFixture]
public sealed class P256KeyTests
{
    // The field's prime, the group's order, and the y of the curve's point with x = 0 (SEC 2, secp256r1).
    private const string Prime = "FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF";
    private const string Order = "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551";
    private const string OrderMinusOne = "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632550";
    private const string YOfZero = "66485C780E2F83D72433BD5D84A06BB6541C2AF31DAE871728BF856A174F93F4";
    private const string Zero = "0000000000000000000000000000000000000000000000000000000000000000";

    [Test]
    public void A_public_key_survives_its_encoding()
    {
        using var key = P256PrivateKey.Generate();
        Assert.That(HpkePublicKey.TryImport(key.PublicKey.Encoded, out var imported), Is.True);
        Assert.That(imported, Is.EqualTo(key.PublicKey));
        Assert.That(imported!.GetHashCode(), Is.EqualTo(key.PublicKey.GetHashCode()));
        Assert.That(imported.Encoded[0], Is.EqualTo(4));
    }

    [Test]
    public void A_point_with_x_zero_is_a_valid_one() => Assert.That(HpkePublicKey.TryImport(Point(Zero, YOfZero), out _), Is.True);

    [TestCase(Prime, YOfZero, TestName = "A second encoding of a valid point, x plus the prime, is refused")]
    [TestCase(Zero, Zero, TestName = "A point off the curve is refused: (0, 0)")]
    [TestCase(YOfZero, YOfZero, TestName = "A point off the curve is refused")]
    [TestCase(Prime, Prime, TestName = "Coordinates of the prime are refused")]
    public void Refuses_points(string x, string y) => Assert.That(HpkePublicKey.TryImport(Point(x, y), out _), Is.False);

    [Test]
    public void A_point_off_the_curve_by_one_bit_is_refused()
    {
        using var key = P256PrivateKey.Generate();
        for (var position = 1; position < P256PublicKey.Size; position++)
        {
            var encoded = key.PublicKey.Encoded.ToArray();
            encoded[position] ^= 1;
            // About one x in two has a point, but with another y than this one.
            Assert.That(HpkePublicKey.TryImport(encoded, out _), Is.False, $"byte {position}");
        }
    }

    [Test]
    public void Every_prefix_but_uncompressed_is_refused()
    {
        using var key = P256PrivateKey.Generate();
        var encoded = key.PublicKey.Encoded.ToArray();
        for (var prefix = 0; prefix <= byte.MaxValue; prefix++)
        {
            encoded[0] = (byte)prefix;
            Assert.That(HpkePublicKey.TryImport(encoded, out _), Is.EqualTo(prefix == 4), $"prefix {prefix}");
        }
    }

    [Test]
    public void Infinity_and_every_wrong_length_are_refused()
    {
        using var key = P256PrivateKey.Generate();
        Assert.That(HpkePublicKey.TryImport([0], out _), Is.False, "infinity, as SEC 1 encodes it");
        for (var length = 0; length <= 200; length++)
        {
            var encoded = new byte[length];
            key.PublicKey.Encoded[..Math.Min(length, P256PublicKey.Size)].CopyTo(encoded);
            Assert.That(HpkePublicKey.TryImport(encoded, out _), Is.EqualTo(length == P256PublicKey.Size), $"{length} bytes");
        }
    }

    [Test]
    public void A_scalar_out_of_range_is_refused()
    {
        Assert.That(() => P256PrivateKey.Import(Convert.FromHexString(Zero)), Throws.InstanceOf<CryptographicException>());
        Assert.That(() => P256PrivateKey.Import(Convert.FromHexString(Order)), Throws.InstanceOf<CryptographicException>());
        Assert.That(() => P256PrivateKey.Import(Convert.FromHexString(Prime)), Throws.InstanceOf<CryptographicException>());
        Assert.That(() => P256PrivateKey.Import(new byte[31]), Throws.InstanceOf<CryptographicException>());
        Assert.That(() => P256PrivateKey.Import(default), Throws.InstanceOf<CryptographicException>());
    }

    [TestCase(Zero)]
    [TestCase(Order)]
    public void A_scalar_out_of_range_is_not_taken_from_the_vault(string scalar) =>
        Assert.That(HpkePrivateKey.TryRestore([0x00, 0x10, .. Convert.FromHexString(scalar)]), Is.Null);

    [Test]
    public void Scalars_are_1_to_one_less_than_the_order()
    {
        Assert.That(P256PrivateKey.IsScalar(Convert.FromHexString(Zero)), Is.False);
        Assert.That(P256PrivateKey.IsScalar(Convert.FromHexString($"{Zero[..^1]}1")));
        Assert.That(P256PrivateKey.IsScalar(Convert.FromHexString(OrderMinusOne)));
        Assert.That(P256PrivateKey.IsScalar(Convert.FromHexString(Order)), Is.False);
    }

    [Test]
    public void Other_bytes_than_32_are_no_scalar()
    {
        foreach (var size in (int[])[0, 1, 31, 33, 64])
            Assert.That(P256PrivateKey.IsScalar([.. Enumerable.Repeat((byte)1, size)]), Is.False, $"{size} bytes");
    }

    [Test]
    public void Keys_are_equal_exactly_if_their_encodings_are()
    {
        using var key = P256PrivateKey.Generate();
        using var other = P256PrivateKey.Generate();
        object same = HpkeKem.P256.TryImport(key.PublicKey.Encoded)!;
        Assert.That(key.PublicKey.Equals(same));
        Assert.That(key.PublicKey.Equals(other.PublicKey), Is.False);
        Assert.That(key.PublicKey.Equals((object)"key"), Is.False);
        Assert.That(key.PublicKey.GetHashCode(), Is.Not.EqualTo(other.PublicKey.GetHashCode()));
        Assert.That(key.PublicKey.Equals(null), Is.False);
    }

    [Test]
    public void The_smallest_and_the_largest_scalar_are_taken()
    {
        foreach (var scalar in new[] { $"{Zero[..^1]}1", OrderMinusOne })
        {
            using var key = P256PrivateKey.Import(Convert.FromHexString(scalar));
            using var exported = key.Export();
            Assert.That(Convert.ToHexString(exported.Span), Is.EqualTo(scalar));
        }
    }

    [Test]
    public void A_private_key_does_not_print_itself()
    {
        using var key = P256PrivateKey.Generate();
        using var scalar = key.Export();
        Assert.That(key.ToString(), Is.EqualTo($"[private key of {Convert.ToHexString(key.PublicKey.Encoded[1..9])}…]").And.Not.Contain(Convert.ToHexString(scalar.Span)[..8]));
    }

    private static byte[] Point(string x, string y) => [4, .. Convert.FromHexString(x), .. Convert.FromHexString(y)];
}
