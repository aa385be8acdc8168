namespace E2EKafka.Cli.Tests;

public class KafkaConfigFileTests
{
    [Test]
    public void Sasl_settings_of_kafkas_own_tools_are_translated()
    {
        var settings = KafkaConfigFile.Translate(
            """
            # what kafka-topics.sh takes
            bootstrap.servers=one:9092,\
                two:9092
            security.protocol: sasl_ssl
            sasl.mechanism PLAIN
            sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \
                username="alice" \
                password="a\\"b=c;d";
            ssl.truststore.type=PEM
            ssl.truststore.location=/etc/kafka/ca.pem
            """,
            "kafka.config");

        Assert.That(settings, Is.EquivalentTo(new Dictionary<string, string>
        {
            ["bootstrap.servers"] = "one:9092,two:9092",
            ["security.protocol"] = "SASL_SSL",
            ["sasl.mechanism"] = "PLAIN",
            ["sasl.username"] = "alice",
            ["sasl.password"] = "a\"b=c;d",
            ["ssl.ca.location"] = "/etc/kafka/ca.pem",
        }));
    }

    [Test]
    public void Scram_and_a_pkcs12_keystore_are_translated()
    {
        var settings = KafkaConfigFile.Translate(
            """
            sasl.mechanism=SCRAM-SHA-512
            sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username=bob password='it is';
            ssl.keystore.type=PKCS12
            ssl.keystore.location=/etc/kafka/me.p12
            ssl.keystore.password=changeit
            """,
            "kafka.config");

        Assert.That(settings, Is.EquivalentTo(new Dictionary<string, string>
        {
            ["sasl.mechanism"] = "SCRAM-SHA-512",
            ["sasl.username"] = "bob",
            ["sasl.password"] = "it is",
            ["ssl.keystore.location"] = "/etc/kafka/me.p12",
            ["ssl.keystore.password"] = "changeit",
        }));
    }

    [TestCase("no.such.setting=TOPSECRET", "line 2, sets no.such.setting")]
    [TestCase("key.serializer=TOPSECRET", "line 2, sets key.serializer")]
    [TestCase("ssl.truststore.location=TOPSECRET", "ssl.truststore.type=PEM")]
    [TestCase("ssl.keystore.location=TOPSECRET", "PKCS12")]
    [TestCase("security.protocol=TOPSECRET", "SASL_SSL")]
    [TestCase("sasl.jaas.config=com.example.Module required password=\"TOPSECRET\";", "PlainLoginModule")]
    [TestCase("sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username=\"a\" password=\"TOPSECRET;", "every quote closed")]
    [TestCase("sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username=\"a\" password=\"TOPSECRET\"", "semicolon")]
    [TestCase("sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username=\"a\" password=\"TOPSECRET\";", "sasl.mechanism must be PLAIN")]
    [TestCase("sasl.mechanism=PLAIN\nsasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required password=\"TOPSECRET\";", "no username")]
    [TestCase("client.id=TOPSECRET\\u00g1", "line 2")]
    public void What_cannot_be_translated_is_named_without_its_value(string text, string says) =>
        Assert.That(
            () => KafkaConfigFile.Translate("# first line\n" + text, "kafka.config"),
            Throws.TypeOf<UsageException>().With.Message.Contains(says).And.Message.Not.Contains("TOPSECRET"));

    [Test]
    public void Client_credentials_of_Javas_login_module_are_translated()
    {
        var settings = KafkaConfigFile.Translate(
            """
            security.protocol=SASL_SSL
            sasl.mechanism=OAUTHBEARER
            sasl.login.callback.handler.class=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler
            sasl.oauthbearer.token.endpoint.url=https://login.example.org/token
            sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required clientId="orders" clientSecret="s e c" scope="kafka" extension_logicalCluster="lkc-1" extension_identityPoolId="pool-1";
            """,
            "kafka.config");

        Assert.That(settings, Is.EquivalentTo(new Dictionary<string, string>
        {
            ["security.protocol"] = "SASL_SSL",
            ["sasl.mechanism"] = "OAUTHBEARER",
            ["sasl.oauthbearer.method"] = "oidc",
            ["sasl.oauthbearer.token.endpoint.url"] = "https://login.example.org/token",
            ["sasl.oauthbearer.client.id"] = "orders",
            ["sasl.oauthbearer.client.secret"] = "s e c",
            ["sasl.oauthbearer.scope"] = "kafka",
            ["sasl.oauthbearer.extensions"] = "logicalCluster=lkc-1,identityPoolId=pool-1",
        }));
    }

