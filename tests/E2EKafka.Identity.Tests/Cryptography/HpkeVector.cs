using System.Globalization;
using System.Text.Json;

namespace E2EKafka;

/// <summary>One test vector of RFC 9180 for DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, in the layout of the file of vectors.</summary>
internal sealed class HpkeVector(JsonElement json)
{
    private const string P256 = "16";
    private const string HkdfSha256 = "1";

    public ushort AeadId => ushort.Parse(Text("aead_id"), CultureInfo.InvariantCulture);

    /// <summary>AES-128-GCM has 16 bytes of key, ChaCha20-Poly1305 32.</summary>
    public HpkeSuite Suite => new(AeadId, AeadId == 1 ? 16 : 32);

    public IEnumerable<HpkeVectorMessage> Messages => json.GetProperty("encryptions").EnumerateArray().Select(message => new HpkeVectorMessage(
        ulong.Parse(message.GetProperty("sequence number").GetString()!, CultureInfo.InvariantCulture),
        Bytes(message, "aad"),
        Bytes(message, "nonce"),
        Bytes(message, "pt"),
        Bytes(message, "ct")));

    /// <summary>Those of RFC 9180, Appendix A, that use our KEM and KDF.</summary>
    public static IEnumerable<HpkeVector> All() =>
        JsonDocument.Parse(TestVectors.Read("rfc9180_base.json")).RootElement.GetProperty("vectors").EnumerateArray()
            .Select(vector => new HpkeVector(vector))
            .Where(vector => vector.Text("kem_id") == P256 && vector.Text("kdf_id") == HkdfSha256);

    public byte[] Bytes(string name) => Bytes(json, name);

    public override string ToString() => $"AEAD {AeadId}";

    private static byte[] Bytes(JsonElement json, string name) => Convert.FromHexString(json.GetProperty(name).GetString()!);

    private string Text(string name) => json.GetProperty(name).GetString()!;
}
