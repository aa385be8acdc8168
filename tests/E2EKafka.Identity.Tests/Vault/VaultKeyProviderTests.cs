using System.Text;

namespace E2EKafka;

/// <summary>A key from a file, a variable, a passphrase and a callback opens the vault that it made, and what it came in is zeroed.</summary>
[TestFixture]
public sealed class VaultKeyProviderTests
{
    private const string Variable = "E2EKAFKA_TEST_PROVIDED_KEY";

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void DeleteFolder()
    {
        _folder.Dispose();
        Environment.SetEnvironmentVariable(Variable, null);
    }

    [Test]
    public async Task A_key_file_is_made_for_a_new_vault_and_for_no_other()
    {
        var provider = VaultKeyProvider.FromFile(_folder["key"]);
        await AssertFailsAsync(provider, FailureReason.VaultUnavailable, _folder["key"]);

        using var made = await provider.GetKeyAsync(new VaultKeyRequest(_folder["vault"], IsNewVault: true), CancellationToken.None);
        SqliteVault.Open(_folder["vault"], made).Dispose();
        using var read = await AskAsync(provider);
        SqliteVault.Open(_folder["vault"], read).Dispose();
    }

    [Test]
    public async Task A_variable_has_the_key()
    {
        var provider = VaultKeyProvider.FromEnvironmentVariable(Variable);
        await AssertFailsAsync(provider, FailureReason.VaultUnavailable, $"{Variable}, which is not set");

        Environment.SetEnvironmentVariable(Variable, Convert.ToBase64String(new byte[VaultKey.Size]));
        using var key = await AskAsync(provider);
        Assert.That(key.IsPassphrase, Is.False);
    }

    [Test]
    public async Task A_passphrase_is_zeroed_when_it_was_used()
    {
        var given = "correct horse".ToCharArray();
        using var key = await AskAsync(VaultKeyProvider.FromPassphrase(() => given));

        Assert.That(given, Has.All.EqualTo('\0'));
        Assert.That(key.IsPassphrase);
        SqliteVault.Open(_folder["vault"], key).Dispose();
        using var again = VaultKey.FromPassphrase("correct horse");
        SqliteVault.Open(_folder["vault"], again).Dispose();
    }

    [TestCase("correct horse")]
    [TestCase("correct horse\n")]
    [TestCase("correct horse\r\n")]
    [TestCase("\uFEFFcorrect horse\r\n")]
    public async Task A_passphrase_file_is_read_as_editors_save_it(string content)
    {
        await File.WriteAllTextAsync(_folder["passphrase"], content);
        using (var made = VaultKey.FromPassphrase("correct horse"))
            SqliteVault.Open(_folder["vault"], made).Dispose();

        using var key = await AskAsync(VaultKeyProvider.FromPassphraseFile(_folder["passphrase"]));
        SqliteVault.Open(_folder["vault"], key).Dispose();
    }

    [TestCase("", "is empty")]
    [TestCase(" \n", "is empty")]
    [TestCase("TOPSECRET\nTOPSECRET", "has more than one line")]
    [TestCase("TOP\0SECRET", "has more than one line, or is not UTF-8")]
    public async Task A_passphrase_file_that_has_something_else_is_named_and_not_shown(string content, string said)
    {
        await File.WriteAllTextAsync(_folder["passphrase"], content);
        await AssertFailsAsync(VaultKeyProvider.FromPassphraseFile(_folder["passphrase"]), FailureReason.VaultKeyWrong, $"The passphrase file '{_folder["passphrase"]}' {said}");
    }

    [Test]
    public async Task A_passphrase_file_of_another_encoding_or_size_is_named_and_not_shown()
    {
        var provider = VaultKeyProvider.FromPassphraseFile(_folder["passphrase"]);
        await File.WriteAllTextAsync(_folder["passphrase"], "TOPSECRET", Encoding.Unicode);
        await AssertFailsAsync(provider, FailureReason.VaultKeyWrong, "UTF-8");
        await File.WriteAllBytesAsync(_folder["passphrase"], [0xC3, 0x28]);
        await AssertFailsAsync(provider, FailureReason.VaultKeyWrong, "is not UTF-8");
        await File.WriteAllTextAsync(_folder["passphrase"], new string('x', 4097));
        await AssertFailsAsync(provider, FailureReason.VaultKeyWrong, "has more than 4096 bytes");
    }

    [Test]
    public async Task A_passphrase_file_that_is_missing_or_a_folder_is_named()
    {
        await AssertFailsAsync(VaultKeyProvider.FromPassphraseFile(_folder["passphrase"]), FailureReason.VaultUnavailable, $"The passphrase file '{_folder["passphrase"]}' cannot be read");
        Directory.CreateDirectory(_folder["passphrase"]);
        await AssertFailsAsync(VaultKeyProvider.FromPassphraseFile(_folder["passphrase"]), FailureReason.VaultUnavailable, "is a folder");
        await AssertFailsAsync(VaultKeyProvider.FromPassphraseFile("~/passphrase"), FailureReason.VaultUnavailable, "begins with '~'");
    }

    [Test]
    public async Task A_passphrase_that_is_none_is_told()
    {
        await AssertFailsAsync(VaultKeyProvider.FromPassphrase(() => []), FailureReason.VaultKeyWrong, "The vault's passphrase is empty");
        await AssertFailsAsync(VaultKeyProvider.FromPassphrase(() => ['a', '\uD800']), FailureReason.VaultKeyWrong, "half of a surrogate pair");
    }

    [Test]
    public async Task What_a_callback_gives_is_zeroed_whatever_its_size()
    {
        foreach (var size in (int[])[VaultKey.Size, 16])
        {
            var given = Enumerable.Repeat((byte)7, size).ToArray();
            var provider = VaultKeyProvider.FromCallback((_, _) => Task.FromResult(given));
            if (size == VaultKey.Size)
                (await AskAsync(provider)).Dispose();
            else
                await AssertFailsAsync(provider, FailureReason.VaultKeyWrong, "gave 16 bytes");
            Assert.That(given, Has.All.EqualTo(0));
        }

        await AssertFailsAsync(VaultKeyProvider.FromCallback((_, _) => Task.FromResult<byte[]>(null!)), FailureReason.VaultKeyWrong, "gave nothing");
    }

    [Test]
    public void A_key_file_in_UTF_16_is_said_to_be_so()
    {
        File.WriteAllText(_folder["key"], Convert.ToBase64String(new byte[VaultKey.Size]), Encoding.Unicode);

        Assert.That(() => VaultKey.FromFile(_folder["key"]), Throws.TypeOf<EndToEndKafkaException>().With.Property("Reason").EqualTo(FailureReason.VaultKeyWrong).And.Message.Contains("is UTF-16 text"));
    }

    private static async Task AssertFailsAsync(IVaultKeyProvider provider, FailureReason reason, string said)
    {
        var e = (await Assert.ThrowsAsync<EndToEndKafkaException>(async () => (await AskAsync(provider)).Dispose()))!;
        Assert.That(e.Message, Does.Contain(said).And.Not.Contain("TOPSECRET"));
        Assert.That(e.ToString(), Does.Not.Contain("TOPSECRET"));
        Assert.That(e.Reason, Is.EqualTo(reason));
    }

    private static ValueTask<VaultKey> AskAsync(IVaultKeyProvider provider) => provider.GetKeyAsync(new VaultKeyRequest("vault", IsNewVault: false), CancellationToken.None);
}
