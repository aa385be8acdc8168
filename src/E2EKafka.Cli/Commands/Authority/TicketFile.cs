using System.Text;

namespace E2EKafka.Cli;

/// <summary>A new file for a ticket, which only its owner can read from the instant it exists. Without a ticket it is removed again.</summary>
internal sealed class TicketFile : IDisposable
{
    private readonly FileStream _stream;
    private bool _isWritten;

    private TicketFile(FileStream stream) => _stream = stream;

    /// <exception cref="UsageException">There is a file already, or none can be made there.</exception>
    public static TicketFile Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            return new TicketFile(new FileStream(path, options));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException(File.Exists(path) || Directory.Exists(path)
                ? $"--out: '{path}' exists already, and is not overwritten. Remove it, or name another file."
                : $"--out: '{path}' cannot be made: {e.Message.TrimEnd('.')}. Name a file in a folder that you may write to.");
        }
    }

    public void Write(string ticket)
    {
        _stream.Write(Encoding.ASCII.GetBytes(ticket + "\n"));
        _stream.Flush(flushToDisk: true);
        _isWritten = true;
    }

    public void Dispose()
    {
        _stream.Dispose();
        if (!_isWritten)
            File.Delete(_stream.Name);
    }
}
