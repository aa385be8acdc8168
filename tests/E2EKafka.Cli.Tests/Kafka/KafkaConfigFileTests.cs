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
}
