using E2EKafka.Cryptography;

namespace E2EKafka.Records;

/// <summary>The authority's keys.</summary>
/// <param name="Signing">Its first signing key, which its identifier is the thumbprint of.</param>
/// <param name="Sealing">What requests are sealed to: HPKE, 65 bytes.</param>
/// <param name="Changes">The signed changes from the first signing key to the current one, each a <see cref="KeyChange"/>.</param>
internal sealed record AuthorityKeys(Jwk Signing, byte[] Sealing, IReadOnlyList<string> Changes);
