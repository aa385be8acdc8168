using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;
using Confluent.Kafka;

namespace E2EKafka.TestMember;

/// <summary>
/// One member of a project, or its authority, in a process of its own. Told by <see cref="MemberSettings"/> on standard input, tells by
/// <see cref="MemberEvent"/> on standard output, and ends when its standard input is closed.
/// </summary>
public static class Program
{
    /// <summary>How many messages a producer has sent when it tells that it has sent many.</summary>
    public const int Many = 50;

    /// <summary>How many messages are under way at once: some, so that a process that is killed has some.</summary>
    private const int Window = 10;

    private static readonly TimeSpan MetadataTimeout = TimeSpan.FromSeconds(30);

    public static async Task<int> Main()
    {
        var settings = JsonSerializer.Deserialize<MemberSettings>((await Console.In.ReadLineAsync())!)!;
        Tell(new MemberEvent(MemberEventKind.Started));
        using var stop = new CancellationTokenSource();
        var wanted = Channel.CreateUnbounded<string>();
        _ = Task.Run(async () =>
        {
            while (await Console.In.ReadLineAsync() is { } value)
                wanted.Writer.TryWrite(value);
            await stop.CancelAsync();
        });
        try
        {
            if (settings.Role == MemberRole.Authority)
            {
                await ServeAsync(settings, stop.Token);
                return 0;
            }

            await using var member = await EndToEndKafka.ConnectAsync(OptionsOf(settings), new EventLog(Tell), stop.Token);
            await member.WaitUntilReadyAsync(cancellationToken: stop.Token);
            Tell(new MemberEvent(MemberEventKind.Ready) { Identifier = member.Identifier });
            if (settings.Role == MemberRole.Produce)
                await ProduceAsync(member, settings, wanted.Reader, stop.Token);
            else if (settings.Role == MemberRole.Transform)
                Transformer.Run(member, settings, Tell, stop.Token);
            else
                Consume(member, settings, stop.Token);
            return 0;
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
        catch (EndToEndKafkaException e)
        {
            return Failed(e);
        }
        catch (ProduceException<string, string> e) when (e.InnerException is EndToEndKafkaException inner)
        {
            return Failed(inner);
        }
    }

    private static EndToEndKafkaOptions OptionsOf(MemberSettings settings)
    {
        var options = new EndToEndKafkaOptions
        {
            ProjectFile = settings.ProjectFile,
            Ticket = settings.Ticket,
            VaultFile = settings.VaultFile,
            VaultKeyFile = settings.VaultFile is { } file ? MemberSettings.KeyFileOf(file) : null,
            UseInMemoryVault = settings.VaultFile is null,
        };
        foreach (var (name, value) in settings.Kafka)
            options.Kafka[name] = value;
        options.StartupTimeout = settings.StartupTimeout ?? options.StartupTimeout;
        (settings.Role == MemberRole.Produce ? options.Produce : options.Consume).Add(settings.Topic);
        if (settings.Role == MemberRole.Transform)
            options.Produce.Add(settings.OutputTopic);
        if (settings.MessagesPerSession is { } messages)
            options.Lifetimes = options.Lifetimes with { SessionLimits = SessionLimits.Default with { Messages = messages } };
        if (settings.SessionLifetime is { } lifetime)
            options.Lifetimes = options.Lifetimes with { Session = lifetime, SuccessorLead = lifetime / 2 };
        if (settings.KeyPackageLifetime is { } packages)
            options.Lifetimes = options.Lifetimes with { KeyPackage = packages, KeyPackageRenewal = packages / 2 };
        if (settings.Delay is { } delay)
        {
            options.Lifetimes = options.Lifetimes with
            {
                KeyRequestDelay = delay,
                RetryDelay = delay,
                MaxRetryDelay = 4 * delay,
            };
        }

        return options;
    }

    private static async Task ServeAsync(MemberSettings settings, CancellationToken stop)
    {
        var options = new CredentialAuthorityOptions { VaultFile = settings.VaultFile, VaultKeyFile = MemberSettings.KeyFileOf(settings.VaultFile!) };
        foreach (var (name, value) in settings.Kafka)
            options.Kafka[name] = value;
        options.StartupTimeout = settings.StartupTimeout ?? options.StartupTimeout;
        await using var authority = CredentialAuthority.Open(options, new EventLog(Tell));
        await authority.StartAsync(stop);
        Tell(new MemberEvent(MemberEventKind.Ready));
        await Task.Delay(Timeout.Infinite, stop);
    }

    private static async Task ProduceAsync(EndToEndKafka member, MemberSettings settings, ChannelReader<string> wanted, CancellationToken stop)
    {
        using var producer = new ProducerBuilder<string, string>(
            new ProducerConfig(settings.Kafka.ToDictionary()) { EnableIdempotence = true, LingerMs = 0 })
            .SetValueSerializer(member.Encrypt(Serializers.Utf8))
            .SetLogHandler(static (_, _) => { })
            .Build();
        var underWay = new Queue<Task<DeliveryResult<string, string>>>();
        var sent = 0;
        for (var i = 0; i < (settings.Count ?? int.MaxValue) && !stop.IsCancellationRequested; i++)
        {
            if (underWay.Count == Window)
                await ArrivedAsync();
            var number = i.ToString(CultureInfo.InvariantCulture);
            underWay.Enqueue(producer.ProduceAsync(
                settings.Topic, new Message<string, string> { Key = number, Value = settings.Text + number }, stop));
        }

        while (underWay.Count > 0)
            await ArrivedAsync();
        Tell(new MemberEvent(MemberEventKind.AllSent));

        // Still there for consumers that ask for its keys, and for a test that wants more sent.
        await foreach (var value in wanted.ReadAllAsync(stop))
            await SendAsync(value);

        async Task SendAsync(string value)
        {
            try
            {
                await producer.ProduceAsync(settings.Topic, new Message<string, string> { Key = value, Value = value }, stop);
                Tell(new MemberEvent(MemberEventKind.Sent) { Value = value });
            }
            catch (ProduceException<string, string> e) when (e.InnerException is EndToEndKafkaException inner)
            {
                Tell(new MemberEvent(MemberEventKind.Refused) { Value = value, Reason = inner.Reason, Message = inner.Message });
            }
        }

        async Task ArrivedAsync()
        {
            var message = (await underWay.Dequeue()).Message;
            sent++;
            if (settings.TellEach)
                Tell(new MemberEvent(MemberEventKind.Sent) { Value = message.Value });
            if (sent == 1)
                Tell(new MemberEvent(MemberEventKind.FirstSent));
            if (sent == Many)
                Tell(new MemberEvent(MemberEventKind.ManySent));
        }
    }

    private static void Consume(EndToEndKafka member, MemberSettings settings, CancellationToken stop)
    {
        using var consumer = new ConsumerBuilder<string, Verified<string>>(new ConsumerConfig(settings.Kafka.ToDictionary())
        {
            GroupId = settings.Group ?? member.Identifier,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            EnableAutoOffsetStore = false, // ConsumeDecrypted asks for that
            FetchWaitMaxMs = 10,
            GroupInstanceId = settings.GroupInstance,
            AutoCommitIntervalMs = 100,
            SessionTimeoutMs = 6_000, // a broker's least
        })
            .SetValueDeserializer(member.DecryptVerified(Deserializers.Utf8))
            .SetLogHandler(static (_, _) => { })
            .Build();

        // Without a group by assignment: a group waits for those of its members that were killed, and for its first ones.
        if (settings.Group is not null)
        {
            consumer.Subscribe(settings.Topic);
        }
        else
        {
            using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
            consumer.Assign(admin.GetMetadata(settings.Topic, MetadataTimeout).Topics.Single().Partitions
                .Select(partition => new TopicPartitionOffset(settings.Topic, partition.PartitionId, Offset.Beginning)));
        }

        while (true)
        {
            // Stores the offset of the record before, which was told.
            var record = consumer.ConsumeDecrypted(stop);
            var message = record.Message.Value;
            Tell(new MemberEvent(MemberEventKind.Received)
            {
                Value = message.Failure is null ? message.Value : null,
                Partition = record.Partition.Value,
                Offset = record.Offset.Value,
                Producer = message.Origin?.Producer,
                Session = message.Origin?.Session,
                ProvenBy = message.Origin?.ProvenBy,
                Reason = message.Failure?.Reason,
                Message = message.Failure?.Message,
            });
        }
    }

    private static int Failed(EndToEndKafkaException exception)
    {
        Tell(new MemberEvent(MemberEventKind.Failed) { Reason = exception.Reason, Message = exception.Message });
        return 1;
    }

    // Synchronized by the console.
    private static void Tell(MemberEvent what) => Console.Out.WriteLine(what.ToLine());
}
