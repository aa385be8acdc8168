using E2EKafka.Records;

namespace E2EKafka.Hosting;

/// <summary>The ticket that options name, or why there is none. An enrolled member needs none: that there is none is told only where one is missed.</summary>
/// <param name="Ticket">The ticket, if there is one.</param>
/// <param name="Absence">Why there is none, as the end of a sentence, and what to do.</param>
internal sealed record GivenTicket(EnrollmentTicket? Ticket, string Absence)
{
    private const char ByteOrderMark = '\uFEFF';

    /// <exception cref="EndToEndKafkaException">There is a ticket's text, and it is not a ticket; or its file cannot be read.</exception>
    public static GivenTicket Of(EndToEndKafkaOptions options)
    {
        if (!IsEmpty(options.Ticket))
            return new GivenTicket(EnrollmentTicket.Parse(options.Ticket!), "");
        if (!string.IsNullOrWhiteSpace(options.TicketFile))
            return OfFile(options.TicketFile);

        return None(
            options.Ticket is not null ? "the option Ticket is set and empty"
            : options.TicketFile is not null ? "the option TicketFile is set and empty"
            : "no ticket was given");
    }

    private static GivenTicket OfFile(string path)
    {
        // A file may have such a name. Where there is none, the option was mistaken for the other one, and messages end in logs.
        if (EnrollmentTicket.IsIn(path) && !File.Exists(path))
            return None("the option TicketFile holds a ticket, and not the path of a file");

        // A relative path counts from a folder that its reader cannot see.
        path = FilePaths.Full(path, "the ticket file", FailureReason.TicketMalformed);
        if (Directory.Exists(path))
            return None($"the ticket file '{path}' is a folder");
        if (!File.Exists(path))
            return None($"the ticket file '{path}' does not exist");

        try
        {
            var text = File.ReadAllText(path);
            return IsEmpty(text)
                ? None($"the ticket file '{path}' is empty: what was to write a ticket there has failed, perhaps")
                : new GivenTicket(EnrollmentTicket.Parse(text), "");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EndToEndKafkaException(FailureReason.TicketMalformed,
                $"The ticket file '{path}' cannot be read: {e.Message} Let this process read it, or remove it if the member is enrolled.");
        }
        catch (EndToEndKafkaException e)
        {
            throw new EndToEndKafkaException(e.Reason, $"The ticket file '{path}' does not hold a ticket. {e.Message}");
        }
    }

    private static bool IsEmpty(string? text) => text is null || text.All(character => char.IsWhiteSpace(character) || character == ByteOrderMark);

    private static GivenTicket None(string why) => new(null,
        $"{why}. Ask the project's owner for an enrollment ticket and set Ticket, or write it into the file that TicketFile names; if it was enrolled before, check that this is its vault.");
}
