using System.Text;

namespace E2EKafka.Cli;

/// <summary>What one run of the tool has around it: streams, environment, terminal. Tests bring their own.</summary>
internal sealed class Surroundings
{
    private const int UsualWidth = 80;

    private bool _showsProgress;
    private bool _isAsking;

    public required Stream Input { get; init; }

    /// <summary>For what was asked for, and nothing else.</summary>
    public required Stream Output { get; init; }

    /// <summary>For everything else: failures, progress, hints.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>An environment variable; <see langword="null"/> if it is not set.</summary>
    public required Func<string, string?> Variable { get; init; }

    /// <summary>The folder that relative paths start from.</summary>
    public required string Folder { get; init; }

    /// <summary>The folder of the user's data, for <c>--home</c>.</summary>
    public required string UserData { get; init; }

    public bool IsInputTerminal { get; init; }

    public bool IsOutputTerminal { get; init; }

    public bool IsErrorTerminal { get; init; }

    /// <summary>The terminal's, in columns.</summary>
    public int Width { get; init; } = UsualWidth;

    /// <summary>Asks for a passphrase without showing it; <see langword="null"/> where there is no terminal.</summary>
    public Func<string, string>? AskSecretly { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public static Surroundings OfProcess() => new()
    {
        Input = Console.OpenStandardInput(),
        Output = StandardOutput.Open(),
        Error = new StreamWriter(Console.OpenStandardError(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true },
        Variable = Environment.GetEnvironmentVariable,
        Folder = Environment.CurrentDirectory,
        UserData = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
        IsInputTerminal = !Console.IsInputRedirected,
        IsOutputTerminal = !Console.IsOutputRedirected,
        IsErrorTerminal = !Console.IsErrorRedirected,
        Width = WidthOfTerminal(),
        AskSecretly = Console.IsInputRedirected || Console.IsErrorRedirected ? null : SecretPrompt.Ask,
    };

    /// <summary>Writes a sentence to standard error; on a terminal, it breaks between words.</summary>
    public void Tell(string sentence)
    {
        sentence = Printable.Of(sentence);
        WriteLine(IsErrorTerminal ? TextWrap.At(sentence, Width) : sentence);
    }

    /// <summary>Writes a line to standard error, in place of the progress that a terminal shows. Safe for many threads.</summary>
    public void WriteLine(string line)
    {
        lock (Error)
        {
            EndProgress();
            Error.WriteLine(line);
        }
    }

    /// <summary>Writes the last line of a terminal over. Safe for many threads.</summary>
    public void ShowProgress(string line)
    {
        lock (Error)
        {
            if (_isAsking)
                return;

            Error.Write($"\r{(line.Length < Width ? line : line[..(Width - 1)])}\e[K");
            _showsProgress = true;
        }
    }

    /// <summary>Takes that line away. Safe for many threads.</summary>
    public void EndProgress()
    {
        lock (Error)
        {
            if (_showsProgress)
                Error.Write("\r\e[K");
            _showsProgress = false;
        }
    }

    /// <summary>Asks for a passphrase. No progress is shown until there is an answer.</summary>
    /// <param name="ask">How; <see cref="AskSecretly"/>.</param>
    /// <param name="question">What is shown before the answer.</param>
    public string Ask(Func<string, string> ask, string question)
    {
        lock (Error)
        {
            EndProgress();
            _isAsking = true;
        }

        try
        {
            return ask(question);
        }
        finally
        {
            lock (Error)
                _isAsking = false;
        }
    }

    public string FullPath(string path) => Path.GetFullPath(path, Folder);

    private static int WidthOfTerminal()
    {
        if (int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), out var columns) && columns > 0)
            return columns;
        if (Console.IsOutputRedirected)
            return UsualWidth;

        // Zero on a terminal that does not say.
        return Console.WindowWidth is > 0 and var width ? width : UsualWidth;
    }
}
