using E2EKafka.Cryptography;

namespace E2EKafka.Records;

/// <summary>The <c>cnf</c> claim of RFC 7800: the key whose holder the credential speaks of.</summary>
internal sealed record ConfirmationKey(Jwk Jwk);
