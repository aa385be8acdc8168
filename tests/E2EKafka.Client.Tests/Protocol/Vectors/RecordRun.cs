using System.Text.Json.Nodes;

namespace E2EKafka.Client.Tests.Vectors;

/// <summary>A control record that a member reads.</summary>
internal static class RecordRun
{
    public static string Run(JsonObject context, JsonObject input, JsonObject expected, JsonObject actual)
    {
        using var reader = new VectorReader(context, input);
        var result = reader.Read(input["record"]!);

        // Only what is answered tells a request for keys that is heeded from one that is passed over.
        if (result == VectorFile.Accepted && (string)input["record"]!["topic"]! == "requests" && !reader.HasAnswered)
            result = VectorFile.PassedOver;
        foreach (var (name, value) in expected)
            actual[name] = reader.Observe(name, value!);
        return result;
    }
}
