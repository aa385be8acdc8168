using E2EKafka.Tests;

namespace E2EKafka.Cli.Tests;

/// <summary>What takes longer than a second says so on a terminal, and leaves nothing behind.</summary>
public class WaitingTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ManualTimeProvider _clock = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly StringWriter _error = new();

    [OneTimeTearDown]
    public void TearDown() => _error.Dispose();

    [SetUp]
    public void SetUp() => _error.GetStringBuilder().Clear();

    [Test]
    public void It_is_shown_each_second_and_taken_away()
    {
        using (var waiting = new Waiting(Terminal(), "Asking"))
        {
            _clock.Advance(Second * 0.9);
            Assert.That(_error.ToString(), Is.Empty);
            _clock.Advance(Second * 0.1);
            waiting.Now("Reading");
            _clock.Advance(Second);
        }

        _clock.Advance(Second * 10);
        Assert.That(_error.ToString(), Is.EqualTo("\rAsking … 1 s\e[K\rReading … 2 s\e[K\r\e[K"));
    }

    [Test]
    public void What_is_told_meanwhile_has_a_line_of_its_own()
    {
        var terminal = Terminal();
        using (new Waiting(terminal, "Asking"))
        {
            _clock.Advance(Second);
            terminal.Tell("Something else.");
        }

        Assert.That(_error.ToString(), Is.EqualTo("\rAsking … 1 s\e[K\r\e[KSomething else.\n"));
    }

    [Test]
    public void A_question_is_not_written_over()
    {
        var terminal = Terminal();
        string answer;
        using (new Waiting(terminal, "Asking"))
        {
            _clock.Advance(Second);
            answer = terminal.Ask(
                question =>
                {
                    _error.Write(question);
                    _clock.Advance(Second * 5);
                    return "an answer";
                },
                "Passphrase: ");
            _clock.Advance(Second);
        }

        Assert.That(answer, Is.EqualTo("an answer"));
        Assert.That(_error.ToString(), Is.EqualTo("\rAsking … 1 s\e[K\r\e[KPassphrase: \rAsking … 7 s\e[K\r\e[K"));
    }

    [Test]
    public void It_is_no_longer_than_the_terminal_is_wide()
    {
        using (new Waiting(Terminal(), new string('x', 100)))
            _clock.Advance(Second);

        Assert.That(_error.ToString(), Is.EqualTo($"\r{new string('x', 39)}\e[K\r\e[K"));
    }

    [Test]
    public void A_pipe_is_shown_nothing()
    {
        using (new Waiting(Terminal(isTerminal: false), "Asking"))
            _clock.Advance(Second * 10);

        Assert.That(_error.ToString(), Is.Empty);
    }

    private Surroundings Terminal(bool isTerminal = true) => new()
    {
        Input = Stream.Null,
        Output = Stream.Null,
        Error = _error,
        Variable = _ => null,
        Folder = "/",
        UserData = "/",
        IsErrorTerminal = isTerminal,
        Width = 40,
        Time = _clock,
    };
}
