using Confluent.Kafka;

namespace E2EKafka.Serialization;

/// <summary>As <see cref="KeyBindingSerializer{T}"/>, over a serializer that is asynchronous: the value's may run on another thread.</summary>
internal sealed class AsyncKeyBindingSerializer<T>(IAsyncSerializer<T> inner) : IAsyncSerializer<T>
{
    // Not an async method: what is begun must be seen by the caller, which goes on with the value.
    public Task<byte[]> SerializeAsync(T data, SerializationContext context)
    {
        KeyBindingSerializer<T>.Require(context);
        return SerializeAsync(data, context, SerializedKey.Begin(context));
    }

    private async Task<byte[]> SerializeAsync(T data, SerializationContext context, SerializedKey.Pending pending)
    {
        try
        {
            var key = await inner.SerializeAsync(data, context).ConfigureAwait(false);
            pending.Complete(key);
            return key;
        }
        catch
        {
            pending.Fail();
            throw;
        }
    }
}
