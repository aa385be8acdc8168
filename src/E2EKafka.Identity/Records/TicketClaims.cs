using System.Text;

namespace E2EKafka.Records;

/// <summary>The content of a ticket.</summary>
/// <param name="Project">The project's id.</param>
/// <param name="Authority">The authority's identifier.</param>
/// <param name="Key">The thumbprint of the authority's key when the ticket was made.</param>
/// <param name="Version">The version of the project document then.</param>
/// <param name="Exp">Until when it may be used, in Unix seconds.</param>
/// <param name="Secret">32 random bytes.</param>
internal sealed record TicketClaims(string Project, string Authority, string Key, long Version, long Exp, byte[] Secret)
{
    private bool PrintMembers(StringBuilder builder)
    {
        // A record prints all its members; this one has a secret.
        builder.Append("Project = ").Append(Project);
        return true;
    }
}
