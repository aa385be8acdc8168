namespace E2EKafka.Client.Tests.KeyExchange;

/// <summary>Look, then judge: a record that depends on another partition is judged for good when that was read to an end asked for later.</summary>
[TestFixture]
public class ControlInboxTests
{
    private static readonly ControlPartition Authority = ControlPartition.Authority;
    private static readonly ControlPartition Members = ControlPartition.Members;
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;

    private readonly List<(string Name, RecordProblem Problem)> _concluded = [];
    private readonly HashSet<string> _known = [];
    private int _judged;
    private ControlInbox _inbox = null!;

    [SetUp]
    public void SetUp()
    {
        _concluded.Clear();
        _known.Clear();
        _inbox = new ControlInbox(Judge, (record, problem) => _concluded.Add((NameOf(record), problem)));
    }

    [Test]
    public void A_record_whose_sender_is_known_is_taken_at_once()
    {
        Receive(Authority, 0, "alice");
        Receive(Members, 0, "by alice");

        Assert.That(_concluded, Is.EqualTo(new[] { ("alice", RecordProblem.None), ("by alice", RecordProblem.None) }));
        Assert.That(_inbox.BeginLooks(Now), Is.Empty);
    }

    [Test]
    public void A_record_whose_sender_comes_with_the_look_is_taken()
    {
        Receive(Members, 0, "by alice");
        Assert.That(_inbox.BeginLooks(Now), Is.EqualTo(new[] { Authority }));
        _inbox.LookFound(Authority, 1);
        Assert.That(_concluded, Is.Empty, "the end is not reached");
        Receive(Authority, 0, "alice");

        Assert.That(_concluded, Is.EqualTo(new[] { ("alice", RecordProblem.None), ("by alice", RecordProblem.None) }));
    }

    [Test]
    public void A_record_whose_sender_is_unknown_after_the_look_is_refused_for_good()
    {
        Receive(Members, 0, "by mallory");
        _inbox.BeginLooks(Now);
        _inbox.LookFound(Authority, 0);

        Assert.That(_concluded, Is.EqualTo(new[] { ("by mallory", RecordProblem.UnknownSender) }));
        Assert.That(_inbox.JudgedOf(Members), Is.EqualTo(1));
    }

    [Test]
    public void A_look_that_was_asked_for_before_the_record_was_read_proves_nothing()
    {
        Receive(Members, 0, "by mallory");
        _inbox.BeginLooks(Now);
        Receive(Members, 1, "by alice");
        _inbox.LookFound(Authority, 0);
        Assert.That(_concluded.Select(record => record.Name), Is.EqualTo(new[] { "by mallory" }));

        Assert.That(_inbox.BeginLooks(Now), Is.EqualTo(new[] { Authority }), "another is needed");
        _inbox.LookFound(Authority, 0);
        Assert.That(_concluded[^1], Is.EqualTo(("by alice", RecordProblem.UnknownSender)));
    }

    [Test]
    public void One_look_serves_all_that_wait_and_is_asked_for_once()
    {
        for (var i = 0; i < 100; i++)
            Receive(Members, i, "by mallory");

        Assert.That(_inbox.BeginLooks(Now), Is.EqualTo(new[] { Authority }));
        Assert.That(_inbox.BeginLooks(Now), Is.Empty, "it is under way");
        _inbox.LookFound(Authority, 0);
        Assert.That(_concluded, Has.Count.EqualTo(100));
    }

    [Test]
    public void A_look_that_the_broker_does_not_answer_is_asked_for_again()
    {
        Receive(Members, 0, "by alice");
        _inbox.BeginLooks(Now);
        _inbox.LookFailed(Authority);

        Assert.That(_inbox.BeginLooks(Now), Is.EqualTo(new[] { Authority }));
    }

    [Test]
    public void An_end_behind_the_last_record_is_reached_where_the_partition_ends()
    {
        // A transaction's marker takes an offset that no record fills.
        Receive(Members, 0, "by mallory");
        _inbox.BeginLooks(Now);
        _inbox.LookFound(Authority, 2);
        Receive(Authority, 0, "alice");
        Assert.That(_concluded, Has.Count.EqualTo(1));

        _inbox.CaughtUp(Authority, Now, end: 2);
        Assert.That(_concluded[^1], Is.EqualTo(("by mallory", RecordProblem.UnknownSender)));
    }

