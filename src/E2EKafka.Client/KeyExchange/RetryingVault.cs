using System.Security.Cryptography;
using E2EKafka.Cryptography;
using E2EKafka.Diagnostics;
using Microsoft.Extensions.Logging;

namespace E2EKafka.KeyExchange;

/// <summary>
/// A vault whose writes do not fail. What the disk does not take is kept in memory, is read from there, and is written as soon as the disk
/// takes it (rule T4). Meanwhile the member must not rely on it: <see cref="Problem"/> says so. For one thread. Does not dispose the vault.
/// </summary>
internal sealed class RetryingVault(IVaultStore vault, SteadyClock clock, ILogger log) : IVaultStore
{
    private static readonly TimeSpan MaxRetryDelay = TimeSpan.FromSeconds(10);

    // The newest value of each name; null for one that is to be deleted. A vault is a map, so that is what all failed batches come to.
    private readonly Dictionary<(string Collection, string Name), SecretBytes?> _pending = [];
    private readonly RetrySchedule _retry = new(clock, new KeyLifetimes(), MaxRetryDelay);
    private Exception? _failure;

    public bool IsDurable => vault.IsDurable;

    public IReadOnlyCollection<string> Unreadable => vault.Unreadable;

    /// <summary>Why the vault does not have what was written last; <see langword="null"/> if it has.</summary>
    public string? Problem => _failure is null ? null : $"The vault cannot be written ({(_failure as EndToEndKafkaException)?.Message ?? _failure.GetType().Name}). It is tried again.";

    public byte[]? Read(string collection, string name) =>
        _pending.TryGetValue((collection, name), out var value) ? value?.Span.ToArray() : vault.Read(collection, name);

    public IReadOnlyDictionary<string, byte[]> List(string collection)
    {
        var stored = vault.List(collection);
        if (_pending.Count == 0)
            return stored;

        var all = new Dictionary<string, byte[]>(stored);
        foreach (var ((_, name), value) in _pending.Where(pair => pair.Key.Collection == collection))
        {
            if (all.Remove(name, out var old))
                CryptographicOperations.ZeroMemory(old);
            if (value is not null)
                all[name] = value.Span.ToArray();
        }

        return all;
    }

    public void Write(VaultBatch batch)
    {
        if (_pending.Count == 0 && TryWrite(batch))
            return;

        foreach (var change in batch.Changes)
        {
            if (_pending.Remove((change.Collection, change.Name), out var old))
                old?.Dispose();
            _pending[(change.Collection, change.Name)] = change.IsDelete ? null : SecretBytes.CopyOf(change.Value);
        }
    }

    /// <summary>Writes what is kept, if it is time to try.</summary>
    public void Retry()
    {
        if (_pending.Count > 0 && _retry.IsDue)
            WritePending();
    }

    /// <summary>Makes sure that the vault has everything.</summary>
    /// <exception cref="EndToEndKafkaException">It cannot be written.</exception>
    public void ThrowIfBehind()
    {
        if (_failure is not null)
            throw _failure as EndToEndKafkaException ?? new EndToEndKafkaException(FailureReason.VaultUnavailable, Problem!, _failure);
    }

    public void Dispose()
    {
        if (_pending.Count > 0)
            WritePending();
        foreach (var value in _pending.Values)
            value?.Dispose();
        _pending.Clear();
    }

    private void WritePending()
    {
        using var batch = new VaultBatch();
        foreach (var ((collection, name), value) in _pending)
        {
            if (value is null)
                batch.Delete(collection, name);
            else
                batch.Put(collection, name, value.Span);
        }

        if (!TryWrite(batch))
            return;

        foreach (var value in _pending.Values)
            value?.Dispose();
        _pending.Clear();
    }

    private bool TryWrite(VaultBatch batch)
    {
        try
        {
            vault.Write(batch);
            if (_failure is not null)
                log.VaultWritten();
            _failure = null;
            _retry.Reset();
            return true;
        }
        catch (Exception e)
        {
            if (_failure is null)
                log.VaultNotWritten(e);
            _failure = e;
            _retry.Attempt();
            return false;
        }
    }
}
