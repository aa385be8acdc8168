namespace E2EKafka.Hosting;

/// <summary>Has an authority give a member other attributes.</summary>
internal sealed record SetAttributesRequest(string Identifier, IReadOnlyDictionary<string, string> Attributes) : ControlRequest;
