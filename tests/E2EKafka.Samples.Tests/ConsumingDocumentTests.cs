namespace E2EKafka.Samples.Tests;

/// <summary>What docs/consuming.md shows is what is built.</summary>
[TestFixture]
public class ConsumingDocumentTests
{
    [Test]
    public void The_loop_in_the_document_is_built_code()
    {
        var lines = Repository.Read("tests/E2EKafka.Samples.Tests/BatchLoop.cs").Split('\n')
            .SkipWhile(line => line.Trim() != "// [consuming.md]").Skip(1)
            .TakeWhile(line => line.Trim() != "// [/consuming.md]")
            .ToList();
        var indent = lines.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        var code = string.Join('\n', lines.Select(line => line.Length == 0 ? line : line[indent..])).Trim('\n');

        Assert.That(Repository.Read("docs/consuming.md"), Does.Contain($"```csharp\n{code}\n```\n"));
    }
}
