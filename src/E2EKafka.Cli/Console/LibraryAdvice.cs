namespace E2EKafka.Cli;

/// <summary>
/// The library speaks to programmers: set this option, call that. What it says is shown here with this tool's own words, since an
/// option that the tool lacks is no help.
/// </summary>
internal static class LibraryAdvice
{
    /// <summary>What the library says, and what the tool says in its place.</summary>
    public static IReadOnlyList<(string Library, string Tool)> Words { get; } =
    [
        ("Create them as the project's ControlTopics say, or set CreateControlTopics.",
            "Create them with `e2ekafka topics create`, or as `e2ekafka topics print` says."),
        ("Ask the project's owner for an enrollment ticket and set Ticket, or write it into the file that TicketFile names; if",
            "Ask the project's owner for a ticket and give it to `e2ekafka enroll`; if"),
        ("Correct them in the options.", "Correct them in the file of --kafka-config."),
        ("Check OAuthBearerTokenProvider or the handler that gives tokens, or sasl.oauthbearer.method and the settings that it needs.",
            "Check the client's id and secret and the address of the token service in the file of --kafka-config."),
        ("Check BootstrapServers ('", "Check --bootstrap-server ('"),
        ("Copy project.json from the project's owner to that path, or set the path.",
            "Copy project.json from the project's owner to that path, or say where it is with --project."),
        ("Publish a newer document,", "Publish a newer document with `e2ekafka policy set`,"),
    ];

    public static string InToolsWords(string message) =>
        Words.Aggregate(message, (text, words) => text.Replace(words.Library, words.Tool, StringComparison.Ordinal));
}
