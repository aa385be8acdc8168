using System.Runtime.Versioning;
using System.Security.Cryptography;
using E2EKafka.Tests;

namespace E2EKafka;

[TestFixture]
public sealed class VaultKeyTests
{
    private const string Variable = "E2EKAFKA_TEST_VAULT_KEY";

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
    public void A_key_in_the_place_of_its_files_path_or_its_variables_name_is_not_shown()
    {
        var key = Convert.ToBase64String(Enumerable.Range(0, VaultKey.Size).Select(i => (byte)(i * 7)).ToArray());

        Assert.Multiple(() =>
        {
            Assert.That(() => VaultKey.FromFile(key), Throws.TypeOf<EndToEndKafkaException>().With.Message.Not.Contains(key[..20]));
            Assert.That(() => VaultKey.FromFile(Path.Combine(_folder["."], key), createIfMissing: true), Throws.TypeOf<EndToEndKafkaException>().With.Message.Not.Contains(key[..20]));
            Assert.That(() => VaultKey.FromEnvironmentVariable(key), Throws.TypeOf<EndToEndKafkaException>().With.Message.Not.Contains(key[..20]));
        });
    }

    [Test]
    public void The_same_key_comes_from_bytes_file_and_environment()
    {
        var bytes = RandomNumberGenerator.GetBytes(VaultKey.Size);
        File.WriteAllText(_folder["key"], $"  {Convert.ToBase64String(bytes)}\r\n");
        Environment.SetEnvironmentVariable(Variable, Convert.ToBase64String(bytes));

        using var fromBytes = VaultKey.FromBytes(bytes);
        using var fromFile = VaultKey.FromFile(_folder["key"]);
        using var fromVariable = VaultKey.FromEnvironmentVariable(Variable);
        SqliteVault.Open(_folder["vault"], fromBytes).Dispose();
        SqliteVault.Open(_folder["vault"], fromFile).Dispose();
        SqliteVault.Open(_folder["vault"], fromVariable).Dispose();
    }

    [Test]
    public void A_key_behind_a_byte_order_mark_is_read()
    {
        var bytes = RandomNumberGenerator.GetBytes(VaultKey.Size);
        File.WriteAllText(_folder["key"], $"\uFEFF{Convert.ToBase64String(bytes)}\r\n");

        using var fromBytes = VaultKey.FromBytes(bytes);
        using var fromFile = VaultKey.FromFile(_folder["key"]);
        SqliteVault.Open(_folder["vault"], fromBytes).Dispose();
        SqliteVault.Open(_folder["vault"], fromFile).Dispose();
    }

    [TestCase("")]
    [TestCase(" \r\n")]
    [TestCase("\uFEFF")]
    [TestCase("\uFEFF\r\n")]
    public void A_file_that_is_empty_is_said_to_be_empty(string content)
    {
        File.WriteAllText(_folder["key"], content);

        Assert.That(() => VaultKey.FromFile(_folder["key"], createIfMissing: true), Refused.With(FailureReason.VaultKeyWrong, $"'{_folder["key"]}' is empty").And.Message.Contains("openssl rand -base64 32"));
    }

    [Test]
    public void A_variable_that_is_not_set_and_one_that_is_empty_are_told_apart()
    {
        Assert.That(() => VaultKey.FromEnvironmentVariable(Variable), Refused.With(FailureReason.VaultUnavailable, $"{Variable}, which is not set"));
        Environment.SetEnvironmentVariable(Variable, " ");
        Assert.That(() => VaultKey.FromEnvironmentVariable(Variable), Refused.With(FailureReason.VaultUnavailable, $"{Variable}, which is empty"));
    }

    [Test, Platform(Exclude = "Win"), UnsupportedOSPlatform("windows")]
    public void A_missing_file_is_made_once_for_its_owner_only()
    {
        var path = _folder["secrets/vault.key"];
        using (var key = VaultKey.FromFile(path, createIfMissing: true))
            SqliteVault.Open(_folder["vault"], key).Dispose();
        var text = File.ReadAllText(path);
        using var again = VaultKey.FromFile(path, createIfMissing: true);
        SqliteVault.Open(_folder["vault"], again).Dispose();

        Assert.That(File.ReadAllText(path), Is.EqualTo(text));
        Assert.That(Convert.FromBase64String(text), Has.Length.EqualTo(VaultKey.Size));
        Assert.That(text, Does.EndWith("\n"));
        Assert.That(File.GetUnixFileMode(path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.That(File.GetUnixFileMode(_folder["secrets"]), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
        Assert.That(_folder.FileNames(), Has.None.EndsWith(".new"));
    }

    [Test]
    public void A_missing_file_is_not_made_unasked()
    {
        Assert.That(() => VaultKey.FromFile(_folder["key"]), Fails.With(FailureReason.VaultUnavailable));
        Assert.That(File.Exists(_folder["key"]), Is.False);
        Assert.That(() => VaultKey.FromEnvironmentVariable(Variable), Fails.With(FailureReason.VaultUnavailable));
    }

    [TestCase("")]
    [TestCase("hunter2 is not base64")]
    [TestCase("c2hvcnQ=")]
    [TestCase("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [TestCase("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void Text_that_is_no_key_is_refused_and_not_repeated(string text)
    {
        File.WriteAllText(_folder["key"], text);
        Assert.That(
            () => VaultKey.FromFile(_folder["key"]),
            Fails.With(FailureReason.VaultKeyWrong).And.Message.Contains(_folder["key"]).And.Message.Not.Contains(text.Length > 0 ? text : "?"));
        if (text.Length == 0)
            return;
        Environment.SetEnvironmentVariable(Variable, text);
        Assert.That(
            () => VaultKey.FromEnvironmentVariable(Variable),
            Fails.With(FailureReason.VaultKeyWrong).And.Message.Contains(Variable).And.Message.Not.Contains(text));
    }

    [Test]
    public void A_file_of_any_size_is_read_only_so_far()
    {
        File.WriteAllBytes(_folder["key"], new byte[10_000_000]);
        Assert.That(() => VaultKey.FromFile(_folder["key"]), Fails.With(FailureReason.VaultKeyWrong));
        Assert.That(() => VaultKey.FromFile(_folder["."]), Fails.With(FailureReason.VaultUnavailable));
    }

    [Test]
    public void Unusable_arguments_are_refused()
    {
        Assert.That(() => VaultKey.FromBytes(new byte[16]), Throws.ArgumentException);
        Assert.That(() => VaultKey.FromPassphrase(""), Throws.ArgumentException);
        Assert.That(() => VaultKey.FromPassphrase(null), Throws.ArgumentException);
        Assert.That(() => VaultKey.FromPassphrase(" \t"), Throws.ArgumentException);
        Assert.That(() => VaultKey.FromPassphrase("lone \uD800 surrogate"), Throws.InstanceOf<ArgumentException>());
    }

    [Test]
    public void Does_not_print_itself_and_does_not_work_once_disposed()
    {
        var passphrase = VaultKey.FromPassphrase("hunter2");
        using var key = VaultKey.FromBytes(new byte[VaultKey.Size]);
        Assert.That($"{passphrase} {key}", Is.EqualTo("[vault passphrase] [vault key]"));

        passphrase.Dispose();
        Assert.That(() => SqliteVault.Open(_folder["vault"], passphrase), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(_folder.FileNames(), Is.Empty);
    }
}
