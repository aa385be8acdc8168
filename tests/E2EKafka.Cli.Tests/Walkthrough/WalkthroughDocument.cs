namespace E2EKafka.Cli.Tests;

/// <summary>docs/walkthrough.md of the clone that the tests run in.</summary>
internal static class WalkthroughDocument
{
    private const string Fence = "```";

    /// <summary>Its blocks of commands, in order.</summary>
    public static IReadOnlyList<WalkthroughStep> Read()
    {
        var steps = new List<WalkthroughStep>();
        var lines = new Queue<string>(File.ReadAllLines(Path.Combine(Root(), "docs", "walkthrough.md")));
        while (lines.TryDequeue(out var line))
        {
            switch (line)
            {
                case Fence + "sh":
                    steps.Add(new WalkthroughStep(string.Concat(Block(lines).Select(command => command + "\n")), []));
                    break;
                case Fence + "text":
                    steps[^1] = steps[^1] with { Shown = Block(lines) };
                    break;
                case var other when other.StartsWith(Fence, StringComparison.Ordinal):
                    throw new InvalidDataException($"'{other}' begins a block that is neither run nor compared: use sh or text.");
            }
        }

        return steps;
    }

    private static List<string> Block(Queue<string> lines)
    {
        var block = new List<string>();
        while (lines.Dequeue() is var line && line != Fence)
            block.Add(line);
        return block;
    }

    /// <summary>The folder of the clone.</summary>
    public static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "E2EKafka.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run in a clone.");
        return folder.FullName;
    }
}
