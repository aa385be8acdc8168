using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;

namespace E2EKafka.Tests;

/// <summary>
/// Has a vault's files as they were at some moment, the vault's key, and all that ever was on Kafka: opens what can be opened
/// with that, and asks no rule.
/// </summary>
internal sealed class VaultThief : IDisposable
{
    /// <summary>Where in a value a secret may begin. What follows in the longer ones is the text of control records.</summary>
    private const int MaxSecretOffset = 64;

    /// <summary>How much of a value is decrypted wherever one may begin: it has its secret there.</summary>
    private const int PrefixSize = 48;

    private readonly TemporaryFolder _folder = new();
    private readonly VaultKey _key;

    /// <summary>Every byte of the files, free pages and journal included.</summary>
    private readonly byte[] _disk;

    /// <summary>Those of all entries.</summary>
    private readonly List<byte[]> _values;
    private readonly List<SecretBytes> _opened = [];

    /// <param name="vaultFile">The file; whatever lies beside it under its name, a journal for one, is copied with it.</param>
    /// <param name="key">The vault's key. Its caller disposes it.</param>
    public VaultThief(string vaultFile, VaultKey key)
    {
        _key = key;
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(vaultFile)!, Path.GetFileName(vaultFile) + "*"))
            File.Copy(file, _folder[Path.GetFileName(file)]);
        VaultFile = _folder[Path.GetFileName(vaultFile)];
        _disk = _folder.AllBytes();
        _values = ReadValues();
    }

    /// <summary>The copy, for the library itself to open.</summary>
    public string VaultFile { get; }


    /// <summary>The sessions that he can open: by a secret in the vault, or by a private key in it and a grant on Kafka.</summary>
    /// <param name="records">All announcements, and all grants to the member.</param>
    /// <param name="kem">What key packages are made with.</param>
    public IReadOnlyDictionary<SessionId, InboundSession> Break(IReadOnlyCollection<Jws> records, HpkeKem kem)
    {
        var announcements = records.Where(record => record.Type == RecordTypes.Announcement)
            .Select(SessionAnnouncement.Read).OfType<SessionAnnouncement>().SelectMany(announcement => announcement.Statements).ToList();
        var grants = records.Where(record => record.Type == RecordTypes.Grant)
            .Select(KeyGrant.Read).OfType<KeyGrant>().ToList();
        var packages = grants.SelectMany(grant => grant.Claims.Recipients).Select(recipient => recipient.Package).ToHashSet();

        // Everything that may be a secret is tried as either kind.
        var candidates = _values.SelectMany(Candidates).ToList();
        foreach (var candidate in candidates.ToList())
        {
            using var packageKey = TryImport(kem, candidate);
            if (packageKey is null || !packages.Contains(KeyPackage.IdOf(packageKey.PublicKey)))
                continue;

            foreach (var grant in grants)
            {
                foreach (var recipient in grant.Claims.Recipients)
                {
                    foreach (var secret in grant.TryOpen(recipient, packageKey) ?? [])
                    {
                        candidates.Add(secret.Span.ToArray());
                        secret.Dispose();
                    }
                }
            }
        }

        var broken = new Dictionary<SessionId, InboundSession>();
        foreach (var candidate in candidates.DistinctBy(Convert.ToHexString))
        {
            var secret = SecretBytes.CopyOf(candidate);
            _opened.Add(secret);
            foreach (var announcement in announcements)
            {
                if (SessionKeys.TryDerive(secret, announcement) is { } keys)
                    broken.TryAdd(announcement.Id, new InboundSession(announcement, keys, VerifyingKeys.Of(announcement)));
            }
        }

        return broken;
    }

    /// <summary>
    /// Whether a secret is anywhere in the files: as it is, or encrypted as the vault encrypts. It need not be in an entry that exists, or
    /// whole: the first bytes of a value, and the nonce before them, give it to a holder of the vault's key.
    /// </summary>
    public bool[] Finds(IReadOnlyList<byte[]> secrets)
    {
        var decrypted = DecryptWhereverAValueMayBegin();
        return [.. secrets.Select(secret => _disk.AsSpan().IndexOf(secret) >= 0 || decrypted.AsSpan().IndexOf(secret) >= 0)];
    }

    public void Dispose()
    {
        foreach (var secret in _opened)
            secret.Dispose();
        _folder.Dispose();
    }

    private static IEnumerable<byte[]> Candidates(byte[] value)
    {
        for (var at = 0; at <= MaxSecretOffset && at + SessionKeys.SecretSize <= value.Length; at++)
            yield return value[at..(at + SessionKeys.SecretSize)];
    }

    private static HpkePrivateKey? TryImport(HpkeKem kem, byte[] privateKey)
    {
        try
        {
            return kem.Import(privateKey);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    // All entries of all collections, whatever their names. A journal that was not empty is rolled back by this, in the copy.
    private List<byte[]> ReadValues()
    {
        using var connection = new SqliteConnection($"Data Source={VaultFile};Pooling=False");
        connection.Open();
        if (!VaultCipher.TryCreate(_key, HeaderOf(connection), out var cipher))
            throw new InvalidOperationException("The key is not the vault's.");

        using (cipher)
        {
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT collection, name, value FROM entries";
            using var reader = command.ExecuteReader();
            var values = new List<byte[]>();
            while (reader.Read())
            {
                values.Add(cipher.TryDecrypt(reader.GetString(0), reader.GetString(1), reader.GetFieldValue<byte[]>(2)) ??
                    throw new InvalidOperationException("An entry is damaged."));
            }

            return values;
        }
    }

    private static VaultHeader HeaderOf(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT content FROM header";
        return VaultHeader.TryParse((byte[])command.ExecuteScalar()!)!;
    }

    // AES-GCM without the tag: CTR from counter 2 on, with the 12 bytes at each offset as the nonce of what follows them.
    private byte[] DecryptWhereverAValueMayBegin()
    {
        const int nonceSize = 12;
        const int blockSize = 16;
        const int blocks = PrefixSize / blockSize;
        using var connection = new SqliteConnection($"Data Source={VaultFile};Pooling=False");
        connection.Open();
        var header = HeaderOf(connection);
        using var root = _key.DeriveRoot(header);
        using var aes = Aes.Create();
        aes.Key = HKDF.Expand(HashAlgorithmName.SHA256, root.Span.ToArray(), VaultKey.Size, "E2EKafka vault 1 values"u8.ToArray());
        var places = _disk.Length - nonceSize - PrefixSize;
        var counters = new byte[places * PrefixSize];
        for (var at = 0; at < places; at++)
        {
            for (var block = 0; block < blocks; block++)
            {
                var counter = counters.AsSpan((at * PrefixSize) + (block * blockSize), blockSize);
                _disk.AsSpan(at, nonceSize).CopyTo(counter);
                BinaryPrimitives.WriteInt32BigEndian(counter[nonceSize..], block + 2);
            }
        }

        var result = aes.EncryptEcb(counters, PaddingMode.None);
        for (var at = 0; at < places; at++)
        {
            for (var i = 0; i < PrefixSize; i++)
                result[(at * PrefixSize) + i] ^= _disk[at + nonceSize + i];
        }

        return result;
    }
}
