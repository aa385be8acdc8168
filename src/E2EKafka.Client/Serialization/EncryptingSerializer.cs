using Confluent.Kafka;
using E2EKafka.Messages;

namespace E2EKafka.Serialization;

/// <summary>Encrypts what another serializer wrote.</summary>
internal sealed class EncryptingSerializer<T>(ISerializer<T> inner, MessageProtector protector) : ISerializer<T>
{
    // A null array is how Confluent.Kafka spells a null value; its interface does not say so.
    public byte[] Serialize(T data, SerializationContext context)
    {
        var target = EncryptionTarget.Of(context);
        try
        {
            var plaintext = EncryptionTarget.Run(inner, data, context, protector.IncludesInnerMessages);
            if (plaintext is not null)
                return protector.Protect(plaintext, target.Value());

            using var header = TombstoneHeader.Reserve(context);
            header.Write(protector.Protect([], target.Tombstone()));
            return null!;
        }
        finally
        {
            target.ReturnHash();
        }
    }
}
