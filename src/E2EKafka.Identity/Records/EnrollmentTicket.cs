using System.Buffers.Text;
using System.Diagnostics;
using System.Security.Cryptography;
using E2EKafka.Cryptography;

namespace E2EKafka.Records;

/// <summary>
/// A bearer secret that lets its holder join a project. As text: <c>e2ekafka-ticket-</c> and base64url, so that
/// secret scanners can find one that was left lying about.
/// </summary>
[DebuggerDisplay("{ToString(),nq}")]
internal sealed class EnrollmentTicket
{
    public const int SecretSize = 32;
    private const string Prefix = "e2ekafka-ticket-";
    private const int MaxLength = 4096;

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly TicketClaims _claims;

    public EnrollmentTicket(TicketClaims claims) => _claims = claims;

    public string Project => _claims.Project;

    public string Authority => _claims.Authority;

    public DateTimeOffset ExpiresAt => RecordClock.ToTime(_claims.Exp);

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public byte[] Secret => _claims.Secret;

    /// <summary>What the authority keeps in place of the secret, which has 256 random bits: its SHA-256, base64url.</summary>
    public static string HashOf(ReadOnlySpan<byte> secret)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(secret.Length, SecretSize);
        Span<byte> input = stackalloc byte[Label.Length + SecretSize];
        Label.CopyTo(input);
        secret.CopyTo(input[Label.Length..]);
        var hash = Base64Url.EncodeToString(SHA256.HashData(input));
        CryptographicOperations.ZeroMemory(input);
        return hash;
    }

    /// <summary>Whether a text that should be a file's path holds what looks like a ticket. Then it must not be shown.</summary>
    public static bool IsIn(string text) => text.Contains(Prefix, StringComparison.Ordinal) && text.Length - Prefix.Length > SecretSize;

    /// <summary>Reads a ticket's text, white space and a byte order mark around it aside.</summary>
    /// <exception cref="EndToEndKafkaException"><see cref="FailureReason.TicketMalformed"/>.</exception>
    public static EnrollmentTicket Parse(string text)
    {
        text = text.Trim().Trim('\uFEFF').Trim();
        if (text.Length <= MaxLength && text.StartsWith(Prefix, StringComparison.Ordinal) &&
            Base64UrlBytes.TryDecode(text[Prefix.Length..]) is { } json &&
            ExactJson.TryRead(json, RecordJson.Default.TicketClaims) is { Secret.Length: SecretSize } claims &&
            RecordClock.IsTime(claims.Exp) &&
            Base64UrlBytes.IsHash(claims.Project) &&
            Base64UrlBytes.IsHash(claims.Authority) &&
            Base64UrlBytes.IsHash(claims.Key) && claims.Version > 0)
            return new EnrollmentTicket(claims);

        throw new EndToEndKafkaException(FailureReason.TicketMalformed,
            $"The enrollment ticket is not one: a ticket is one word that begins with '{Prefix}'. Copy it whole, or ask the project's owner for a new one.");
    }

    /// <summary>
    /// Refuses, before anything is sent, a ticket of another project, one whose time is over, and one that is newer than the project
    /// document: that may be of an authority's key that was replaced because it was stolen.
    /// </summary>
    /// <exception cref="EndToEndKafkaException">
    /// <see cref="FailureReason.TicketForOtherProject"/>, <see cref="FailureReason.TicketExpired"/>, <see cref="FailureReason.ProjectOutdated"/>
    /// until the control topic has shown a newer document, or <see cref="FailureReason.ProjectInvalid"/>.
    /// </exception>
    public void Check(ProjectDocument project, DateTimeOffset now)
    {
        if (Project != project.Id || Authority != project.Authority)
        {
            throw new EndToEndKafkaException(FailureReason.TicketForOtherProject,
                $"The enrollment ticket is for project {Project}, and the project file is of project {project.Id}. Use the ticket and the project file of the same project.");
        }

        if (now >= ExpiresAt + RecordClock.Skew)
        {
            throw new EndToEndKafkaException(FailureReason.TicketExpired,
                $"The enrollment ticket expired at {ExpiresAt:u}. Ask the project's owner for a new one.");
        }

        if (project.Version < _claims.Version)
        {
            throw new EndToEndKafkaException(FailureReason.ProjectOutdated,
                $"The enrollment ticket was made under project document {_claims.Version}, and the newest that this member has read is {project.Version}. If this lasts, the broker withholds the newer one: check the control topic, and that the authority runs.");
        }

        if (!project.HasAuthorityKey(_claims.Key))
        {
            throw new EndToEndKafkaException(FailureReason.ProjectInvalid,
                $"The enrollment ticket was made with a key of the authority that project document {project.Version} does not name. The document may be forged with a key that was stolen: ask the project's owner for project.json and a new ticket.");
        }
    }

    /// <summary>The ticket's text: a secret.</summary>
    public string Encode() =>
        Prefix + Base64Url.EncodeToString(ExactJson.Write(_claims, RecordJson.Default.TicketClaims));

    public override string ToString() => $"[ticket for project {Project} until {ExpiresAt:u}]";

    private static ReadOnlySpan<byte> Label => "E2EKafka/1 ticket\0"u8;
}
