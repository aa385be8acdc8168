using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.Vectors;

/// <summary>What is no record on a topic, given to the code that reads it.</summary>
internal static class ValueRuns
{
    private const string Refused = "refused";

    public static string RunKey(JsonObject context, JsonObject input, JsonObject expected, JsonObject actual)
    {
        if (input["jwk"] is { } jwk)
            return Signing(input, actual, SigningPublicKey.TryRead(jwk.Deserialize<Jwk>(JsonSerializerOptions.Web)!));
        if (input["hpke"] is { } hpke)
            return Hpke(input, actual, HpkePublicKey.TryImport(Base64UrlBytes.TryDecode((string)hpke!)!, out var key) ? key : null);
        if (input["salt"] is { } salt)
        {
            byte[] named = [.. "E2EKafka/1 project\0"u8, .. Encoding.ASCII.GetBytes((string)input["authority"]!), .. VectorReader.Bytes(salt)];
            actual["project"] = Base64Url.EncodeToString(SHA256.HashData(named));
        }
        else if (input["text"] is { } text)
        {
            actual["partition"] = new ControlTopicLayout("x", (int)input["partitions"]!).PartitionOf((string)text!);
        }
        else if (input["topic"] is { } topic)
        {
            actual["matches"] = TopicPattern.Matches((string)input["pattern"]!, (string)topic!);
        }
        else
        {
            var pattern = (string)input["pattern"]!;
            if (!TopicPattern.IsValid(pattern))
                return Refused;
            actual["isTopicName"] = TopicPattern.IsTopicName(pattern);
        }

        return VectorFile.Accepted;
    }

    public static string RunJson(JsonObject context, JsonObject input, JsonObject expected, JsonObject actual)
    {
        var text = input["hex"] is { } hex ? VectorReader.Bytes(hex) : Encoding.UTF8.GetBytes((string)input["text"]!);
        return (string)input["type"]! switch
        {
            "policy" => IsExact(RecordJson.Default.Policy),
            "key-request" => IsExact(RecordJson.Default.KeyRequestClaims),
            "request-body" => IsExact(RecordJson.Default.AuthorityRequestBody),
            var other => throw new InvalidOperationException(other),
        };

        string IsExact<T>(System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
            where T : class => ExactJson.TryRead(text, type) is null ? Refused : VectorFile.Accepted;
    }

    public static string RunForm(JsonObject context, JsonObject input, JsonObject expected, JsonObject actual)
    {
        var value = input["value"] is JsonArray parts
            ? string.Concat(parts.Chunk(2).SelectMany(pair => Enumerable.Repeat((string)pair[0]!, (int)pair[1]!)))
            : (string)input["value"]!;
        if (Jws.TryParse(Encoding.UTF8.GetBytes(value)) is not { } jws)
            return Refused;
        if (expected.Count > 0)
            (actual["typ"], actual["kid"], actual["hash"]) = (jws.Type, jws.KeyId, jws.Hash);
        return VectorFile.Accepted;
    }

    public static string RunKeyChange(JsonObject context, JsonObject input, JsonObject expected, JsonObject actual)
    {
        var old = SigningPublicKey.TryRead(context["oldKey"].Deserialize<Jwk>(JsonSerializerOptions.Web)!)!;
        if (KeyChange.TryVerify((string)input["change"]!, (string)context["project"]!, (string)context["identifier"]!, old) is not { } change)
            return Refused;
        (actual["key"], actual["at"]) = (change.Key.Thumbprint, change.At.ToUnixTimeSeconds());
        return VectorFile.Accepted;
    }

    public static string RunTicket(JsonObject context, JsonObject input, JsonObject expected, JsonObject actual) => Reason(() =>
    {
        var document = ProjectDocument.TryVerify(TestProject.Parse((string)context["document"]!), current: null)!;
        var ticket = EnrollmentTicket.Parse((string)input["ticket"]!);
        ticket.Check(document, DateTimeOffset.FromUnixTimeSeconds((long)context["now"]!));
        var claims = ExactJson.TryRead(
            Base64UrlBytes.TryDecode(ticket.Encode()["e2ekafka-ticket-".Length..])!, RecordJson.Default.TicketClaims)!;
        foreach (var (name, _) in expected)
        {
            actual[name] = name switch
            {
                "key" => claims.Key,
                "version" => claims.Version,
                "project" => ticket.Project,
                "authority" => ticket.Authority,
                "exp" => ticket.ExpiresAt.ToUnixTimeSeconds(),
                "secret" => VectorProject.Hex(ticket.Secret),
                _ => EnrollmentTicket.HashOf(ticket.Secret),
            };
        }
    });

    public static string RunProjectFile(JsonObject context, JsonObject input, JsonObject expected, JsonObject actual) => Reason(() =>
    {
        var document = ProjectDocument.Parse((string)input["text"]!);
        actual["project"] = document.Id;
        if (expected.ContainsKey("version"))
            actual["version"] = document.Version;
    });

    public static string RunSession(JsonObject context, JsonObject input, JsonObject expected, JsonObject actual)
    {
        using var secret = SecretBytes.CopyOf(VectorReader.Bytes(input["secret"]));
        var statement = SessionStatement.TryRead(Encoding.ASCII.GetBytes((string)input["statement"]!))!;
        using var keys = SessionKeys.TryDerive(secret, statement);
        if (keys is null)
            return "CommitmentMismatch";
        if (input["groupKey"] is { } groupKey)
        {
            using var key = new GroupKey((string)input["group"]!, SecretBytes.CopyOf(VectorReader.Bytes(groupKey)));
            if (!key.IsOf(statement))
                return "CommitmentMismatch";
            actual["groupCommitment"] = VectorProject.Hex(key.CommitmentIn(statement.Core));
            return VectorFile.Accepted;
        }

        (actual["coreHash"], actual["commitment"]) = (VectorProject.Hex(SessionStatement.HashOf(statement.Core)),
            VectorProject.Hex(statement.Claims.Commitment));
        (actual["statementHash"], actual["name"], actual["id"]) = (VectorProject.Hex(statement.Hash), statement.HashText, statement.Id.ToString());
        (actual["key"], actual["iv"]) = (VectorProject.Hex(keys.Key.Span), VectorProject.Hex(keys.Iv));
        return VectorFile.Accepted;
    }

    private static string Signing(JsonObject input, JsonObject actual, SigningPublicKey? key)
    {
        if (key is null)
            return Refused;
        (actual["thumbprint"], actual["encoded"]) = (key.Thumbprint, VectorProject.Hex(key.Encoded));
        using var own = ScalarKeys.Signing(VectorReader.Bytes(input["privateKey"]));
        return own.Public.Thumbprint == key.Thumbprint ? VectorFile.Accepted : "the key of another private key";
    }

    private static string Hpke(JsonObject input, JsonObject actual, HpkePublicKey? key)
    {
        if (key is null)
            return Refused;
        (actual["kem"], actual["id"]) = (key.Kem.Algorithm, KeyPackage.IdOf(key));
        if (input["privateKey"] is null)
            return VectorFile.Accepted;
        using var own = key.Kem.Import(VectorReader.Bytes(input["privateKey"]));
        return own.PublicKey.Equals(key) ? VectorFile.Accepted : "the key of another private key";
    }

    private static string Reason(Action read)
    {
        try
        {
            read();
            return VectorFile.Accepted;
        }
        catch (EndToEndKafkaException e)
        {
            return e.Reason.ToString();
        }
    }
}
