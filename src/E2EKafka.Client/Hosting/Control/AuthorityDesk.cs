namespace E2EKafka.Hosting;

/// <summary>Does what is asked of an authority, whichever process asks.</summary>
internal sealed class AuthorityDesk(CredentialAuthority authority)
{
    public async Task<ControlAnswer> AnswerAsync(ControlRequest request, CancellationToken cancellationToken)
    {
        switch (request)
        {
            case CreateTicketRequest ticket:
                return new ControlAnswer { Ticket = authority.CreateTicket(ticket.Attributes, ticket.Uses, TimeSpan.FromSeconds(ticket.LifetimeSeconds)) };
            case ListTicketsRequest:
                return new ControlAnswer { Tickets = authority.ListTickets() };
            case CancelTicketRequest cancel:
                return new ControlAnswer
                {
                    Identifiers = await authority.CancelTicketAsync(cancel.Id, cancel.Revoke, cancellationToken).ConfigureAwait(false), Project = authority.Project.ToJson(),
                };
            case SetAttributesRequest set:
                await authority.SetAttributesAsync(set.Identifier, set.Attributes, cancellationToken).ConfigureAwait(false);
                break;
            case ListMembersRequest:
                return new ControlAnswer { Members = authority.ListMembers(), Project = authority.Project.ToJson() };
            case RevokeMemberRequest revoke:
                if (!authority.ListMembers().Any(member => member.Identifier == revoke.Identifier))
                    throw new EndToEndKafkaException(FailureReason.NotEnrolled, $"No member {revoke.Identifier} has ever enrolled: `e2ekafka member list` shows who has.");
                await authority.RevokeAsync(revoke.Identifier, revoke.Kind, cancellationToken).ConfigureAwait(false);
                break;
            case SetPolicyRequest policy:
                await authority.SetPolicyAsync(PolicyJson.Parse(policy.Policy), cancellationToken).ConfigureAwait(false);
                break;
            case RotateAuthorityKeysRequest:
                await authority.RotateKeysAsync(cancellationToken).ConfigureAwait(false);
                break;
            case GetProjectRequest:
                break;
            default:
                throw new InvalidOperationException("The process that holds the vault is an authority's, and was asked as a member: report this.");
        }

        return new ControlAnswer { Project = authority.Project.ToJson() };
    }
}
