using System.Text;
using System.Text.Json;

namespace E2EKafka.Cli.Tests;

/// <summary>What one run of the tool came to.</summary>
internal sealed record CliRun(int ExitCode, byte[] OutputBytes, string Error)
{
    public string Output => Encoding.UTF8.GetString(OutputBytes);

    public JsonElement Json => JsonDocument.Parse(OutputBytes).RootElement;

    /// <summary>The run, if it did what it was asked to.</summary>
    public CliRun Succeeds()
    {
        Assert.That(ExitCode, Is.Zero, Error);
        return this;
    }

    /// <summary>The run, if it failed with one sentence that says something.</summary>
    public CliRun Fails(int exitCode, string says)
    {
        Assert.Multiple(() =>
        {
            Assert.That(ExitCode, Is.EqualTo(exitCode), Error);
            Assert.That(Error, Does.Contain(says));
            Assert.That(Error, Does.Not.Contain("   at "), "a stack trace");
        });
        return this;
    }
}
