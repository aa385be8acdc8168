namespace E2EKafka.RealKafka.Tests.Semantics;

/// <summary>Consumer groups of every kind: consumers join and leave, and each record is handled, none before its predecessor.</summary>
[TestFixture("range")]
[TestFixture("roundrobin")]
[TestFixture("cooperative-sticky")]
[TestFixture("static")]
[TestFixture("consumer")]
public class GroupTests(string kind)
{
    [Test]
    public async Task Consumers_join_and_leave_while_records_flow()
    {
        await using var project = await ProjectOnBroker.StartSharedAsync(GroupRun.Partitions);
        var group = new GroupRun(project, kind);
        var first = await group.JoinAsync();
        await using var writer = await project.JoinAsync(options => options.Produce.Add(project.DataTopic));
        using var producer = project.NewProducer(writer);
        await group.SendAsync(producer, 0, 15);
        await first.AssignedAsync();
        var second = await group.JoinAsync();
        await group.SendAsync(producer, 15, 30);
        await second.AssignedAsync();
        var third = await group.JoinAsync();
        await first.DisposeAsync();
        await group.SendAsync(producer, 30, 45);
        await third.AssignedAsync();
        await second.DisposeAsync();
        await group.SendAsync(producer, 45, GroupRun.Messages);

        await group.Log.CompleteAsync();
        await third.DisposeAsync();
        group.AssertCommitted();
    }

    [Test]
    public async Task Consumers_that_wait_for_a_key_leave_before_it_comes_and_the_next_one_loses_nothing()
    {
        await using var project = await ProjectOnBroker.StartSharedAsync(GroupRun.Partitions);
        var group = new GroupRun(project, kind);
        var ticket = project.Authority.CreateTicket();
        await group.SendAndGoAsync(ticket, "early", 0, 20);
        await using var live = await group.ConnectProducerAsync(project.Authority.CreateTicket(), "live");
        using var producer = project.NewProducer(live);

        // The key of the first records is not there. Each consumer waits with all of its partitions when it leaves.
        for (var i = 0; i < 2; i++)
        {
            await using var waiting = await group.JoinAsync();
            await waiting.AssignedAsync();
            await group.SendAsync(producer, 20 + (10 * i), 30 + (10 * i));
        }

        Assert.That(group.Log.Handled, Is.Zero);
        var last = await group.JoinAsync();
        await last.AssignedAsync();
        await using var again = await group.ConnectProducerAsync(ticket, "early");
        await group.SendAsync(producer, 40, GroupRun.Messages);

        await group.Log.CompleteAsync();
        await last.DisposeAsync();
        group.AssertCommitted();
    }
}
