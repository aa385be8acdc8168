using Confluent.Kafka;
using Confluent.Kafka.Admin;
using E2EKafka.Tests;

namespace E2EKafka.Cli.Tests;

/// <summary>Each check of <c>doctor</c>, against a Kafka in which one thing is wrong.</summary>
[TestFixture]
internal sealed class CheckTests
{
    private const string Orders = "orders";

    private TestProject _project = null!;
    private FakeKafka _kafka = null!;

    [SetUp]
    public void SetUp()
    {
        _project = new TestProject();
        _kafka = new FakeKafka(_project.Document, _project.Clock);
        _kafka.Add(Control.Authority, _project.Document.Record);
    }

    [TearDown]
    public void TearDown() => _project.Dispose();

    private ControlTopicLayout Control => _project.Document.Control;

    private static KafkaTools Tools { get; } = new("broker:9092", "/etc/kafka/admin.properties");

    private AuthorityTopic Authority => new(_kafka, _project.Document);

    [Test]
    public async Task Where_all_is_well_every_check_passes()
    {
        var member = _project.Join();
        _kafka.Add(Control.Authority, member.Credential.Text);
        _kafka.Acls.Add(Allow("User:authority", AclOperation.Write));
        AddDataTopic();

        var checks = _project.Document.ControlTopics.SelectMany(topic => new ICheck[]
        {
            new ControlTopicCheck(_kafka, topic, Tools),
            new ControlTopicSettingsCheck(_kafka, topic, Tools),
        }).Concat(
        [
            new BrokerCheck(_kafka, "broker:9092"),
            KeyRetention(),
            new AuthorityWritersCheck(_kafka, _project.Document),
            Clock(),
            AuthorityAnswers(),
            new ProjectDocumentCheck(Authority, _project.Document),
            DataTopic(),
            Rights(Control.Sessions, needed: [AclOperation.Read]),
            Rights(Control.Grants, needed: [AclOperation.Read, AclOperation.Write]),
            new CredentialCheck(Authority, "consumer", member.Identifier, _project.Clock),
        ]);

        foreach (var check in checks)
            await FindsAsync(check, Verdict.Passed);
    }

    [Test]
    public async Task A_broker_that_does_not_answer()
    {
        _kafka.Fails = ErrorCode.Local_Transport;

        await FindsAsync(new BrokerCheck(_kafka, "broker:9092"), Verdict.Failed, "broker:9092", "--kafka-config");
    }

    [Test]
    public async Task What_Kafka_does_not_say_is_said([Values] bool broker)
    {
        _kafka.Fails = broker ? ErrorCode.Local_Transport : ErrorCode.ClusterAuthorizationFailed;
        using var answering = new FakeKafka(_project.Document, _project.Clock);
        var examination = new Examination(new BrokerCheck(broker ? _kafka : answering, "broker:9092"), [KeyRetention()]);

        var results = await examination.RunAsync(CancellationToken.None);

        Assert.Multiple(() =>
        {
            Assert.That(results[0].Result, Is.EqualTo(broker ? Verdict.Failed : Verdict.Passed));
            Assert.That(results[1].Result, Is.EqualTo(Verdict.CouldNotLook));
            Assert.That(results[1].Found, Does.StartWith("Could not look: ").And.Contain(broker ? "no broker answers" : "authorization failed"));
        });
    }

    [Test]
    public async Task A_control_topic_that_is_missing()
    {
        _kafka.Topics.Remove(Control.Sessions);

        await FindsAsync(new ControlTopicCheck(_kafka, Topic(Control.Sessions), Tools), Verdict.Failed, "_e2ekafka.sessions is missing", "topics create");
    }

    [TestCase(7, Verdict.Failed, "has 7 partitions and needs 8", "kafka-topics.sh --bootstrap-server broker:9092 --command-config /etc/kafka/admin.properties --alter --topic _e2ekafka.sessions --partitions 8")]
    [TestCase(9, Verdict.Warning, "has 9 partitions; only the first 8 are written and read", "Leave it")]
    public async Task A_wrong_number_of_partitions(int partitions, Verdict verdict, string says, string remedy)
    {
        _kafka.Topics[Control.Sessions] = new TopicView(partitions, 3);

        await FindsAsync(new ControlTopicCheck(_kafka, Topic(Control.Sessions), Tools), verdict, says, remedy);
    }

