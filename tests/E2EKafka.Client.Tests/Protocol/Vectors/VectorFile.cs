using System.IO.Compression;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace E2EKafka.Client.Tests.Vectors;

/// <summary>A file of <c>docs/vectors</c>: what all its vectors share, and the vectors. <c>docs/vectors/README.md</c> explains the members.</summary>
internal sealed class VectorFile
{
    public const string Accepted = "accepted";
    public const string PassedOver = "passed over";

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    /// <summary>Longer values of records are compressed, so that records at the limits of their lists can be here.</summary>
    private const int MaxValueLength = 16_384;

    private readonly JsonObject _root;

    /// <param name="name">The file's name, without <c>.json</c>.</param>
    /// <param name="kind">How its vectors are run.</param>
    /// <param name="description">What they are about, in a sentence or two.</param>
    /// <param name="context">What they share.</param>
    public VectorFile(string name, string kind, string description, object context)
    {
        Name = name;
        _root = new JsonObject
        {
            ["description"] = description, ["kind"] = kind, ["context"] = Node(context), ["vectors"] = new JsonArray(),
        };
    }

    private VectorFile(string name, JsonObject root) => (Name, _root) = (name, root);

    public string Name { get; }

    public string Kind => (string)_root["kind"]!;

    public JsonObject Context => _root["context"]!.AsObject();

    public IEnumerable<JsonObject> Vectors => _root["vectors"]!.AsArray().Select(vector => vector!.AsObject());

    public static JsonNode? Node(object? value) => JsonSerializer.SerializeToNode(value, Options);

    public static VectorFile Read(string path) =>
        new(Path.GetFileNameWithoutExtension(path), JsonNode.Parse(File.ReadAllText(path))!.AsObject());

    /// <param name="name">A sentence, and the only one of its name in the file.</param>
    /// <param name="input">What is given.</param>
    /// <param name="result">What comes of it.</param>
    /// <param name="expected">What follows where it is accepted.</param>
    /// <param name="check">The check in section 3 of the specification that refuses it, as in <c>3.1 7</c>.</param>
    public void Add(string name, object input, string result, object? expected = null, string? check = null)
    {
        var vector = new JsonObject { ["name"] = name, ["input"] = Node(input), ["result"] = result };
        if (check is not null)
            vector["check"] = check;
        if (expected is not null)
            vector["expected"] = Node(expected);
        CompressValues(vector["input"]!);
        _root["vectors"]!.AsArray().Add(vector);
    }

    /// <summary>The value of a record: as it is, or compressed; <see langword="null"/> if it is null.</summary>
    public static string? ValueOf(JsonNode record)
    {
        if (record["zlib"] is not { } compressed)
            return (string?)record["value"];

        using var stream = new ZLibStream(new MemoryStream(Convert.FromBase64String((string)compressed!)), CompressionMode.Decompress);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        return reader.ReadToEnd();
    }

    private static void CompressValues(JsonNode node)
    {
        foreach (var child in (node switch { JsonObject map => map.Select(pair => pair.Value), JsonArray list => list, _ => [] }).OfType<JsonNode>().ToList())
            CompressValues(child);
        if (node is not JsonObject record || record["value"] is not JsonValue value || value.GetValueKind() != JsonValueKind.String ||
            ((string)value!).Length <= MaxValueLength)
            return;

        using var compressed = new MemoryStream();
        using (var stream = new ZLibStream(compressed, CompressionLevel.SmallestSize, leaveOpen: true))
            stream.Write(Encoding.ASCII.GetBytes((string)value!));
        record.Remove("value");
        record["zlib"] = Convert.ToBase64String(compressed.ToArray());
    }

    public string ToJson() => _root.ToJsonString(Options) + "\n";

    public override string ToString() => Name;
}
