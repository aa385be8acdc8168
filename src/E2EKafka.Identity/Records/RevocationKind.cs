namespace E2EKafka;

/// <summary>Why a member is removed, and so what becomes of what it sent.</summary>
public enum RevocationKind
{
    /// <summary>It left in good standing: sessions that it announced before are honoured.</summary>
    Departed,

    /// <summary>Its keys may be stolen: everything it ever sent is refused.</summary>
    Compromised,
}