    [Test]
    public async Task An_authority_topic_with_two_partitions_is_left_alone()
    {
        _kafka.Topics[Control.Authority] = new TopicView(2, 3);

        var finding = await FindsAsync(
            new ControlTopicCheck(_kafka, Topic(Control.Authority), Tools), Verdict.Warning, "has 2 partitions; only the first is written and read", "Kafka takes no partition away");
        Assert.That(finding.Remedy, Does.Not.Contain("--control-partitions"), "that is of another topic");
    }

    [Test]
    public async Task A_single_replica()
    {
        _kafka.Topics[Control.Sessions] = new TopicView(8, 1);

        await FindsAsync(new ControlTopicCheck(_kafka, Topic(Control.Sessions), Tools), Verdict.Warning, "single replica");
    }

    [TestCase("cleanup.policy", "compact", Verdict.Failed, "cleanup.policy=delete")]
    [TestCase("cleanup.policy", "compact,delete", Verdict.Failed, "cleanup.policy=delete")]
    [TestCase("message.timestamp.type", "CreateTime", Verdict.Failed, "message.timestamp.type=LogAppendTime")]
    [TestCase("retention.ms", "3600000", Verdict.Warning, "retention.ms=1209600000")]
    [TestCase("retention.bytes", "1000000", Verdict.Warning, "retention.bytes=-1")]
    [TestCase("retention.ms", "-1", Verdict.Passed, null)]
    public async Task A_setting_of_a_control_topic(string name, string value, Verdict verdict, string? remedy)
    {
        _kafka.Settings[Control.Members][name] = value;

        await FindsAsync(new ControlTopicSettingsCheck(_kafka, Topic(Control.Members), Tools), verdict, value == "-1" ? "for ever" : "", remedy);
    }

    [Test]
    public async Task All_settings_that_are_wrong_are_set_by_one_command()
    {
        _kafka.Settings[Control.Members]["retention.ms"] = "1";
        _kafka.Settings[Control.Members]["message.timestamp.type"] = "CreateTime";

        await FindsAsync(new ControlTopicSettingsCheck(_kafka, Topic(Control.Members), Tools), Verdict.Failed, "Kafka keeps it for 0 s",
            "kafka-configs.sh --bootstrap-server broker:9092 --command-config /etc/kafka/admin.properties --alter --entity-type topics" +
            " --entity-name _e2ekafka.members --add-config message.timestamp.type=LogAppendTime,retention.ms=1209600000");
    }

    [Test]
    public async Task A_check_that_lacks_a_right_names_it_its_user_and_what_to_grant()
    {
        AddDataTopic();
        var lacking = new Dictionary<ICheck, KafkaRight>
        {
            [new ControlTopicSettingsCheck(_kafka, Topic(Control.Members), Tools)] = KafkaRight.OnTopic(AclOperation.DescribeConfigs, Control.Members),
            [KeyRetention()] = KafkaRight.OnTopic(AclOperation.DescribeConfigs, Control.Sessions),
            [DataTopic()] = KafkaRight.OnTopic(AclOperation.DescribeConfigs, Orders),
            [new AuthorityWritersCheck(_kafka, _project.Document)] = KafkaRight.OnCluster(AclOperation.Describe),
            [Clock()] = KafkaRight.OnTopic(AclOperation.Write, Control.Requests),
            [AuthorityAnswers()] = KafkaRight.OnTopic(AclOperation.Read, Control.Requests),
        };
        _kafka.Lacks.AddRange(lacking.Values);

        var results = await new Examination(new BrokerCheck(_kafka, "broker:9092"), [.. lacking.Keys]).RunAsync(CancellationToken.None);

        Assert.Multiple(() =>
        {
            foreach (var (result, right) in results.Skip(1).Zip(lacking.Values))
            {
                Assert.That(result.Result, Is.EqualTo(Verdict.CouldNotLook), result.Check);
                Assert.That(result.Found, Does.StartWith($"Could not look: User:orders lacks {right}."), result.Check);
                Assert.That(result.Remedy, Does.StartWith("Grant that right").And.Contain("topics print"), result.Check);
            }
        });
        Assert.That($"{KafkaRight.OnCluster(AclOperation.Describe)}", Is.EqualTo("Describe on the cluster"));
        Assert.That($"{KafkaRight.OnTopic(AclOperation.Read, Orders)}", Is.EqualTo("Read on topic orders"));
    }

