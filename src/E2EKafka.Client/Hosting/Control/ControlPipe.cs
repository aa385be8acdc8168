using System.Buffers;
using System.IO.Pipelines;
using System.IO.Pipes;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace E2EKafka.Hosting;

/// <summary>How two processes of one user speak about a vault: over a local pipe, a line of JSON there and a line back.</summary>
internal static class ControlPipe
{
    /// <summary>A policy may have 256 KiB, and is escaped once more.</summary>
    private const int MaxLine = 1024 * 1024;

    /// <summary>The pipe's name. A pipe of this name that another user made is not used.</summary>
    public static string NameOf(string vaultFile) =>
        "e2ekafka-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFullPath(vaultFile))).AsSpan(0, 16));

    public static async Task WriteAsync<T>(PipeStream pipe, T message, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        await pipe.WriteAsync((byte[])[.. JsonSerializer.SerializeToUtf8Bytes(message, type), (byte)'\n'], cancellationToken).ConfigureAwait(false);
        await pipe.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <exception cref="JsonException">What came is not such a line.</exception>
    public static async Task<T> ReadAsync<T>(PipeStream pipe, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(pipe, new StreamPipeReaderOptions(leaveOpen: true));
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (read.Buffer.PositionOf((byte)'\n') is { } end)
                return Parse(read.Buffer.Slice(0, end).ToArray(), type);
            if (read.IsCompleted || read.Buffer.Length > MaxLine)
                throw new JsonException("It has no end.");

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static T Parse<T>(byte[] line, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(line, type) ?? throw new JsonException("It is null.");
        }
        catch (NotSupportedException e)
        {
            // A request that does not say which it is.
            throw new JsonException(e.Message, e);
        }
    }
}
