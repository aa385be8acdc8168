namespace E2EKafka.OrdersApi;

internal static class OrdersMembers
{
    /// <summary>Adds a member, with its name as its attribute <c>service</c>.</summary>
    public static void AddOrdersMember(this IServiceCollection services, string name, DataFolder data, Action<EndToEndKafkaOptions> topics)
    {
        services.AddEndToEndKafka(name, topics).PersistKeysToFile(data.File($"{name}.vault"), data.File($"{name}.vault-key"));
        services.AddOptions<EndToEndKafkaOptions>(name).Configure<CredentialAuthority, OrdersKafka>((member, authority, kafka) =>
        {
            member.BootstrapServers = kafka.BootstrapServers;
            member.Project = authority.Project;
            if (!File.Exists(member.VaultFile)) // it enrolls once, and is the same member after a restart
                member.Ticket = authority.CreateTicket(new Dictionary<string, string> { ["service"] = name });
        });
    }
}
