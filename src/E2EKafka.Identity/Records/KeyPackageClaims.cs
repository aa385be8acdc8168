namespace E2EKafka.Records;

/// <summary>A member's statement of where session keys can be sealed to, while it is offline too.</summary>
/// <param name="Aud">The project's id.</param>
/// <param name="Sub">The member's identifier.</param>
/// <param name="Iat">From when, in Unix seconds.</param>
/// <param name="Exp">Until when keys may be sealed to it, in Unix seconds.</param>
/// <param name="Hpke">The public key: of one of the project's algorithms, 1249 bytes (<c>mlkem768-p256</c>) or 65 (<c>p256</c>).</param>
/// <param name="Topics">The topics that the member consumes: names, or prefixes that end in <c>*</c>.</param>
/// <param name="Versions">The message versions that it reads.</param>
/// <param name="Durable">Whether the member's vault outlives its process.</param>
internal sealed record KeyPackageClaims(
    string Aud,
    string Sub,
    long Iat,
    long Exp,
    byte[] Hpke,
    IReadOnlyList<string> Topics,
    IReadOnlyList<int> Versions,
    bool Durable);
