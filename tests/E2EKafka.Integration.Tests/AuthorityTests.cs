namespace E2EKafka.Integration.Tests;

/// <summary>The authority goes and comes back.</summary>
[TestFixture]
public class AuthorityTests
{
    private const string Topic = TestProjectOnKafka.Topic;

    [Test]
    public async Task An_authority_that_restarts_is_the_same_and_knows_its_members_and_tickets()
    {
        using var folder = new TemporaryFolder();
        await using var project = await TestProjectOnKafka.StartAsync(options =>
        {
            options.Vault = null;
            options.VaultFile = folder["authority"];
            options.VaultKeyFile = folder["key"];
        });
        var ticket = project.Authority.CreateTicket();
        var used = project.Authority.CreateTicket();
        await using var reader = await project.ConnectAsync(used, options => options.Consume.Add(Topic));
        await project.Authority.SetPolicyAsync(Policy.AnyMember with { Topics = [new TopicRequirements { Topic = "other" }] });
        var before = project.Authority.Project;

        await project.RestartAuthorityAsync();

        Assert.That((project.Authority.Project.Id, project.Authority.Project.Version), Is.EqualTo((before.Id, before.Version)));
        Assert.That(project.Authority.ListMembers().Select(member => member.Identifier), Is.EqualTo([reader.Identifier]));
        Assert.That(
            (await Assert.ThrowsAsync<EndToEndKafkaException>(() => project.ConnectAsync(used)))!.Reason,
            Is.EqualTo(FailureReason.TicketUsedUp));
        await using var producer = await project.ConnectAsync(ticket, options => options.Produce.Add(Topic));
        await project.SendAsync(producer, "after");
        using var consumer = project.NewReader(reader);
        Assert.That(consumer.NextValues(1), Is.EqualTo(["after"]));
    }

    [Test]
    public async Task Members_exchange_messages_and_start_again_while_the_authority_is_away()
    {
        await using var project = await TestProjectOnKafka.StartAsync();
        await using var reader = await project.JoinAsync(options => options.Consume.Add(Topic));
        string identifier;
        await using (var first = await project.JoinAsync(Durable))
            identifier = first.Identifier;
        await project.Authority.DisposeAsync();

        await using var producer = await project.ConnectAsync(ticket: null, Durable);
        await project.SendAsync(producer, "on its own");

        using var consumer = project.NewReader(reader);
        Assert.That(consumer.NextValues(1), Is.EqualTo(["on its own"]));
        Assert.That(producer.Identifier, Is.EqualTo(identifier));

        void Durable(EndToEndKafkaOptions options)
        {
            project.KeepIn("producer", options);
            options.Produce.Add(Topic);
        }
    }

    [Test]
    public async Task An_authority_restored_from_a_backup_forgets_no_use_of_a_ticket()
    {
        await using var project = TestProjectOnKafka.Create();
        var vault = new MemoryVault();
        var options = new CredentialAuthorityOptions { ProjectName = "restored", ControlTopicPrefix = "restored", Vault = vault, IsDevelopment = true };
        TestProjectOnKafka.Configure(project.Cluster, options.Kafka);
        string ticket;
        using var backup = new MemoryVault();
        await using (var authority = CredentialAuthority.Open(options))
        {
            foreach (var topic in authority.Project.ControlTopics)
                project.Cluster.CreateTopic(topic.Name, topic.Partitions);
            ticket = authority.CreateTicket();
            Copy(vault, backup);
            await authority.StartAsync();
            await using var member = await EndToEndKafka.ConnectAsync(MemberOptions(authority));
        }

        options.Vault = backup;
        await using var restored = CredentialAuthority.Open(options);
        Assert.That(restored.ListMembers(), Is.Empty, "the test is about something");
        await restored.StartAsync();

        Assert.That(restored.ListMembers(), Has.Count.EqualTo(1));
        Assert.That(
            (await Assert.ThrowsAsync<EndToEndKafkaException>(() => EndToEndKafka.ConnectAsync(MemberOptions(restored))))!.Reason,
            Is.EqualTo(FailureReason.TicketUsedUp));
        vault.Dispose();

        EndToEndKafkaOptions MemberOptions(CredentialAuthority authority)
        {
            var member = new EndToEndKafkaOptions { Project = authority.Project, Ticket = ticket, UseInMemoryVault = true };
            TestProjectOnKafka.Configure(project.Cluster, member.Kafka);
            return member;
        }
    }

    private static void Copy(MemoryVault from, MemoryVault to)
    {
        using var batch = new VaultBatch();
        foreach (var collection in new[] { "authority", "tickets", "members" })
        {
            foreach (var (name, value) in from.List(collection))
                batch.Put(collection, name, value);
        }

        to.Write(batch);
    }
}
