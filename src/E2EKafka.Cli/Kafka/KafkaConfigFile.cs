namespace E2EKafka.Cli;

/// <summary>
/// The file that Kafka's own tools take as <c>--command-config</c>: Java properties, translated into librdkafka's settings, whose own names are taken
/// too. What cannot be translated is refused, never ignored: a security setting that has no effect would go unnoticed.
/// </summary>
internal sealed partial class KafkaConfigFile
{
    private const string Protocol = "security.protocol";
    private const string Pem = "PEM";
    private const string TruststoreType = "ssl.truststore.type";
    private const string KeystoreType = "ssl.keystore.type";
    private const string PlainLoginModule = "org.apache.kafka.common.security.plain.PlainLoginModule";
    private const string ScramLoginModule = "org.apache.kafka.common.security.scram.ScramLoginModule";
    private const string TokenLoginModule = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule";

    /// <summary>Settings by Java's name, with librdkafka's.</summary>
    private static readonly Dictionary<string, string> Names = new()
    {
        ["bootstrap.servers"] = "bootstrap.servers",
        ["client.id"] = "client.id",
        ["client.rack"] = "client.rack",
        ["client.dns.lookup"] = "client.dns.lookup",
        ["security.protocol"] = "security.protocol",
        ["sasl.mechanism"] = "sasl.mechanism",
        ["sasl.oauthbearer.token.endpoint.url"] = "sasl.oauthbearer.token.endpoint.url",
        ["sasl.oauthbearer.client.credentials.client.id"] = "sasl.oauthbearer.client.id",
        ["sasl.oauthbearer.client.credentials.client.secret"] = "sasl.oauthbearer.client.secret",
        ["sasl.oauthbearer.scope"] = "sasl.oauthbearer.scope",
        ["sasl.oauthbearer.sub.claim.name"] = "sasl.oauthbearer.sub.claim.name",
        ["ssl.cipher.suites"] = "ssl.cipher.suites",
        ["ssl.endpoint.identification.algorithm"] = "ssl.endpoint.identification.algorithm",
        ["ssl.key.password"] = "ssl.key.password",
        ["connections.max.idle.ms"] = "connections.max.idle.ms",
        ["metadata.max.age.ms"] = "metadata.max.age.ms",
        ["reconnect.backoff.ms"] = "reconnect.backoff.ms",
        ["reconnect.backoff.max.ms"] = "reconnect.backoff.max.ms",
        ["retry.backoff.ms"] = "retry.backoff.ms",
        ["request.timeout.ms"] = "socket.timeout.ms",
        ["socket.connection.setup.timeout.ms"] = "socket.connection.setup.timeout.ms",
        ["send.buffer.bytes"] = "socket.send.buffer.bytes",
        ["receive.buffer.bytes"] = "socket.receive.buffer.bytes",
        ["fetch.max.wait.ms"] = "fetch.wait.max.ms",
        ["session.timeout.ms"] = "session.timeout.ms",
        ["heartbeat.interval.ms"] = "heartbeat.interval.ms",
    };

    /// <summary>Settings of Java applications that this tool has its own for.</summary>
    private static readonly string[] ChosenByTheTool =
    [
        "key.serializer", "value.serializer", "key.deserializer", "value.deserializer", "group.id", "group.instance.id", "auto.offset.reset",
        "enable.auto.commit", "auto.commit.interval.ms", "isolation.level", "acks", "enable.idempotence", "compression.type", "linger.ms",
        "batch.size", "buffer.memory", "retries", "delivery.timeout.ms", "max.block.ms", "max.poll.records", "max.poll.interval.ms",
        "max.in.flight.requests.per.connection", "partitioner.class", "interceptor.classes", "transactional.id",
        "max.request.size", "fetch.min.bytes", "fetch.max.bytes", "max.partition.fetch.bytes", "partition.assignment.strategy",
    ];

    private readonly string _path;
    private readonly Dictionary<string, JavaProperty> _properties;
    private readonly Dictionary<string, string> _settings = [];

