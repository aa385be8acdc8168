using E2EKafka.Diagnostics;

namespace E2EKafka.Messages;

/// <summary>A search for a message's session and its key that goes on while its consumer does other things.</summary>
/// <param name="Wait">The record that waits.</param>
/// <param name="Task">Ends when the message can be opened, is refused, or has waited for as long as it may.</param>
internal sealed record SessionSearch(RecordWait Wait, Task<FoundSession> Task);
