using System.Text.Json;

namespace E2EKafka.RealKafka.Tests.Operations;

/// <summary>What one run came to.</summary>
internal sealed record ToolRun(int ExitCode, string Output, string Error)
{
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    /// <summary>The run, if it did what it was asked to.</summary>
    public ToolRun Succeeds()
    {
        Assert.That(ExitCode, Is.Zero, $"{Output}\n{Error}");
        return this;
    }
}
