using System.Security.Cryptography;
using Confluent.Kafka;

namespace E2EKafka.Benchmarks;

/// <summary>What a message costs beside the bare cryptography in it, one thread: a reused AesGcm, and one new array for what it writes.</summary>
internal static class RatioMeasurement
{
    public static async Task RunAsync(TextWriter output)
    {
        await using var project = await KafkaProject.StartAsync();
        await output.WriteLineAsync("Times in ns, the shortest. Ratios of the shortest times, and of 9 rounds.\n");
        await output.WriteLineAsync("| | bare | E2EKafka | ratio | min | median | max |");
        await output.WriteLineAsync("|---|---|---|---|---|---|---|");
        foreach (var size in (int[])[100, 1024, 10 * 1024])
        {
            var shared = new SerializationContext(MessageComponentType.Value, KafkaProject.SharedTopic, []);
            var encrypt = project.Producer.Encrypt(Serializers.ByteArray);
            var decrypt = project.Consumer.Decrypt(Deserializers.ByteArray);
            var decryptText = project.Consumer.Decrypt(Deserializers.Utf8);
            var plaintext = new byte[size];
            plaintext.AsSpan().Fill((byte)'a');
            var message = encrypt.Serialize(plaintext, shared);
            using var aes = new AesGcm(RandomNumberGenerator.GetBytes(32), AesGcm.TagByteSizes.MaxSize);
            var (nonce, tag, ciphertext) = (new byte[AesGcm.NonceByteSizes.MaxSize], new byte[AesGcm.TagByteSizes.MaxSize], new byte[size]);
            aes.Encrypt(nonce, plaintext, ciphertext, tag);
            await WriteAsync("encrypt, shared", EncryptAlone, () => encrypt.Serialize(plaintext, shared));
            await WriteAsync("decrypt, shared", DecryptAlone, () => decrypt.Deserialize(message, isNull: false, shared));
            await WriteAsync("decrypt to text, shared", DecryptToText, () => decryptText.Deserialize(message, isNull: false, shared));

            Task WriteAsync(string name, Action bare, Action call) =>
                output.WriteLineAsync($"| {name}, {size} B | {AlternatingRounds.Measure(bare, call)}");

            void EncryptAlone() => aes.Encrypt(nonce, plaintext, new byte[size], tag);

            void DecryptAlone() => aes.Decrypt(nonce, ciphertext, tag, new byte[size]);

            void DecryptToText()
            {
                var bytes = new byte[size];
                aes.Decrypt(nonce, ciphertext, tag, bytes);
                Deserializers.Utf8.Deserialize(bytes, isNull: false, default);
            }
        }
    }
}
