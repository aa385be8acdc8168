using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Confluent.Kafka;

namespace E2EKafka.Benchmarks;

/// <summary>
/// What one message costs in the serializer and the deserializer, without Kafka. The baseline is what an application without
/// encryption does with bytes: it copies them.
/// </summary>
public class MessageBenchmarks
{
    private readonly SerializationContext _signed = new(MessageComponentType.Value, KafkaProject.SignedTopic, []);
    private readonly SerializationContext _macs = new(MessageComponentType.Value, KafkaProject.MacTopic, []);
    private readonly SerializationContext _shared = new(MessageComponentType.Value, KafkaProject.SharedTopic, []);
    private readonly byte[] _nonce = new byte[AesGcm.NonceByteSizes.MaxSize];
    private readonly byte[] _tag = new byte[AesGcm.TagByteSizes.MaxSize];
    private KafkaProject _project = null!;
    private AesGcm _aes = null!;
    private ECDsa _ecdsa = null!;
    private ISerializer<byte[]> _encrypt = null!;
    private IDeserializer<byte[]> _decrypt = null!;
    private byte[] _plaintext = null!;
    private byte[] _ciphertext = null!;
    private byte[] _signature = null!;
    private byte[] _signedMessage = null!;
    private byte[] _macMessage = null!;
    private byte[] _sharedMessage = null!;

    [Params(100, 1024, 10 * 1024)]
    public int Bytes { get; set; }

    // Not asynchronous: the in-process toolchain does not wait for what such a method returns.
    [GlobalSetup]
    public void Setup()
    {
        _project = KafkaProject.StartAsync().GetAwaiter().GetResult();
        _aes = new AesGcm(RandomNumberGenerator.GetBytes(32), _tag.Length);
        _ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _encrypt = _project.Producer.Encrypt(Serializers.ByteArray);
        _decrypt = _project.Consumer.Decrypt(Deserializers.ByteArray);
        _plaintext = RandomNumberGenerator.GetBytes(Bytes);
        _ciphertext = new byte[Bytes];
        _aes.Encrypt(_nonce, _plaintext, _ciphertext, _tag);
        _signature = _ecdsa.SignData(_plaintext, HashAlgorithmName.SHA256);
        _signedMessage = _encrypt.Serialize(_plaintext, _signed);
        _macMessage = _encrypt.Serialize(_plaintext, _macs);
        _sharedMessage = _encrypt.Serialize(_plaintext, _shared);
        if (!DecryptSigned().SequenceEqual(_plaintext) || !DecryptMacs().SequenceEqual(_plaintext) || !DecryptShared().SequenceEqual(_plaintext) || !VerifyAlone())
            throw new InvalidOperationException("What is measured does not work.");
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _aes.Dispose();
        _ecdsa.Dispose();
        _project.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    [Benchmark(Baseline = true, Description = "copy, no encryption")]
    public byte[] Copy() => _plaintext.AsSpan().ToArray();

    [Benchmark(Description = "AES-GCM alone, encrypt")]
    public byte[] EncryptAlone()
    {
        var ciphertext = new byte[_plaintext.Length];
        _aes.Encrypt(_nonce, _plaintext, ciphertext, _tag);
        return ciphertext;
    }

    [Benchmark(Description = "E2EKafka encrypt, shared")]
    public byte[] EncryptShared() => _encrypt.Serialize(_plaintext, _shared);

    [Benchmark(Description = "E2EKafka encrypt, MACs for 2 groups")]
    public byte[] EncryptMacs() => _encrypt.Serialize(_plaintext, _macs);

    [Benchmark(Description = "ECDSA alone, sign")]
    public byte[] SignAlone() => _ecdsa.SignData(_plaintext, HashAlgorithmName.SHA256);

    [Benchmark(Description = "E2EKafka encrypt, signed")]
    public byte[] EncryptSigned() => _encrypt.Serialize(_plaintext, _signed);

    [Benchmark(Description = "AES-GCM alone, decrypt")]
    public byte[] DecryptAlone()
    {
        // Not into _plaintext: the others read it.
        var plaintext = new byte[_ciphertext.Length];
        _aes.Decrypt(_nonce, _ciphertext, _tag, plaintext);
        return plaintext;
    }

    [Benchmark(Description = "E2EKafka decrypt, shared")]
    public byte[] DecryptShared() => _decrypt.Deserialize(_sharedMessage, isNull: false, _shared);

    [Benchmark(Description = "E2EKafka decrypt, MACs for 2 groups")]
    public byte[] DecryptMacs() => _decrypt.Deserialize(_macMessage, isNull: false, _macs);

    [Benchmark(Description = "ECDSA alone, verify")]
    public bool VerifyAlone() => _ecdsa.VerifyData(_plaintext, _signature, HashAlgorithmName.SHA256);

    [Benchmark(Description = "E2EKafka decrypt, signed")]
    public byte[] DecryptSigned() => _decrypt.Deserialize(_signedMessage, isNull: false, _signed);
}
