namespace E2EKafka.Cli;

/// <summary>What a role may do with a resource of Kafka.</summary>
/// <param name="Role">The role: operator, authority, producer or consumer.</param>
/// <param name="Principal">Its Kafka user.</param>
/// <param name="Resource">Topic, Group or Broker, which is the cluster.</param>
/// <param name="Name">The resource's name.</param>
/// <param name="IsPrefix">Whether that is how the names of the resources begin.</param>
/// <param name="Operations">What the role may do, as Kafka names it.</param>
internal sealed record PrintedRight(string Role, string Principal, string Resource, string Name, bool IsPrefix, IReadOnlyList<string> Operations);
