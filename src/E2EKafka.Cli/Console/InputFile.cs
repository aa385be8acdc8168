namespace E2EKafka.Cli;

/// <summary>Text files that a command line names. One that cannot be read or has nothing in it is said to be so, by its name.</summary>
internal static class InputFile
{
    /// <param name="path">The file's full path.</param>
    /// <param name="what">What it should hold, as in "ticket".</param>
    /// <param name="remedy">What to do, in one sentence.</param>
    /// <returns>Its text, without a byte order mark.</returns>
    /// <exception cref="UsageException">It cannot be read, or is empty. Never says what is in it.</exception>
    public static string ReadText(string path, string what, string remedy)
    {
        if (FilePaths.FolderProblem(path) is { } folder)
            throw new UsageException($"The {what} file '{path}' {folder}");

        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The {what} file '{path}' cannot be read: {e.Message.TrimEnd('.')}. {remedy}");
        }

        return string.IsNullOrWhiteSpace(text) ? throw new UsageException($"The {what} file '{path}' is empty. {remedy}") : text;
    }

    /// <summary>A secret that is one line of text. Editors end a file with a line break of their own.</summary>
    /// <inheritdoc cref="ReadText"/>
    public static string ReadSecret(string path, string what, string remedy) => ReadText(path, what, remedy).TrimEnd('\r', '\n');
}