    [Test]
    public void Records_keep_their_order_and_a_position_never_passes_one_that_waits()
    {
        Receive(Authority, 0, "bob");
        Receive(Members, 5, "by alice");
        Receive(Members, 6, "by bob");
        Assert.That(_concluded.Select(record => record.Name), Is.EqualTo(new[] { "bob" }));
        Assert.That(_inbox.JudgedOf(Members), Is.EqualTo(5));
        Assert.That(_inbox.PositionOf(Members), Is.EqualTo(7), "where to read on");

        Receive(Authority, 1, "alice");
        Assert.That(_concluded.Select(record => record.Name), Is.EqualTo(new[] { "bob", "alice", "by alice", "by bob" }));
        Assert.That(_inbox.JudgedOf(Members), Is.EqualTo(7));
    }

    [Test]
    public void A_partition_is_caught_up_when_all_of_it_is_judged()
    {
        Receive(Members, 0, "by mallory");
        _inbox.CaughtUp(Members, Now, end: 1);
        Assert.That(_inbox.CaughtUpAt(Members), Is.Null);

        _inbox.BeginLooks(Now);
        _inbox.LookFound(Authority, 0);
        Assert.That(_inbox.CaughtUpAt(Members), Is.EqualTo(Now));
    }

    [Test]
    public void What_finds_no_room_is_read_again_and_not_one_record_is_passed_over()
    {
        for (var i = 0; i <= ControlInbox.MaxWaiting + 1; i++)
            Receive(Members, i, "by mallory");
        _inbox.CaughtUp(Members, Now, end: ControlInbox.MaxWaiting + 2);
        Assert.That(_inbox.BeginAgain(), Is.Empty, "there is no room yet");

        _inbox.BeginLooks(Now);
        _inbox.LookFound(Authority, 0);
        Assert.That(_concluded, Has.Count.EqualTo(ControlInbox.MaxWaiting));
        Assert.That(_inbox.JudgedOf(Members), Is.EqualTo(ControlInbox.MaxWaiting));
        Assert.That(_inbox.JudgedPositions.Single(pair => pair.Key == Members).Value, Is.EqualTo(ControlInbox.MaxWaiting));
        Assert.That(_inbox.CaughtUpAt(Members), Is.Null, "the end lies behind what was not judged");

        Assert.That(_inbox.BeginAgain(), Is.EqualTo(new[] { KeyValuePair.Create(Members, (long)ControlInbox.MaxWaiting) }));
        Assert.That(_inbox.BeginAgain(), Is.Empty, "it is under way");
        Receive(Members, ControlInbox.MaxWaiting + 2, "by bob"); // was read before
        Assert.That(_concluded, Has.Count.EqualTo(ControlInbox.MaxWaiting));

        _inbox.ReadingAgain(Members, ControlInbox.MaxWaiting);
        Receive(Authority, 0, "alice");
        for (var i = 0; i < 3; i++)
            Receive(Members, ControlInbox.MaxWaiting + i, "by alice");
        _inbox.CaughtUp(Members, Now, end: ControlInbox.MaxWaiting + 3);
        Assert.That(_concluded.TakeLast(3).Select(record => record.Problem), Is.All.EqualTo(RecordProblem.None));
        Assert.That(_inbox.CaughtUpAt(Members), Is.EqualTo(Now));
    }

    [Test]
    public void A_look_is_not_over_before_what_found_no_room_was_judged()
    {
        var done = false;
        Receive(Members, 0, "by mallory");
        for (var i = 1; i <= ControlInbox.MaxWaiting; i++)
            Receive(Members, i, "by mallory");
        _inbox.AfterLook(Members, () => done = true);
        _inbox.BeginLooks(Now);
        _inbox.LookFound(Members, ControlInbox.MaxWaiting + 1);
        _inbox.LookFound(Authority, 0);
        Assert.That(done, Is.False);

        _inbox.BeginAgain();
        _inbox.ReadingAgain(Members, ControlInbox.MaxWaiting);
        Receive(Authority, 0, "mallory");
        Receive(Members, ControlInbox.MaxWaiting, "by mallory");
        Assert.That(done, Is.True);
    }

