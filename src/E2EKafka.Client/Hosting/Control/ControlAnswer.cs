using System.Text.Json.Serialization;

namespace E2EKafka.Hosting;

/// <summary>What the process that holds a vault answers: what was asked for, or why not.</summary>
internal sealed record ControlAnswer
{
    /// <summary>What went wrong, in one sentence.</summary>
    public string? Problem { get; init; }

    /// <summary>A ticket: a secret.</summary>
    public string? Ticket { get; init; }

    /// <summary>The project document in force, as a <c>project.json</c>.</summary>
    public string? Project { get; init; }

    public IReadOnlyList<EnrolledMember>? Members { get; init; }

    public IReadOnlyList<IssuedTicket>? Tickets { get; init; }

    /// <summary>The members that enrolled with a ticket that was cancelled.</summary>
    public IReadOnlyList<string>? Identifiers { get; init; }

    public MemberStatus? Status { get; init; }

    /// <summary>Whether another process held the vault, and answered.</summary>
    [JsonIgnore]
    public bool IsByAnotherProcess { get; init; }
}