    [TestCase("sasl.oauthbearer.client.credentials.client.id=orders\nsasl.oauthbearer.client.credentials.client.secret=s\nsasl.oauthbearer.token.endpoint.url=https://t")]
    [TestCase("sasl.oauthbearer.method=oidc\nsasl.oauthbearer.client.id=orders\nsasl.oauthbearer.client.secret=s\nsasl.oauthbearer.token.endpoint.url=https://t")]
    public void Client_credentials_have_names_of_Java_and_of_librdkafka(string credentials)
    {
        var settings = KafkaConfigFile.Translate($"security.protocol=sasl_ssl\nsasl.mechanisms=OAUTHBEARER\n{credentials}", "kafka.config");

        Assert.That(settings, Is.EquivalentTo(new Dictionary<string, string>
        {
            ["security.protocol"] = "SASL_SSL",
            ["sasl.mechanism"] = "OAUTHBEARER",
            ["sasl.oauthbearer.method"] = "oidc",
            ["sasl.oauthbearer.client.id"] = "orders",
            ["sasl.oauthbearer.client.secret"] = "s",
            ["sasl.oauthbearer.token.endpoint.url"] = "https://t",
        }));
    }

    [Test]
    public void Librdkafkas_own_names_are_taken()
    {
        var settings = KafkaConfigFile.Translate(
            "metadata.broker.list=one:9092\nsecurity.protocol=ssl\nssl.ca.location=/etc/kafka/ca.pem\nssl.certificate.location=/etc/kafka/me.pem\nssl.key.location=/etc/kafka/me.key\nsocket.keepalive.enable=true\nsasl.username=a\nsasl.password=b",
            "kafka.config");

        Assert.That(settings, Is.EquivalentTo(new Dictionary<string, string>
        {
            ["bootstrap.servers"] = "one:9092",
            ["security.protocol"] = "SSL",
            ["ssl.ca.location"] = "/etc/kafka/ca.pem",
            ["ssl.certificate.location"] = "/etc/kafka/me.pem",
            ["ssl.key.location"] = "/etc/kafka/me.key",
            ["socket.keepalive.enable"] = "true",
            ["sasl.username"] = "a",
            ["sasl.password"] = "b",
        }));
    }

    [TestCase("sasl.mechanism=PLAIN\nsasl.username=alice", "sets sasl.mechanism and not security.protocol")]
    [TestCase("ssl.ca.pem=TOPSECRET", "sets ssl.ca.pem and not security.protocol")]
    public void A_login_that_would_have_no_effect_is_refused(string text, string says)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["kafka.config"], text);

        Assert.That(() => KafkaConfigFile.Load(folder["kafka.config"]), Throws.TypeOf<UsageException>().With.Message.Contains(says).And.Message.Not.Contains("TOPSECRET"));
    }

    [TestCase("security.protcol=TOPSECRET", "did you mean security.protocol?")]
    [TestCase("ssl.truststore.locaton=TOPSECRET", "did you mean ssl.truststore.location?")]
    [TestCase("ssl.ca.locaton=TOPSECRET", "did you mean ssl.ca.location?")]
    [TestCase("queue.buffering.max.messages=TOPSECRET", "an application's own producer or consumer")]
    [TestCase("transactional.id=TOPSECRET", "an application's own producer or consumer")]
    [TestCase("delivery.timeout.ms=TOPSECRET", "an application's own producer or consumer")]
    [TestCase("sasl.password=", "it is empty")]
    [TestCase("sasl.mechanism=TOPSECRET", "it must be GSSAPI or PLAIN")]
    [TestCase("sasl.mechanism=PLAIN\nsasl.mechanisms=OAUTHBEARER", "another line sets sasl.mechanism")]
    [TestCase("sasl.mechanism=OAUTHBEARER", "not where tokens come from")]
    [TestCase("sasl.mechanism=OAUTHBEARER\nsasl.login.callback.handler.class=software.amazon.msk.auth.iam.TOPSECRET", "this tool cannot run Java")]
    [TestCase("sasl.mechanism=PLAIN\nsasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required clientSecret=\"TOPSECRET\";", "sasl.mechanism must be OAUTHBEARER")]
    [TestCase("sasl.mechanism=OAUTHBEARER\nsasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required refresh=\"TOPSECRET\";", "an option that this tool does not know")]
    public void What_is_mistyped_or_half_is_named_without_its_value(string text, string says) =>
        Assert.That(
            () => KafkaConfigFile.Translate(text, "kafka.config"),
            Throws.TypeOf<UsageException>().With.Message.Contains(says).And.Message.Not.Contains("TOPSECRET"));
}