    private KafkaConfigFile(string path, IReadOnlyList<JavaProperty> properties)
    {
        _path = path;

        // The last one wins, as in Java.
        _properties = properties.GroupBy(property => property.Key).ToDictionary(group => group.Key, group => group.Last());
    }

    /// <returns>Settings with librdkafka's names.</returns>
    /// <exception cref="UsageException">It cannot be read, or has a setting that is not understood. Never says a value.</exception>
    public static IReadOnlyDictionary<string, string> Load(string path)
    {
        const string remedy = "Write the client's settings into it, as Kafka's own tools take them, correct --kafka-config, or leave that out for a listener without TLS and login.";
        var settings = Translate(InputFile.ReadText(path, "Kafka configuration", remedy), path);

        if (!settings.ContainsKey(Protocol) && settings.Keys.FirstOrDefault(LoginSettings.IsOfTlsOrLogin) is { } idle)
            throw new UsageException($"The Kafka configuration '{path}' sets {idle} and not {Protocol}, so that this tool would connect without TLS and login. Set {Protocol} to SSL, SASL_SSL, SASL_PLAINTEXT or, to connect so, to PLAINTEXT.");

        // A file of comments would have the tool connect without the login that its user believes to have given.
        return settings.Count > 0 ? settings : throw new UsageException($"The Kafka configuration file '{path}' sets nothing. {remedy}");
    }

    /// <inheritdoc cref="Load"/>
    public static IReadOnlyDictionary<string, string> Translate(string text, string path)
    {
        try
        {
            return new KafkaConfigFile(path, JavaProperties.Parse(text)).Translate();
        }
        catch (FormatException e)
        {
            throw new UsageException($"The Kafka configuration '{path}' is not a Java properties file, {e.Message}.");
        }
    }

    private Dictionary<string, string> Translate()
    {
        foreach (var property in _properties.Values)
            Translate(property);
        CompleteTokenLogin();
        return _settings;
    }

    private void Translate(JavaProperty property)
    {
        switch (property.Key)
        {
            case Protocol:
                _settings[property.Key] = Choose(property, "PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL");
                break;
            case "sasl.jaas.config":
                TranslateLogin(property);
                break;
            case "ssl.endpoint.identification.algorithm":
                // Java switches the check off with an empty value.
                _settings[property.Key] = property.Value.Length == 0 ? "none" : Choose(property, "https");
                break;
            case "ssl.truststore.location":
                if (TypeOf(TruststoreType) != Pem)
                    throw Refuse(property, $"only a PEM file of certificates can be read; convert it (keytool -exportcert -rfc) and set {TruststoreType}={Pem}");
                _settings["ssl.ca.location"] = property.Value;
                break;
            case "ssl.truststore.certificates":
                _settings["ssl.ca.pem"] = property.Value;
                break;
            case "ssl.truststore.password":
                throw Refuse(property, "a PEM truststore has no password; leave it out");
            case "ssl.keystore.location":
                TranslateKeystore(property);
                break;
            case "ssl.keystore.password":
                _settings[TypeOf(KeystoreType) == Pem ? "ssl.key.password" : "ssl.keystore.password"] = property.Value;
                break;
            case "ssl.keystore.key":
                _settings["ssl.key.pem"] = property.Value;
                break;
            case "ssl.keystore.certificate.chain":
                _settings["ssl.certificate.pem"] = property.Value;
                break;
            case CallbackHandler:
                TranslateCallbackHandler(property);
                break;
            case TruststoreType or KeystoreType:
                // Read with the location.
                break;
            default:
                if (ChosenByTheTool.Contains(property.Key))
                    throw Refuse(property, "it concerns an application's own producer or consumer, and this tool chooses it itself; leave it out");
                Add(property, Names.GetValueOrDefault(property.Key) ?? NameOf(property));
                break;
        }
    }

