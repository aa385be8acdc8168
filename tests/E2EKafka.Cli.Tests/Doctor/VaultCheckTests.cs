namespace E2EKafka.Cli.Tests;

public class VaultCheckTests
{
    private CliHost _host = null!;
    private IdentityFolder _identity = null!;

    [SetUp]
    public async Task SetUp()
    {
        _host = new CliHost();
        (await _host.RunAsync("project", "create", "demo", "--bootstrap-server", "localhost:1")).Succeeds();
        (await _host.RunAsync("identity", "create", "consumer")).Succeeds();
        _identity = Home.Of(Surroundings, null).Identity("consumer");
    }

    [TearDown]
    public void TearDown() => _host.Dispose();

    private Surroundings Surroundings => _host.SurroundingsOf(Stream.Null, Stream.Null, TextWriter.Null);

    private VaultKeySource Keys => new(Surroundings, null, null);

    [Test]
    public async Task A_vault_that_opens() => await FindsAsync(Verdict.Passed, "opens");

    [Test]
    public async Task A_vault_in_use_is_no_problem()
    {
        using var running = _identity.Open(Keys);

        await FindsAsync(Verdict.Passed, "In use");
    }

    [Test]
    public async Task A_vault_with_another_key()
    {
        File.Delete(_identity.KeyFile);
        VaultKey.FromFile(_identity.KeyFile, createIfMissing: true).Dispose();

        await FindsAsync(Verdict.Failed, "VaultKeyWrong");
    }

    [Test]
    public async Task A_vault_that_is_damaged()
    {
        var bytes = File.ReadAllBytes(_identity.VaultFile);
        bytes.AsSpan(0, 4096).Clear();
        File.WriteAllBytes(_identity.VaultFile, bytes);

        await FindsAsync(Verdict.Failed, "VaultCorrupt");
    }

    [Test]
    public async Task A_vault_with_an_entry_that_a_member_can_do_without()
    {
        using (var vault = _identity.Open(Keys))
        using (var batch = new VaultBatch())
            vault.Write(batch.Put("sessions", "a", "1"u8));
        Damage(_identity, "name = 'a'");

        await FindsAsync(Verdict.Warning, "1 of its entries cannot be read: sessions/a");
    }

    [Test]
    public async Task A_vault_whose_identity_is_damaged()
    {
        Damage(_identity, "name = 'key'");

        await FindsAsync(Verdict.Failed, "VaultCorrupt");
    }

    [Test]
    public async Task An_authority_with_a_damaged_entry()
    {
        var authority = Home.Of(Surroundings, null).Authority(_identity.Note.Project);
        Damage(authority, "name = 'sealing'");

        var finding = await new VaultCheck("the authority", authority, Keys).LookAsync(CancellationToken.None);
        Assert.That(finding.Verdict, Is.EqualTo(Verdict.Failed), finding.Found);
        Assert.That(finding.Found, Does.Contain("VaultCorrupt").And.Contain("authority/sealing"));
    }

    [Test]
    public async Task A_vault_whose_key_is_not_given()
    {
        File.Delete(_identity.KeyFile);

        await FindsAsync(Verdict.CouldNotLook, "--vault-key-file");
    }

    [Test]
    [Platform(Exclude = "Win")]
    public async Task A_key_that_others_may_read()
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_identity.KeyFile, UnixFileMode.UserRead | UnixFileMode.GroupRead);

        await FindsAsync(Verdict.Warning, "Others on this machine");
    }

    private static void Damage(VaultFolder folder, string which)
    {
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={folder.VaultFile};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "UPDATE entries SET value = zeroblob(40) WHERE " + which;
        Assert.That(command.ExecuteNonQuery(), Is.EqualTo(1));
    }

    private async Task FindsAsync(object verdict, string found)
    {
        var finding = await new VaultCheck("consumer", _identity, Keys).LookAsync(CancellationToken.None);
        Assert.Multiple(() =>
        {
            Assert.That(finding.Verdict, Is.EqualTo(verdict), finding.Found);
            Assert.That(finding.Found, Does.Contain(found));
        });
    }
}
