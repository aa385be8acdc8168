namespace E2EKafka;

[TestFixture]
public sealed class SqliteVaultTests : VaultContract
{
    private readonly VaultKey _key = VaultKey.FromBytes(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray());
    private TemporaryFolder _folder = null!;

    private string FilePath => _folder["state/member.vault"];

    [Test]
    public void Is_durable()
    {
        using var vault = SqliteVault.Open(_folder["other"], _key);
        Assert.That(vault.IsDurable, Is.True);
    }

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    protected override IVaultStore Open()
    {
        _folder = new TemporaryFolder();
        return SqliteVault.Open(FilePath, _key);
    }
}
