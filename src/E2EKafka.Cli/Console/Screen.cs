using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console;

namespace E2EKafka.Cli;

/// <summary>Standard output for text: tables with frames on a terminal, aligned columns in a pipe, JSON where it was asked for.</summary>
internal sealed class Screen
{
    private const string Gap = "  ";

    private readonly Surroundings _surroundings;

    public Screen(Surroundings surroundings, bool isJson)
    {
        _surroundings = surroundings;
        IsJson = isJson;
        Writer = new StreamWriter(surroundings.Output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
    }

    /// <summary>Whether JSON was asked for: then nothing else may be written.</summary>
    public bool IsJson { get; }

    public bool IsTerminal => _surroundings.IsOutputTerminal;

    public TextWriter Writer { get; }

    /// <summary>A line of text. What others wrote in it cannot act on the terminal.</summary>
    public void Line(string line = "") => Writer.WriteLine(Printable.Of(line));

    /// <summary>What the tool has made as a whole, such as JSON, as it is.</summary>
    public void Document(string text) => Writer.WriteLine(text);

    /// <summary>A name and its value a line, values below each other.</summary>
    public void Properties(params (string Name, string? Value)[] properties)
    {
        var shown = properties.Where(property => property.Value is not null).ToList();
        var width = shown.Max(property => property.Name.Length);
        foreach (var (name, value) in shown)
            Line($"{name.PadRight(width)}{Gap}{value}");
    }

    /// <summary>Rows below the names of their columns.</summary>
    /// <param name="columns">The names.</param>
    /// <param name="rows">A cell for each column.</param>
    /// <param name="lastColumnWraps">Whether a terminal that is too narrow breaks the lines of the last column alone.</param>
    public void Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows, bool lastColumnWraps = false)
    {
        List<IReadOnlyList<string>> all = [.. rows.Select(row => row.Select(Printable.Of).ToList())];
        if (IsTerminal)
            Framed(columns, all, lastColumnWraps);
        else
            Aligned([columns, .. all]);
    }

    /// <summary>What a command has done, where JSON was asked for. People are told in a sentence on standard error.</summary>
    public void Report<T>(T value, JsonTypeInfo<T> type)
    {
        if (!IsJson)
            return;

        Json(value, type);
        Flush();
    }

    public void Json<T>(T value, JsonTypeInfo<T> type) => Document(JsonSerializer.Serialize(value, type));

    public void Flush() => Writer.Flush();

    private void Framed(IReadOnlyList<string> columns, List<IReadOnlyList<string>> rows, bool lastColumnWraps)
    {
        var table = new Table().Border(TableBorder.Square).BorderColor(Color.Grey);
        foreach (var column in columns)
            table.AddColumn(new TableColumn(new Markup($"[bold]{Markup.Escape(column)}[/]")) { NoWrap = lastColumnWraps && column != columns[^1] });
        foreach (var row in rows)
            table.AddRow(row.Select(cell => new Text(cell)));
        var hasColors = string.IsNullOrEmpty(_surroundings.Variable("NO_COLOR")) && _surroundings.Variable("TERM") is not (null or "" or "dumb");
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = hasColors ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = hasColors ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(Writer),
        });
        console.Profile.Width = _surroundings.Width;
        console.Write(table);
    }

    private void Aligned(IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var widths = Enumerable.Range(0, rows[0].Count).Select(column => rows.Max(row => row[column].Length)).ToList();
        foreach (var row in rows)
            Line(string.Join(Gap, row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
    }
}
