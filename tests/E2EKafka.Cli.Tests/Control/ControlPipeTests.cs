using System.IO.Pipes;
using System.Text;

namespace E2EKafka.Cli.Tests;

/// <summary>Two processes of one user, over a vault that one of them holds.</summary>
public class ControlPipeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private TemporaryFolder _folder = null!;
    private string _vault = "";

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        _vault = _folder["vault.db"];
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task A_request_arrives_as_it_was_made_and_its_answer_comes_back()
    {
        ControlRequest? asked = null;
        await using var server = ControlServer.Start(_vault, (request, _) =>
        {
            asked = request;
            return Task.FromResult(new ControlAnswer { Members = [new EnrolledMember("m", new Dictionary<string, string> { ["a"] = "b" }, RevocationKind.Departed)] });
        });

        var answer = await ControlClient.TryAskAsync(_vault, new RevokeMemberRequest("x", RevocationKind.Compromised), Patience, default);

        Assert.Multiple(() =>
        {
            Assert.That(asked, Is.EqualTo(new RevokeMemberRequest("x", RevocationKind.Compromised)));
            Assert.That(answer!.Members!.Single().Revoked, Is.EqualTo(RevocationKind.Departed));
        });
    }

    [Test]
    public async Task Many_ask_at_once()
    {
        await using var server = ControlServer.Start(_vault, (request, _) =>
            Task.FromResult(new ControlAnswer { Ticket = ((CreateTicketRequest)request).Uses.ToString(null, null) }));

        var answers = await Task.WhenAll(Enumerable.Range(1, 20).Select(uses =>
            ControlClient.TryAskAsync(_vault, new CreateTicketRequest(new Dictionary<string, string>(), uses, 1), Patience, default)));

        Assert.That(answers.Select(answer => answer!.Ticket), Is.EqualTo(Enumerable.Range(1, 20).Select(uses => uses.ToString(null, null))));
    }

    [Test]
    public async Task What_goes_wrong_there_is_told_here()
    {
        await using var server = ControlServer.Start(_vault, (_, _) => throw new EndToEndKafkaException(FailureReason.NotEnrolled, "what and what to do"));

        var answer = await ControlClient.TryAskAsync(_vault, new GetStatusRequest(), Patience, default);

        Assert.That(answer!.Problem, Is.EqualTo("what and what to do"));
    }

    [Test]
    public async Task What_no_one_expected_is_told_and_does_not_end_the_process()
    {
        var server = ControlServer.Start(_vault, (_, _) => throw new NotSupportedException("not foreseen"));

        var answer = await ControlClient.TryAskAsync(_vault, new GetStatusRequest(), Patience, default);
        await server.DisposeAsync();

        Assert.That(answer!.Problem, Is.EqualTo("not foreseen"));
    }

    [Test]
    public async Task No_process_answers_where_none_is() =>
        Assert.That(await ControlClient.TryAskAsync(_vault, new GetStatusRequest(), TimeSpan.Zero, default), Is.Null);

    [Test]
    public async Task No_process_answers_where_one_was()
    {
        await ControlServer.Start(_vault, (_, _) => Task.FromResult(new ControlAnswer())).DisposeAsync();

        Assert.That(await ControlClient.TryAskAsync(_vault, new GetStatusRequest(), TimeSpan.Zero, default), Is.Null);
    }

    [TestCase("")]
    [TestCase("no json\n")]
    [TestCase("{\"request\":\"noSuchRequest\"}\n")]
    [TestCase("{\"request\":\"getStatus\",\"more\":1}\n")]
    [TestCase("null\n")]
    [TestCase("{}\n")]
    [TestCase("{\"more\":1}\n")]
    [TestCase("[]\n")]
    [TestCase("{\"request\":\"createTicket\",\"attributes\":null,\"uses\":1,\"lifetimeSeconds\":1}\n")]
    public async Task What_is_no_request_gets_no_answer_and_the_next_one_does(string line)
    {
        await using var server = ControlServer.Start(_vault, (_, _) => Task.FromResult(new ControlAnswer { Ticket = "t" }));
        await using (var pipe = new NamedPipeClientStream(".", ControlPipe.NameOf(_vault), PipeDirection.InOut, PipeOptions.Asynchronous))
        {
            await pipe.ConnectAsync(Patience, default);
            await pipe.WriteAsync(Encoding.UTF8.GetBytes(line));
        }

        Assert.That((await ControlClient.TryAskAsync(_vault, new GetProjectRequest(), Patience, default))!.Ticket, Is.EqualTo("t"));
    }

    [Test]
    public async Task A_request_that_does_not_say_which_it_is_does_not_fail_the_stop_of_the_process()
    {
        var server = ControlServer.Start(_vault, (_, _) => Task.FromResult(new ControlAnswer()));
        await using (var pipe = new NamedPipeClientStream(".", ControlPipe.NameOf(_vault), PipeDirection.InOut, PipeOptions.Asynchronous))
        {
            await pipe.ConnectAsync(Patience, default);
            await pipe.WriteAsync("{}\n"u8.ToArray());
            Assert.That(await pipe.ReadAsync(new byte[1]), Is.Zero, "the server hangs up");
        }

        await server.DisposeAsync();
    }

    [Test]
    public async Task A_line_without_end_is_not_kept()
    {
        await using var server = ControlServer.Start(_vault, (_, _) => Task.FromResult(new ControlAnswer()));
        await using var pipe = new NamedPipeClientStream(".", ControlPipe.NameOf(_vault), PipeDirection.InOut, PipeOptions.Asynchronous);
        await pipe.ConnectAsync(Patience, default);
        var chunk = new byte[64 * 1024];

        // The server hangs up after 1 MiB.
        await Assert.ThrowsAsync<IOException>(async () =>
        {
            for (var i = 0; i < 1_000; i++)
                await pipe.WriteAsync(chunk);
        });
    }

    [Test]
    public void The_name_of_a_pipe_tells_vaults_apart_and_not_spellings() => Assert.Multiple(() =>
    {
        Assert.That(ControlPipe.NameOf("/a/b/vault.db"), Is.EqualTo(ControlPipe.NameOf("/a/./b/../b/vault.db")));
        Assert.That(ControlPipe.NameOf("/a/b/vault.db"), Is.Not.EqualTo(ControlPipe.NameOf("/a/c/vault.db")));
    });
}
