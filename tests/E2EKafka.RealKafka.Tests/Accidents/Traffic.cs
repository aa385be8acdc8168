namespace E2EKafka.RealKafka.Tests.Accidents;

/// <summary>A producer that sends and a consumer that reads, while accidents happen to the brokers.</summary>
internal sealed class Traffic : IAsyncDisposable
{
    private readonly EndToEndKafka _readingMember;

    private Traffic(ProjectOnKafka project, EndToEndKafka readingMember, EndToEndKafka sendingMember)
    {
        _readingMember = readingMember;
        SendingMember = sendingMember;
        Reading = new ReadingApplication(project, readingMember);
        Sending = new SendingApplication(project, sendingMember);
    }

    public EndToEndKafka SendingMember { get; }

    public SendingApplication Sending { get; }

    public ReadingApplication Reading { get; }

    /// <summary>A message waits for its session so long that none is refused.</summary>
    public static async Task<Traffic> StartAsync(ProjectOnKafka project)
    {
        var reader = await project.JoinAsync(options => options.Consume.Add(project.DataTopic));
        var writer = await project.JoinAsync(options =>
        {
            options.Produce.Add(project.DataTopic);
            options.SessionTimeout = AccidentPatience.Long;
        });
        var traffic = new Traffic(project, reader, writer);
        await traffic.Sending.HasSentAsync(50);
        return traffic;
    }

    /// <summary>
    /// The guarantee: each message that the broker acknowledged is read, once and in order; one that was refused was not sent. Returns the
    /// acknowledged ones.
    /// </summary>
    public async Task<IReadOnlyList<string>> EndAsync()
    {
        await Sending.StopAsync();
        var acknowledged = Sending.Acknowledged.Items;
        await Reading.HasReadAsync(acknowledged);
        Reading.AssertOnceAndInOrder();
        var refused = Sending.Refused.Items.Select(message => message.Value);
        Assert.That(Reading.Records.Items.Select(record => record.Message.Value.Value).Intersect(refused), Is.Empty);
        return acknowledged;
    }

    public async ValueTask DisposeAsync()
    {
        await Sending.DisposeAsync();
        await Reading.DisposeAsync();
        await SendingMember.DisposeAsync();
        await _readingMember.DisposeAsync();
    }
}
