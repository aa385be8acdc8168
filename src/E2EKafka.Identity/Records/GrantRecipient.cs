namespace E2EKafka.Records;

/// <summary>One recipient of a grant.</summary>
/// <param name="Sub">The recipient's identifier.</param>
/// <param name="Package">The id of the key package that was sealed to.</param>
/// <param name="Sessions">The sessions, in the order of their secrets.</param>
/// <param name="Sealed">Their secrets, 32 bytes each, each with its group's key (32) behind it where the session names a group, one after the other, sealed with HPKE: 1169 bytes more (<c>mlkem768-p256</c>) or 81 (<c>p256</c>).</param>
internal sealed record GrantRecipient(string Sub, string Package, IReadOnlyList<SessionName> Sessions, byte[] Sealed);
