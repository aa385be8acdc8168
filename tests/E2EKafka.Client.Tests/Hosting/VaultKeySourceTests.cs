using E2EKafka.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace E2EKafka.Client.Tests.Hosting;

/// <summary>Members and authorities have the key of their vault from a provider, and say why it gave none.</summary>
[TestFixture]
public class VaultKeySourceTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(0, VaultKey.Size).Select(i => (byte)i)];

    private TemporaryFolder _folder = null!;
    private TestProject _project = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        _project = new TestProject();
    }

    [TearDown]
    public void TearDown()
    {
        _project.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task A_member_keeps_its_identity_under_a_key_from_a_callback_which_is_zeroed()
    {
        List<VaultKeyRequest> requests = [];
        List<byte[]> given = [];
        var provider = VaultKeyProvider.FromCallback(async (request, cancellationToken) =>
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            requests.Add(request);
            given.Add([.. Key]);
            return given[^1];
        });
        string first, second;
        await using (var member = EndToEndKafka.Create(OptionsWith(provider), NullLoggerFactory.Instance))
            first = member.Identifier;
        await using (var member = EndToEndKafka.Create(OptionsWith(provider), NullLoggerFactory.Instance))
            second = member.Identifier;

        Assert.That(second, Is.EqualTo(first));
        Assert.That(requests, Is.EqualTo(new[] { new VaultKeyRequest(_folder["vault"], IsNewVault: true), new VaultKeyRequest(_folder["vault"], IsNewVault: false) }));
        Assert.That(given, Has.All.EqualTo(new byte[VaultKey.Size]), "zeroed after use");
    }

    [Test]
    public void An_authority_has_its_key_from_a_provider_too()
    {
        var options = new CredentialAuthorityOptions { ProjectName = "test", BootstrapServers = "127.0.0.1:1", VaultFile = _folder["vault"], VaultKeyProvider = VaultKeyProvider.FromPassphrase(() => "correct horse".ToCharArray()) };
        string id;
        using (var authority = CredentialAuthority.Open(options))
            id = authority.Project.Id;
        using (var authority = CredentialAuthority.Open(options))
            Assert.That(authority.Project.Id, Is.EqualTo(id));

        options.VaultKeyProvider = VaultKeyProvider.FromPassphrase(() => "battery staple".ToCharArray());
        AssertFails(() => CredentialAuthority.Open(options), FailureReason.VaultKeyWrong, "does not open with this passphrase");
    }

    [Test]
    public void The_shorthands_are_providers_of_a_file_and_of_a_variable()
    {
        var options = OptionsWith(VaultKeyProvider.FromFile(_folder["key"]));
        using (EndToEndKafka.Create(options, NullLoggerFactory.Instance))
            Assert.That(File.Exists(_folder["key"]), "it is made with the vault");

        (options.VaultKeyProvider, options.VaultKeyFile) = (null, _folder["key"]);
        using (EndToEndKafka.Create(options, NullLoggerFactory.Instance))
            Assert.That(EndToEndKafkaOptionsValidator.Problems(options), Is.Empty);
    }

    [Test]
    public void A_key_comes_from_one_place()
    {
        var options = OptionsWith(VaultKeyProvider.FromFile(_folder["key"]));
        options.VaultKeyFile = _folder["key"];
        Assert.That(EndToEndKafkaOptionsValidator.Problems(options).Single(), Does.Contain("needs its key from one place"));

        (options.VaultKeyFile, options.VaultFile, options.UseInMemoryVault) = (null, null, true);
        Assert.That(EndToEndKafkaOptionsValidator.Problems(options).Single(), Does.Contain("A vault's key is set, and no VaultFile"));
    }

    [Test]
    public void What_a_provider_throws_is_the_inner_exception_and_not_in_the_message()
    {
        var e = AssertFails(
            () => EndToEndKafka.Create(OptionsWith(VaultKeyProvider.FromCallback((_, _) => throw new HttpRequestException("TOPSECRET"))), NullLoggerFactory.Instance),
            FailureReason.VaultUnavailable, $"The key of the vault '{_folder["vault"]}' could not be had: VaultKeyProvider failed with HttpRequestException.");

        Assert.That(e.Message, Does.Not.Contain("TOPSECRET"));
        Assert.That(e.InnerException, Is.TypeOf<HttpRequestException>());
    }

    [Test]
    public void A_provider_that_does_not_answer_ends_the_start()
    {
        var options = OptionsWith(VaultKeyProvider.FromCallback((_, _) => new TaskCompletionSource<byte[]>().Task));
        options.StartupTimeout = TimeSpan.FromMilliseconds(50);

        AssertFails(() => EndToEndKafka.Create(options, NullLoggerFactory.Instance), FailureReason.VaultUnavailable, "was not given within 00:00:00.05");
    }

    [Test]
    public void A_provider_that_gives_no_key_is_told()
    {
        AssertFails(() => EndToEndKafka.Create(OptionsWith(new NoKey()), NullLoggerFactory.Instance), FailureReason.VaultKeyWrong, "VaultKeyProvider gave no key.");
        AssertFails(
            () => EndToEndKafka.Create(OptionsWith(VaultKeyProvider.FromCallback((_, _) => Task.FromResult(new byte[16]))), NullLoggerFactory.Instance),
            FailureReason.VaultKeyWrong, "gave 16 bytes. Give 32 random bytes, the same ones at each start.");
        Assert.That(File.Exists(_folder["vault"]), Is.False);
    }

    [Test]
    public void The_verb_sets_what_it_says()
    {
        var provider = VaultKeyProvider.FromFile(_folder["key"]);
        var services = new ServiceCollection();
        services.AddEndToEndKafka(options => options.BootstrapServers = "kafka:9092").PersistKeysToFile(_folder["vault"], provider);
        using var built = services.BuildServiceProvider();
        var set = built.GetRequiredService<IOptions<EndToEndKafkaOptions>>().Value;

        Assert.That((set.VaultFile, set.VaultKeyProvider), Is.EqualTo((_folder["vault"], provider)));
    }

    private static EndToEndKafkaException AssertFails(Action call, FailureReason reason, string said)
    {
        var e = Assert.Throws<EndToEndKafkaException>(call)!;
        Assert.That(e.Message, Does.Contain(said));
        Assert.That(e.Reason, Is.EqualTo(reason));
        return e;
    }

    private EndToEndKafkaOptions OptionsWith(IVaultKeyProvider provider) =>
        new() { Project = _project.Document, BootstrapServers = "127.0.0.1:1", VaultFile = _folder["vault"], VaultKeyProvider = provider };

    private sealed class NoKey : IVaultKeyProvider
    {
        public ValueTask<VaultKey> GetKeyAsync(VaultKeyRequest request, CancellationToken cancellationToken) => ValueTask.FromResult<VaultKey>(null!);
    }
}
