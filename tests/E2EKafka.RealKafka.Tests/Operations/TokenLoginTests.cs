using System.Buffers.Text;
using System.Text;
using System.Threading.Channels;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging.Abstractions;

namespace E2EKafka.RealKafka.Tests.Operations;

/// <summary>A broker that lets only clients with tokens in (SASL OAUTHBEARER). Its tokens have no signature, as its own validator for tests wants them.</summary>
[TestFixture]
public class TokenLoginTests
{
    private const string Jaas = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub=\"admin\";";

    // Short, so that clients ask for the next one within a test.
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(6);

    private KafkaCluster _cluster = null!;
    private TemporaryFolder _folder = null!;

    [OneTimeSetUp]
    public async Task StartBroker()
    {
        _folder = new TemporaryFolder();
        _cluster = await Brokers.StartAsync(new KafkaClusterOptions
        {
            Settings = new Dictionary<string, string>
            {
                ["listener.security.protocol.map"] = "CONTROLLER:PLAINTEXT,CLIENT:SASL_PLAINTEXT",
                ["sasl.enabled.mechanisms"] = "OAUTHBEARER",
                ["sasl.mechanism.inter.broker.protocol"] = "OAUTHBEARER",
                ["listener.name.client.oauthbearer.sasl.jaas.config"] = Jaas,
            },
        });
    }

    [OneTimeTearDown]
    public async Task StopBroker()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Members_and_authority_log_in_with_tokens_and_renew_them([Values] bool isAsync)
    {
        var asked = Channel.CreateUnbounded<string>();
        var name = $"test-{Guid.NewGuid():N}";
        var authorityOptions = new CredentialAuthorityOptions
        {
            ProjectName = "test", UseInMemoryVault = true, ControlTopicPrefix = name, ControlPartitions = 2, CreateControlTopics = true, IsDevelopment = true,
            StartupTimeout = ProjectOnKafka.Patience,
        };
        Set(authorityOptions.Kafka);
        (authorityOptions.OAuthBearerTokenRefreshHandler, authorityOptions.OAuthBearerTokenProvider) = Source("authority");
        await using var authority = CredentialAuthority.Open(authorityOptions);
        await authority.StartAsync();
        await CreateTopicAsync(name);

        await using var sender = await JoinAsync("sender", options => options.Produce.Add(name));
        await using var receiver = await JoinAsync("receiver", options => options.Consume.Add(name));
        var message = sender.Protector.Protect("hello"u8, new MessageContext(name));
        var opened = await receiver.Protector.OpenAsync(message, new MessageContext(name));
        Assert.That(opened.Origin.Producer, Is.EqualTo(sender.Identifier));

        // Each has a consumer and a producer. Three rounds of tokens: the first, and two that follow from the tokens' life.
        Dictionary<string, int> counts = new() { ["authority"] = 0, ["sender"] = 0, ["receiver"] = 0 };
        using var patience = new CancellationTokenSource(ProjectOnKafka.Patience);
        while (counts.Values.Min() < 6)
            counts[await asked.Reader.ReadAsync(patience.Token)]++;
        Assert.That((authority.NotServing, sender.NotReady, receiver.NotReady), Is.EqualTo(((EndToEndKafkaException?)null, (EndToEndKafkaException?)null, (EndToEndKafkaException?)null)));

        (Action<IClient, string>?, Func<string, CancellationToken, Task<OAuthBearerToken>>?) Source(string user) => isAsync
            ? (null, async (configuration, cancellationToken) =>
            {
                await Task.Yield();
                cancellationToken.ThrowIfCancellationRequested();
                asked.Writer.TryWrite(configuration);
                var expiresAt = TimeProvider.System.GetUtcNow() + Life;
                return new OAuthBearerToken { Value = TokenOf(user, expiresAt), ExpiresAt = expiresAt };
            })
            : ((client, configuration) =>
            {
                asked.Writer.TryWrite(configuration);
                var expiresAt = TimeProvider.System.GetUtcNow() + Life;
                client.OAuthBearerSetToken(TokenOf(user, expiresAt), expiresAt.ToUnixTimeMilliseconds(), user);
            }, null);

        Task<EndToEndKafka> JoinAsync(string user, Action<EndToEndKafkaOptions> configure)
        {
            var options = new EndToEndKafkaOptions { Project = authority.Project, Ticket = authority.CreateTicket(), UseInMemoryVault = true, StartupTimeout = ProjectOnKafka.Patience };
            Set(options.Kafka);
            options.Kafka["sasl.oauthbearer.config"] = user;
            (options.OAuthBearerTokenRefreshHandler, options.OAuthBearerTokenProvider) = Source(user);
            configure(options);
            return ProjectOnKafka.ConnectReadyAsync(options, NullLoggerFactory.Instance);
        }

        void Set(IDictionary<string, string> kafka)
        {
            kafka["bootstrap.servers"] = _cluster.BootstrapServers;
            kafka["SecurityProtocol"] = "SaslPlaintext";
            kafka["SaslMechanism"] = "OAuthBearer";
            kafka["sasl.oauthbearer.config"] = "authority";
        }
    }

