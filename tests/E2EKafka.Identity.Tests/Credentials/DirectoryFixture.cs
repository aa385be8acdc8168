using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

/// <summary>A project whose policy each test sets.</summary>
public abstract class DirectoryFixture
{
    private protected TestProject Project { get; private set; } = null!;

    [SetUp]
    public void MakeProject() => Project = new TestProject();

    [TearDown]
    public void DisposeProject() => Project.Dispose();

    private protected static PolicyRule Rule(string topic, string? role = null) => new()
    {
        Topics = [topic],
        Attributes = role is null ? [] : new Dictionary<string, IReadOnlyList<string>> { ["role"] = [role] },
    };

    private protected ProjectDocument Permit(PolicyRule produce, PolicyRule? consume, params TopicRequirements[] topics) =>
        Project.Authority.SetPolicy(new Policy { Produce = [produce], Consume = consume is null ? [] : [consume], Topics = topics });
}
