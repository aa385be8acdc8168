using System.Text.Json.Serialization;
using E2EKafka.Cryptography;
using E2EKafka.Policies;

namespace E2EKafka.Records;

/// <summary>How grants and requests name a session.</summary>
/// <param name="Topic">The topic, which tells where the session is announced.</param>
/// <param name="Statement">The hash of its statement, 43 characters of base64url.</param>
/// <param name="Group">In a grant: the reader group whose key follows the secret; absent if none does. Never in a request.</param>
internal sealed record SessionName(string Topic, string Statement, string? Group = null)
{
    public static SessionName Of(SessionStatement statement, string? group = null) => new(statement.Topic, statement.HashText, group);

    /// <summary>Whether a list has 1 to <see cref="SessionStatement.MaxInRecord"/> well-formed names, each once.</summary>
    public static bool AreValid(IReadOnlyList<SessionName> names) =>
        names.Count is > 0 and <= SessionStatement.MaxInRecord &&
        names.All(name => name is not null && TopicPattern.IsTopicName(name.Topic) && Base64UrlBytes.IsHash(name.Statement)) &&
        names.All(name => name.Group is null or { Length: > 0 }) &&
        names.DistinctBy(name => (name.Topic, name.Statement)).Count() == names.Count;

    /// <summary>The id that the session's messages have.</summary>
    [JsonIgnore]
    public SessionId Id => SessionId.Read(Base64UrlBytes.TryDecode(Statement)!);
}
