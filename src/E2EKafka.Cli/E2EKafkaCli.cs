using System.CommandLine;
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
        // As `--help`, as people type it.
        if (args is ["help", .. var named])
            args = [.. named, "--help"];
        var parsed = Parse(args, surroundings);
        var context = new CommandContext(surroundings, parsed);
        try
        {
            if (parsed.Errors.Count > 0)
                return await RefuseAsync(parsed, surroundings, cancellationToken);
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

    private static ParseResult Parse(IReadOnlyList<string> args, Surroundings surroundings) =>
        RootCommandOfTool.Create(surroundings.Width).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });

    /// <summary>Tells what is not understood, or, where nothing is named to do, what there is.</summary>
    private static async Task<int> RefuseAsync(ParseResult parsed, Surroundings surroundings, CancellationToken cancellationToken)
    {
        var name = CommandLineProblem.NameOf(parsed);
        if (!CommandLineProblem.IsBare(parsed))
            throw new UsageException($"{CommandLineProblem.Of(parsed)} See `{name} --help`.");

        await Parse([.. name.Split(' ').Skip(1), "--help"], surroundings)
            .InvokeAsync(new InvocationConfiguration { Output = surroundings.Error, Error = surroundings.Error, EnableDefaultExceptionHandler = false }, cancellationToken);
        throw new UsageException("Name one of the commands above.");
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
                $"Kafka refused: {CommandLineProblem.Sentence(kafka.Error.Reason)} Check the brokers (--bootstrap-server), the client's settings (--kafka-config) and its rights; `e2ekafka doctor` looks for the cause."),
            IOException or UnauthorizedAccessException => (ExitCode.Failure, $"{CommandLineProblem.Sentence(exception.Message)} Check the path, its rights and the disk."),
            JsonException => (ExitCode.Failure, $"Not the JSON that was expected: {CommandLineProblem.Sentence(exception.Message)}"),
            _ => (ExitCode.Failure,
                $"Unexpected {exception.GetType().Name}: {CommandLineProblem.Sentence(exception.Message)} Set {DebugVariable}=1 to see where, and report it."),
        };
        surroundings.Tell($"e2ekafka: {LibraryAdvice.InToolsWords(message)}");
        if (surroundings.Variable(DebugVariable) == "1")
            surroundings.Error.WriteLine(exception);
        return exitCode;
    }
}
