using System.Diagnostics;

namespace E2EKafka.RealKafka.Tests;

/// <summary>The fixture itself.</summary>
[TestFixture]
public class FixtureTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [TestCase("-KILL", false, TestName = "A_broker_and_its_folder_are_gone_when_the_process_that_started_it_is_killed")]
    [TestCase("-TERM", true, TestName = "A_broker_and_its_folder_are_gone_when_all_processes_of_a_run_are_terminated")]
    [Platform(Include = "Linux", Reason = "The brokers' guard is a POSIX shell, and setsid makes the process group.")]
    public async Task A_broker_and_its_folder_are_gone_when_their_run_ends(string signal, bool group)
    {
        await Brokers.RequireKafkaHomeAsync();
        using var temporary = new TemporaryFolder();
        var start = new ProcessStartInfo("setsid", ["dotnet", typeof(TestBroker).Assembly.Location, "cat"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment.Remove(TestBroker.BootstrapVariable);
        start.Environment["TMPDIR"] = temporary["."];
        using var owner = Process.Start(start)!;
        await owner.StandardInput.WriteLineAsync("the broker runs");
        await owner.StandardInput.FlushAsync();
        Assert.That(await owner.StandardOutput.ReadLineAsync().WaitAsync(Patience), Is.EqualTo("the broker runs"));
        var folders = Directory.GetDirectories(temporary["."]);
        Assert.That(folders, Has.Length.EqualTo(1));
        TakeLongerToDeleteThanABrokerToDie(folders[0]);

        using var watcher = new FileSystemWatcher(temporary["."]) { EnableRaisingEvents = true };
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        watcher.Deleted += (_, _) => gone.TrySetResult();
        using var kill = Process.Start("kill", [signal, "--", group ? $"-{owner.Id}" : $"{owner.Id}"]);

        // The folder goes after the broker.
        await gone.Task.WaitAsync(Patience);
    }

    [Test]
    public async Task Without_a_variable_and_without_Docker_there_is_no_broker_and_the_reason_says_what_gives_one()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(TestBroker).Assembly.Location, "true"]) { RedirectStandardError = true };
        start.Environment.Remove(TestBroker.BootstrapVariable);
        start.Environment.Remove(KafkaHome.Variable);
        start.Environment["DOCKER_HOST"] = "tcp://127.0.0.1:1"; // no engine, also on a machine that has one
        using var command = Process.Start(start)!;
        var said = await command.StandardError.ReadToEndAsync().WaitAsync(Patience);
        await command.WaitForExitAsync();

        Assert.That((command.ExitCode, said), Is.EqualTo((1, said)));
        Assert.That(said, Does.StartWith("No broker:").And.Contain(TestBroker.BootstrapVariable).And.Contain(KafkaHome.Variable).And.Contain("Docker"));
    }

    [Test, Category("Docker")]
    public async Task Testcontainers_gives_a_broker_that_takes_a_message()
    {
        await using var broker = await StartContainerOrIgnoreAsync();
        await using var project = await ProjectOnBroker.StartAsync(broker.BootstrapServers);
        await using var reader = await project.JoinAsync(options => options.Consume.Add(project.DataTopic));
        await using var writer = await project.JoinAsync(options => options.Produce.Add(project.DataTopic));
        await project.SendAsync(writer, "through a container");
        using var consumer = project.NewReader(reader);

        Assert.That(consumer.NextValues(1), Is.EqualTo(["through a container"]));
    }

    private static void TakeLongerToDeleteThanABrokerToDie(string folderOfBrokers)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Directory.GetDirectories(folderOfBrokers)[0], "many files"));
        for (var i = 0; i < 20_000; i++)
            File.Create(Path.Combine(folder.FullName, $"{i}")).Dispose();
    }

    private static async Task<DockerBroker> StartContainerOrIgnoreAsync()
    {
        try
        {
            return await DockerBroker.StartAsync();
        }
        catch (BrokerUnavailableException)
        {
            Assert.Ignore("This test needs a Docker engine, and none answers.");
            throw;
        }
    }
}
