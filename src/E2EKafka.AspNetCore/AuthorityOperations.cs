using Microsoft.AspNetCore.Http;

namespace E2EKafka.AspNetCore;

/// <summary>What the endpoints do.</summary>
internal static class AuthorityOperations
{
    public static Task GetState(AuthorityCall call)
    {
        var (project, notServing) = (call.Authority.Project, call.Authority.NotServing);
        return call.WriteAsync(
            new AuthorityState(project.Name, project.Id, project.Authority, project.Version, notServing is null, notServing?.Reason.ToString(), notServing?.Message, call.Authority.Warning),
            EndpointJson.Default.AuthorityState);
    }

    public static Task GetProject(AuthorityCall call) => call.WriteJsonAsync(call.Authority.Project.ToJson());

    public static Task GetPolicy(AuthorityCall call) => call.WriteJsonAsync(PolicyJson.Write(call.Authority.Project.Policy));

    public static async Task SetPolicyAsync(AuthorityCall call)
    {
        await call.Authority.SetPolicyAsync(PolicyJson.Parse(await call.ReadTextAsync().ConfigureAwait(false)), call.Cancelled).ConfigureAwait(false);
        call.Changed("set policy", $"document {call.Authority.Project.Version}");
        call.WriteNothing();
    }

    public static Task ListTickets(AuthorityCall call) => call.WriteAsync(call.Authority.ListTickets(), EndpointJson.Default.IReadOnlyListIssuedTicket);

    public static async Task CreateTicketAsync(AuthorityCall call)
    {
        var asked = await call.ReadAsync(EndpointJson.Default.TicketRequest).ConfigureAwait(false);
        TimeSpan? lifetime = asked.LifetimeSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
        var ticket = call.Authority.CreateTicket(asked.Attributes, asked.Uses ?? 1, lifetime);
        call.Changed("create ticket", string.Join(", ", (asked.Attributes ?? new Dictionary<string, string>()).Select(pair => $"{pair.Key}={pair.Value}")));
        await call.WriteAsync(new CreatedTicket(ticket), EndpointJson.Default.CreatedTicket, StatusCodes.Status201Created).ConfigureAwait(false);
    }

    public static async Task CancelTicketAsync(AuthorityCall call)
    {
        var (id, revoke) = (call.Route("id"), call.Kind("revoke"));
        var members = await call.Authority.CancelTicketAsync(id, revoke, call.Cancelled).ConfigureAwait(false);
        call.Changed(revoke is null ? "cancel ticket" : $"cancel ticket and remove its members as {revoke}", id);
        await call.WriteAsync(new CancelledTicket(members), EndpointJson.Default.CancelledTicket).ConfigureAwait(false);
    }

    public static Task ListMembers(AuthorityCall call) => call.WriteAsync(call.Authority.ListMembers(), EndpointJson.Default.IReadOnlyListEnrolledMember);

    public static async Task SetAttributesAsync(AuthorityCall call)
    {
        var identifier = RequireMember(call);
        var attributes = await call.ReadAsync(EndpointJson.Default.IReadOnlyDictionaryStringString).ConfigureAwait(false);
        await call.Authority.SetAttributesAsync(identifier, attributes, call.Cancelled).ConfigureAwait(false);
        call.Changed("set attributes", identifier);
        call.WriteNothing();
    }

    public static async Task RevokeAsync(AuthorityCall call)
    {
        var identifier = RequireMember(call);
        var kind = call.Kind("kind") ??
            throw AuthorityCallException.Invalid("Say how the member is removed: ?kind=departed honours what it sent before, ?kind=compromised refuses all of it.");
        await call.Authority.RevokeAsync(identifier, kind, call.Cancelled).ConfigureAwait(false);
        call.Changed($"remove member as {kind}", identifier);
        call.WriteNothing();
    }

    public static async Task RotateKeysAsync(AuthorityCall call)
    {
        await call.Authority.RotateKeysAsync(call.Cancelled).ConfigureAwait(false);
        call.Changed("rotate keys", $"document {call.Authority.Project.Version}");
        call.WriteNothing();
    }

    private static string RequireMember(AuthorityCall call)
    {
        var identifier = call.Route("identifier");
        return call.Authority.ListMembers().Any(member => member.Identifier == identifier)
            ? identifier
            : throw new AuthorityCallException(StatusCodes.Status404NotFound, nameof(FailureReason.NotEnrolled), $"No member {identifier} has ever enrolled.");
    }
}
