using E2EKafka.Cryptography;

namespace E2EKafka.Records;

/// <summary>The authority's keys.</summary>
/// <param name="Signing">Its first signing key, which its identifier is the thumbprint of.</param>
/// <param name="Sealing">What requests are sealed to: an HPKE public key of one of the project's algorithms, 1249 bytes (<c>mlkem768-p256</c>) or 65 (<c>p256</c>).</param>
/// <param name="Changes">The signed changes from the first signing key to the current one, each a <see cref="KeyChange"/>.</param>
internal sealed record AuthorityKeys(Jwk Signing, byte[] Sealing, IReadOnlyList<string> Changes);
