using Confluent.Kafka;

namespace E2EKafka.Kafka;

/// <summary>
/// The names of librdkafka's settings. Case and punctuation do not count, so that the names of Confluent.Kafka's properties (<c>SecurityProtocol</c>)
/// and names for environment variables (<c>SECURITY_PROTOCOL</c>) are found too. A test holds the lists to Confluent.Kafka's classes.
/// </summary>
internal static class KafkaSettingNames
{
    private const string OfAllClients = """
        allow.auto.create.topics api.version.fallback.ms api.version.request api.version.request.timeout.ms bootstrap.servers
        broker.address.family broker.address.ttl broker.version.fallback client.dns.lookup client.id client.rack connections.max.idle.ms
        debug dotnet.cancellation.delay.max.ms enable.metrics.push enable.random.seed enable.sasl.oauthbearer.unsecure.jwt
        enable.ssl.certificate.verification https.ca.location https.ca.pem internal.termination.signal log.connection.close log.queue
        log.thread.name max.in.flight message.copy.max.bytes message.max.bytes metadata.max.age.ms
        metadata.recovery.rebootstrap.trigger.ms metadata.recovery.strategy plugin.library.paths receive.message.max.bytes
        reconnect.backoff.max.ms reconnect.backoff.ms retry.backoff.max.ms retry.backoff.ms sasl.kerberos.keytab sasl.kerberos.kinit.cmd
        sasl.kerberos.min.time.before.relogin sasl.kerberos.principal sasl.kerberos.service.name sasl.mechanism
        sasl.oauthbearer.assertion.algorithm sasl.oauthbearer.assertion.claim.aud sasl.oauthbearer.assertion.claim.exp.seconds
        sasl.oauthbearer.assertion.claim.iss sasl.oauthbearer.assertion.claim.jti.include sasl.oauthbearer.assertion.claim.nbf.seconds
        sasl.oauthbearer.assertion.claim.sub sasl.oauthbearer.assertion.file sasl.oauthbearer.assertion.jwt.template.file
        sasl.oauthbearer.assertion.private.key.file sasl.oauthbearer.assertion.private.key.passphrase
        sasl.oauthbearer.assertion.private.key.pem sasl.oauthbearer.client.id sasl.oauthbearer.client.secret sasl.oauthbearer.config
        sasl.oauthbearer.extensions sasl.oauthbearer.grant.type sasl.oauthbearer.metadata.authentication.type sasl.oauthbearer.method
        sasl.oauthbearer.scope sasl.oauthbearer.sub.claim.name sasl.oauthbearer.token.endpoint.url sasl.password sasl.username
        security.protocol socket.connection.setup.timeout.ms socket.keepalive.enable socket.max.fails socket.nagle.disable
        socket.receive.buffer.bytes socket.send.buffer.bytes socket.timeout.ms ssl.ca.certificate.stores ssl.ca.location ssl.ca.pem
        ssl.certificate.location ssl.certificate.pem ssl.cipher.suites ssl.crl.location ssl.curves.list
        ssl.endpoint.identification.algorithm ssl.engine.id ssl.engine.location ssl.key.location ssl.key.password ssl.key.pem
        ssl.keystore.location ssl.keystore.password ssl.providers ssl.sigalgs.list statistics.interval.ms topic.blacklist
        topic.metadata.propagation.max.ms topic.metadata.refresh.fast.interval.ms topic.metadata.refresh.interval.ms
        topic.metadata.refresh.sparse
        """;

    private const string OfProducersAndConsumers = """
        acks auto.commit.interval.ms auto.offset.reset batch.num.messages batch.size check.crcs compression.level compression.type
        coordinator.query.interval.ms dotnet.consumer.consume.result.fields dotnet.producer.delivery.report.fields
        dotnet.producer.enable.background.poll dotnet.producer.enable.delivery.reports enable.auto.commit enable.auto.offset.store
        enable.gapless.guarantee enable.idempotence enable.partition.eof fetch.error.backoff.ms fetch.max.bytes fetch.min.bytes
        fetch.queue.backoff.ms fetch.wait.max.ms group.id group.instance.id group.protocol group.protocol.type group.remote.assignor
        heartbeat.interval.ms isolation.level linger.ms max.partition.fetch.bytes max.poll.interval.ms max.poll.records
        message.send.max.retries message.timeout.ms partition.assignment.strategy partitioner queue.buffering.backpressure.threshold
        queue.buffering.max.kbytes queue.buffering.max.messages queued.max.messages.kbytes queued.min.messages request.timeout.ms
        session.timeout.ms share.acknowledgement.mode sticky.partitioning.linger.ms transaction.timeout.ms transactional.id
        """;

