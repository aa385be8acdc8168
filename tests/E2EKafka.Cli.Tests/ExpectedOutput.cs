namespace E2EKafka.Cli.Tests;

/// <summary>A standard output that tells when so many lines have come.</summary>
internal sealed class ExpectedOutput(int lines) : MemoryStream
{
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left = lines;

    public Task Complete => _complete.Task.WaitAsync(TimeSpan.FromSeconds(60));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        base.Write(buffer);
        Count(buffer);
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        base.Write(buffer, offset, count);
        Count(buffer.AsSpan(offset, count));
    }

    private void Count(ReadOnlySpan<byte> written)
    {
        _left -= written.Count((byte)'\n');
        if (_left <= 0)
            _complete.TrySetResult();
    }
}
