namespace E2EKafka.Tests;

/// <summary>What a search for a session has found in a key ring when everything was read.</summary>
internal static class Searched
{
    /// <summary>Ends at once, or not at all where the key may still come.</summary>
    public static Task<bool> Of(KeyRing ring, SessionId session, IReadOnlyList<string> topics, CancellationToken cancellationToken)
    {
        if (ring.Failure is { } failure)
            return failure.Reason.Kind() == FailureKind.Transient ? Never(cancellationToken) : Task.FromException<bool>(failure.ToException());
        if (!ring.Sessions.TryGetValue(session, out var known) || !topics.Contains(known.Statement.Topic))
            return Task.FromResult(false);

        return known.Keys is not null || known.Refusal is not null ? Task.FromResult(true) : Never(cancellationToken);
    }

    public static Task<bool> Never(CancellationToken cancellationToken) => new TaskCompletionSource<bool>().Task.WaitAsync(cancellationToken);
}
