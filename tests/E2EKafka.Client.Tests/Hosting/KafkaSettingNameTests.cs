using System.Reflection;
using Confluent.Kafka;

namespace E2EKafka.Client.Tests.Hosting;

/// <summary>The names and words of settings are those of Confluent.Kafka's own classes, and of librdkafka.</summary>
[TestFixture]
public class KafkaSettingNameTests
{
    private static readonly Type[] Classes = [typeof(ClientConfig), typeof(ProducerConfig), typeof(ConsumerConfig)];

    private static IEnumerable<PropertyInfo> Properties(Type type) =>
        type.GetProperties().Where(property => property.CanWrite && property.GetIndexParameters().Length == 0);

    [Test]
    public void Each_property_of_Confluents_classes_is_found_by_its_name_and_by_librdkafkas() => Assert.Multiple(() =>
    {
        foreach (var type in Classes)
        {
            foreach (var property in Properties(type))
            {
                var name = Written(type, property, Sample(property.PropertyType)).Key;
                Assert.That(KafkaSettingNames.Find(property.Name), Is.EqualTo(name), property.Name);
                Assert.That(KafkaSettingNames.Find(name), Is.EqualTo(name));
                Assert.That(KafkaSettingNames.IsOfAllClients(name), Is.EqualTo(typeof(ClientConfig).GetProperty(property.Name) is not null && name != "acks"), name);
            }
        }
    });

    [Test]
    public void Each_name_is_a_property_of_Confluents_classes()
    {
        var written = Classes.SelectMany(type => Properties(type).Select(property => Written(type, property, Sample(property.PropertyType)).Key)).ToHashSet();

        Assert.That(KafkaSettingNames.All, Is.EquivalentTo(written));
    }

    [TestCase("security.protocol", typeof(SecurityProtocol))]
    [TestCase("sasl.mechanism", typeof(SaslMechanism))]
    [TestCase("sasl.oauthbearer.method", typeof(SaslOauthbearerMethod))]
    [TestCase("ssl.endpoint.identification.algorithm", typeof(SslEndpointIdentificationAlgorithm))]
    [TestCase("client.dns.lookup", typeof(ClientDnsLookup))]
    [TestCase("broker.address.family", typeof(BrokerAddressFamily))]
    public void A_word_of_Confluents_enumerations_is_the_one_that_Confluent_writes(string name, Type words) => Assert.Multiple(() =>
    {
        var property = Properties(typeof(ClientConfig)).Single(property => Nullable.GetUnderlyingType(property.PropertyType) == words);
        var written = Enum.GetValues(words).Cast<object>().Select(word => (Word: $"{word}", Written(typeof(ClientConfig), property, word).Value)).ToList();
        Assert.That(KafkaSettingNames.WordsOf(name), Is.EquivalentTo(written.Select(pair => pair.Value)).IgnoreCase);
        foreach (var (word, value) in written)
            Assert.That(KafkaSettingNames.ValueOf(name, word), Is.EqualTo(value).IgnoreCase);
    });

    [TestCase("metadata.broker.list", "bootstrap.servers")]
    [TestCase("sasl.mechanisms", "sasl.mechanism")]
    [TestCase("SECURITY_PROTOCOL", "security.protocol")]
    [TestCase("Security.Protocol", "security.protocol")]
    [TestCase("delivery.timeout.ms", "message.timeout.ms")]
    public void Other_spellings_are_found(string spelling, string name) => Assert.That(KafkaSettingNames.Find(spelling), Is.EqualTo(name));

    [Test]
    public void A_name_that_librdkafka_alone_knows_is_left_as_it_is() =>
        Assert.That(KafkaSettingNames.Find("enable.sparse.connections"), Is.EqualTo("enable.sparse.connections"));

    [TestCase("security.protcol", "security.protocol")]
    [TestCase("SecurityProtcol", "security.protocol")]
    [TestCase("sasl.usernames", "sasl.username")]
    [TestCase("ssl.ca.locaton", "ssl.ca.location")]
    [TestCase("completely.different", null)]
    [TestCase("", null)]
    public void A_mistyped_name_has_its_nearest(string spelling, string? nearest)
    {
        Assert.That(KafkaSettingNames.Find(spelling), Is.Null);
        Assert.That(KafkaSettingNames.Nearest(spelling), Is.EqualTo(nearest));
    }

    private static KeyValuePair<string, string> Written(Type type, PropertyInfo property, object value)
    {
        var config = (Config)Activator.CreateInstance(type)!;
        property.SetValue(config, value);
        return config.Single();
    }

    private static object Sample(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type == typeof(string) ? "x" : type.IsEnum ? Enum.GetValues(type).GetValue(0)! : Activator.CreateInstance(type)!;
    }
}
