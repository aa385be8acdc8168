using System.Diagnostics;

namespace E2EKafka;

/// <summary>A token that a Kafka client logs in with (SASL OAUTHBEARER, RFC 7628). A secret: <see cref="ToString"/> does not show it.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class OAuthBearerToken
{
    /// <summary>The token, as the broker is to get it: ASCII without white space.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public required string Value { get; init; }

    /// <summary>When the token ends. Another one is asked for when four fifths of its life are over.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>What the client calls itself in its own log. The broker takes its user from the token. Default <c>e2ekafka</c>.</summary>
    public string PrincipalName { get; init; } = "e2ekafka";

    /// <summary>SASL extensions (RFC 7628, section 3.1), such as Confluent Cloud's <c>logicalCluster</c>. Default: none.</summary>
    public IReadOnlyDictionary<string, string> Extensions { get; init; } = new Dictionary<string, string>();

    /// <summary>Says until when it is valid, never the token.</summary>
    public override string ToString() => $"[token until {ExpiresAt:u}]";
}
