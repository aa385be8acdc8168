namespace E2EKafka.Samples.Tests.Snippets;

/// <summary>What docs/policy.md shows.</summary>
internal static class Policies
{
    public static async Task SetAsync(CredentialAuthority authority)
    {
        // [snippet]
        await authority.SetPolicyAsync(new Policy
        {
            Produce = [new PolicyRule { Topics = ["orders"], Attributes = new Dictionary<string, IReadOnlyList<string>> { ["role"] = ["shop", "web"] } }],
            Consume = [new PolicyRule { Topics = ["*"] }],
            Topics = [new TopicRequirements { Topic = "orders", KeyRetention = TimeSpan.FromDays(30) }],
        });
        // [/snippet]
    }
}
