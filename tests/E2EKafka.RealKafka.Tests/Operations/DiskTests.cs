using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Confluent.Kafka;

namespace E2EKafka.RealKafka.Tests.Operations;

/// <summary>What a thief of the broker's disk learns: nothing.</summary>
[TestFixture]
public class DiskTests
{
    private const string RecordKey = "a record key, which stays readable";

    private readonly SecretSearch _secrets = new();
    private readonly List<IVaultStore> _vaults = [];
    private ProjectOnBroker _project = null!;

    [Test]
    public async Task No_plaintext_ticket_private_key_or_vault_key_is_in_any_file_of_the_broker()
    {
        await using var cluster = await Brokers.StartAsync();
        var planted = RandomNumberGenerator.GetBytes(32);
        await using (_project = await ProjectOnBroker.StartAsync(cluster.BootstrapServers, configure: options => options.Vault = NewVault()))
        {
            await LiveAsync();
            await PlantAsync(planted);
        }

        // Or the test would be about little: text and secret of five tickets, plaintexts, keys of the authority (twice), of members and sessions.
        Assert.That(_secrets.Count, Is.GreaterThan(40));
        foreach (var vault in _vaults)
            vault.Dispose();

        // All that it has is on the disk then.
        var node = cluster.Nodes.Single();
        await node.StopAsync();
        var files = Directory.GetFiles(node.DataFolder, "*", SearchOption.AllDirectories);
        Assert.That(
            files.Where(file => file.EndsWith(".log", StringComparison.Ordinal)).Sum(file => new FileInfo(file).Length), Is.GreaterThan(20_000), "the records are there");
        Assert.Multiple(() =>
        {
            foreach (var file in files)
                Assert.That(_secrets.FindIn(File.ReadAllBytes(file)), Is.Empty, Path.GetRelativePath(node.DataFolder, file));
        });

        // A search that finds nothing because it is blind proves nothing.
        var control = new SecretSearch();
        control.Add("planted", planted);
        control.Add("record key", RecordKey);
        var found = files.SelectMany(file => control.FindIn(File.ReadAllBytes(file))).ToList();
        Assert.That(found.Count(name => name == "planted"), Is.EqualTo(SecretSearch.FormsOf(planted).Count()), "one partition for each form");
        Assert.That(found, Has.Member("record key"));
    }

    // Enrollments, sessions, messages, a tombstone, rotations of each key, and key requests to the producer and to another reader.
    private async Task LiveAsync()
    {
        await using var reader = await JoinAsync(options => options.Consume.Add(_project.DataTopic));
        await using (var writer = await JoinAsync(options => options.Produce.Add(_project.DataTopic)))
        {
            await SendAsync(writer, "the first plaintext that only readers may see");
            await SendAsync(writer, null);
            await writer.DiscardSessionsAsync();
            await SendAsync(writer, "the second plaintext that only readers may see");
            await writer.RotateIdentityAsync();
            await _project.Authority.RotateKeysAsync();
            await using var late = await JoinAsync(options => options.Consume.Add(_project.DataTopic));
            ReadAll(late, 3);
            await writer.DiscardSessionsAsync();
            await SendAsync(writer, "the third plaintext that only readers may see");
        }

        await using var later = await JoinAsync(options => options.Consume.Add(_project.DataTopic));
        await using var filed = await JoinAsync(options =>
        {
            _project.KeepIn("filed", options);
            options.Consume.Add(_project.DataTopic);
        });
        foreach (var member in new[] { reader, later, filed })
            ReadAll(member, 4);
        _secrets.Add("vault key", Convert.FromBase64String((await File.ReadAllTextAsync(_project.Folder["filed.key"])).Trim()));
    }

    private void ReadAll(EndToEndKafka member, int count)
    {
        using var consumer = new ConsumerBuilder<string, Verified<string>>(_project.ConsumerConfig(member.Identifier))
            .SetKeyDeserializer(member.BindKey(Deserializers.Utf8))
            .SetValueDeserializer(member.DecryptVerified(Deserializers.Utf8))
            .SetLogHandler(static (_, _) => { })
            .Build();
        consumer.Assign(Enumerable.Range(0, _project.Partitions).Select(partition => new TopicPartitionOffset(_project.DataTopic, partition, Offset.Beginning)));
        using var patience = new CancellationTokenSource(ProjectOnKafka.Patience);
        for (var i = 0; i < count; i++)
        {
            var message = consumer.ConsumeDecrypted(patience.Token).Message.Value;
            Assert.That(message.IsVerified, message.ToString());
        }

        consumer.Close();
    }

    private async Task<EndToEndKafka> JoinAsync(Action<EndToEndKafkaOptions> configure)
    {
        var ticket = _project.Authority.CreateTicket();
        lock (_secrets)
        {
            _secrets.Add("ticket", ticket);
            _secrets.Add("ticket's secret", SecretOf(ticket));
        }

        return await _project.ConnectAsync(ticket, options =>
        {
            configure(options);
            if (options.VaultFile is null)
                options.Vault = NewVault();
        });
    }

    // A ticket is a word, a hyphen and base64url of JSON.
    private static byte[] SecretOf(string ticket)
    {
        using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(ticket.AsSpan("e2ekafka-ticket-".Length)));
        return Base64Url.DecodeFromChars(claims.RootElement.GetProperty("secret").GetString());
    }

    private async Task SendAsync(EndToEndKafka member, string? value)
    {
        if (value is not null)
        {
            lock (_secrets)
                _secrets.Add("plaintext", value);
        }

        using var producer = new ProducerBuilder<string, string?>(new ProducerConfig(_project.Kafka) { LingerMs = 0 })
            .SetKeySerializer(member.BindKey(Serializers.Utf8))
            .SetValueSerializer(member.Encrypt(Serializers.Utf8)!)
            .SetLogHandler(static (_, _) => { })
            .Build();
        await producer.ProduceAsync(_project.DataTopic, new Message<string, string?> { Key = RecordKey, Value = value }).WaitAsync(ProjectOnKafka.Patience);
    }

    // Each form in a record as members write them, in a partition of its own.
    private async Task PlantAsync(byte[] planted)
    {
        var forms = SecretSearch.FormsOf(planted).ToList();
        await _project.CreateTopicAsync("planted", forms.Count);
        using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig(_project.Kafka)).Build();
        foreach (var (partition, form) in forms.Index())
        {
            var payload = Base64Url.EncodeToString([.. "{\"claim\":\""u8, .. form, .. "\"}"u8]);
            await producer.ProduceAsync(
                new TopicPartition("planted", partition),
                new Message<Null, byte[]> { Value = System.Text.Encoding.ASCII.GetBytes($"eyJhbGciOiJFUzI1NiJ9.{payload}.AAAA") });
        }
    }

    private RecordingVault NewVault()
    {
        var vault = new RecordingVault(_secrets);
        _vaults.Add(vault);
        return vault;
    }
}
