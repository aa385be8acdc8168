namespace E2EKafka;

/// <summary>The key algorithms that a project can allow: what session keys and requests are sealed with (HPKE, RFC 9180). Signatures are ES256 in every project.</summary>
public static class KeyAlgorithms
{
    /// <summary>
    /// MLKEM768-P256 (HPKE KEM 0x0050, draft-ietf-hpke-pq-03): ML-KEM-768 and ECDH on P-256. What lies on Kafka stays secret from a
    /// quantum computer too. Public keys have 1249 bytes. The default of new projects.
    /// </summary>
    public const string MlKem768P256 = "mlkem768-p256";

    /// <summary>DHKEM(P-256, HKDF-SHA256) (HPKE KEM 0x0010, RFC 9180). Not against quantum computers. Public keys have 65 bytes.</summary>
    public const string P256 = "p256";
}