    [Test]
    public void A_partition_that_others_wait_for_is_read_on_while_they_fill_the_room()
    {
        var grants = new ControlPartition(ControlTopicKind.Grants, 0);
        Receive(Members, 0, "by bob");
        for (var i = 0; i < ControlInbox.MaxWaiting; i++)
            Receive(grants, i, "by alice");
        Receive(Members, 1, "by bob");
        Assert.That(_inbox.BeginAgain(), Is.Empty);

        Receive(Authority, 0, "bob");
        Assert.That(_inbox.BeginAgain().Select(pair => pair.Key), Is.EqualTo(new[] { Members }), "nothing of it waits");
    }

    [Test]
    public void The_authoritys_records_are_never_passed_over()
    {
        for (var i = 0; i <= ControlInbox.MaxWaiting; i++)
            Receive(Members, i, "by alice");
        Receive(Authority, 0, "alice");

        Assert.That(_concluded[^1], Is.EqualTo(("by alice", RecordProblem.None)));
        Assert.That(_inbox.Waiting, Is.Zero);
    }

    [Test]
    public void A_flood_behind_an_end_puts_off_neither_a_look_nor_that_a_partition_is_caught_up()
    {
        Receive(Members, 0, "by mallory");
        _inbox.CaughtUp(Members, Now, end: 1);
        _inbox.BeginLooks(Now);
        for (var i = 1; i < 100; i++)
        {
            // Each comes while the look for the one before it is under way.
            Receive(Members, i, "by mallory");
            _inbox.LookFound(Authority, 0);
            _inbox.BeginLooks(Now);
            Assert.That(_inbox.Waiting, Is.EqualTo(1));
        }

        Assert.That(_inbox.CaughtUpAt(Members), Is.EqualTo(Now));
    }

    [Test]
    public void A_look_at_an_end_that_never_comes_is_taken_again()
    {
        Receive(Members, 0, "by mallory");
        _inbox.BeginLooks(Now);
        _inbox.LookFound(Authority, 1_000);
        Assert.That(_inbox.BeginLooks(Now.AddSeconds(29)), Is.Empty);

        Assert.That(_inbox.BeginLooks(Now.AddSeconds(30)), Is.EqualTo(new[] { Authority }));
        _inbox.LookFound(Authority, 0);
        Assert.That(_concluded, Is.EqualTo(new[] { ("by mallory", RecordProblem.UnknownSender) }));
    }

    [Test]
    public void A_late_answer_to_an_older_look_ends_no_newer_one()
    {
        Receive(Members, 0, "by mallory");
        _inbox.BeginLooks(Now);
        Receive(Members, 1, "by alice");
        Assert.That(_inbox.BeginLooks(Now.AddSeconds(30)), Is.EqualTo(new[] { Authority }), "the answer is on its way");
        _inbox.LookFound(Authority, 0);
        Assert.That(_concluded, Is.Empty, "alice may have been announced since");

        _inbox.LookFound(Authority, 1);
        Receive(Authority, 0, "alice");
        Assert.That(_concluded[^1], Is.EqualTo(("by alice", RecordProblem.None)));
    }

    [Test]
    public void An_end_before_what_was_read_is_that_of_another_topic_which_is_read_from_its_start()
    {
        var recreated = new List<ControlPartition>();
        _inbox.Recreated = recreated.Add;
        _inbox.Resume(Authority, 1_000);
        Receive(Members, 0, "by alice");
        _inbox.BeginLooks(Now);
        _inbox.LookFound(Authority, 300);
        Assert.That(_concluded, Is.Empty);
        Assert.That(recreated, Is.EqualTo(new[] { Authority }));
        Assert.That(_inbox.BeginAgain(), Is.EqualTo(new[] { KeyValuePair.Create(Authority, 0L) }));

        _inbox.ReadingAgain(Authority, 0);
        Receive(Authority, 42, "alice");
        Assert.That(_concluded[^1], Is.EqualTo(("by alice", RecordProblem.None)));
    }

