using System.Text.Json.Serialization;
using E2EKafka.Policies;

namespace E2EKafka;

/// <summary>What the project demands of the messages of a topic. Where several match, an exact name beats a prefix and a longer prefix a shorter one.</summary>
public sealed record TopicRequirements
{
    /// <summary>An exact topic name, or a prefix ending in <c>*</c>.</summary>
    public required string Topic { get; init; }

    /// <summary>What proves a message's origin. Default <see cref="MessageAuthentication.Signature"/>.</summary>
    public MessageAuthentication Authentication { get; init; }

    /// <summary>
    /// The groups of readers that messages are proven to: required if <see cref="Authentication"/> is <see cref="MessageAuthentication.Mac"/>,
    /// and only then. A consumer outside of them cannot read the topic, archive readers included. Default: none.
    /// </summary>
    public ReaderGroups? ReaderGroups { get; init; }

    /// <summary>
    /// Whether a consumer opens messages whose MACs prove no origin to its group any more, because a member of the group was removed, left it or
    /// replaced its key since: <c>Verified&lt;T&gt;</c> then says that any reader could have written them. If not, it refuses them. Only where
    /// <see cref="Authentication"/> is <see cref="MessageAuthentication.Mac"/>. Default <see langword="false"/>.
    /// </summary>
    public bool AllowOutdatedMacs { get; init; }

    /// <summary>Whether consumers may have keys from before they joined. Default <see cref="HistoryAccess.All"/>.</summary>
    public HistoryAccess History { get; init; }

    /// <summary>Whether a null value without an authenticated tombstone is let through. Default <see langword="false"/>.</summary>
    public bool AllowBareTombstones { get; init; }

    /// <summary>Until when a value that is not an E2EKafka message is let through, marked as such, during a migration. In whole seconds. Default: never.</summary>
    [JsonConverter(typeof(InstantWithOffset))]
    public DateTimeOffset? PlaintextUntil { get; init; }

    /// <summary>
    /// How long a session's key is kept after the session's end. Default 7 days; zero keeps it in memory only.
    /// Whole seconds; at most 10 years.
    /// </summary>
    [JsonIgnore]
    public TimeSpan KeyRetention { get => KeyRetentionInJson; init => KeyRetentionInJson = value; }

    /// <summary>Identifiers of members that every session of the topic is sealed to, whatever they consume, each once. Default: none.</summary>
    public IReadOnlyList<string> ArchiveReaders { get => field ?? []; init; } // what JSON leaves out is set to null

    /// <summary>
    /// The generated JSON reader sets each init-only property, to the default of its type where JSON leaves it out: that would be a
    /// retention of zero. A setter is called only for what is there.
    /// </summary>
    [JsonInclude]
    [JsonPropertyName("keyRetentionSeconds")]
    [JsonConverter(typeof(WholeSeconds))]
    internal TimeSpan KeyRetentionInJson { get; set; } = DefaultKeyRetention;

    /// <summary>
    /// How long a producer uses one session of the topic: whole seconds, 5 minutes to 24 hours. A topic that is kept for years has fewer keys
    /// with a longer one; a leaked key opens as much. Default: 1 h.
    /// </summary>
    [JsonPropertyName("sessionLifeSeconds")]
    [JsonConverter(typeof(WholeSeconds))]
    public TimeSpan? SessionLife { get; init; }

    internal static TimeSpan DefaultKeyRetention { get; } = TimeSpan.FromDays(7);
}
