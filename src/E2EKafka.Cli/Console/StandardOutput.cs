using Microsoft.Win32.SafeHandles;

namespace E2EKafka.Cli;

/// <summary>
/// The process's standard output, which tells when its reader has closed it: .NET's own stream swallows that, and a command that
/// writes without end would never learn of it.
/// </summary>
internal sealed class StandardOutput : Stream
{
    private const nint Descriptor = 1;

    /// <summary>EPIPE, on Linux and macOS.</summary>
    private const int BrokenPipe = 32;

    private readonly Stream _stream;

    private StandardOutput(Stream stream) => _stream = stream;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public static Stream Open()
    {
        if (OperatingSystem.IsWindows())
            return Console.OpenStandardOutput();

        // On a file it would keep a position of its own, and overwrite what other processes append.
        var stream = new FileStream(new SafeFileHandle(Descriptor, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return stream.CanSeek ? Console.OpenStandardOutput() : new StandardOutput(stream);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <exception cref="OutputClosedException">Its reader has closed it.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            _stream.Write(buffer);
        }
        catch (IOException e) when (e.HResult == BrokenPipe)
        {
            throw new OutputClosedException(e);
        }
    }

    public override void Flush()
    {
        // Nothing is kept back.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
