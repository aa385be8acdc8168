using System.Buffers.Binary;
using System.Security.Cryptography;

namespace E2EKafka;

[TestFixture]
public sealed class VaultHeaderTests
{
    [TestCase(0u, false)]
    [TestCase(1u, false)]
    [TestCase(599_999u, false)]
    [TestCase(600_000u, true)]
    [TestCase(10_000_000u, true)]
    [TestCase(10_000_001u, false)]
    [TestCase(uint.MaxValue, false)]
    public void The_number_of_iterations_is_bounded(uint iterations, bool accepted)
    {
        using var passphrase = VaultKey.FromPassphrase("hunter2");
        var bytes = VaultHeader.Create(passphrase).Bytes.ToArray();
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(2), iterations);
        SHA256.HashData(bytes.AsSpan(..^32), bytes.AsSpan(^32..));
        Assert.That(VaultHeader.TryParse(bytes), accepted ? Is.Not.Null : Is.Null);
    }

    [Test]
    public void Any_other_bytes_are_no_header()
    {
        using var key = VaultProcess.Key();
        var intact = VaultHeader.Create(key).Bytes.ToArray();
        Assert.That(VaultHeader.TryParse(intact), Is.Not.Null);
        Assert.That(VaultHeader.TryParse([.. intact, 0]), Is.Null);
        for (var position = 0; position < intact.Length; position++)
        {
            var damaged = (byte[])intact.Clone();
            damaged[position] ^= 1;
            Assert.That(VaultHeader.TryParse(damaged), Is.Null, $"byte {position}");
            Assert.That(VaultHeader.TryParse(intact[..position]), Is.Null, $"cut to {position} bytes");
        }
    }
}
