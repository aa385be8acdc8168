namespace E2EKafka.Records;

/// <summary>One recipient of a grant.</summary>
/// <param name="Sub">The recipient's identifier.</param>
/// <param name="Package">The id of the key package that was sealed to.</param>
/// <param name="Sealed">The session's secret, sealed with HPKE: 1201 bytes (<c>mlkem768-p256</c>) or 113 (<c>p256</c>).</param>
internal sealed record GrantRecipient(string Sub, string Package, byte[] Sealed);
