namespace E2EKafka.Cli;

/// <summary>What <c>status</c> prints.</summary>
/// <param name="Identity">The identity's name in its home.</param>
/// <param name="Running">Whether another process runs as this member, and answered.</param>
/// <param name="Status">What the member has.</param>
internal sealed record StatusListing(string Identity, bool Running, MemberStatus Status);
