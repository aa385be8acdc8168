using System.Diagnostics;
using System.Reflection;
using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

/// <summary>Section 7 of the design: neither <c>ToString</c> nor a debugger's display ever shows a secret.</summary>
public sealed class SecretsStaySecretTests
{
    /// <summary>Types that hold a secret, directly or in a member. Each is sampled below.</summary>
    private static readonly Type[] Holders =
    [
        typeof(SecretBytes), typeof(SigningKey), typeof(P256PrivateKey), typeof(MlKem768P256PrivateKey), typeof(SessionKeys), typeof(TicketClaims),
        typeof(EnrollmentTicket), typeof(AuthorityRequestBody), typeof(MemberIdentity), typeof(AuthoritySecrets), typeof(MemoryVault), typeof(VaultBatch), typeof(VaultChange),
        typeof(GroupKey),
    ];

    /// <summary>An object with a field of one of these types holds a secret.</summary>
    private static readonly Type[] SecretTypes = [typeof(SecretBytes), typeof(SigningKey), typeof(HpkePrivateKey), typeof(MlKem768Key), typeof(EnrollmentTicket), typeof(TicketClaims)];

    private static readonly byte[] Secret = [.. Enumerable.Range(0, 32).Select(i => (byte)((i * 7) + 129))];

    [Test]
    public void Nothing_that_holds_a_secret_shows_it()
    {
        using var project = new TestProject();
        using var signing = SigningKey.Generate();
        using var scalar = HpkeKem.P256.Import(Secret);
        using var seed = HpkeKem.MlKem768P256.Import(Secret);
        using var seeds = MlKem768P256.Expand(Secret);
        using var secret = SecretBytes.CopyOf(Secret);
        var core = TestSession.CoreOf(project.Document, "t", signing.Public.Thumbprint, signing.Public, project.Now, project.Now.AddHours(1));
        using var keys = SessionKeys.TryDerive(secret, SessionKeys.State(secret, core))!;
        using var groupKey = new GroupKey("billing", SecretBytes.CopyOf(Secret));
        using var vault = new MemoryVault();
        using var identity = MemberIdentity.LoadOrCreate(vault, "p");
        using var batch = new VaultBatch().Put("c", "n", Secret);
        using var authority = AuthoritySecrets.TryRead(project.Vault)!;
        using var platform = signing.CreateSigner();
        var claims = new TicketClaims(project.Document.Id, project.Document.Authority, project.Document.AuthorityKey.Thumbprint, 1, 1, Secret);
        var ticket = new EnrollmentTicket(claims);
        object[] holders =
        [
            secret, signing, scalar, seed, keys, claims, ticket, new AuthorityRequestBody(Secret), identity, authority, vault, batch, batch.Changes[0],
            groupKey,
        ];
        var secrets = Spellings.Of(Secret)
            .Concat(Spellings.Of(keys.Key.Span.ToArray()))
            .Concat(Spellings.Of(seeds.Span[..MlKem768.SeedSize].ToArray()))
            .Concat(Spellings.Of(seeds.Span.Slice(MlKem768.SeedSize, P256PrivateKey.Size).ToArray()))
            .Concat(Spellings.Of(platform.ExportParameters(includePrivateParameters: true).D!))
            .Append(ticket.Encode()["e2ekafka-ticket-".Length..])
            .ToList();
        Assert.Multiple(() =>
        {
            Assert.That(holders.Select(holder => holder.GetType()), Is.EquivalentTo(Holders));
            foreach (var holder in holders)
            {
                foreach (var text in (string[])[holder.ToString()!, $"{holder}", new EndToEndKafkaException(FailureReason.NotReady, $"{holder}").ToString()])
                {
                    foreach (var spelling in secrets)
                        Assert.That(text, Does.Not.Contain(spelling), holder.GetType().Name);
                }
            }
        });
    }

    [Test]
    public void Every_type_that_keeps_a_secret_is_looked_at_here()
    {
        var keeping =
            from type in typeof(ProjectDocument).Assembly.GetTypes()
            where !type.Name.Contains('<', StringComparison.Ordinal) && !type.IsByRefLike && type.Namespace?.StartsWith(nameof(E2EKafka), StringComparison.Ordinal) == true
            where type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Any(field => SecretTypes.Any(secret => secret.IsAssignableFrom(field.FieldType)))
            select type;
        // HpkeKeySchedule and HpkeEncapsulation live within one call; the SQLite vault and its key have tests of their own.
        Type[] elsewhere = [.. typeof(ProjectDocument).Assembly.GetTypes().Where(type => type.Name is "HpkeKeySchedule" or "HpkeEncapsulation" or "VaultCipher" or "VaultKey" or "SqliteVault")];
        Assert.That(keeping.Except(Holders).Except(elsewhere), Is.Empty);
    }

    [Test]
    public void A_debugger_shows_no_secret_in_one_line()
    {
        var displays = typeof(ProjectDocument).Assembly.GetTypes()
            .Select(type => type.GetCustomAttribute<DebuggerDisplayAttribute>()?.Value)
            .OfType<string>().Distinct();
        Assert.That(displays, Is.SubsetOf((string[])["{ToString(),nq}", "{Public.Thumbprint}"]));
    }
}
