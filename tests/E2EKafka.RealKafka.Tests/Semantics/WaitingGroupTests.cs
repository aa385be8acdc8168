namespace E2EKafka.RealKafka.Tests.Semantics;

/// <summary>Groups whose partitions move while some of them wait for a key.</summary>
[TestFixture("range", false)]
[TestFixture("roundrobin", false)]
[TestFixture("cooperative-sticky", false)]
[TestFixture("consumer", false)]
[TestFixture("range", true)]
[TestFixture("cooperative-sticky", true)]
public class WaitingGroupTests(string kind, bool readsBatches)
{
    private static readonly int[] Waiting = [0, 2, 4];
    private static readonly int[] Flowing = [1, 3, 5];

    [TestCase(true, TestName = "Partitions_that_wait_move_to_a_consumer_that_has_not_had_them_and_the_others_go_on")]
    [TestCase(false, TestName = "Partitions_that_wait_move_away_and_back_and_go_on_when_their_keys_come")]
    public async Task Partitions_that_wait_move(bool firstLeaves)
    {
        await using var project = await ProjectOnBroker.StartSharedAsync(GroupRun.Partitions);
        var group = new GroupRun(project, kind, readsBatches);
        var ticket = project.Authority.CreateTicket();
        await group.SendAndGoAsync(ticket, "early", 0, 20, Waiting);
        await using var live = await group.ConnectProducerAsync(project.Authority.CreateTicket(), "live");
        using var producer = project.NewProducer(live);
        await group.SendAsync(producer, 0, 20, Flowing);
        var first = await group.JoinAsync();
        await group.Log.HandledAsync(20 * Flowing.Length);
        await first.WaitingAsync(Waiting.Length);

        // Half of the partitions go; then the others follow, or they come back.
        var second = await group.JoinAsync();
        var (leaving, staying) = firstLeaves ? (first, second) : (second, first);
        await second.AssignedAsync();
        await group.SendAsync(producer, 20, 40);
        await group.Log.HandledAsync(40 * Flowing.Length);
        await leaving.DisposeAsync();
        await group.SendAsync(producer, 40, GroupRun.Messages);
        await group.Log.HandledAsync(GroupRun.Messages * Flowing.Length);
        await using var again = await group.ConnectProducerAsync(ticket, "early");

        await group.Log.CompleteAsync();
        await staying.DisposeAsync();
        group.AssertCommitted();
    }
}
