namespace E2EKafka.RealKafka.Tests.Operations;

/// <summary>docs/walkthrough.md, followed by a reader who has a Kafka: nothing of it is changed or left out.</summary>
[TestFixture, Platform(Include = "Linux", Reason = "The document's blocks are for bash and GNU tail.")]
public class WalkthroughTests
{
    [Test]
    public async Task Every_command_of_the_walkthrough_works_on_a_real_Kafka_and_prints_what_the_document_shows()
    {
        var cluster = await SecuredBroker.SharedAsync();
        using var shell = new WalkthroughShell
        {
            Programs = Path.Combine(cluster.Home.Path, "bin"),
            Variables = { ["KAFKA"] = cluster.BootstrapServers, ["KAFKA_USER"] = cluster.Admin.Name },
        };
        await File.WriteAllTextAsync(shell["kafka.password"], cluster.Admin.Password + "\n");

        await shell.FollowAsync(WalkthroughDocument.Read(WalkthroughKafka.YourOwn));
    }
}