    [Test]
    public async Task A_token_that_the_broker_refuses_is_the_first_cause()
    {
        var options = new CredentialAuthorityOptions
        {
            ProjectName = "test", UseInMemoryVault = true, IsDevelopment = true, BootstrapServers = _cluster.BootstrapServers,
            Kafka = { ["security.protocol"] = "sasl_plaintext", ["sasl.mechanism"] = "OAUTHBEARER" },
            OAuthBearerTokenProvider = static (_, _) => Task.FromResult(new OAuthBearerToken { Value = "no-token-of-this-broker", ExpiresAt = TimeProvider.System.GetUtcNow() + Life }),
            StartupTimeout = ProjectOnKafka.Patience,
        };
        await using var authority = CredentialAuthority.Open(options);

        var e = (await Assert.ThrowsAsync<EndToEndKafkaException>(() => authority.StartAsync()))!;
        Assert.That(e.Reason, Is.EqualTo(FailureReason.KafkaAccessDenied));
        Assert.That(e.Message, Does.StartWith("Kafka refuses the token of this client: ").And.Not.Contain("no-token-of-this-broker"));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task The_tool_logs_in_with_names_of_Java_and_of_librdkafka(bool isJava)
    {
        var tool = new Tool(_folder["."]);
        var name = $"test-{Guid.NewGuid():N}";
        await File.WriteAllTextAsync(_folder[name], $"bootstrap.servers={_cluster.BootstrapServers}\nsecurity.protocol=SASL_PLAINTEXT\nsasl.mechanism=OAUTHBEARER\n" + (isJava
            ? $"sasl.jaas.config={Jaas}\n"
            : "enable.sasl.oauthbearer.unsecure.jwt=true\nsasl.oauthbearer.config=principal=admin\n"));
        var project = _folder[$"{name}.json"];

        (await tool.RunAsync("project", "create", name, "--project", project, "--kafka-config", _folder[name], "--development")).Succeeds();
        (await tool.RunAsync("topics", "create", "--project", project, "--kafka-config", _folder[name])).Succeeds();
        var doctor = await tool.RunAsync("doctor", "--all", "--project", project, "--kafka-config", _folder[name], "--role", "operator");

        // No authority runs. All else was found on Kafka, read and written.
        Assert.That(doctor.Output, Does.Contain("Kafka answers at").And.Contain("from the broker's.").And.Contain("It has published nothing on Kafka").And.Contain(" 1 FAILED."), doctor.Error);
    }

    private static string TokenOf(string user, DateTimeOffset expiresAt)
    {
        var issuedAt = (expiresAt - Life).ToUnixTimeSeconds();
        return $"{Encode("{\"alg\":\"none\"}")}.{Encode($"{{\"sub\":\"{user}\",\"iat\":{issuedAt},\"exp\":{expiresAt.ToUnixTimeSeconds()}}}")}.";

        static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
    }

    private async Task CreateTopicAsync(string name)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig
        {
            BootstrapServers = _cluster.BootstrapServers, SecurityProtocol = SecurityProtocol.SaslPlaintext, SaslMechanism = SaslMechanism.OAuthBearer,
            EnableSaslOauthbearerUnsecureJwt = true, SaslOauthbearerConfig = "principal=admin",
        }).SetLogHandler(static (_, _) => { }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = name, NumPartitions = 1, ReplicationFactor = -1 }]);
    }
}
