namespace E2EKafka.Kafka;

/// <summary>Words of commands in messages, so that each can be pasted into a POSIX shell as it stands.</summary>
internal static class ShellWord
{
    /// <summary>The text as one word, which the shell does not read in another way.</summary>
    public static string Of(string text) =>
        text.Length > 0 && text.All(character => char.IsAsciiLetterOrDigit(character) || "-_.,:/=@+".Contains(character, StringComparison.Ordinal))
            ? text
            : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
