using System.Buffers;
using Confluent.Kafka;
using E2EKafka.Messages;

namespace E2EKafka.Serialization;

/// <summary>A copy of a record's value that is opened after Consume has returned, on any thread, and read on the thread that consumes.</summary>
internal sealed class DeferredValue : IDisposable
{
    private readonly MessageProtector _protector;
    private readonly SerializationContext _context;
    private readonly byte[]? _recordKeyHash;
    private readonly int _size;
    private byte[] _data;
    private byte[] _plaintext = [];
    private int _plaintextSize;
    private MessageHeader _header;

    public DeferredValue(MessageProtector protector, ReadOnlySpan<byte> data, SerializationContext context, byte[]? recordKeyHash)
    {
        _protector = protector;
        _context = context;
        _recordKeyHash = recordKeyHash;
        _size = data.Length;
        _data = ArrayPool<byte>.Shared.Rent(_size);
        data.CopyTo(_data);
    }

    public string Topic => _context.Topic;

    /// <summary>Those of the record. Each record has its own object.</summary>
    public Headers Headers => _context.Headers;

    public ReceivedValue Received => new(_data.AsSpan(0, _size), isNull: false, _context, _recordKeyHash);

    /// <summary>Whether the session was found when the value was opened. Else the value is read as any other.</summary>
    public bool WasFound { get; private set; }

    /// <summary>Why it is refused, if it is.</summary>
    public OpenFailure? Failure { get; private set; }

    /// <summary>When it was begun to open it; the default if no one listens to spans.</summary>
    public DateTimeOffset StartedAt { get; private set; }

    public OpenableSession? Session { get; private set; }

    public MessageHeader Header => _header;

    /// <summary>What was verified and decrypted.</summary>
    public ReadOnlySpan<byte> Plaintext => _plaintext.AsSpan(0, _plaintextSize);

    /// <summary>Verifies and decrypts it, with what is known now. On any thread, once. Throws nothing.</summary>
    public void Open()
    {
        try
        {
            OpenNow();
        }
        catch (Exception)
        {
            // It is read as any other, and fails there again.
            WasFound = false;
        }
    }

    /// <summary>Clears what was decrypted: the pool's next user must not find it.</summary>
    public void Dispose()
    {
        _plaintext.AsSpan(0, _plaintextSize).Clear();
        Return(_plaintext);
        Return(_data);
        (_plaintext, _plaintextSize, _data) = ([], 0, []);
    }

    private static void Return(byte[] array)
    {
        if (array.Length > 0)
            ArrayPool<byte>.Shared.Return(array);
    }

    private void OpenNow()
    {
        var received = Received;
        StartedAt = _protector.StartOfSpan;
        if (_protector.TryFind(received.Data, Topic, out _header) is not { } found)
            return;

        Session = found.Session;
        Failure = found.Failure;
        if (found.Session is { } session)
        {
            _plaintextSize = session.Keys!.PlaintextSizeOf(_header, _size);
            _plaintext = ArrayPool<byte>.Shared.Rent(_plaintextSize);
            Failure = _protector.Decrypt(session, _header, received.Data, received.Place, _plaintext.AsSpan(0, _plaintextSize));
        }

        WasFound = true;
    }
}
