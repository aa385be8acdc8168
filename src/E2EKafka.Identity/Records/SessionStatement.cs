using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using E2EKafka.Cryptography;

namespace E2EKafka.Records;

/// <summary>What a session is for. Every key of it is derived with it, so a key is of no use under any other.</summary>
/// <param name="Project">The project's id.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Producer">The producer's identifier.</param>
/// <param name="SigningKey">The key that signs its messages; none in <see cref="MessageAuthentication.Shared"/>.</param>
internal sealed record SessionStatement(string Project, string Topic, string Producer, SigningPublicKey? SigningKey)
{
    public MessageAuthentication Authentication =>
        SigningKey is null ? MessageAuthentication.Shared : MessageAuthentication.Signature;

    /// <summary>Each name behind its length (uint16, big endian), then the authentication mode (one byte, 1 if signed) and the signing key (65 bytes, if signed).</summary>
    public byte[] Encode()
    {
        using var stream = new MemoryStream();
        Span<byte> length = stackalloc byte[sizeof(ushort)];
        foreach (var name in (ReadOnlySpan<string>)[Project, Topic, Producer])
        {
            var bytes = Encoding.UTF8.GetBytes(name);
            BinaryPrimitives.WriteUInt16BigEndian(length, checked((ushort)bytes.Length));
            stream.Write(length);
            stream.Write(bytes);
        }

        stream.WriteByte(SigningKey is null ? (byte)0 : (byte)1);
        stream.Write(SigningKey is null ? [] : SigningKey.Encoded);
        return stream.ToArray();
    }

    /// <summary>SHA-256 of <see cref="Encode"/>: what stands for the statement in the additional data of every message.</summary>
    public byte[] Hash() => SHA256.HashData(Encode());
}
