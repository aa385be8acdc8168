using System.Text.Json.Serialization;
using E2EKafka.Cryptography;

namespace E2EKafka.Records;

/// <summary>What a session is for, and within which bounds. The producer fixes it before it derives any key.</summary>
/// <param name="Project">The project's id.</param>
/// <param name="Document">The project document that the producer obeyed.</param>
/// <param name="Topic">The one topic it is for.</param>
/// <param name="Producer">The producer's identifier.</param>
/// <param name="Authentication">What proves the origin of its messages.</param>
/// <param name="Begins">From when the producer uses it, in Unix seconds.</param>
/// <param name="Ends">Until when, in Unix seconds.</param>
/// <param name="Messages">How many messages it encrypts at most, 1 to 2³²−1.</param>
/// <param name="Bytes">How many bytes of plaintext it encrypts at most, 1 to 2³⁸ (256 GiB).</param>
/// <param name="Key">The key that signs its messages, in <see cref="MessageAuthentication.Signature"/>; absent otherwise.</param>
/// <param name="ReaderGroups">Whom it proves the origin to, in <see cref="MessageAuthentication.Mac"/>; absent otherwise. In JSON it follows <paramref name="Authentication"/>.</param>
internal sealed record SessionCore(
    string Project,
    DocumentReference Document,
    string Topic,
    string Producer,
    MessageAuthentication Authentication,
    [property: JsonPropertyOrder(1)] long Begins,
    [property: JsonPropertyOrder(1)] long Ends,
    [property: JsonPropertyOrder(1)] long Messages,
    [property: JsonPropertyOrder(1)] long Bytes,
    [property: JsonPropertyOrder(1)] Jwk? Key = null,
    ReaderGroups? ReaderGroups = null);
