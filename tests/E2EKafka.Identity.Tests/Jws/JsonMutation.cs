using System.Globalization;
using System.Text.Json.Nodes;

namespace E2EKafka.Identity.Tests;

/// <summary>All the ways in which JSON can be other than its reader expects, one at a time, at every place of a document.</summary>
/// <param name="What">What was done, and where.</param>
/// <param name="Json">The result.</param>
internal sealed record JsonMutation(string What, string Json)
{
    // A place where JSON is to stand that JsonNode cannot hold.
    private const string Raw = "@raw@";

    public override string ToString() => What;

    public static IEnumerable<JsonMutation> AllOf(string json) =>
        from path in Paths(JsonNode.Parse(json)!, [])
        from mutation in At(json, path)
        select mutation;

    private static IEnumerable<object[]> Paths(JsonNode? node, object[] path)
    {
        yield return path;
        var children = node switch
        {
            JsonObject members => members.Select(member => ((object)member.Key, member.Value)),
            JsonArray elements => elements.Select((element, index) => ((object)index, element)),
            _ => [],
        };
        foreach (var (step, child) in children)
        {
            foreach (var below in Paths(child, [.. path, step]))
                yield return below;
        }
    }

    private static IEnumerable<JsonMutation> At(string json, object[] path)
    {
        var where = "$" + string.Concat(path.Select(step => step is string name ? "." + name : $"[{step}]"));
        var here = Find(JsonNode.Parse(json)!, path);

        foreach (var (what, raw) in Replacements(here))
            yield return new($"{where} {what}", With(json, path, raw));

        if (here is JsonObject)
        {
            yield return new($"{where} with an unknown member", Edit(json, path, node => node.AsObject().Add("unknown", 1)));
            yield return new($"{where} with a null member", Edit(json, path, node => node.AsObject().Add("unknown", null)));
        }

        if (here is JsonArray)
            yield return new($"{where} with a null at its end", Edit(json, path, node => node.AsArray().Add(null)));

        if (path is [.. var parent, string member])
        {
            yield return new($"{where} twice", Edit(json, parent, node =>
                node.AsObject().Insert(0, Raw, here!.DeepClone())).Replace($"\"{Raw}\"", $"\"{member}\"", StringComparison.Ordinal));
            yield return new($"{where} twice, once with an escape", Edit(json, parent, node =>
                node.AsObject().Add(Raw, here!.DeepClone())).Replace($"\"{Raw}\"", $"\"\\u{(int)member[0]:x4}{member[1..]}\"", StringComparison.Ordinal));
            yield return new($"{where} missing", Edit(json, parent, node => node.AsObject().Remove(member)));
            yield return new($"{where} in upper case", Edit(json, parent, node =>
            {
                // Where it was: a map of names stays sorted, if it can.
                var index = node.AsObject().IndexOf(member);
                node.AsObject().RemoveAt(index);
                node.AsObject().Insert(index, member.ToUpperInvariant(), here!.DeepClone());
            }));
        }
    }

    private static IEnumerable<(string What, string Raw)> Replacements(JsonNode? node)
    {
        yield return ("null", "null");
        yield return ("an object", "{}");
        yield return ("an array of itself", $"[{node!.ToJsonString()}]");
        if (node is not JsonValue value)
        {
            yield return ("a text", "\"x\"");
            yield return ("a number", "1");
        }
        else if (value.TryGetValue<long>(out var number))
        {
            yield return ("a number as a text", $"\"{number.ToString(CultureInfo.InvariantCulture)}\"");
            yield return ("a fraction", $"{number}.5");
            yield return ("a whole fraction", $"{number}.0");
            yield return ("a number with an exponent", $"{number}e0");
            yield return ("a number beyond 64 bits", "9223372036854775808");
            yield return ("a number below 64 bits", "-9223372036854775809");
            yield return ("a number beyond a double", "1e999999");
            yield return ("a number of many digits", new string('9', 10_000));
        }
        else if (value.TryGetValue<bool>(out _))
        {
            yield return ("a boolean as a number", "1");
            yield return ("a boolean as a text", "\"true\"");
        }
        else
        {
            yield return ("a number", "1");
            yield return ("zero", "0");
            yield return ("a boolean", "true");
        }
    }

    private static JsonNode? Find(JsonNode root, object[] path) => path.Aggregate(
        (JsonNode?)root, (node, step) => step is string name ? node![name] : node![(int)step]);

    private static string Edit(string json, object[] path, Action<JsonNode> edit)
    {
        var root = JsonNode.Parse(json)!;
        edit(Find(root, path)!);
        return root.ToJsonString();
    }

    private static string With(string json, object[] path, string raw) => path is [.. var parent, var last]
        ? Edit(json, parent, node =>
        {
            if (last is string name)
                node[name] = Raw;
            else
                node[(int)last] = Raw;
        }).Replace($"\"{Raw}\"", raw, StringComparison.Ordinal)
        : raw;
}
