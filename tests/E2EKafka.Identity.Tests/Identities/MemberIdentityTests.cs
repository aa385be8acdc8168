using System.Text;
using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

public sealed class MemberIdentityTests
{
    private MemoryVault _vault = null!;

    [SetUp]
    public void MakeVault() => _vault = new MemoryVault();

    [TearDown]
    public void DisposeVault() => _vault.Dispose();

    [Test]
    public void An_empty_vault_gets_an_identity_that_is_there_at_the_next_start()
    {
        using var first = MemberIdentity.LoadOrCreate(_vault, "project");
        first.StoreCredential("credential");
        using var second = MemberIdentity.LoadOrCreate(_vault, "project");
        Assert.Multiple(() =>
        {
            Assert.That(first.Identifier, Is.EqualTo(first.Key.Public.Thumbprint));
            Assert.That(second.Identifier, Is.EqualTo(first.Identifier));
            Assert.That(second.Key.Public.Thumbprint, Is.EqualTo(first.Key.Public.Thumbprint));
            Assert.That(second.StoredCredential, Is.EqualTo("credential").And.EqualTo(first.StoredCredential));
        });
    }

    [Test]
    public void Two_vaults_are_two_identities()
    {
        using var other = new MemoryVault();
        using var one = MemberIdentity.LoadOrCreate(_vault, "project");
        using var two = MemberIdentity.LoadOrCreate(other, "project");
        Assert.That(one.Identifier, Is.Not.EqualTo(two.Identifier));
    }

    [Test]
    public void A_vault_of_another_project_is_refused_and_left_as_it_is()
    {
        using var mine = MemberIdentity.LoadOrCreate(_vault, "project");
        Assert.That(
            () => MemberIdentity.LoadOrCreate(_vault, "other"),
            Refused.With(FailureReason.ProjectInvalid));

        using var again = MemberIdentity.LoadOrCreate(_vault, "project");
        Assert.That(again.Identifier, Is.EqualTo(mine.Identifier));
    }

    [Test]
    public void A_lost_or_damaged_key_is_an_error_and_never_a_new_identity()
    {
        using (MemberIdentity.LoadOrCreate(_vault, "project"))
        {
        }

        using var delete = new VaultBatch();
        _vault.Write(delete.Delete("identity", "key"));
        AssertCorrupt();

        using var damage = new VaultBatch();
        _vault.Write(damage.Put("identity", "key", Encoding.ASCII.GetBytes("not a key")));
        AssertCorrupt();

        void AssertCorrupt() => Assert.That(
            () => MemberIdentity.LoadOrCreate(_vault, "project"),
            Refused.With(FailureReason.VaultCorrupt));
    }
}
