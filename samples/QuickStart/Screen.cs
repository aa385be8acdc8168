using System.Diagnostics;
using System.Text;
using Spectre.Console;

namespace E2EKafka.QuickStart;

/// <summary>How the story looks, on a terminal of 80 columns or more, and in a pipe.</summary>
internal sealed class Screen(IAnsiConsole console)
{
    private const int BytesInLine = 15;

    private readonly long _startedAt = Stopwatch.GetTimestamp();

    public void Title(IDemoKafka kafka)
    {
        console.WriteLine();
        console.Write(new Rule("[bold]E2EKafka[/]  end-to-end encryption for Apache Kafka").LeftJustified().RuleStyle("grey"));
        console.MarkupLineInterpolated($"[grey]Kafka: {kafka.Description}[/]");
        console.WriteLine();
    }

    public void Say(string line) =>
        console.MarkupLineInterpolated($"[grey]{Stopwatch.GetElapsedTime(_startedAt).TotalSeconds,5:0.0} s[/]  {line}");

    public void SideBySide(StoryOutcome outcome, IEnumerable<RawRecord> held)
    {
        var received = outcome.Received.ToDictionary(record => record.TopicPartitionOffset);
        var table = new Table().Border(TableBorder.Square).BorderColor(Color.Grey).ShowRowSeparators()
            .AddColumn(new TableColumn("[bold]What the broker holds[/]").NoWrap())
            .AddColumn("[bold]What the consumer got[/]");
        foreach (var raw in held.OrderBy(record => record.Position.Partition.Value).ThenBy(record => record.Position.Offset.Value))
            table.AddRow(Held(raw), received.TryGetValue(raw.Position, out var record) ? Got(outcome, record.Message.Value) : new Markup("[red]nothing[/]"));
        console.WriteLine();
        console.Write(table);
        console.MarkupLine("[grey]Record keys stay readable: Kafka chooses partitions by them. Values do not.[/]");
    }

    public void Result(Verdict verdict, string? whatRemains)
    {
        console.WriteLine();
        console.MarkupLine("[bold]Searched for plaintext, byte by byte[/] [grey](as text, UTF-16, hex and base64)[/]");
        foreach (var (topic, records) in verdict.Searched.OrderBy(topic => topic.Key, StringComparer.Ordinal))
            console.MarkupLineInterpolated($"{records,5} {(records == 1 ? "record  in" : "records in")} {topic}");
        console.WriteLine();
        if (verdict.Problems.Count == 0)
            console.MarkupLine("[bold green]No plaintext on the broker. Every message arrived, from a proven producer.[/]");
        foreach (var problem in verdict.Problems)
            Problem(problem);
        if (whatRemains is not null)
            console.MarkupLineInterpolated($"[grey]{whatRemains}[/]");
    }

    public void Problem(string problem) => console.MarkupLineInterpolated($"[bold red]FAILED[/] {problem}");

    private static Markup Held(RawRecord raw)
    {
        var first = raw.Value.AsSpan(0, Math.Min(BytesInLine, raw.Value.Length));
        var second = raw.Value.AsSpan(first.Length, Math.Min(BytesInLine - 1, raw.Value.Length - first.Length));
        return Markup.FromInterpolated(
            $"{Encoding.UTF8.GetString(raw.Key)} [grey]→ partition {raw.Position.Partition.Value},[/] {raw.Value.Length} bytes\n[yellow]{Convert.ToHexStringLower(first)}\n{Convert.ToHexStringLower(second)}…[/]");
    }

    private static Markup Got(StoryOutcome outcome, Verified<Order> value)
    {
        if (!value.IsVerified)
            return Markup.FromInterpolated($"[red]{value.Failure?.Reason.ToString() ?? "unverified"}[/]");

        var (order, origin) = (value.Value, value.Origin!);
        return Markup.FromInterpolated(
            $"[green]{order.Quantity} × {order.Item}[/]\n{order.Customer}, {order.Card}\n[grey]by[/] {outcome.NameOf(origin.Producer)}[grey] (proven), session {origin.Session[..8]} #{origin.Sequence}[/]");
    }
}
