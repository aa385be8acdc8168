namespace E2EKafka.Records;

/// <summary>One recipient of a grant.</summary>
/// <param name="Sub">The recipient's identifier.</param>
/// <param name="Package">The id of the key package that was sealed to.</param>
/// <param name="Sealed">The session's secret, sealed with HPKE: 113 bytes.</param>
internal sealed record GrantRecipient(string Sub, string Package, byte[] Sealed);
