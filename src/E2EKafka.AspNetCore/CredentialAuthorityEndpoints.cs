using System.Diagnostics.CodeAnalysis;
using E2EKafka.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace E2EKafka;

/// <summary>Maps endpoints that operate the credential authority of this application.</summary>
public static class CredentialAuthorityEndpoints
{
    /// <summary>
    /// Maps the authority that <c>AddCredentialAuthority</c> registered. Every endpoint demands an authenticated user; add to that with
    /// <c>RequireAuthorization("policy")</c>: who may call them may admit members, and so read everything.
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="prefix">The path that all endpoints begin with. Default <c>/e2ekafka</c>.</param>
    /// <returns>All endpoints, to protect them further.</returns>
    /// <remarks>
    /// <para>
    /// <c>GET /</c> tells whether the authority answers. <c>GET /project.json</c> is the project file for members. <c>GET</c> and <c>PUT /policy</c>.
    /// <c>GET</c> and <c>POST /tickets</c>, <c>DELETE /tickets/{id}?revoke=departed|compromised</c>. <c>GET /members</c>,
    /// <c>PUT /members/{identifier}/attributes</c>, <c>DELETE /members/{identifier}?kind=departed|compromised</c>. <c>POST /keys/rotate</c> replaces
    /// the authority's keys. A change is answered when it is durable on Kafka; it may take effect although the caller did not wait for that.
    /// </para>
    /// <para>
    /// Bodies are JSON, read strictly, of at most 1 MiB, with the content type <c>application/json</c>, which no HTML form of another site can send.
    /// A failure is a problem document (RFC 9457) with the <see cref="FailureReason"/> as <c>reason</c>. Answers are not to be cached: a ticket is
    /// a secret, and is in no log. Who changed what is logged as <c>E2EKafka.Audit</c>.
    /// </para>
    /// </remarks>
    /// <exception cref="InvalidOperationException">No authority is registered.</exception>
    public static RouteGroupBuilder MapCredentialAuthority(this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string prefix = "/e2ekafka")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(prefix);
        if (endpoints.ServiceProvider.GetService<IServiceProviderIsService>()?.IsService(typeof(CredentialAuthority)) == false)
            throw new InvalidOperationException("No credential authority is registered: call services.AddCredentialAuthority(...) first.");

        var group = endpoints.MapGroup(prefix);
        group.RequireAuthorization();
        group.MapGet("/", Answer(AuthorityOperations.GetState));
        group.MapGet("/project.json", Answer(AuthorityOperations.GetProject));
        group.MapGet("/policy", Answer(AuthorityOperations.GetPolicy));
        group.MapPut("/policy", Answer(AuthorityOperations.SetPolicyAsync));
        group.MapGet("/tickets", Answer(AuthorityOperations.ListTickets));
        group.MapPost("/tickets", Answer(AuthorityOperations.CreateTicketAsync));
        group.MapDelete("/tickets/{id}", Answer(AuthorityOperations.CancelTicketAsync));
        group.MapGet("/members", Answer(AuthorityOperations.ListMembers));
        group.MapPut("/members/{identifier}/attributes", Answer(AuthorityOperations.SetAttributesAsync));
        group.MapDelete("/members/{identifier}", Answer(AuthorityOperations.RevokeAsync));
        group.MapPost("/keys/rotate", Answer(AuthorityOperations.RotateKeysAsync));
        return group;
    }

    private static RequestDelegate Answer(Func<AuthorityCall, Task> operation) => context => AuthorityCall.AnswerAsync(context, operation);
}
