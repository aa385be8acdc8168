namespace E2EKafka.Cli.Tests;

/// <summary>A standard output whose reader is gone.</summary>
internal sealed class ClosedPipe : MemoryStream
{
    public override void Write(ReadOnlySpan<byte> buffer) => throw new OutputClosedException(new IOException("Broken pipe"));

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));
}
