using System.Globalization;
using System.Text.Json;

namespace E2EKafka;

/// <summary>One test vector of RFC 9180 for DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, in the layout of the shared vector file.</summary>
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

    /// <summary>Always there.</summary>
    public static IEnumerable<HpkeVector> BuiltIn() => In(Constants);

    /// <summary>From the shared file, or the test is ignored.</summary>
    public static IEnumerable<HpkeVector> Shared() => In(SharedVectors.Read("rfc9180_base.json"))
        .Where(vector => vector.Text("kem_id") == P256 && vector.Text("kdf_id") == HkdfSha256);

    public byte[] Bytes(string name) => Bytes(json, name);

    public override string ToString() => $"AEAD {AeadId}";

    private static IEnumerable<HpkeVector> In(string text) =>
        JsonDocument.Parse(text).RootElement.GetProperty("vectors").EnumerateArray().Select(vector => new HpkeVector(vector));

    private static byte[] Bytes(JsonElement json, string name) => Convert.FromHexString(json.GetProperty(name).GetString()!);

    private string Text(string name) => json.GetProperty(name).GetString()!;

    // RFC 9180, A.3.1 and A.5.1: the two P-256 suites with HKDF-SHA256.
    private const string Constants =
        """
        { "vectors": [
        {
          "aead_id": "1",
          "info": "4f6465206f6e2061204772656369616e2055726e",
          "ikmE": "4270e54ffd08d79d5928020af4686d8f6b7d35dbe470265f1f5aa22816ce860e",
          "pkEm": "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac98536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4",
          "skEm": "4995788ef4b9d6132b249ce59a77281493eb39af373d236a1fe415cb0c2d7beb",
          "ikmR": "668b37171f1072f3cf12ea8a236a45df23fc13b82af3609ad1e354f6ef817550",
          "pkRm": "04fe8c19ce0905191ebc298a9245792531f26f0cece2460639e8bc39cb7f706a826a779b4cf969b8a0e539c7f62fb3d30ad6aa8f80e30f1d128aafd68a2ce72ea0",
          "skRm": "f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2",
          "enc": "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac98536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4",
          "shared_secret": "c0d26aeab536609a572b07695d933b589dcf363ff9d93c93adea537aeabb8cb8",
          "key_schedule_context": "00b88d4e6d91759e65e87c470e8b9141113e9ad5f0c8ceefc1e088c82e6980500798e486f9c9c09c9b5c753ac72d6005de254c607d1b534ed11d493ae1c1d9ac85",
          "secret": "2eb7b6bf138f6b5aff857414a058a3f1750054a9ba1f72c2cf0684a6f20b10e1",
          "key": "868c066ef58aae6dc589b6cfdd18f97e",
          "base_nonce": "4e0bc5018beba4bf004cca59",
          "encryptions": [
            { "sequence number": "0", "aad": "436f756e742d30", "nonce": "4e0bc5018beba4bf004cca59", "pt": "4265617574792069732074727574682c20747275746820626561757479",
              "ct": "5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f9076ac232e3ab2523f39513434" },
            { "sequence number": "1", "aad": "436f756e742d31", "nonce": "4e0bc5018beba4bf004cca58", "pt": "4265617574792069732074727574682c20747275746820626561757479",
              "ct": "fa6f037b47fc21826b610172ca9637e82d6e5801eb31cbd3748271affd4ecb06646e0329cbdf3c3cd655b28e82" },
            { "sequence number": "2", "aad": "436f756e742d32", "nonce": "4e0bc5018beba4bf004cca5b", "pt": "4265617574792069732074727574682c20747275746820626561757479",
              "ct": "895cabfac50ce6c6eb02ffe6c048bf53b7f7be9a91fc559402cbc5b8dcaeb52b2ccc93e466c28fb55fed7a7fec" },
            { "sequence number": "4", "aad": "436f756e742d34", "nonce": "4e0bc5018beba4bf004cca5d", "pt": "4265617574792069732074727574682c20747275746820626561757479",
              "ct": "8787491ee8df99bc99a246c4b3216d3d57ab5076e18fa27133f520703bc70ec999dd36ce042e44f0c3169a6a8f" },
            { "sequence number": "255", "aad": "436f756e742d323535", "nonce": "4e0bc5018beba4bf004ccaa6", "pt": "4265617574792069732074727574682c20747275746820626561757479",
              "ct": "2ad71c85bf3f45c6eca301426289854b31448bcf8a8ccb1deef3ebd87f60848aa53c538c30a4dac71d619ee2cd" },
            { "sequence number": "256", "aad": "436f756e742d323536", "nonce": "4e0bc5018beba4bf004ccb59", "pt": "4265617574792069732074727574682c20747275746820626561757479",
              "ct": "10f179686aa2caec1758c8e554513f16472bd0a11e2a907dde0b212cbe87d74f367f8ffe5e41cd3e9962a6afb2" }
          ]
        },
        {
          "aead_id": "3",
          "info": "4f6465206f6e2061204772656369616e2055726e",
          "ikmE": "f1f1a3bc95416871539ecb51c3a8f0cf608afb40fbbe305c0a72819d35c33f1f",
          "pkEm": "04c07836a0206e04e31d8ae99bfd549380b072a1b1b82e563c935c095827824fc1559eac6fb9e3c70cd3193968994e7fe9781aa103f5b50e934b5b2f387e381291",
          "skEm": "7550253e1147aae48839c1f8af80d2770fb7a4c763afe7d0afa7e0f42a5b3689",
          "ikmR": "61092f3f56994dd424405899154a9918353e3e008171517ad576b900ddb275e7",
          "pkRm": "04a697bffde9405c992883c5c439d6cc358170b51af72812333b015621dc0f40bad9bb726f68a5c013806a790ec716ab8669f84f6b694596c2987cf35baba2a006",
          "skRm": "a4d1c55836aa30f9b3fbb6ac98d338c877c2867dd3a77396d13f68d3ab150d3b",
          "enc": "04c07836a0206e04e31d8ae99bfd549380b072a1b1b82e563c935c095827824fc1559eac6fb9e3c70cd3193968994e7fe9781aa103f5b50e934b5b2f387e381291",
          "shared_secret": "806520f82ef0b03c823b7fc524b6b55a088f566b9751b89551c170f4113bd850",
          "key_schedule_context": "00b738cd703db7b4106e93b4621e9a19c89c838e55964240e5d3f331aaf8b0d58b2e986ea1c671b61cf45eec134dac0bae58ec6f63e790b1400b47c33038b0269c",
          "secret": "fe891101629aa355aad68eff3cc5170d057eca0c7573f6575e91f9783e1d4506",
          "key": "a8f45490a92a3b04d1dbf6cf2c3939ad8bfc9bfcb97c04bffe116730c9dfe3fc",
          "base_nonce": "726b4390ed2209809f58c693",
          "encryptions": [
            { "sequence number": "0", "aad": "436f756e742d30", "nonce": "726b4390ed2209809f58c693", "pt": "4265617574792069732074727574682c20747275746820626561757479",
              "ct": "6469c41c5c81d3aa85432531ecf6460ec945bde1eb428cb2fedf7a29f5a685b4ccb0d057f03ea2952a27bb458b" },
            { "sequence number": "1", "aad": "436f756e742d31", "nonce": "726b4390ed2209809f58c692", "pt": "4265617574792069732074727574682c20747275746820626561757479",
              "ct": "f1564199f7e0e110ec9c1bcdde332177fc35c1adf6e57f8d1df24022227ffa8716862dbda2b1dc546c9d114374" },
            { "sequence number": "2", "aad": "436f756e742d32", "nonce": "726b4390ed2209809f58c691", "pt": "4265617574792069732074727574682c20747275746820626561757479",
              "ct": "39de89728bcb774269f882af8dc5369e4f3d6322d986e872b3a8d074c7c18e8549ff3f85b6d6592ff87c3f310c" },
            { "sequence number": "4", "aad": "436f756e742d34", "nonce": "726b4390ed2209809f58c697", "pt": "4265617574792069732074727574682c20747275746820626561757479",
              "ct": "bc104a14fbede0cc79eeb826ea0476ce87b9c928c36e5e34dc9b6905d91473ec369a08b1a25d305dd45c6c5f80" },
            { "sequence number": "255", "aad": "436f756e742d323535", "nonce": "726b4390ed2209809f58c66c", "pt": "4265617574792069732074727574682c20747275746820626561757479",
              "ct": "8f2814a2c548b3be50259713c6724009e092d37789f6856553d61df23ebc079235f710e6af3c3ca6eaba7c7c6c" },
            { "sequence number": "256", "aad": "436f756e742d323536", "nonce": "726b4390ed2209809f58c793", "pt": "4265617574792069732074727574682c20747275746820626561757479",
              "ct": "b45b69d419a9be7219d8c94365b89ad6951caf4576ea4774ea40e9b7047a09d6537d1aa2f7c12d6ae4b729b4d0" }
          ]
        }
        ] }
        """;
}
