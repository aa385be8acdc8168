using System.Buffers.Text;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Confluent.Kafka;

namespace E2EKafka.Integration.Tests;

/// <summary>What the broker and a thief of the disk learn: nothing.</summary>
[TestFixture]
public class RawReaderTests
{
    private const string Topic = TestProjectOnKafka.Topic;

    private readonly List<IVaultStore> _vaults = [];
    private readonly SecretSearch _secrets = new();
    private TemporaryFolder _folder = null!;
    private TestProjectOnKafka _project = null!;

    [Test]
    public async Task No_plaintext_ticket_or_key_is_in_any_record_or_vault_file()
    {
        using var folder = _folder = new TemporaryFolder();
        await using var project = _project = await TestProjectOnKafka.StartAsync(options => options.Vault = NewVault("authority"));
        try
        {
            await RunScenarioAsync();

            AssertNothingIsFound();
            await AssertWhatIsPlantedIsFoundAsync();
        }
        finally
        {
            foreach (var vault in _vaults)
                vault.Dispose();
        }

        // And after all have left: what they deleted is not left behind either.
        Assert.That(_secrets.FindIn(_folder.AllBytes()), Is.Empty);
    }

    // Members with vaults of both kinds join, one of them late; values and tombstones are sent with bound keys, under two sessions.
    private async Task RunScenarioAsync()
    {
        await using var reader = await JoinAsync(NewVault("reader"), options => options.Consume.Add(Topic));
        await using var producer = await JoinAsync(NewVault("producer"), options => options.Produce.Add(Topic));
        await SendAsync(producer, "the first plaintext that nothing in between may read");
        await SendAsync(producer, null);
        AddKeysOf(producer);
        await producer.DiscardSessionsAsync();
        await SendAsync(producer, "the second plaintext that nothing in between may read");
        AddKeysOf(producer);

        await using var late = await JoinAsync(Keep(new MemoryVault()), options => options.Consume.Add(Topic));
        foreach (var member in new[] { reader, late })
        {
            using var consumer = new ConsumerBuilder<string, Verified<string>>(_project.ConsumerConfig(member.Identifier))
                .SetKeyDeserializer(member.BindKey(Deserializers.Utf8))
                .SetValueDeserializer(member.DecryptVerified(Deserializers.Utf8))
                .Build();
            consumer.Assign(Enumerable.Range(0, 3).Select(partition => new TopicPartitionOffset(Topic, partition, Offset.Beginning)));
            using var patience = new CancellationTokenSource(TestProjectOnKafka.Patience);
            for (var i = 0; i < 3; i++)
                Assert.That(consumer.ConsumeDecrypted(patience.Token).Message.Value.IsVerified);
            consumer.Close();
        }

        foreach (var vault in _vaults)
            AddKeysIn(vault);

        // Two plaintexts, three tickets, text and secret; the vaults' keys; the keys of authority, members, packages and sessions.
        TestContext.Out.WriteLine($"{_secrets.Count} secrets");
        Assert.That(_secrets.Count, Is.GreaterThan(30));
    }

    private void AssertNothingIsFound()
    {
        var records = RawKafka.ReadAll(_project.Kafka);
        Assert.That(records.Select(record => record.Topic).Distinct().Count(), Is.EqualTo(6), "the five control topics, and ours");
        Assert.That(records.Count(record => record.Topic == Topic), Is.EqualTo(3));
        foreach (var record in records)
        {
            var where = record.TopicPartitionOffset.ToString();
            Assert.That(_secrets.FindIn(record.Message.Key ?? []), Is.Empty, where);
            Assert.That(_secrets.FindIn(record.Message.Value ?? []), Is.Empty, where);
            foreach (var header in record.Message.Headers)
                Assert.That(_secrets.FindIn([.. Encoding.UTF8.GetBytes(header.Key), .. header.GetValueBytes() ?? []]), Is.Empty, where);
        }

        Assert.That(_folder.FileNames(), Is.SupersetOf(["authority", "reader", "producer"]));
        Assert.That(_secrets.FindIn(BytesOfOpenFiles()), Is.Empty);
    }