    [Test]
    public async Task The_authority_need_not_see_data_topics() => await FindsAsync(
        new DataTopicCheck(_kafka, Orders, () => _project.Document, mustSeeIt: false), Verdict.CouldNotLook, "User:orders lacks Describe on topic orders", "does not need it");

    [TestCase("cleanup.policy")]
    [TestCase("message.timestamp.type")]
    [TestCase("retention.ms")]
    public async Task A_setting_that_Kafka_leaves_out_is_not_taken_for_a_good_one(string name)
    {
        _kafka.Settings[Control.Members].Remove(name);

        await FindsAsync(new ControlTopicSettingsCheck(_kafka, Topic(Control.Members), Tools), Verdict.CouldNotLook, name);
    }

    [TestCase(30 * 24, Verdict.Passed, null)]
    [TestCase(32 * 24 - 1, Verdict.Passed, null)]
    [TestCase(6 * 24, Verdict.Failed, "retention.ms=777600000")]
    [TestCase(7 * 24, Verdict.Warning, "retention.ms=777600000")]
    [TestCase(8 * 24, Verdict.Warning, "retention.ms=777600000")]
    [TestCase(9 * 24, Verdict.Passed, null)]
    public async Task Kafka_keeps_keys_as_long_as_the_policy_promises(int hours, Verdict verdict, string? remedy)
    {
        _kafka.Settings[Control.Sessions]["retention.ms"] = $"{hours * 3_600_000L}";

        await FindsAsync(KeyRetention(), verdict, "sessions", remedy);
    }

    [Test]
    public async Task The_policy_that_is_in_force_counts_not_the_file()
    {
        var check = KeyRetention();
        _project.Authority.SetPolicy(Policy.AnyMember with { Topics = [new TopicRequirements { Topic = Orders, KeyRetention = TimeSpan.FromDays(30) }] });
        _kafka.Add(Control.Authority, _project.Document.Record);

        await FindsAsync(check, Verdict.Failed, "30 days", "retention.ms=2764800000");
    }

    [TestCase("delete", "604800000", Verdict.Passed, "7 days")]
    [TestCase("delete", "604800001", Verdict.Warning, "the oldest cannot be opened")]
    [TestCase("delete", "-1", Verdict.Warning, "for ever")]
    [TestCase("compact", "1000", Verdict.Failed, "Compacted")]
    [TestCase("compact,delete", "604800000", Verdict.Passed, "7 days")]
    [TestCase("compact,delete", "-1", Verdict.Warning, "for ever")]
    public async Task A_data_topic_that_outlives_its_keys(string cleanup, string retention, Verdict verdict, string says)
    {
        AddDataTopic();
        _kafka.Settings[Orders]["cleanup.policy"] = cleanup;
        _kafka.Settings[Orders]["retention.ms"] = retention;

        await FindsAsync(DataTopic(), verdict, says);
    }

    [Test]
    public async Task A_compacted_data_topic_with_a_stated_key_retention_is_warned_of()
    {
        AddDataTopic();
        _kafka.Settings[Orders]["cleanup.policy"] = "compact";
        _project.Authority.SetPolicy(Policy.AnyMember with { Topics = [new TopicRequirements { Topic = Orders, KeyRetention = TimeSpan.FromDays(30) }] });
        _kafka.Add(Control.Authority, _project.Document.Record);

        await FindsAsync(DataTopic(), Verdict.Warning, "30 days after its session", "Write each record again within 30 days.");
    }

    [Test]
    public async Task A_data_topic_that_is_missing() => await FindsAsync(DataTopic(), Verdict.Failed, "missing");

