using E2EKafka.Messages;

namespace E2EKafka.KeyExchange;

/// <summary>What a control log reports. Called on the log's threads.</summary>
internal interface IControlLogSink
{
    /// <summary>A record was read.</summary>
    void Received(ControlRecord record);

    /// <summary>What is received of a partition from now on begins at an offset that it was to be read again from. Default: nothing is done, where that is never asked for.</summary>
    void ReadingAgain(ControlPartition partition, long from)
    {
    }

    /// <summary>All records before this offset were read, and there are no more for now.</summary>
    void CaughtUp(ControlPartition partition, long offset);

    /// <summary>The broker says that the last record of a partition lies before this offset. Default: nothing is done, where nothing depends on being behind.</summary>
    void HighWatermarkFound(ControlPartition partition, long offset)
    {
    }

    /// <summary>The broker says that the first record that it still has of a partition stands at this offset or behind it.</summary>
    void LogStartFound(ControlPartition partition, long offset);

    /// <summary>The answer to <see cref="IControlLog.Look"/>: the offset behind the last record; <see langword="null"/> if the broker did not answer in time. Default: nothing is done, where that is never asked for.</summary>
    void LookFound(ControlPartition partition, long? end)
    {
    }

    /// <summary>What became of a publication is known.</summary>
    void Written(Publication publication, Acknowledgement acknowledgement);

    /// <summary>Why Kafka does not serve; <see langword="null"/> when it does again. Must not wait.</summary>
    void Problem(MemberFailure? problem);

    /// <summary>What Kafka shows of the control topics: at the start, about once a minute, and when there is news.</summary>
    void TopicsFound(ControlTopicFacts facts);

    /// <summary>Returns when all that was reported before is taken in, and what follows from it is done. Default: at once, where that is never asked for.</summary>
    Task AdvanceAsync() => Task.CompletedTask;
}
