using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

/// <summary>Every record that we write is read back equal.</summary>
public sealed class WrittenRecordTests
{
    private const int Rounds = 500;

    public static IEnumerable<Type> Types => RandomClaims.Types;

    [TestCaseSource(nameof(Types))]
    public void What_is_written_is_read_back_equal(Type type) =>
        typeof(WrittenRecordTests).GetMethod(nameof(ReadBack), System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.NonPublic)!
            .MakeGenericMethod(type).Invoke(null, []);

    private static void ReadBack<T>()
        where T : class
    {
        var type = (JsonTypeInfo<T>)RecordJson.Default.GetTypeInfo(typeof(T))!;
        var random = new RandomClaims(new SeededGenerator(0xE2EE_0013));
        for (var round = 0; round < Rounds; round++)
        {
            var claims = (T)random.Of(typeof(T));
            var written = ExactJson.Write(claims, type);
            var text = System.Text.Encoding.UTF8.GetString(written);
            var read = ExactJson.TryRead(written, type);
            Assert.That(read, Is.Not.Null, text);

            // The plain writer knows nothing of the exact form, so it also sees what that might leave out by mistake.
            Assert.That(JsonNode.DeepEquals(JsonSerializer.SerializeToNode(read!, type), JsonSerializer.SerializeToNode(claims, type)), text);
        }
    }
}
