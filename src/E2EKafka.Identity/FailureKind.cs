namespace E2EKafka;

/// <summary>What a caller can do about a failure.</summary>
public enum FailureKind
{
    /// <summary>Not yet: the same call may succeed later without a change by the user. Do not skip the record; try again.</summary>
    Transient,

    /// <summary>A rule forbids it: policy, a revocation, a ticket. Trying again does not help until the owner changes the rule.</summary>
    Denied,

    /// <summary>The input, or the set-up, is wrong: forged, damaged, moved, misconfigured.</summary>
    Invalid,
}
