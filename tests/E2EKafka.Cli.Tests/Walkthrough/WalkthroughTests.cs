using System.Net;
using System.Net.Sockets;
using E2EKafka.Tests;

namespace E2EKafka.Cli.Tests;

/// <summary>docs/walkthrough.md on the Kafka in memory. E2EKafka.RealKafka.Tests follows it on a real one.</summary>
[Platform(Include = "Linux", Reason = "The document's blocks are for bash and GNU tail.")]
public class WalkthroughTests
{
    [Test]
    public async Task Every_command_of_the_walkthrough_works_and_prints_what_the_document_shows()
    {
        using var shell = new WalkthroughShell { Variables = { ["PORT"] = $"{FreePort()}" } };

        await shell.FollowAsync(WalkthroughDocument.Read(WalkthroughKafka.InMemory));
    }

    [Test]
    public void The_document_shows_what_is_printed_for_most_of_its_commands() =>
        Assert.That(WalkthroughDocument.Read(WalkthroughKafka.InMemory).Count(step => step.Shown.Count > 0), Is.GreaterThan(8));

    private static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}
