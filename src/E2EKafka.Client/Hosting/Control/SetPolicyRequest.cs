namespace E2EKafka.Hosting;

/// <summary>Has an authority put a policy into force.</summary>
/// <param name="Policy">The policy, as JSON.</param>
internal sealed record SetPolicyRequest(string Policy) : ControlRequest;
