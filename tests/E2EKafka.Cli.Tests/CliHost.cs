using System.Text;

namespace E2EKafka.Cli.Tests;

/// <summary>A machine for the tool, as it sees one: a folder, a home, an environment. Runs the tool in this process.</summary>
internal sealed class CliHost : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public Dictionary<string, string> Variables { get; } = [];

    /// <summary>Whether standard output is a terminal, of 80 columns.</summary>
    public bool HasTerminal { get; set; }

    /// <summary>The path of a file in the folder that the tool runs in.</summary>
    public string this[string file] => _folder[file];

    public Task<CliRun> RunAsync(params string[] args) => RunAsync(args, input: null);

    public async Task<CliRun> RunAsync(string[] args, Stream? input, CancellationToken cancellationToken = default)
    {
        using var output = new MemoryStream();
        using var error = new StringWriter();
        var exitCode = await E2EKafkaCli.RunAsync(args, SurroundingsOf(input ?? Stream.Null, output, error), cancellationToken);
        return new CliRun(exitCode, output.ToArray(), error.ToString());
    }

    /// <summary>The identifier of an identity on this machine.</summary>
    public async Task<string> IdentifierOfAsync(string identity) =>
        (await RunAsync("identity", "show", identity, "--output", "json")).Succeeds().Json.GetProperty("identifier").GetString()!;

    public void Write(string file, string content) => File.WriteAllText(this[file], content, new UTF8Encoding(false));

    public Surroundings SurroundingsOf(Stream input, Stream output, TextWriter error) => new()
    {
        Input = input,
        Output = output,
        Error = error,
        Variable = name => Variables.GetValueOrDefault(name),
        Folder = _folder["."],
        UserData = _folder["data"],
        IsOutputTerminal = HasTerminal,
    };

    public void Dispose() => _folder.Dispose();
}