    [TestCase(0, Verdict.Passed, "")]
    [TestCase(29, Verdict.Passed, "")]
    [TestCase(60, Verdict.Warning, "60 s behind the broker's")]
    [TestCase(-60, Verdict.Warning, "60 s ahead of the broker's")]
    [TestCase(300, Verdict.Failed, "5 min behind the broker's")]
    [TestCase(-300, Verdict.Failed, "5 min ahead of the broker's")]
    public async Task A_clock_that_is_off_by_the_brokers(int secondsBrokerIsAhead, Verdict verdict, string says)
    {
        _kafka.ClockAhead = TimeSpan.FromSeconds(secondsBrokerIsAhead);

        await FindsAsync(Clock(), verdict, says);
        Assert.That(_kafka.RecordsWritten, Is.EqualTo(1));
    }

    [Test]
    public async Task A_clock_that_is_behind_what_the_authority_has_signed([Values] bool brokerTells)
    {
        _kafka.ClockAhead = brokerTells ? TimeSpan.Zero : null;
        _project.Clock.Advance(TimeSpan.FromMinutes(5));
        var member = _project.Join();
        _kafka.Add(Control.Authority, member.Credential.Text);
        _project.Clock.SetWallClock(TestProject.Start);

        await FindsAsync(Clock(), Verdict.Failed, "5 min behind the authority's");
    }

    [Test]
    public async Task The_writers_own_time_proves_nothing()
    {
        _kafka.ClockAhead = null;

        await FindsAsync(Clock(), Verdict.CouldNotLook, "keeps the writer's time");
    }

    [Test]
    public async Task Where_nothing_may_be_written_the_clock_is_not_known()
    {
        _kafka.WriteFails = ErrorCode.TopicAuthorizationFailed;

        await FindsAsync(Clock(), Verdict.CouldNotLook, "authorization failed");
    }

    [Test]
    public async Task A_missing_topic_is_not_created_to_see_the_time()
    {
        _kafka.Topics.Remove(Control.Requests);

        await FindsAsync(Clock(), Verdict.CouldNotLook, "_e2ekafka.requests is missing");
        Assert.That(_kafka.RecordsWritten, Is.Zero);
    }

    [Test]
    public async Task An_authority_that_has_never_said_anything()
    {
        _kafka.Records.Clear();

        await FindsAsync(AuthorityAnswers(), Verdict.Failed, "published nothing", "authority run");
    }

    [TestCase(24, Verdict.Passed, "24 h old")]
    [TestCase(26, Verdict.Failed, "Silent for 26 h")]
    public async Task An_authority_that_is_silent(int hours, Verdict verdict, string says)
    {
        _project.Clock.Advance(TimeSpan.FromHours(hours));

        await FindsAsync(AuthorityAnswers(), verdict, says);
    }

    [Test]
    public async Task Records_that_are_not_the_authoritys_are_no_sign_of_life()
    {
        _project.Clock.Advance(TimeSpan.FromHours(26));
        using var other = new TestProject();
        _kafka.Add(Control.Authority, other.Document.Record);
        _kafka.Add(Control.Authority, "not a record");
        _kafka.Records[Control.Authority].Add(new LoggedRecord(null, _project.Now));

        await FindsAsync(AuthorityAnswers(), Verdict.Failed, "Silent for 26 h");
    }

    [Test]
    public async Task An_authority_that_leaves_a_request_without_an_answer()
    {
        var member = _project.Join();
        _kafka.Add(Control.Authority, member.Credential.Text);
        _project.Clock.Advance(TimeSpan.FromSeconds(1));
        var request = member.Request();
        _kafka.Add(Control.Requests, request.Text);
        _kafka.Add(Control.Requests, "noise of a client that may write");

        await FindsAsync(AuthorityAnswers(), Verdict.Passed); // it may take its time
        _project.Clock.Advance(TimeSpan.FromMinutes(3));
        await FindsAsync(AuthorityAnswers(), Verdict.Failed, "1 requests without an answer, the first for 3 min", "authority run");

        // Its no is an answer too.
        using var stranger = SigningKey.Generate();
        var unknown = AuthorityRequest.Create(_project.Document, stranger.Public.Thumbprint, stranger, ticket: null, _project.Now);
        _kafka.Add(Control.Authority, _project.Authority.Answer(unknown)!);
        await FindsAsync(AuthorityAnswers(), Verdict.Passed);
    }

