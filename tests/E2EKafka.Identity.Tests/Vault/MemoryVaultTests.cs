namespace E2EKafka;

[TestFixture]
public sealed class MemoryVaultTests : VaultContract
{
    [Test]
    public void Is_not_durable()
    {
        using var vault = new MemoryVault();
        Assert.That(vault.IsDurable, Is.False);
    }

    protected override IVaultStore Open() => new MemoryVault();
}
