using System.Text;

namespace E2EKafka;

/// <summary>What every <see cref="IVaultStore"/> promises, durable or not.</summary>
public abstract class VaultContract
{
    private IVaultStore _vault = null!;

    protected abstract IVaultStore Open();

    [SetUp]
    public void OpenVault() => _vault = Open();

    [TearDown]
    public void DisposeVault() => _vault.Dispose();

    [Test]
    public void What_is_not_there_is_null_or_empty()
    {
        Assert.That(_vault.Read("keys", "a"), Is.Null);
        Assert.That(_vault.List("keys"), Is.Empty);
    }

    [Test]
    public void Reads_what_was_written()
    {
        Write(batch => batch.Put("keys", "a", "1"u8).Put("keys", "b", default).Put("other", "a", "2"u8));

        Assert.That(_vault.Read("keys", "a"), Is.EqualTo("1"u8.ToArray()));
        Assert.That(_vault.Read("keys", "b"), Is.Empty);
        Assert.That(_vault.Read("other", "a"), Is.EqualTo("2"u8.ToArray()));
        Assert.That(_vault.List("keys").Keys, Is.EquivalentTo(new[] { "a", "b" }));
        Assert.That(_vault.List("keys")["a"], Is.EqualTo("1"u8.ToArray()));
    }

    [Test]
    public void The_largest_value_and_the_longest_name_are_kept()
    {
        var value = new byte[VaultBatch.MaxValueSize];
        value.AsSpan().Fill(7);
        var name = new string('~', VaultBatch.MaxNameLength);
        Write(batch => batch.Put(name, name, value));

        Assert.That(_vault.Read(name, name)!.AsSpan().SequenceEqual(value), Is.True);
        Assert.That(_vault.List(name)[name], Has.Length.EqualTo(value.Length));
    }

    [Test]
    public void Replaces_and_deletes()
    {
        Write(batch => batch.Put("keys", "a", "1"u8).Put("keys", "b", "1"u8));
        Write(batch => batch.Put("keys", "a", "two"u8).Delete("keys", "b").Delete("keys", "never-there").Delete("nowhere", "c"));

        Assert.That(_vault.Read("keys", "a"), Is.EqualTo("two"u8.ToArray()));
        Assert.That(_vault.Read("keys", "b"), Is.Null);
        Assert.That(_vault.List("keys").Keys, Is.EqualTo(new[] { "a" }));
    }

    [Test]
    public void A_batch_is_applied_in_its_order()
    {
        Write(batch => batch.Put("keys", "a", "1"u8).Delete("keys", "a").Put("keys", "b", "1"u8).Put("keys", "b", "2"u8));
        Assert.That(_vault.Read("keys", "a"), Is.Null);
        Assert.That(_vault.Read("keys", "b"), Is.EqualTo("2"u8.ToArray()));
    }

    [Test]
    public void An_empty_batch_changes_nothing()
    {
        Write(batch => batch.Put("keys", "a", "1"u8));
        Write(batch => batch);
        Assert.That(_vault.List("keys"), Has.Count.EqualTo(1));
    }

    [Test]
    public void Names_are_compared_ordinally_and_not_run_together()
    {
        Write(batch => batch.Put("ab", "c", "1"u8).Put("a", "bc", "2"u8).Put("A", "bc", "3"u8));
        Assert.That(_vault.Read("ab", "c"), Is.EqualTo("1"u8.ToArray()));
        Assert.That(_vault.Read("a", "bc"), Is.EqualTo("2"u8.ToArray()));
        Assert.That(_vault.Read("A", "bc"), Is.EqualTo("3"u8.ToArray()));
        Assert.That(_vault.Read("a", "BC"), Is.Null);
    }

    [Test]
    public void Arrays_read_are_copies()
    {
        Write(batch => batch.Put("keys", "a", "1"u8));
        _vault.Read("keys", "a")![0] = 0;
        _vault.List("keys")["a"][0] = 0;
        Assert.That(_vault.Read("keys", "a"), Is.EqualTo("1"u8.ToArray()));
    }

    [TestCase("")]
    [TestCase("with space")]
    [TestCase("control\n")]
    [TestCase("ünïcode")]
    [TestCase("nul\0")]
    public void Names_that_not_every_store_can_keep_are_refused(string name)
    {
        using var batch = new VaultBatch();
        Assert.That(() => batch.Put(name, "a", default), Throws.ArgumentException);
        Assert.That(() => batch.Put("keys", name, default), Throws.ArgumentException);
        Assert.That(() => batch.Delete("keys", name), Throws.ArgumentException);
        Assert.That(() => _vault.Read("keys", name), Throws.ArgumentException);
        Assert.That(() => _vault.List(name), Throws.ArgumentException);
    }

    [Test]
    public void Names_and_values_that_are_too_long_are_refused()
    {
        using var batch = new VaultBatch();
        Assert.That(() => batch.Put("keys", new string('a', VaultBatch.MaxNameLength + 1), default), Throws.ArgumentException);
        Assert.That(() => batch.Put("keys", "a", new byte[VaultBatch.MaxValueSize + 1]), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Is_safe_for_concurrent_use()
    {
        Parallel.For(0, 100, index =>
        {
            var name = index.ToString(System.Globalization.CultureInfo.InvariantCulture);
            Write(batch => batch.Put("keys", name, Encoding.ASCII.GetBytes(name)));
            Assert.That(_vault.Read("keys", name), Is.EqualTo(Encoding.ASCII.GetBytes(name)));
            _vault.List("keys");
        });
        Assert.That(_vault.List("keys"), Has.Count.EqualTo(100));
    }

    [Test]
    public void What_was_written_can_be_read()
    {
        Assert.That(_vault.Unreadable, Is.Empty);
        Write(batch => batch.Put("keys", "a", "1"u8).Put("keys", "b", default).Delete("keys", "c"));
        _vault.Read("keys", "a");
        _vault.Read("keys", "c");
        _vault.List("keys");
        Assert.That(_vault.Unreadable, Is.Empty);
    }

    [Test]
    public void Nothing_works_once_disposed()
    {
        _vault.Dispose();
        _vault.Dispose();
        using var batch = new VaultBatch();
        Assert.That(() => _vault.Read("keys", "a"), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => _vault.List("keys"), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => _vault.Write(batch), Throws.InstanceOf<ObjectDisposedException>());
    }

    private void Write(Func<VaultBatch, VaultBatch> fill)
    {
        using var batch = new VaultBatch();
        _vault.Write(fill(batch));
    }
}
