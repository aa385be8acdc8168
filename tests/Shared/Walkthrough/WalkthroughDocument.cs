namespace E2EKafka.Tests;

/// <summary>docs/walkthrough.md of the clone that the tests run in.</summary>
internal static class WalkthroughDocument
{
    private const string Fence = "```";

    /// <summary>The blocks of commands for one of the two Kafkas, in order.</summary>
    public static IReadOnlyList<WalkthroughStep> Read(WalkthroughKafka kafka)
    {
        var steps = new List<WalkthroughStep>();
        var lines = new Queue<string>(File.ReadAllLines(Path.Combine(Root(), "docs", "walkthrough.md")));
        while (lines.TryDequeue(out var line))
        {
            if (!line.StartsWith(Fence, StringComparison.Ordinal))
                continue;

            // The first word is the language, the second is there where the two Kafkas differ.
            var words = line[Fence.Length..].Split(' ');
            var isForThis = words is [_] || NameOf(words[1]) == kafka;
            var block = Block(lines);
            switch (words[0])
            {
                case "sh" when isForThis:
                    steps.Add(new WalkthroughStep(string.Concat(block.Select(command => command + "\n")), []));
                    break;
                case "text" when isForThis:
                    steps[^1] = steps[^1] with { Shown = block };
                    break;
                case "sh" or "text":
                    break;
                default:
                    throw new InvalidDataException($"'{line}' begins a block that is neither run nor compared: use sh or text.");
            }
        }

        return steps;
    }

    private static WalkthroughKafka NameOf(string word) => word switch
    {
        "in-memory" => WalkthroughKafka.InMemory,
        "your-own" => WalkthroughKafka.YourOwn,
        _ => throw new InvalidDataException($"A block is for '{word}': a Kafka is in-memory or your-own."),
    };

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
