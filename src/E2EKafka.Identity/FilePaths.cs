namespace E2EKafka;

/// <summary>What is wrong with the path of a file before it is opened, and what stands where a file should be.</summary>
internal static class FilePaths
{
    /// <summary>Why a path cannot be meant as it is, as the end of a sentence, and what to do; <see langword="null"/> if it can. Never says the path.</summary>
    public static string? Problem(string path)
    {
        if (path.AsSpan().IndexOfAny('\r', '\n', '\0') >= 0)
            return "holds a line break or a NUL. Remove it.";
        if (path == "~" || path.StartsWith("~/", StringComparison.Ordinal) || path.StartsWith("~\\", StringComparison.Ordinal))
            return "begins with '~', which a shell replaces by the home directory and .NET does not. Write the whole path.";
        if (path[0] is '$' or '%')
            return $"begins with '{path[0]}', and variables are not replaced in it. Write the whole path.";
        return path.StartsWith("file:", StringComparison.OrdinalIgnoreCase) ? "is a URI. Write the path alone." : null;
    }

    /// <summary>The path from the root. A relative one counts from the working directory of the process.</summary>
    /// <exception cref="EndToEndKafkaException">The path cannot be meant as it is; with the given reason.</exception>
    public static string Full(string path, string what, FailureReason reason) =>
        Problem(path) is { } problem ? throw new EndToEndKafkaException(reason, $"The path of {what} {problem}") : Path.GetFullPath(path);

    /// <summary>That a folder stands where a file should be, as the end of a sentence, and what to do; <see langword="null"/> if none does.</summary>
    public static string? FolderProblem(string path) => Directory.Exists(path)
        ? "is a folder. A container platform makes one where the file to mount is missing: put the file there, or correct the path."
        : null;
}