    [Test]
    public async Task Two_documents_of_one_version()
    {
        var claims = _project.Document.Claims;
        _project.Authority.SetPolicy(Policy.AnyMember);
        _kafka.Add(Control.Authority, _project.Document.Record);
        _kafka.Add(Control.Authority, ProjectDocument.Sign(claims with { Version = claims.Version + 1, Name = "another" }, _project.AuthorityKey).Record);

        await FindsAsync(new ProjectDocumentCheck(Authority, _project.Document), Verdict.Failed, "two documents of one version");
    }

    [Test]
    public async Task A_document_that_Kafka_does_not_show()
    {
        var file = _project.Document;
        _project.Authority.SetPolicy(Policy.AnyMember);
        _kafka.Add(Control.Authority, _project.Join().Credential.Text);

        await FindsAsync(new ProjectDocumentCheck(new AuthorityTopic(_kafka, file), file), Verdict.Failed, "withholds");
    }

    [Test]
    public async Task A_project_file_from_before_the_authoritys_keys_were_replaced()
    {
        var file = _project.Document;
        _project.Authority.RotateKeys();
        _kafka.Add(Control.Authority, _project.Document.Record);

        await FindsAsync(new ProjectDocumentCheck(new AuthorityTopic(_kafka, file), file), Verdict.Warning, "newer authority key", "Replace project.json");
    }

    [Test]
    public async Task A_right_that_is_missing()
    {
        _kafka.Rights[Control.Sessions] = [AclOperation.Describe, AclOperation.Read];

        await FindsAsync(Rights(Control.Sessions, needed: [AclOperation.Read, AclOperation.Write]), Verdict.Failed, "may not write", "Allow it to write");
    }

    [Test]
    public async Task A_right_that_only_some_members_need()
    {
        _kafka.Rights[Control.Members] = [AclOperation.Describe, AclOperation.Read];

        await FindsAsync(Rights(Control.Members, needed: [AclOperation.Read], useful: [AclOperation.Write]), Verdict.Passed, "may read, not write");
    }

    [Test]
    public async Task A_right_that_only_the_authority_should_have()
    {
        _kafka.Rights[Control.Authority] = [AclOperation.All];

        await FindsAsync(Rights(Control.Authority, needed: [AclOperation.Read], unwanted: [AclOperation.Write]), Verdict.Warning, "only the authority");
    }

    [Test]
    public async Task Rights_that_Kafka_does_not_tell()
    {
        _kafka.Rights[Control.Sessions] = null;

        await FindsAsync(Rights(Control.Sessions, needed: [AclOperation.Read]), Verdict.CouldNotLook, "does not say");
    }

    [Test]
    public async Task A_group_that_may_not_be_used()
    {
        var check = new GroupRightsCheck(_kafka, "consumer", "identifier");

        await FindsAsync(check, Verdict.Passed);
        _kafka.GroupRights = [AclOperation.Describe];
        await FindsAsync(check, Verdict.Failed, "group e2ekafka-identifier", "begin with e2ekafka-");
        _kafka.GroupRights = [];
        await FindsAsync(check, Verdict.Failed, "group e2ekafka-identifier");
        _kafka.GroupRights = null;
        await FindsAsync(check, Verdict.CouldNotLook, "does not say");
    }

    [TestCase("User:authority", "User:mallory", Verdict.Warning)]
    [TestCase("User:*", null, Verdict.Warning)]
    [TestCase(null, null, Verdict.Warning)]
    [TestCase("User:authority", "User:authority", Verdict.Passed)]
    public async Task Writers_of_the_authority_topic(string? one, string? other, Verdict verdict)
    {
        foreach (var principal in new[] { one, other }.OfType<string>())
            _kafka.Acls.Add(Allow(principal, AclOperation.Write));
        _kafka.Acls.Add(Allow("User:reader", AclOperation.Read));
        var denied = Allow("User:denied", AclOperation.Write);
        denied.Entry.PermissionType = AclPermissionType.Deny;
        _kafka.Acls.Add(denied);

        var finding = await FindsAsync(new AuthorityWritersCheck(_kafka, _project.Document), verdict, other == one && one is not null ? "" : other ?? one ?? "Kafka shows no ACL that gives Write");
        Assert.That(finding.Found, Does.Not.Contain("User:reader").And.Not.Contain("User:denied"));
    }

