namespace E2EKafka.RealKafka.Tests.Accidents;

/// <summary>
/// The broker's disk is replaced by an older copy. Kafka's own clients do not survive that: their producers' sequence numbers are ahead of
/// the broker's. So the authority and its members are started again, with their vaults.
/// </summary>
[TestFixture]
public class RolledBackDiskTests
{
    [Test]
    public async Task After_the_disk_was_rolled_back_and_all_were_started_again_messages_flow_and_none_is_refused()
    {
        await using var cluster = await Brokers.StartAsync();
        var broker = cluster.Nodes.Single();
        await using var project = await ProjectOnBroker.StartAsync(cluster.BootstrapServers, partitions: 1, configure: options => options.ControlPartitions = 1);
        var ticket = project.Authority.CreateTicket(uses: 3);
        string sender;
        await using (var reader = await ConnectAsync("reader", options => options.Consume.Add(project.DataTopic)))
        await using (var writer = await ConnectAsync("writer", options => options.Produce.Add(project.DataTopic)))
        {
            sender = writer.Identifier;
            await project.SendAsync(writer, "0");
            await RestartWithAsync(() => Copy(broker.DataFolder, Path.Combine(cluster.Folder, "copy")));

            // The copy has neither this session nor this message, nor what the authority says in the meantime.
            await writer.DiscardSessionsAsync();
            await project.SendAsync(writer, "1");
            await project.Authority.SetPolicyAsync(Policy.AnyMember);
            await using var reading = new ReadingApplication(project, reader);
            await reading.HasReadAsync(["0", "1"]);
            await RestartWithAsync(() =>
            {
                Directory.Delete(broker.DataFolder, recursive: true);
                Directory.Move(Path.Combine(cluster.Folder, "copy"), broker.DataFolder);
            });
        }

        await project.RestartAuthorityAsync();
        await using var readerAgain = await ConnectAsync("reader", options => options.Consume.Add(project.DataTopic));
        await using var writerAgain = await ConnectAsync("writer", options => options.Produce.Add(project.DataTopic));
        await using var newcomer = await ConnectAsync("newcomer", options => options.Consume.Add(project.DataTopic));
        await project.SendAsync(writerAgain, "2");
        await writerAgain.DiscardSessionsAsync();
        await project.SendAsync(writerAgain, "3");

        foreach (var member in new[] { readerAgain, newcomer })
        {
            await using var reading = new ReadingApplication(project, member);
            await reading.HasReadAsync(["0", "2", "3"]);
            reading.AssertOnceAndInOrder();
            var messages = reading.Records.Items.Select(record => record.Message.Value).ToList();
            Assert.That(messages.Select(message => message.Value), Is.EqualTo(["0", "2", "3"]), "the copy did not have 1");
            Assert.That(messages.Select(message => message.Origin!.Producer), Is.All.EqualTo(sender));
        }

        Task<EndToEndKafka> ConnectAsync(string name, Action<EndToEndKafkaOptions> configure) => project.ConnectAsync(ticket, options =>
        {
            project.KeepIn(name, options);
            options.StartupTimeout = ProjectOnKafka.Patience;
            configure(options);
        });

        async Task RestartWithAsync(Action change)
        {
            await broker.StopAsync();
            change();
            await broker.StartAsync();
        }
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