    /// <summary>Other names of a setting: librdkafka's, and those of Confluent.Kafka's own settings.</summary>
    private static readonly Dictionary<string, string> Aliases = new()
    {
        ["metadata.broker.list"] = "bootstrap.servers",
        ["sasl.mechanisms"] = "sasl.mechanism",
        ["max.in.flight.requests.per.connection"] = "max.in.flight",
        ["request.required.acks"] = "acks",
        ["delivery.timeout.ms"] = "message.timeout.ms",
        ["retries"] = "message.send.max.retries",
        ["queue.buffering.max.ms"] = "linger.ms",
        ["compression.codec"] = "compression.type",
        ["fetch.message.max.bytes"] = "max.partition.fetch.bytes",
        ["CancellationDelayMaxMs"] = "dotnet.cancellation.delay.max.ms",
        ["EnableBackgroundPoll"] = "dotnet.producer.enable.background.poll",
        ["EnableDeliveryReports"] = "dotnet.producer.enable.delivery.reports",
        ["DeliveryReportFields"] = "dotnet.producer.delivery.report.fields",
        ["ConsumeResultFields"] = "dotnet.consumer.consume.result.fields",
    };

    /// <summary>What a setting takes, where that is one of a few words.</summary>
    private static readonly Dictionary<string, string[]> Words = new()
    {
        ["security.protocol"] = ["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"],
        ["sasl.mechanism"] = ["GSSAPI", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"],
        ["sasl.oauthbearer.method"] = ["default", "oidc"],
        ["ssl.endpoint.identification.algorithm"] = ["none", "https"],
        ["client.dns.lookup"] = ["use_all_dns_ips", "resolve_canonical_bootstrap_servers_only"],
        ["broker.address.family"] = ["any", "v4", "v6"],
    };

    private static readonly Dictionary<string, string> Names = All.Select(name => KeyValuePair.Create(name, name)).Concat(Aliases)
        .ToDictionary(pair => Letters(pair.Key), pair => pair.Value, StringComparer.Ordinal);

    /// <summary>Settings that any client has, and those of producers and of consumers.</summary>
    public static IEnumerable<string> All => Split(OfAllClients).Concat(Split(OfProducersAndConsumers));

    /// <summary>The setting that a spelling means; <see langword="null"/> if there is none.</summary>
    public static string? Find(string spelling) =>
        Names.GetValueOrDefault(Letters(spelling)) ?? (IsKnownToLibrdkafka(spelling) ? spelling : null);

    /// <summary>The setting that a spelling may be mistaken for; <see langword="null"/> if none is near.</summary>
    public static string? Nearest(string spelling) => NearestName.Of(spelling, All);

    /// <summary>Whether a setting is one that producers and consumers do not differ in: brokers, security, sockets.</summary>
    public static bool IsOfAllClients(string name) => Split(OfAllClients).Contains(name);

    /// <summary>The words that a setting takes, if it takes one of a few.</summary>
    public static IReadOnlyList<string>? WordsOf(string name) => Words.GetValueOrDefault(name);

    /// <summary>A value as librdkafka spells it: <c>SaslSsl</c> is <c>sasl_ssl</c>, as Confluent.Kafka's enumerations have it.</summary>
    public static string ValueOf(string name, string value) =>
        Words.GetValueOrDefault(name)?.FirstOrDefault(word => Letters(word) == Letters(value)) ?? value;

    private static string[] Split(string names) => names.Split((char[])[' ', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries);

    private static string Letters(string name) => string.Concat(name.Where(char.IsLetterOrDigit)).ToLowerInvariant();

    // An application may have a newer librdkafka than the lists above. It judges a name before it makes a client.
    private static bool IsKnownToLibrdkafka(string name)
    {
        try
        {
            using var client = new ProducerBuilder<Null, Null>(new Dictionary<string, string> { [name] = "" }).SetLogHandler(static (_, _) => { }).Build();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
        catch (Exception e) when (e is ArgumentException or KafkaException)
        {
            // It has the name, and takes no empty value.
            return true;
        }
    }
}
