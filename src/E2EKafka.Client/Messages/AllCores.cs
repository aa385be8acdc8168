using System.Runtime.ExceptionServices;

namespace E2EKafka.Messages;

/// <summary>Does the same for many messages, on all cores where that is worth it.</summary>
internal static class AllCores
{
    /// <param name="count">How many messages.</param>
    /// <param name="takeLong">Whether one takes long enough for another core to help: a signature does, all else takes about a microsecond.</param>
    /// <param name="body">What is done for a message, by its index. What it throws is passed on as it is.</param>
    public static void For(int count, bool takeLong, Action<int> body)
    {
        if (takeLong && count > 1)
        {
            try
            {
                // In ranges: as many tasks as cores, of which one is the caller's.
                Parallel.For(0, count, body);
                return;
            }
            catch (AggregateException e)
            {
                ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
            }
        }

        for (var i = 0; i < count; i++)
            body(i);
    }
}
