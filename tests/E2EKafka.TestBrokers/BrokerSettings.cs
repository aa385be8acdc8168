namespace E2EKafka.TestBrokers;

/// <summary>The content of a broker's <c>server.properties</c>.</summary>
internal static class BrokerSettings
{
    /// <summary>Errors and the line that says that the broker serves, on standard output.</summary>
    public const string Logging = """
        status = error
        appender.out.type = Console
        appender.out.name = out
        appender.out.layout.type = PatternLayout
        appender.out.layout.pattern = %d{HH:mm:ss.SSS} %-5p %c{1} %m%n
        rootLogger.level = warn
        rootLogger.appenderRef.out.ref = out
        logger.server.name = kafka.server.KafkaRaftServer
        logger.server.level = info

        """;

    public static IReadOnlyDictionary<string, string> Of(
        KafkaNode node, IReadOnlyList<KafkaNode> all, KafkaUser admin, KafkaClusterOptions options)
    {
        var replicas = $"{options.Brokers}";
        var inSync = options.Brokers == 1 ? "1" : "2";
        var settings = new Dictionary<string, string>
        {
            ["process.roles"] = "broker,controller",
            ["node.id"] = $"{node.Id}",
            ["controller.quorum.bootstrap.servers"] = string.Join(',', all.Select(other => $"127.0.0.1:{other.ControllerPort}")),
            ["listeners"] = $"CLIENT://{node.Address},CONTROLLER://127.0.0.1:{node.ControllerPort}",
            ["advertised.listeners"] = $"CLIENT://{node.Address}",
            ["inter.broker.listener.name"] = "CLIENT",
            ["controller.listener.names"] = "CONTROLLER",
            ["listener.security.protocol.map"] = $"CONTROLLER:PLAINTEXT,CLIENT:{(options.Secured ? "SASL_PLAINTEXT" : "PLAINTEXT")}",
            ["default.replication.factor"] = replicas,
            ["min.insync.replicas"] = inSync,
            ["offsets.topic.replication.factor"] = replicas,
            ["offsets.topic.num.partitions"] = "4",
            ["transaction.state.log.replication.factor"] = replicas,
            ["transaction.state.log.min.isr"] = inSync,
            ["transaction.state.log.num.partitions"] = "4",
            ["share.coordinator.state.topic.replication.factor"] = replicas,
            ["share.coordinator.state.topic.min.isr"] = inSync,
            ["group.initial.rebalance.delay.ms"] = "0",

            // Tests wait for compaction and retention.
            ["log.initial.task.delay.ms"] = "500",
            ["log.retention.check.interval.ms"] = "500",
            ["log.cleaner.backoff.ms"] = "500",
            ["log.dirs"] = node.DataFolder,
        };
        if (options.Secured)
        {
            settings["sasl.enabled.mechanisms"] = "SCRAM-SHA-512";
            settings["sasl.mechanism.inter.broker.protocol"] = "SCRAM-SHA-512";
            settings["listener.name.client.scram-sha-512.sasl.jaas.config"] =
                $"org.apache.kafka.common.security.scram.ScramLoginModule required username=\"{admin.Name}\" password=\"{admin.Password}\";";
            settings["authorizer.class.name"] = "org.apache.kafka.metadata.authorizer.StandardAuthorizer";

            // The controllers' own listener has no users.
            settings["super.users"] = $"User:{admin.Name};User:ANONYMOUS";
        }

        foreach (var (name, value) in options.Settings)
            settings[name] = value;
        return settings;
    }
}
