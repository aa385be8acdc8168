using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using Confluent.Kafka;

namespace E2EKafka.Cli;

/// <summary>The tool: parses a command line, runs its command, and turns every failure into one sentence and an exit code.</summary>
internal static class E2EKafkaCli
{
    public const string DebugVariable = "E2EKAFKA_DEBUG";

    /// <summary>Runs one command line.</summary>
    /// <param name="args">The command line, without the tool's name.</param>
    /// <param name="surroundings">Streams, environment and terminal.</param>
    /// <param name="cancellationToken">Ctrl-C.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] args, Surroundings surroundings, CancellationToken cancellationToken = default)
    {
        var parsed = RootCommandOfTool.Create(surroundings.Width).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var context = new CommandContext(surroundings, parsed);
        try
        {
            if (parsed.Errors.Count > 0)
                throw new UsageException($"{string.Join(' ', parsed.Errors.Select(error => Sentence(error.Message)))} See `{NameOf(parsed)} --help`.");
            if (parsed.CommandResult.Command is CliCommand command && parsed.Action is null)
                return await command.RunAsync(context, cancellationToken);

            // Help and version.
            var exitCode = await parsed.InvokeAsync(
                new InvocationConfiguration { Output = context.Screen.Writer, Error = surroundings.Error, EnableDefaultExceptionHandler = false },
                cancellationToken);
            context.Screen.Flush();
            return exitCode;
        }
        catch (OutputClosedException)
        {
            // The reader of the output closed it, as `head` does.
            return ExitCode.Success;
        }
        catch (Exception e)
        {
            return Report(e, context, cancellationToken);
        }
    }

    private static int Report(Exception exception, CommandContext context, CancellationToken cancellationToken)
    {
        var surroundings = context.Surroundings;
        var (exitCode, message) = exception switch
        {
            UsageException => (ExitCode.Usage, exception.Message),
            OperationCanceledException when cancellationToken.IsCancellationRequested => (ExitCode.Failure, "Interrupted before it was done."),
            CliException or EndToEndKafkaException => (ExitCode.Failure, exception.Message),
            KafkaException { InnerException: EndToEndKafkaException cause } => (ExitCode.Failure, cause.Message),
            KafkaUnavailableException kafka => (ExitCode.Failure, kafka.Cause.ToFailure().Message),
            KafkaException kafka when FirstCause.IsOfConnection(kafka.Error) => (ExitCode.Failure, context.Kafka.Cause.Explain(kafka.Error).ToFailure().Message),
            KafkaException kafka => (ExitCode.Failure,
                $"Kafka refused: {Sentence(kafka.Error.Reason)} Check the brokers (--bootstrap-server), the client's settings (--kafka-config) and its rights; `e2ekafka doctor` looks for the cause."),
            IOException or UnauthorizedAccessException => (ExitCode.Failure, $"{Sentence(exception.Message)} Check the path, its rights and the disk."),
            JsonException => (ExitCode.Failure, $"Not the JSON that was expected: {Sentence(exception.Message)}"),
            _ => (ExitCode.Failure,
                $"Unexpected {exception.GetType().Name}: {Sentence(exception.Message)} Set {DebugVariable}=1 to see where, and report it."),
        };
        surroundings.Tell($"e2ekafka: {LibraryAdvice.InToolsWords(message)}");
        if (surroundings.Variable(DebugVariable) == "1")
            surroundings.Error.WriteLine(exception);
        return exitCode;
    }

    private static string Sentence(string text) => text.TrimEnd().TrimEnd('.') + ".";

    private static string NameOf(ParseResult parsed)
    {
        var names = new Stack<string>();
        for (var result = parsed.CommandResult; result is not null; result = result.Parent as CommandResult)
            names.Push(result.Command is RootCommand ? RootCommandOfTool.Name : result.Command.Name);
        return string.Join(' ', names);
    }
}
