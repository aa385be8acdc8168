namespace E2EKafka.Authority;

/// <summary>Told of what an authority decided, when its vault has it. Called on the thread of the decision, in order; it throws nothing.</summary>
internal interface IAuthorityAudit
{
    /// <summary>A ticket can be used.</summary>
    void TicketCreated(string ticket, TicketRecord record);

    /// <summary>A ticket can be used no more.</summary>
    /// <param name="ticket">The hash of its secret.</param>
    /// <param name="members">How many members had enrolled with it.</param>
    void TicketCancelled(string ticket, int members);

    void Enrolled(string member, MemberRecord record);

    /// <summary>A request for a credential was refused.</summary>
    /// <param name="member">Who asked, by its own word.</param>
    /// <param name="ticket">The hash of the secret that it showed, or of the one that the member enrolled with; <see langword="null"/> without one.</param>
    /// <param name="reason">Why.</param>
    void Refused(string member, string? ticket, FailureReason reason);

    void AttributesChanged(string member, MemberRecord before, MemberRecord after);

    void IdentityKeyReplaced(string member, MemberRecord before, MemberRecord after);

    /// <summary>A member was removed.</summary>
    /// <param name="member">Its identifier.</param>
    /// <param name="record">What is known of it; <see langword="null"/> if it never enrolled.</param>
    /// <param name="kind">Why.</param>
    void Removed(string member, MemberRecord? record, RevocationKind kind);

    void PolicyChanged(ProjectDocument before, ProjectDocument after);

    void KeysReplaced(ProjectDocument before, ProjectDocument after);
}
