namespace E2EKafka.Samples.Tests;

/// <summary>What the README shows is what is built and run.</summary>
[TestFixture]
public class ReadmeTests
{
    private static readonly string[] Story = StoryOfTheSample();

    [Test]
    public void The_story_in_the_README_is_the_samples_code() =>
        Assert.That(Repository.Read("README.md"), Does.Contain("```csharp\n" + string.Join('\n', Story) + "\n```\n"));

    [Test]
    public void The_story_takes_fewer_than_60_lines() =>
        Assert.That(Story.Count(line => line.Length > 0 && !line.TrimStart().StartsWith("//", StringComparison.Ordinal)), Is.LessThan(60));

    [Test]
    public void Every_failure_reason_is_in_the_READMEs_table()
    {
        var readme = Repository.Read("README.md");
        Assert.Multiple(() =>
        {
            foreach (var reason in Enum.GetValues<FailureReason>())
            {
                var row = readme.Split('\n').SingleOrDefault(line => line.StartsWith($"| {reason.Kind()} |", StringComparison.Ordinal));
                Assert.That(row, Does.Contain($"`{reason}`"), "the row of its kind");
            }
        });
    }

    [Test]
    public async Task The_control_topics_in_the_README_are_those_of_a_new_project()
    {
        // Touches no Kafka before it is started.
        await using var authority = CredentialAuthority.Open(new CredentialAuthorityOptions { ProjectName = "readme", BootstrapServers = "127.0.0.1:1", UseInMemoryVault = true });
        var readme = Repository.Read("README.md");
        Assert.Multiple(() =>
        {
            foreach (var topic in authority.Project.ControlTopics)
            {
                Assert.That(readme, Does.Contain($"| `{topic.Name}` | {topic.Partitions} | {topic.Settings["retention.ms"]} ("));
                foreach (var (name, value) in topic.Settings.Where(setting => setting.Key != "retention.ms"))
                    Assert.That(readme, Does.Contain($"`{name}={value}`"));
            }
        });
    }

    private static string[] StoryOfTheSample()
    {
        var lines = Repository.Read("samples/QuickStart/Story.cs").Split('\n');
        var marked = lines
            .SkipWhile(line => line.Trim() != "// [README]").Skip(1)
            .TakeWhile(line => line.Trim() != "// [/README]")
            .ToList();
        var indent = marked.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return [.. string.Join('\n', marked.Select(line => line.Length == 0 ? line : line[indent..])).Trim('\n').Split('\n')];
    }
}