    private void TranslateLogin(JavaProperty property)
    {
        if (JaasConfig.TryParse(property.Value) is not { } login)
            throw Refuse(property, "it is not `MODULE required NAME=\"VALUE\" …;` with every quote closed and a semicolon at the end");
        if (login.Module == TokenLoginModule)
        {
            TranslateTokenLogin(property, login);
            return;
        }

        if (login.Module is not (PlainLoginModule or ScramLoginModule))
            throw Refuse(property, $"this tool can log in with {PlainLoginModule}, {ScramLoginModule} and {TokenLoginModule} only");

        string[] mechanisms = login.Module == PlainLoginModule ? ["PLAIN"] : ["SCRAM-SHA-256", "SCRAM-SHA-512"];
        if (!_properties.TryGetValue("sasl.mechanism", out var mechanism) || !mechanisms.Contains(mechanism.Value))
            throw Refuse(property, $"with this login module sasl.mechanism must be {string.Join(" or ", mechanisms)}");
        if (!login.Options.TryGetValue("username", out var user) || !login.Options.TryGetValue("password", out var password))
            throw Refuse(property, "its login module has no username or no password");
        if (login.Options.Count > 2)
            throw Refuse(property, "its login module has an option other than username and password, and this tool does not know it");

        _settings["sasl.username"] = user;
        _settings["sasl.password"] = password;
    }

    private void TranslateKeystore(JavaProperty property)
    {
        switch (TypeOf(KeystoreType))
        {
            case "PKCS12":
                _settings["ssl.keystore.location"] = property.Value;
                break;
            case Pem:
                // One file with the private key and its certificates, as Kafka has it.
                _settings["ssl.key.location"] = property.Value;
                _settings["ssl.certificate.location"] = property.Value;
                break;
            default:
                throw Refuse(property,
                    $"only a PKCS12 or PEM keystore can be read; convert it (keytool -importkeystore -deststoretype PKCS12) and set {KeystoreType}=PKCS12");
        }
    }

    // A name of librdkafka's own, with values as it has them.
    private string NameOf(JavaProperty property)
    {
        if (KafkaSettingNames.Find(property.Key) is not { } name)
        {
            var known = KafkaSettingNames.All.Where(KafkaSettingNames.IsOfAllClients).Concat(Names.Keys).Append("ssl.truststore.location").Append("sasl.jaas.config");
            throw Refuse(property, NearestName.Of(property.Key, known) is { } near
                ? $"this tool does not know it; did you mean {near}?"
                : "this tool does not know it; leave it out");
        }

        if (ChosenByTheTool.Contains(name) || !KafkaSettingNames.IsOfAllClients(name) && KafkaSettingNames.All.Contains(name))
            throw Refuse(property, "it concerns an application's own producer or consumer, and this tool chooses it itself; leave it out");
        if (property.Value.Length == 0)
            throw Refuse(property, "it is empty; give it a value, or leave it out");
        return name;
    }

    private void Add(JavaProperty property, string name)
    {
        var value = KafkaSettingNames.ValueOf(name, property.Value);
        if (KafkaSettingNames.WordsOf(name) is { } words && !words.Contains(value))
            throw Refuse(property, $"it must be {string.Join(" or ", words)}");
        if (!_settings.TryAdd(name, value) && _settings[name] != value)
            throw Refuse(property, $"another line sets {name} to another value; leave one of them out");
    }

    // JKS is what Kafka takes a store for where nothing is said.
    private string TypeOf(string key) => _properties.TryGetValue(key, out var type) ? type.Value.ToUpperInvariant() : "JKS";

    private string Choose(JavaProperty property, params string[] values) =>
        Array.Find(values, value => value.Equals(property.Value, StringComparison.OrdinalIgnoreCase))
        ?? throw Refuse(property, $"it must be {string.Join(" or ", values)}");

    private UsageException Refuse(JavaProperty property, string why) =>
        new($"The Kafka configuration '{_path}', line {property.Line}, sets {property.Key}: {why}.");
}
