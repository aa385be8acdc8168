using E2EKafka.Messages;

namespace E2EKafka.Serialization;

/// <summary>A deserializer whose values can be opened after Consume has returned.</summary>
/// <typeparam name="T">The value's type.</typeparam>
internal interface IDeferringDeserializer<T>
{
    /// <summary>How its consumer waits for what a record lacks.</summary>
    OpeningPatience Patience { get; }

    /// <summary>Reads a value that was deferred. For the thread that consumes: the application's deserializer is called here.</summary>
    /// <returns>Why the record is refused; <see langword="null"/> if it is not.</returns>
    OpenFailure? Finish(DeferredValue deferred, out T? value);
}
