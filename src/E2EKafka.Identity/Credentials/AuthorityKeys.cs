namespace E2EKafka;

/// <summary>The authority's current keys: <paramref name="Signing"/> signs, <paramref name="Sealing"/> (65 bytes, HPKE) is what requests are sealed to.</summary>
internal sealed record AuthorityKeys(Jwk Signing, byte[] Sealing);
