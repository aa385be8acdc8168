using System.Text;
using Confluent.Kafka;
using E2EKafka.TestMember;

namespace E2EKafka.Integration.Tests;

/// <summary>Sessions follow each other, nothing is lost on the way, and no message waits for one.</summary>
[TestFixture]
public class RotationTests
{
    private const int Rotations = 100;
    private const string Topic = TestProjectOnKafka.Topic;

    private static SerializationContext Place => new(MessageComponentType.Value, Topic, []);

    [Test]
    public async Task Under_constant_load_a_hundred_rotations_refuse_and_lose_no_message()
    {
        const int perSession = 256;
        const int count = (Rotations + 1) * perSession;
        await using var project = await TestProjectOnKafka.StartAsync();
        await using var consumer = await project.JoinAsync(options => options.Consume.Add(Topic));
        await using var member = await project.JoinAsync(options =>
        {
            options.Produce.Add(Topic);
            Limit(options, perSession);
        });
        var reading = Task.Run(() =>
        {
            using var reader = project.NewReader(consumer);
            return Enumerable.Range(0, count).Select(_ => reader.Next()).ToList();
        });

        var undelivered = 0;
        using (var producer = project.NewProducer(member))
        {
            for (var i = 0; i < count; i++)
            {
                producer.Produce(Topic, new Message<string, string> { Key = $"{i}", Value = $"{i}" }, report =>
                {
                    if (report.Status != PersistenceStatus.Persisted)
                        Interlocked.Increment(ref undelivered);
                });
            }

            producer.Flush(TestProjectOnKafka.Patience);
        }

        var messages = await reading;
        Assert.Multiple(() =>
        {
            Assert.That(undelivered, Is.Zero);
            Assert.That(messages.Where(message => !message.IsVerified).Select(message => message.ToString()), Is.Empty);
            Assert.That(messages.Select(message => message.Value).ToHashSet(), Has.Count.EqualTo(count));
            Assert.That(RawKafka.Count(project.Kafka, Topic), Is.EqualTo(count));
            Assert.That(messages.Select(message => message.Origin!.Session).Distinct().Count(), Is.GreaterThan(Rotations));
            Assert.That(messages.Select(message => (message.Origin!.Session, message.Origin.Sequence)), Is.Unique);
        });
    }

    /// <summary>By order, not by the clock: a call that waits for anything returns a task that is not completed.</summary>
    [Test]
    public async Task No_message_waits_while_the_broker_holds_a_successors_announcement_back()
    {
        const int perSession = 32;
        const int ahead = 2; // a sixteenth, from which on a successor is asked for
        await using var project = await TestProjectOnKafka.StartAsync();
        await using var consumer = await project.JoinAsync(options => options.Consume.Add(Topic));
        using var storing = new SemaphoreSlim(0);
        using var announced = new SemaphoreSlim(0);
        using var vault = new WatchedVault(collection =>
        {
            if (collection == "sessions")
                storing.Release();
        });
        using var log = new EventLog(entry =>
        {
            if (entry.Name == "SessionAnnounced")
                announced.Release();
        });
        await using var member = await EndToEndKafka.ConnectAsync(
            project.Options(project.Authority.CreateTicket(), options =>
            {
                options.Vault = vault;
                options.Produce.Add(Topic);
                Limit(options, perSession);

                // A record that the broker does not take is tried again at once; behind it, the mock cluster would take the next one.
                options.Kafka["retry.backoff.ms"] = "1";
                options.Kafka["retry.backoff.max.ms"] = "5";
                options.Kafka["max.in.flight.requests.per.connection"] = "1";
            }),
            log);
        var serializer = member.EncryptAsync(Serializers.Utf8);
        var messages = new List<byte[]>();
        var waited = new List<int>();
        var sessions = new List<SessionId>();
        await NextAsync(storing);
        await NextAsync(announced);
        for (var rotation = 0; rotation < Rotations; rotation++)
        {
            // The first message under a session is behind its announcement and grant: a member that reads the log as it is now can open it.
            Send(1);
            Assert.That(Open(messages[^1]), Is.EqualTo($"{messages.Count - 1}"));

            // From here on the broker takes no announcement. The last of these messages asks for the successor.
            project.Cluster.FailRequests(KafkaRequest.Produce, ErrorCode.NotEnoughReplicas, 100_000);
            Send(perSession - ahead - 1);

            // It is made, and on its way: the messages in the meantime go out under the session that there is.
            await NextAsync(storing);
            Send(ahead);
            Assert.That(announced.CurrentCount, Is.Zero, "the test is about something");

            // Only when the broker has it, it is used.
            project.Cluster.StopFailingRequests(KafkaRequest.Produce);
            await NextAsync(announced);
            await member.WaitUntilReadyAsync();
            var session = messages[^perSession..].Select(SessionOf).Distinct().ToList();
            Assert.That(session, Has.Count.EqualTo(1), "a session was used that the broker did not have");
            sessions.AddRange(session);
        }

        // What a wait looks like, and that there is one rather than a session that the broker does not have.
        project.Cluster.FailRequests(KafkaRequest.Produce, ErrorCode.NotEnoughReplicas, 100_000);
        Send(perSession);
        sessions.Add(SessionOf(messages[^1]));
        var waiting = serializer.SerializeAsync($"{messages.Count}", Place);
        Assert.That(waiting.IsCompleted, Is.False);
        project.Cluster.StopFailingRequests(KafkaRequest.Produce);
        messages.Add(await waiting.WaitAsync(TestProjectOnKafka.Patience));
        sessions.Add(SessionOf(messages[^1]));
        Assert.Multiple(() =>
        {
            Assert.That(waited, Is.Empty, "messages that had to wait for a session");
            Assert.That(sessions, Is.Unique.And.Count.EqualTo(Rotations + 2));
            Assert.That(messages.Select(Open), Is.EqualTo(Enumerable.Range(0, messages.Count).Select(i => $"{i}")));
        });

        string Open(byte[] message) => Encoding.UTF8.GetString(consumer.Protector.Open(message, new MessageContext(Topic)).Plaintext.Span);

        void Send(int count)
        {
            for (var i = 0; i < count; i++)
            {
                var sending = serializer.SerializeAsync($"{messages.Count}", Place);
                if (!sending.IsCompleted)
                    waited.Add(messages.Count);
                messages.Add(sending.GetAwaiter().GetResult());
            }
        }
    }

    private static void Limit(EndToEndKafkaOptions options, int messages) =>
        options.Lifetimes = options.Lifetimes with { SessionLimits = SessionLimits.Default with { Messages = messages } };

    private static SessionId SessionOf(byte[] message) => SessionId.Read(message.AsSpan(2));

    private static async Task NextAsync(SemaphoreSlim signal) =>
        Assert.That(await signal.WaitAsync(TestProjectOnKafka.Patience), Is.True, "It did not happen.");
}
