using System.Security.Cryptography;

namespace E2EKafka.RealKafka.Tests.Operations;

/// <summary>A member's or an authority's vault that tells a search of every secret it is ever given, of those too that are deleted later.</summary>
internal sealed class RecordingVault(SecretSearch secrets) : IVaultStore
{
    private const int SessionSecretSize = 32;

    private readonly MemoryVault _values = new();

    public bool IsDurable => true;

    public byte[]? Read(string collection, string name) => _values.Read(collection, name);

    public IReadOnlyDictionary<string, byte[]> List(string collection) => _values.List(collection);

    public void Write(VaultBatch batch)
    {
        _values.Write(batch);
        foreach (var change in batch.Changes.Where(change => !change.IsDelete))
            Record(change);
    }

    public void Dispose() => _values.Dispose();

    private void Record(VaultChange change)
    {
        var name = $"{change.Collection}/{change.Name}";
        lock (secrets)
        {
            switch (change.Collection, change.Name)
            {
                case ("identity", "key" or "next-key") or ("authority", "signing"):
                    secrets.Add($"{name} in PKCS #8", change.Value);
                    using (var key = ECDsa.Create())
                    {
                        key.ImportPkcs8PrivateKey(change.Value, out _);
                        secrets.Add(name, key.ExportParameters(includePrivateParameters: true).D!);
                    }

                    break;
                case ("authority", "sealing" or "previous-sealing"):
                    secrets.Add(name, change.Value);
                    break;
                case ("key-packages", _):
                    secrets.Add(name, change.Value[sizeof(long)..]); // after its time
                    break;
                case ("sessions", _):
                    secrets.Add(name, change.Value.Slice(sizeof(long), SessionSecretSize));
                    break;
            }
        }
    }
}