    [TestCase(0, Verdict.Passed, "another 48 h")]
    [TestCase(23, Verdict.Passed, "another 25 h")]
    [TestCase(25, Verdict.Warning, "ends in 23 h, and its renewal is overdue")]
    [TestCase(48, Verdict.Failed, "expired")]
    [TestCase(-1, Verdict.Failed, "to come")]
    public async Task A_credential_ends(int hours, Verdict verdict, string says)
    {
        var member = _project.Join();
        _kafka.Add(Control.Authority, member.Credential.Text);
        _project.Clock.SetWallClock(TestProject.Start + TimeSpan.FromHours(hours));

        await FindsAsync(new CredentialCheck(Authority, "consumer", member.Identifier, _project.Clock), verdict, says);
    }

    [Test]
    public async Task An_identity_without_a_credential()
    {
        var member = _project.Join();

        await FindsAsync(new CredentialCheck(Authority, "consumer", member.Identifier, _project.Clock), Verdict.Failed, "not enrolled", "enroll --identity consumer");
    }

    [Test]
    public async Task A_member_that_was_removed([Values] RevocationKind kind)
    {
        var member = _project.Join();
        _kafka.Add(Control.Authority, member.Credential.Text);
        _project.Authority.Revoke(member.Identifier, kind);
        _kafka.Add(Control.Authority, _project.Document.Record);

        await FindsAsync(new CredentialCheck(Authority, "consumer", member.Identifier, _project.Clock), Verdict.Failed, "removed");
    }

    private static async Task<Finding> FindsAsync(ICheck check, Verdict verdict, string found = "", string? remedy = null)
    {
        var finding = await check.LookAsync(CancellationToken.None);
        Assert.Multiple(() =>
        {
            Assert.That(finding.Verdict, Is.EqualTo(verdict), $"{check.Subject}: {finding.Found}");
            Assert.That(finding.Found, Does.Contain(found));
            if (remedy is not null)
                Assert.That(finding.Remedy, Does.Contain(remedy));
            Assert.That(finding.Remedy is null, Is.EqualTo(verdict == Verdict.Passed || (verdict == Verdict.CouldNotLook && remedy is null && !finding.Found.Contains(" lacks ", StringComparison.Ordinal))), "what to do");
        });
        return finding;
    }

    private static AclBinding Allow(string principal, AclOperation operation) => new()
    {
        Pattern = new ResourcePattern { Type = ResourceType.Topic, Name = "_e2ekafka.authority", ResourcePatternType = ResourcePatternType.Literal },
        Entry = new AccessControlEntry { Principal = principal, Host = "*", Operation = operation, PermissionType = AclPermissionType.Allow },
    };

    private ControlTopic Topic(string name) => _project.Document.ControlTopics.Single(topic => topic.Name == name);

    private KeyRetentionCheck KeyRetention()
    {
        var authority = Authority;
        return new KeyRetentionCheck(_kafka, () => authority.Project);
    }

    private ClockCheck Clock() => new(_kafka, Authority, _project.Document, _project.Clock);

    private AuthorityCheck AuthorityAnswers() => new(_kafka, Authority, _project.Document, _project.Clock);

    private DataTopicCheck DataTopic() => new(_kafka, Orders, () => _project.Document);

    private TopicRightsCheck Rights(string topic, AclOperation[]? needed = null, AclOperation[]? useful = null, AclOperation[]? unwanted = null) =>
        new(_kafka, topic, topic, needed ?? [], useful ?? [], unwanted ?? []);

    private void AddDataTopic()
    {
        _kafka.Topics[Orders] = new TopicView(3, 3);
        _kafka.Settings[Orders] = new Dictionary<string, string> { ["cleanup.policy"] = "delete", ["retention.ms"] = "604800000" };
    }
}
