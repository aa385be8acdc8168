using System.Text.Json.Serialization;

namespace E2EKafka.Hosting;

/// <summary>What one command asks of the process that holds a vault.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "request")]
[JsonDerivedType(typeof(CreateTicketRequest), "createTicket")]
[JsonDerivedType(typeof(ListTicketsRequest), "listTickets")]
[JsonDerivedType(typeof(CancelTicketRequest), "cancelTicket")]
[JsonDerivedType(typeof(SetAttributesRequest), "setAttributes")]
[JsonDerivedType(typeof(ListMembersRequest), "listMembers")]
[JsonDerivedType(typeof(RevokeMemberRequest), "revokeMember")]
[JsonDerivedType(typeof(SetPolicyRequest), "setPolicy")]
[JsonDerivedType(typeof(RotateAuthorityKeysRequest), "rotateAuthorityKeys")]
[JsonDerivedType(typeof(GetProjectRequest), "getProject")]
[JsonDerivedType(typeof(RotateIdentityRequest), "rotateIdentity")]
[JsonDerivedType(typeof(GetStatusRequest), "getStatus")]
internal abstract record ControlRequest
{
    /// <summary>Whether it takes Kafka: a vault that no process holds answers the others by itself.</summary>
    [JsonIgnore]
    public virtual bool NeedsKafka => true;
}
