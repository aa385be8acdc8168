using System.Text;
using System.Text.Json;
using Confluent.Kafka;

namespace E2EKafka.Cli;

/// <summary>Writes messages to standard output as bytes, a line each, through one buffer.</summary>
internal sealed class MessageWriter(Stream output, bool isJson, bool isRaw, bool showsProducer, byte[]? keySeparator) : IDisposable
{
    private const int BufferSize = 64 * 1024;

    private readonly BufferedStream _buffer = new(output, BufferSize);
    private (MessageOrigin? Origin, byte[] Text) _lastProducer;

    public void Write(ConsumeResult<byte[]?, ReceivedValue> record)
    {
        var (key, value) = (record.Message.Key, record.Message.Value);
        if (isJson)
        {
            JsonSerializer.Serialize(_buffer, PrintedMessage.Of(record), CliJson.Lines.PrintedMessage);
            _buffer.WriteByte((byte)'\n');
            return;
        }

        if (showsProducer)
            _buffer.Write(Producer(value.Origin!));
        if (keySeparator is not null)
        {
            Write(key ?? []);
            _buffer.Write(keySeparator);
        }

        Write(value.Payload ?? []);
        _buffer.WriteByte((byte)'\n');
    }

    /// <exception cref="OutputClosedException">Its reader has closed it.</exception>
    public void Flush() => _buffer.Flush();

    public void Dispose()
    {
        // What could not be written before is lost; the output itself is not ours.
    }

    private void Write(byte[] text)
    {
        if (isRaw)
            _buffer.Write(text);
        else
            Printable.Write(text, _buffer);
    }

    private byte[] Producer(MessageOrigin origin)
    {
        if (_lastProducer.Origin is not { } last || last.Producer != origin.Producer || last.ProvenBy != origin.ProvenBy || !ReferenceEquals(last.Attributes, origin.Attributes))
        {
            var text = origin.ProvenBy switch
            {
                MessageProof.Signature => $"{origin.Producer}\t{AttributeText.Of(origin.Attributes)}\t",
                MessageProof.Mac => $"{origin.Producer}\t{AttributeText.Of(origin.Attributes)} (a member of this reader's group could have written it)\t",
                MessageProof.SharedKey => $"{origin.Producer}\t(any reader could have written it)\t",
                _ => "-\t(plaintext)\t",
            };
            _lastProducer = (origin, Encoding.UTF8.GetBytes(text));
        }

        return _lastProducer.Text;
    }
}