    [Test]
    public void A_partition_that_turns_out_to_be_anothers_while_it_is_to_be_read_again_is_read_from_its_start()
    {
        var grants = new ControlPartition(ControlTopicKind.Grants, 0);
        for (var i = 0; i <= ControlInbox.MaxWaiting; i++)
            Receive(Members, i, "by mallory");
        _inbox.AfterLook(Members, () => { });
        _inbox.BeginLooks(Now);
        _inbox.LookFound(Authority, 0);
        Assert.That(_inbox.BeginAgain(), Is.EqualTo(new[] { KeyValuePair.Create(Members, (long)ControlInbox.MaxWaiting) }));
        _concluded.Clear();

        _inbox.LookFound(Members, 1);
        Assert.That(_inbox.BeginAgain(), Is.EqualTo(new[] { KeyValuePair.Create(Members, 0L) }));
        _inbox.ReadingAgain(Members, ControlInbox.MaxWaiting); // the older answer
        Receive(Members, ControlInbox.MaxWaiting, "by bob");
        _inbox.ReadingAgain(Members, 0);
        Receive(Authority, 0, "alice");
        Receive(Members, 0, "by alice");
        Assert.That(_concluded, Is.EqualTo(new[] { ("alice", RecordProblem.None), ("by alice", RecordProblem.None) }));
    }

    [Test]
    public void A_record_that_waits_is_not_judged_for_each_that_comes_after_it()
    {
        Receive(Members, 0, "held");
        _judged = 0;
        for (var i = 1; i <= 1_000; i++)
            Receive(Members, i, "by alice");
        for (var i = 0; i < 1_000; i++)
            Receive(Authority, i, "bob");
        Assert.That(_judged, Is.EqualTo(1_000), "only the authority's records");

        _inbox.JudgeAgain();
        Assert.That(_judged, Is.EqualTo(1_001));
    }

    [Test]
    public void An_end_that_was_passed_while_it_was_asked_for_is_no_sign_of_another_topic()
    {
        Receive(Members, 0, "by mallory");
        _inbox.BeginLooks(Now);
        for (var i = 0; i < 5; i++)
            Receive(Authority, i, "bob");
        _inbox.LookFound(Authority, 3);

        Assert.That(_concluded[^1], Is.EqualTo(("by mallory", RecordProblem.UnknownSender)));
        Assert.That(_inbox.BeginAgain(), Is.Empty);
    }

    [Test]
    public void A_topic_that_is_created_again_asks_for_no_look_on_behalf_of_the_old_one()
    {
        Receive(Members, 5, "by mallory");
        _inbox.CaughtUp(Members, Now, end: 0);

        Assert.That(_inbox.BeginLooks(Now), Is.Empty);
    }

    [Test]
    public void A_record_that_comes_again_says_that_the_topic_is_another()
    {
        var recreated = new List<ControlPartition>();
        _inbox.Recreated = recreated.Add;
        Receive(Members, 0, "by alice");
        Receive(Members, 1, "by alice");
        Receive(Members, 0, "by bob");

        Assert.That(recreated, Is.EqualTo(new[] { Members }));
        Assert.That(_inbox.Waiting, Is.EqualTo(1), "what waited was of the topic that is gone");
    }

    [Test]
    public void What_is_to_follow_a_look_follows_one_that_is_asked_for_later()
    {
        var done = false;
        Receive(Members, 0, "by mallory");
        _inbox.BeginLooks(Now);
        _inbox.AfterLook(Authority, () => done = true);
        _inbox.LookFound(Authority, 0);
        Assert.That(done, Is.False);

        Assert.That(_inbox.BeginLooks(Now), Is.EqualTo(new[] { Authority }));
        _inbox.LookFound(Authority, 0);
        Assert.That(done, Is.True);
    }

    private static string NameOf(ControlRecord record) => System.Text.Encoding.ASCII.GetString(record.Value.Span);

    // A record on the authority's topic introduces a name; another one is by a name.
    private Judgement Judge(ControlRecord record, LooksSince looks)
    {
        _judged++;
        var name = NameOf(record);
        if (name == "held")
            return Judgement.Held;
        if (record.Partition == Authority)
        {
            _known.Add($"by {name}");
            return Judgement.Taken;
        }

        return _known.Contains(name) ? Judgement.Taken
            : looks.Include(Authority) ? Judgement.Refused(RecordProblem.UnknownSender)
            : Judgement.After(Authority);
    }

    private void Receive(ControlPartition partition, long offset, string name) =>
        _inbox.Receive(new ControlRecord(partition, System.Text.Encoding.ASCII.GetBytes(name), Now, offset));
}
