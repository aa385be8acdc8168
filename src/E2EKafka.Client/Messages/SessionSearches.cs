using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace E2EKafka.Messages;

/// <summary>
/// The searches of one consumer that go on without a thread, each for one message. Safe for many threads.
/// </summary>
/// <remarks>
/// A search is kept by the message's bytes and topic, not by its session. A look that ends a search proves nothing of a session that another
/// message names which was read later: its producer may have announced it in between.
/// </remarks>
internal sealed class SessionSearches
{
    /// <summary>A consumer has one for each partition. Those of partitions that were taken away are left over until they end.</summary>
    private const int MaxSearches = 1_000;

    private readonly ConcurrentDictionary<string, (SessionSearch Search, CancellationTokenSource Abandon)> _searches = new(StringComparer.Ordinal);

    /// <summary>The search for a message; begun now if there is none.</summary>
    /// <returns><see langword="null"/> if there are too many: the message is to be read again later.</returns>
    public SessionSearch? FindOrBegin(string name, Func<CancellationToken, SessionSearch> begin)
    {
        if (_searches.TryGetValue(name, out var known))
            return known.Search;

        if (_searches.Count >= MaxSearches)
        {
            foreach (var (other, (search, _)) in _searches.ToList())
            {
                if (search.Task.IsCompleted || !search.Wait.IsWanted)
                    End(other);
            }

            if (_searches.Count >= MaxSearches)
                return null;
        }

        var abandon = new CancellationTokenSource();
        var begun = begin(abandon.Token);
        _searches[name] = (begun, abandon);
        return begun;
    }

    /// <summary>No consumer wants the search any more, or what it found is used.</summary>
    public void End(string name)
    {
        if (!_searches.TryRemove(name, out var search))
            return;

        search.Abandon.Cancel();
        search.Abandon.Dispose();
    }

    public static string NameOf(ReadOnlySpan<byte> message, string topic)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(topic));
        hash.AppendData([0]);
        hash.AppendData(message);
        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