    // Or the search would be blind, and the test about nothing.
    private async Task AssertWhatIsPlantedIsFoundAsync()
    {
        var secret = RandomNumberGenerator.GetBytes(32);
        _secrets.Add("planted", secret);
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = _project.Cluster.BootstrapServers }).Build();
        foreach (var form in SecretSearch.FormsOf(secret))
        {
            var text = Base64Url.EncodeToString([.. "{\"claim\":\""u8, .. form, .. "\"}"u8]);
            var record = Encoding.ASCII.GetBytes("eyJhbGciOiJFUzI1NiJ9." + text + "." + Base64Url.EncodeToString(new byte[64]));
            await producer.ProduceAsync(new TopicPartition("planted", 0), new Message<byte[], byte[]>
            {
                Key = [1, .. form, 2],
                Value = record,
                Headers = [new Header("header", form)],
            });
        }

        var records = RawKafka.Read(_project.Kafka, "planted");
        Assert.That(records, Is.Not.Empty);
        foreach (var record in records)
        {
            Assert.That(_secrets.FindIn(record.Message.Key!), Is.EqualTo(["planted"]));
            Assert.That(_secrets.FindIn(record.Message.Value!), Is.EqualTo(["planted"]));
            Assert.That(_secrets.FindIn(record.Message.Headers[0].GetValueBytes()), Is.EqualTo(["planted"]));
        }

        await File.WriteAllBytesAsync(_folder["planted"], [.. new byte[4095], .. secret, .. new byte[100]]);
        Assert.That(_secrets.FindIn(BytesOfOpenFiles()), Is.EqualTo(["planted"]));
        File.Delete(_folder["planted"]);
    }

    private async Task<EndToEndKafka> JoinAsync(IVaultStore vault, Action<EndToEndKafkaOptions> configure)
    {
        var ticket = _project.Authority.CreateTicket();
        _secrets.Add("ticket", ticket);
        _secrets.Add("ticket's secret", EnrollmentTicket.Parse(ticket).Secret);
        return await _project.ConnectAsync(ticket, options =>
        {
            options.Vault = vault;
            configure(options);
        });
    }

    private async Task SendAsync(EndToEndKafka member, string? value)
    {
        if (value is not null)
            _secrets.Add("plaintext", value);
        using var producer = new ProducerBuilder<string, string?>(new ProducerConfig { BootstrapServers = _project.Cluster.BootstrapServers })
            .SetKeySerializer(member.BindKey(Serializers.Utf8))
            .SetValueSerializer(member.Encrypt(Serializers.Utf8)!)
            .Build();
        await producer.ProduceAsync(Topic, new Message<string, string?> { Key = "a key that may be read", Value = value }).WaitAsync(TestProjectOnKafka.Patience);
    }

    private IVaultStore NewVault(string name)
    {
        var bytes = RandomNumberGenerator.GetBytes(VaultKey.Size);
        _secrets.Add("vault key", bytes);
        using var key = VaultKey.FromBytes(bytes);
        return Keep(SqliteVault.Open(_folder[name], key));
    }

    private IVaultStore Keep(IVaultStore vault)
    {
        _vaults.Add(vault);
        return vault;
    }

    private void AddKeysIn(IVaultStore vault)
    {
        foreach (var (collection, name) in new[] { ("authority", "signing"), ("identity", "key") })
        {
            if (vault.Read(collection, name) is { } pkcs8)
                AddSigningKey($"{collection} key", pkcs8);
        }

        if (vault.Read("authority", "sealing") is { } sealing)
            _secrets.Add("authority's sealing key", sealing);
        foreach (var package in vault.List("key-packages").Values)
            _secrets.Add("key package's key", package.AsSpan(sizeof(long)));
        foreach (var session in vault.List("sessions").Values)
            _secrets.Add("session's secret", session.AsSpan(0, SessionKeys.SecretSize));
    }

    // What a session has in its producer's memory only: the derived key, and the key that signs its messages.
    private void AddKeysOf(EndToEndKafka producer)
    {
        var session = ServiceOf(producer).Current.Sending[Topic].Current!;
        _secrets.Add("session's key", KeysOf(CipherOf(session)).Key.Span);
        AddSigningKey("session's signing key", SigningKeyOf(ProvingKeysOf(session))!.Export());
    }

    private void AddSigningKey(string name, byte[] pkcs8)
    {
        using var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(pkcs8, out _);
        _secrets.Add(name, key.ExportParameters(includePrivateParameters: true).D!);
        _secrets.Add(name + " in PKCS #8", pkcs8);
    }

    // By another process: for this one to close a file is to lose SQLite's locks on it.
    private byte[] BytesOfOpenFiles()
    {
        using var copy = new TemporaryFolder();
        using var process = Process.Start("cp", ["-r", _folder["."], copy["copy"]])!;
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero);
        return copy.AllBytes();
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_service")]
    private static extern ref KeyExchangeService ServiceOf(EndToEndKafka member);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_cipher")]
    private static extern ref MessageCipher CipherOf(OutboundSession session);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_keys")]
    private static extern ref SessionKeys KeysOf(MessageCipher cipher);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_provingKeys")]
    private static extern ref ProvingKeys ProvingKeysOf(OutboundSession session);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_signingKey")]
    private static extern ref SigningKey? SigningKeyOf(ProvingKeys keys);
}
