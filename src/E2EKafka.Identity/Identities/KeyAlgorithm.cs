namespace E2EKafka;

/// <summary>A family of key algorithms: one for signing, one for sealing. A project document lists those it allows.</summary>
public enum KeyAlgorithm
{
    /// <summary>NIST P-256: ES256 signatures (RFC 7518) and DHKEM(P-256, HKDF-SHA256) for HPKE (RFC 9180). The default; native and FIPS-approved.</summary>
    P256,
}
