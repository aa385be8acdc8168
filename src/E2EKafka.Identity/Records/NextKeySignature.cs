using E2EKafka.Cryptography;

namespace E2EKafka.Records;

/// <summary>A second signature on an announcement, by the identity key that is to replace the one that signed it.</summary>
/// <param name="Key">The next identity key.</param>
/// <param name="Signature">ECDSA P-256 over <c>"E2EKafka/1 next key\0"</c> and the payload without this member: 64 bytes, IEEE P1363.</param>
internal sealed record NextKeySignature(Jwk Key, byte[] Signature);
