using E2EKafka.QuickStart;
using Spectre.Console;

const string Usage = "Usage: QuickStart [--bootstrap-server HOST:PORT]   (without it: on a Kafka inside this process)";

if (args is not ([] or ["--bootstrap-server", _]))
{
    await Console.Error.WriteLineAsync(args is ["--help" or "-h"] ? Usage : $"Not understood: {string.Join(' ', args)}\n{Usage}");
    return args is ["--help" or "-h"] ? 0 : 2;
}

try
{
    using IDemoKafka kafka = args is [_, var bootstrapServers] ? UserKafka.Connect(bootstrapServers) : new EmbeddedKafka();
    
    // Spectre.Console looks at TERM only; a pipe gets plain text.
    var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = Console.IsOutputRedirected ? AnsiSupport.No : AnsiSupport.Detect });
    return await Demo.RunAsync(kafka, console);
}
catch (DemoException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
