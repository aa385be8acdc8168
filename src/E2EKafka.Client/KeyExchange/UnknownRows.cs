using System.Buffers.Binary;
using E2EKafka.Diagnostics;
using E2EKafka.Records;

namespace E2EKafka.KeyExchange;

/// <summary>Rows of the vault that this release cannot use, as those of a newer one. They are kept until their own end, which comes first in every row.</summary>
internal sealed class UnknownRows(Member member)
{
    private readonly List<(string Collection, string Name, DateTimeOffset End)> _rows = [];

    public bool Any => _rows.Count > 0;

    public void Add(string collection, string name, ReadOnlySpan<byte> value)
    {
        member.Log.RowSetAside(collection, name);
        if (value.Length >= sizeof(long) && BinaryPrimitives.ReadInt64BigEndian(value) is var end && RecordClock.IsTime(end))
            _rows.Add((collection, name, RecordClock.ToTime(end)));
    }

    /// <summary>Destroys those whose end was some time ago.</summary>
    public void Retire(TimeSpan retention)
    {
        var old = _rows.Where(row => member.Clock.IsPast(row.End + retention)).ToList();
        if (old.Count == 0)
            return;

        using var batch = new VaultBatch();
        foreach (var row in old)
        {
            batch.Delete(row.Collection, row.Name);
            _rows.Remove(row);
        }

        member.Vault.Write(batch);
    }
}
