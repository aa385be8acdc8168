namespace E2EKafka;

[TestFixture]
public sealed class VaultBatchTests
{
    [Test]
    public void Copies_values_and_zeroes_them_when_disposed()
    {
        byte[] value = [1, 2, 3];
        var batch = new VaultBatch().Put("keys", "a", value).Delete("keys", "b");
        value[0] = 9;
        var put = batch.Changes[0];
        var copy = put.Value;

        Assert.That(copy.ToArray(), Is.EqualTo(new byte[] { 1, 2, 3 }));
        Assert.That(put.IsDelete, Is.False);
        Assert.That(batch.Changes[1].IsDelete, Is.True);
        Assert.That(batch.Changes[1].Value.Length, Is.Zero);

        batch.Dispose();
        Assert.That(copy.ToArray(), Is.EqualTo(new byte[3]));
        Assert.That(batch.Changes, Is.Empty);
    }

    [Test]
    public void Does_not_print_values()
    {
        using var batch = new VaultBatch().Put("keys", "a", "hunter2"u8).Delete("keys", "b");
        Assert.That(batch.Changes[0].ToString(), Is.EqualTo("put keys/a"));
        Assert.That(batch.Changes[1].ToString(), Is.EqualTo("delete keys/b"));
    }
}
