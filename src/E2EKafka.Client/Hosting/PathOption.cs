using E2EKafka.Records;

namespace E2EKafka.Hosting;

/// <summary>What is wrong with an option that is the path of a file, before it is opened.</summary>
internal static class PathOption
{
    /// <param name="option">The option's name.</param>
    /// <param name="path">Its value.</param>
    /// <param name="source">Where the options come from.</param>
    /// <param name="mayHoldTicket">Whether a ticket in the path's place is told elsewhere.</param>
    /// <param name="mayHoldKey">Whether a vault's key in the path's place is told elsewhere.</param>
    /// <returns>What is wrong and what to do, or <see langword="null"/>. Never says the path, which could be a secret in a wrong place.</returns>
    public static string? Problem(string option, string? path, OptionSource source, bool mayHoldTicket = false, bool mayHoldKey = false)
    {
        if (string.IsNullOrWhiteSpace(path))
            return null;
        if (!mayHoldTicket && EnrollmentTicket.IsIn(path) && !Path.Exists(path))
            return $"{source.Of(option)} holds a ticket, and not the path of a file. Set Ticket to it, or TicketFile to a file that has it.";
        if (!mayHoldKey && VaultKey.EndsInKey(path) && !Path.Exists(path))
            return $"{source.Of(option)} holds a vault's key, and not the path of a file. Write the key into a file, and set VaultKeyFile to that.";
        return FilePaths.Problem(path) is { } problem ? $"{source.Of(option)} {problem}" : null;
    }
}
