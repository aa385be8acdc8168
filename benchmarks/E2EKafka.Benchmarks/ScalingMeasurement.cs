using System.Security.Cryptography;
using Confluent.Kafka;

namespace E2EKafka.Benchmarks;

/// <summary>
/// One serializer, or one deserializer, used by as many threads as there are cores: how much longer a call takes than on one thread. What the
/// machine can do is in the rows of the bare cryptography, of which each thread has its own.
/// </summary>
internal static class ScalingMeasurement
{
    private const int Calls = 20_000;

    public static async Task RunAsync(TextWriter output)
    {
        await using var project = await KafkaProject.StartAsync();
        var encrypt = project.Producer.Encrypt(Serializers.ByteArray);
        var decrypt = project.Consumer.Decrypt(Deserializers.ByteArray);
        var threads = Environment.ProcessorCount;
        await output.WriteLineAsync($"100 B, in ns each: one thread, and {threads} at the same time. A ratio of 1 is a speed of {threads} times one thread's.\n");
        await output.WriteLineAsync("| | 1 thread | all threads | ratio | min | median | max |");
        await output.WriteLineAsync("|---|---|---|---|---|---|---|");
        var key = RandomNumberGenerator.GetBytes(32);
        await WriteAsync("AES-GCM alone, one for each thread", Calls, () =>
        {
            var aes = new AesGcm(key, AesGcm.TagByteSizes.MaxSize);
            var (nonce, tag, plaintext) = (new byte[12], new byte[16], new byte[100]);
            return () => aes.Encrypt(nonce, plaintext, new byte[100], tag);
        });
        await WriteAsync("ECDSA alone, one for each thread, verify", Calls / 20, () =>
        {
            var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var signature = ecdsa.SignHash(key);
            return () => ecdsa.VerifyHash(key, signature);
        });
        foreach (var topic in (string[])[KafkaProject.SharedTopic, KafkaProject.SignedTopic])
        {
            var context = new SerializationContext(MessageComponentType.Value, topic, []);
            var plaintext = new byte[100];
            var message = encrypt.Serialize(plaintext, context);
            var calls = topic == KafkaProject.SharedTopic ? Calls : Calls / 20;
            await WriteAsync($"encrypt, {topic}", calls, () => () => encrypt.Serialize(plaintext, context));
            await WriteAsync($"decrypt, {topic}", calls, () => () => decrypt.Deserialize(message, isNull: false, context));
        }

        Task WriteAsync(string name, int calls, Func<Action> callOfThread) => output.WriteLineAsync(
            $"| {name} | {AlternatingRounds.Measure(() => TimeOf(1, calls, callOfThread), () => TimeOf(threads, calls, callOfThread), slices: 10)}");
    }

    /// <returns>How long a call takes a thread, in nanoseconds.</returns>
    private static double TimeOf(int threads, int calls, Func<Action> callOfThread)
    {
        using var together = new Barrier(threads);
        var times = new double[threads];
        var running = Enumerable.Range(0, threads).Select(i => new Thread(() =>
        {
            var call = callOfThread();
            call();
            together.SignalAndWait();
            times[i] = AlternatingRounds.Time(call, calls) / calls;
        })).ToList();
        running.ForEach(thread => thread.Start());
        running.ForEach(thread => thread.Join());
        return times.Average();
    }
}
