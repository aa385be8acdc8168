using System.Globalization;
using System.Text.Json;

namespace E2EKafka;

/// <summary>One test vector of HPKE in base mode, in the layout of the files of vectors.</summary>
internal sealed class HpkeVector(JsonElement json)
{
    public HpkeKem Kem => HpkeKem.Find((ushort)Number("kem_id"))!;

    public ushort AeadId => (ushort)Number("aead_id");

    /// <summary>AES-128-GCM has 16 bytes of key, ChaCha20-Poly1305 32.</summary>
    public HpkeSuite Suite => new(Kem, AeadId, AeadId == 1 ? 16 : 32);

    public IEnumerable<HpkeVectorMessage> Messages => json.GetProperty("encryptions").EnumerateArray().Select((message, index) => new HpkeVectorMessage(
        message.TryGetProperty("sequence number", out var sequence) ? ulong.Parse(sequence.GetString()!, CultureInfo.InvariantCulture) : (ulong)index,
        Bytes(message, "aad"),
        Bytes(message, "nonce"),
        Bytes(message, "pt"),
        Bytes(message, "ct")));

    /// <summary>Those of RFC 9180, Appendix A, that use our KEM and KDF.</summary>
    public static IReadOnlyList<HpkeVector> OfRfc9180() =>
    [
        .. JsonDocument.Parse(TestVectors.Read("rfc9180_base.json")).RootElement.GetProperty("vectors").EnumerateArray()
            .Select(vector => new HpkeVector(vector))
    ];

    /// <summary>Those of draft-ietf-hpke-pq for MLKEM768-P256 with HKDF-SHA256.</summary>
    public static IReadOnlyList<HpkeVector> OfHybrid() =>
    [
        .. JsonDocument.Parse(TestVectors.Read("hpke_pq_mlkem768_p256.json")).RootElement.EnumerateArray().Select(vector => new HpkeVector(vector))
    ];

    public byte[] Bytes(string name) => Bytes(json, name);

    public override string ToString() => $"{Kem}, AEAD {AeadId}";

    private static byte[] Bytes(JsonElement json, string name) => Convert.FromHexString(json.GetProperty(name).GetString()!);

    // One file has numbers, the other their text.
    private int Number(string name) => int.Parse(json.GetProperty(name).ToString(), CultureInfo.InvariantCulture);
}
