using E2EKafka.QuickStart;
using Spectre.Console;

// As the tests do: `make demo` sets it where KAFKA_HOME names a Kafka.
const string BootstrapVariable = "E2EKAFKA_TEST_BOOTSTRAP";
const string Usage = $"Usage: QuickStart [--bootstrap-server HOST:PORT]   (without it: the broker in {BootstrapVariable}, else a Kafka inside this process)";

if (args is not ([] or ["--bootstrap-server", _]))
{
    await Console.Error.WriteLineAsync(args is ["--help" or "-h"] ? Usage : $"Not understood: {string.Join(' ', args)}\n{Usage}");
    return args is ["--help" or "-h"] ? 0 : 2;
}

try
{
    var bootstrapServers = args is [_, var given] ? given : Environment.GetEnvironmentVariable(BootstrapVariable);
    using IDemoKafka kafka = string.IsNullOrEmpty(bootstrapServers) ? new EmbeddedKafka() : UserKafka.Connect(bootstrapServers);

    // Spectre.Console looks at TERM only; a pipe gets plain text.
    var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = Console.IsOutputRedirected ? AnsiSupport.No : AnsiSupport.Detect });
    return await Demo.RunAsync(kafka, console);
}
catch (DemoException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
