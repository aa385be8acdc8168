namespace E2EKafka.Cli.Tests.Control;

/// <summary>An application that hosts an authority or a member answers the tool, if its options say so.</summary>
[TestFixture]
public class AnsweringApplicationTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private TemporaryFolder _folder = null!;
    private EmbeddedCluster _cluster = null!;

    [SetUp]
    public void SetUp() => (_folder, _cluster) = (new TemporaryFolder(), EmbeddedCluster.Start());

    [TearDown]
    public void TearDown()
    {
        _cluster.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task A_hosted_authority_and_a_hosted_member_answer_while_they_run()
    {
        await using var authority = CredentialAuthority.Open(AuthorityOptions());
        await authority.StartAsync();
        var ticket = (await AskAsync("authority", new CreateTicketRequest(new Dictionary<string, string> { ["role"] = "shop" }, 1, 600)))!.Ticket!;
        await using (var member = await EndToEndKafka.ConnectAsync(MemberOptions(authority, ticket)))
        {
            var (members, status) = (await AskAsync("authority", new ListMembersRequest()), await AskAsync("member", new GetStatusRequest()));
            Assert.Multiple(() =>
            {
                Assert.That(members!.Members!.Single().Identifier, Is.EqualTo(member.Identifier));
                Assert.That(members.Members!.Single().Attributes["role"], Is.EqualTo("shop"));
                Assert.That(status!.Status!.Identifier, Is.EqualTo(member.Identifier));
            });

            await AskAsync("authority", new RevokeMemberRequest(member.Identifier, RevocationKind.Departed));
            Assert.That(authority.ListMembers().Single().Revoked, Is.EqualTo(RevocationKind.Departed));
        }

        Assert.That(await AskAsync("member", new GetStatusRequest()), Is.Null);
        await authority.DisposeAsync();
        Assert.That(await AskAsync("authority", new ListMembersRequest()), Is.Null);
    }

    [Test]
    public async Task An_application_that_does_not_say_so_does_not_answer()
    {
        var options = AuthorityOptions();
        options.AnswersCommandLine = false;
        await using var authority = CredentialAuthority.Open(options);
        await authority.StartAsync();

        Assert.That(await AskAsync("authority", new ListMembersRequest()), Is.Null);
    }

    [Test]
    public void Without_a_vault_in_a_file_the_tool_finds_no_process()
    {
        var authority = new CredentialAuthorityOptions { ProjectName = "p", BootstrapServers = "127.0.0.1:1", UseInMemoryVault = true, AnswersCommandLine = true };
        var member = new EndToEndKafkaOptions { BootstrapServers = "127.0.0.1:1", UseInMemoryVault = true, AnswersCommandLine = true };

        Assert.Multiple(() =>
        {
            Assert.That(() => CredentialAuthority.Open(authority), Throws.TypeOf<EndToEndKafkaException>().With.Message.Contain("AnswersCommandLine"));
            Assert.That(async () => await EndToEndKafka.ConnectAsync(member), Throws.TypeOf<EndToEndKafkaException>().With.Message.Contain("AnswersCommandLine"));
        });
    }

    private CredentialAuthorityOptions AuthorityOptions() => new()
    {
        ProjectName = "orders", BootstrapServers = _cluster.BootstrapServers, IsDevelopment = true, CreateControlTopics = true,
        VaultFile = _folder["authority"], VaultKeyFile = _folder["authority.key"], AnswersCommandLine = true,
    };

    private EndToEndKafkaOptions MemberOptions(CredentialAuthority authority, string ticket) => new()
    {
        Project = authority.Project, Ticket = ticket, BootstrapServers = _cluster.BootstrapServers,
        VaultFile = _folder["member"], VaultKeyFile = _folder["member.key"], AnswersCommandLine = true,
    };

    private Task<ControlAnswer?> AskAsync(string vault, ControlRequest request) => ControlClient.TryAskAsync(_folder[vault], request, TimeSpan.Zero, new CancellationTokenSource(Patience).Token);
}
