using System.Security.Cryptography;
using E2EKafka.Cryptography;
using E2EKafka.Records;

namespace E2EKafka.Authority;

/// <summary>The authority's private keys, kept in its vault: one to sign with, and one to open requests with, after its predecessor too.</summary>
internal sealed class AuthoritySecrets : IDisposable
{
    private const string Collection = "authority";
    private const string SigningName = "signing";
    private const string SealingName = "sealing";
    private const string PreviousSealingName = "previous-sealing";

    private readonly HpkePrivateKey? _previousSealing;

    private AuthoritySecrets(SigningKey signing, HpkePrivateKey sealing, HpkePrivateKey? previousSealing)
    {
        Signing = signing;
        Sealing = sealing;
        _previousSealing = previousSealing;
    }

    public SigningKey Signing { get; }

    public HpkePrivateKey Sealing { get; }

    public static AuthoritySecrets Generate(HpkeKem kem) => new(SigningKey.Generate(), kem.Generate(), null);

    /// <summary>Reads the keys that <see cref="Put"/> wrote; <see langword="null"/> where one is missing.</summary>
    public static AuthoritySecrets? TryRead(IVaultStore vault)
    {
        var signing = vault.Read(Collection, SigningName);
        var sealing = vault.Read(Collection, SealingName);
        var previous = vault.Read(Collection, PreviousSealingName);
        try
        {
            return signing is null || sealing is null
                ? null
                : new AuthoritySecrets(SigningKey.Import(signing), RestoreSealingKey(sealing), previous is null ? null : RestoreSealingKey(previous));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(signing);
            CryptographicOperations.ZeroMemory(sealing);
            CryptographicOperations.ZeroMemory(previous);
        }
    }

    /// <summary>Other keys of the same kind. What was sealed to the sealing key in the meantime can still be opened.</summary>
    public AuthoritySecrets Rotate()
    {
        using var sealing = Sealing.Store();
        return new AuthoritySecrets(SigningKey.Generate(), Sealing.PublicKey.Kem.Generate(), RestoreSealingKey(sealing.Span));
    }

    public void Put(VaultBatch batch)
    {
        var signing = Signing.Export();
        using var sealing = Sealing.Store();
        using var previous = _previousSealing?.Store();
        batch.Put(Collection, SigningName, signing).Put(Collection, SealingName, sealing.Span);
        if (previous is not null)
            batch.Put(Collection, PreviousSealingName, previous.Span);
        CryptographicOperations.ZeroMemory(signing);
    }

    /// <summary>Whether they are the keys that a document names.</summary>
    public bool AreOf(ProjectDocument document) =>
        Signing.Public.Thumbprint == document.AuthorityKey.Thumbprint && Sealing.PublicKey.Equals(document.AuthoritySealingKey);

    /// <summary>Opens what was sealed to the current key or the one before.</summary>
    public AuthorityRequestBody? TryOpen(AuthorityRequest request) =>
        request.TryOpen(Sealing) ?? (_previousSealing is null ? null : request.TryOpen(_previousSealing));

    public void Dispose()
    {
        Signing.Dispose();
        Sealing.Dispose();
        _previousSealing?.Dispose();
    }

    private static HpkePrivateKey RestoreSealingKey(ReadOnlySpan<byte> stored) =>
        HpkePrivateKey.TryRestore(stored) ?? throw new EndToEndKafkaException(FailureReason.VaultCorrupt,
            "The authority's vault has a sealing key that this release cannot read. Use the release that wrote it, or a later one.");
}
