using System.Text.RegularExpressions;
using Confluent.Kafka;

namespace E2EKafka.Kafka;

/// <summary>
/// Gives tokens to our Kafka clients where they log in by SASL OAUTHBEARER. A client asks for one at its start and before the one that it has ends, and
/// 10 s after a failure. Safe for many threads.
/// </summary>
/// <param name="handler">Sets the token on the client itself, as Confluent.Kafka's handlers do.</param>
/// <param name="provider">Gives the token, in its place.</param>
internal sealed partial class OAuthBearerTokens(Action<IClient, string>? handler, Func<string, CancellationToken, Task<OAuthBearerToken>>? provider) : IDisposable
{
    // A client does not ask again before it has an answer.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private bool _disposed;

    /// <summary>Whether there is something that gives tokens.</summary>
    public bool AreGiven => handler is not null || provider is not null;

    public void Refresh(IClient client, string? configuration)
    {
        configuration ??= "";
        if (provider is not null)
        {
            // The thread is librdkafka's: it reads the control topics, or reports what was written.
            _ = Task.Run(() => RefreshAsync(client, configuration));
            return;
        }

        try
        {
            handler!(client, configuration);
        }
        catch (Exception e)
        {
            Fail(client, e);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            _disposed = true;
        }

        _stop.Cancel();
        _stop.Dispose();
    }

    private async Task RefreshAsync(IClient client, string configuration)
    {
        try
        {
            var token = await AskAsync(configuration).ConfigureAwait(false)
                ?? throw new InvalidOperationException("OAuthBearerTokenProvider gave no token.");
            client.OAuthBearerSetToken(
                token.Value, token.ExpiresAt.ToUnixTimeMilliseconds(), token.PrincipalName, token.Extensions.ToDictionary(pair => pair.Key, pair => pair.Value));
        }
        catch (Exception e)
        {
            Fail(client, e);
        }
    }

    private async Task<OAuthBearerToken?> AskAsync(string configuration)
    {
        CancellationTokenSource limit;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        }

        using (limit)
        {
            limit.CancelAfter(Patience);
            try
            {
                return await provider!(configuration, limit.Token).WaitAsync(limit.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested)
            {
                throw new TimeoutException($"OAuthBearerTokenProvider gave no token within {Patience.TotalSeconds:0} s.");
            }
        }
    }

    // The client reports it as an error of its login, and asks again.
    private static void Fail(IClient client, Exception e)
    {
        try
        {
            client.OAuthBearerSetTokenFailure($"{e.GetType().Name}: {SecretPattern().Replace(e.Message, "…")}");
        }
        catch (Exception)
        {
            // The client is gone, as is what it needed the token for.
        }
    }

    // What could be a token, or a part of one. Messages end in logs.
    [GeneratedRegex("eyJ[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]*){0,2}|[A-Za-z0-9_=+/-]{32,}")]
    private static partial Regex SecretPattern();
}
