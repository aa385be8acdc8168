namespace E2EKafka.KeyExchange;

/// <summary>The control topics, as the services see them. What it reports, it reports through the sink that it was made with.</summary>
internal interface IControlLog : IAsyncDisposable
{
    /// <summary>Connects and begins to read. Returns at once.</summary>
    void Start();

    /// <summary>Has a partition read, from an offset on. Does nothing if it is read already.</summary>
    void Read(ControlPartition partition, long from);

    /// <summary>
    /// Has a partition that is read already read again from an offset. <see cref="IControlLogSink.ReadingAgain"/> comes before the first record
    /// that is read so, and no other record of the partition after it.
    /// </summary>
    void ReadAgain(ControlPartition partition, long from);

    /// <summary>Has the settings of a data topic looked at, which this member sends to. Does nothing if they are already.</summary>
    void WatchDataTopic(string topic);

    /// <summary>Writes records in order. <see cref="IControlLogSink.Written"/> tells the outcome.</summary>
    void Publish(Publication publication);

    /// <summary>Asks where a partition ends now. Returns at once; <see cref="IControlLogSink.LookFound"/> has the answer.</summary>
    void Look(ControlPartition partition);
}
