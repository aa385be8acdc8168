using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using E2EKafka.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace E2EKafka.Client.Tests.Vectors;

/// <summary>A request for a credential, given to an authority as Kafka would.</summary>
internal static class RequestRun
{
    public static string Run(JsonObject context, JsonObject input, JsonObject expected, JsonObject actual)
    {
        using var vault = VaultOf(context);
        var clock = new ManualTimeProvider(DateTimeOffset.FromUnixTimeSeconds((long)context["now"]!));
        using var authority = ProjectAuthority.Open(vault, clock, TimeSpan.FromSeconds((long)context["credentialLifetimeSeconds"]!));
        return RunAsync(authority, clock, input, expected, actual).GetAwaiter().GetResult();
    }

    private static async Task<string> RunAsync(ProjectAuthority authority, ManualTimeProvider clock, JsonObject input, JsonObject expected, JsonObject actual)
    {
        FakeControlLog log = null!;
        await using var service = new AuthorityService(authority, sink => log = new FakeControlLog(sink) { BrokerClock = clock }, clock, NullLogger.Instance);
        service.Start();
        await service.WaitUntilServingAsync(Timeout.InfiniteTimeSpan, CancellationToken.None);
        foreach (var record in input["before"] as JsonArray ?? [])
            await AnswersToAsync(record!);
        if (input["now"] is { } now)
            clock.Advance(DateTimeOffset.FromUnixTimeSeconds((long)now!) - clock.GetUtcNow());
        var answers = await AnswersToAsync(input["record"]!);
        if (answers.Count == 0)
            return "no answer";

        var answer = TestProject.Parse(answers.Single());
        Assert.That(answer.Verify(answer.Type, authority.Document.Id, authority.Document.AuthorityKey), Is.True);
        var claims = JsonNode.Parse(RawJws.PayloadOf(answer.Text))!.AsObject();
        if (answer.Type == RecordTypes.Refusal)
        {
            Assert.That((string)claims["request"]!, Is.EqualTo(TestProject.Parse((string)input["record"]!["value"]!).Hash));
            return (string)claims["reason"]!;
        }

        foreach (var (name, _) in expected)
            actual[name] = claims[name]?.DeepClone();
        return "credential";

        async Task<List<string>> AnswersToAsync(JsonNode record)
        {
            var before = log.Published.Count;
            ((IControlLogSink)service).Received(VectorRecord.Read(record));

            // The service does one thing after the other: when this is published, the request is answered.
            await service.ChangeAsync(static () => { }, CancellationToken.None);
            return [.. log.Published.Skip(before).SelectMany(publication => publication.Records)
                .Where(text => TestProject.Parse(text).Type is RecordTypes.Credential or RecordTypes.Refusal)];
        }
    }

    private static MemoryVault VaultOf(JsonObject context)
    {
        var vault = new MemoryVault();
        using var signing = ScalarKeys.Signing(VectorReader.Bytes(context["signingKey"]));
        using var batch = new VaultBatch();
        batch.Put("authority", "signing", signing.Export()).Put("authority", "document", Encoding.ASCII.GetBytes((string)context["document"]!));
        foreach (var (name, scalar) in ((string[])["sealing", "previous-sealing"]).Zip(context["sealingKeys"]!.AsArray()))
        {
            using var key = HpkeKem.P256.Import(VectorReader.Bytes(scalar));
            using var stored = key.Store();
            batch.Put("authority", name, stored.Span);
        }

        foreach (var text in context["revocations"]!.AsArray().Select(record => (string)record!))
            batch.Put("revocations", TestProject.Parse(text).Hash, Encoding.ASCII.GetBytes(text));

        foreach (var ticket in context["tickets"]!.AsArray())
        {
            Put("tickets", (string)ticket!["hash"]!, new TicketRecord(
                ticket["attributes"].Deserialize<Dictionary<string, string>>()!, (int)ticket["uses"]!, (long)ticket["exp"]!, (int)ticket["used"]!),
                    AuthorityJson.Default.TicketRecord);
        }

        foreach (var text in context["credentials"]!.AsArray().Select(credential => (string)credential!))
        {
            var claims = TestProject.Parse(text).ReadUnverified(RecordJson.Default.CredentialClaims)!;
            Put("members", claims.Sub, new MemberRecord(
                claims.Ticket, claims.EnrolledAt, claims.Attributes, claims.Serial, SigningPublicKey.TryRead(claims.Cnf.Jwk)!.Thumbprint, text, claims.Exp),
                    AuthorityJson.Default.MemberRecord);
        }

        vault.Write(batch);
        return vault;

        void Put<T>(string collection, string name, T value, JsonTypeInfo<T> json) => batch.Put(collection, name,
            JsonSerializer.SerializeToUtf8Bytes(value, json));
    }
}
