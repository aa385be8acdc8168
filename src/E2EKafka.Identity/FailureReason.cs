namespace E2EKafka;

/// <summary>Why an operation failed: what a program may branch on. The exception's message says what to do.</summary>
public enum FailureReason
{
    /// <summary>Another process, or another part of this one, has the vault open. One running process per identity.</summary>
    VaultLocked,

    /// <summary>The vault's file is whole, but this key or passphrase does not open it; or the key itself is not usable.</summary>
    VaultKeyWrong,

    /// <summary>The vault's file is damaged, was altered, or is not a vault.</summary>
    VaultCorrupt,

    /// <summary>The vault or its key cannot be read or written: missing rights, read-only or full disk, a newer format.</summary>
    VaultUnavailable,
}
