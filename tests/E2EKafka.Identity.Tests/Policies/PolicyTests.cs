using System.Text.Json;

namespace E2EKafka.Identity.Tests;

public sealed class PolicyTests
{
    [Test]
    public void Without_a_rule_no_member_has_a_right()
    {
        var policy = new Policy { Produce = [], Consume = [] };
        Assert.Multiple(() =>
        {
            Assert.That(policy.MayProduce("orders", Attributes()), Is.False);
            Assert.That(policy.MayConsume("orders", Attributes(("role", "shop"))), Is.False);
        });
    }

    [Test]
    public void The_policy_of_a_new_project_lets_any_member_do_everything()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Policy.AnyMember.MayProduce("orders", Attributes()));
            Assert.That(Policy.AnyMember.MayConsume("payments", Attributes()));
            Assert.That(Policy.AnyMember.Problem(), Is.Null);
        });
    }

    [Test]
    public void To_produce_and_to_consume_are_two_permissions()
    {
        var policy = new Policy { Produce = [Rule(["orders"])], Consume = [Rule(["payments"])] };
        Assert.Multiple(() =>
        {
            Assert.That(policy.MayProduce("orders", Attributes()));
            Assert.That(policy.MayConsume("orders", Attributes()), Is.False);
            Assert.That(policy.MayProduce("payments", Attributes()), Is.False);
            Assert.That(policy.MayConsume("payments", Attributes()));
        });
    }

    [Test]
    public void All_attributes_of_a_rule_must_match_and_any_listed_value_will_do()
    {
        var rule = Rule(["orders"], ("role", ["shop", "till"]), ("region", ["eu"]));
        Assert.Multiple(() =>
        {
            Assert.That(Matches(("role", "shop"), ("region", "eu")));
            Assert.That(Matches(("role", "till"), ("region", "eu"), ("team", "any")));
            Assert.That(Matches(("role", "shop")), Is.False, "one is missing");
            Assert.That(Matches(("role", "shop"), ("region", "us")), Is.False, "one differs");
            Assert.That(Matches(("role", "Shop"), ("region", "eu")), Is.False, "case counts in values");
            Assert.That(Matches(("Role", "shop"), ("region", "eu")), Is.False, "case counts in names");
            Assert.That(Matches(("role", "shop,till"), ("region", "eu")), Is.False, "a value is not a list");
            Assert.That(Matches(), Is.False);
            Assert.That(rule.Matches("payments", Attributes(("role", "shop"), ("region", "eu"))), Is.False, "another topic");
        });

        bool Matches(params (string, string)[] attributes) => rule.Matches("orders", Attributes(attributes));
    }

    [Test]
    public void A_rule_that_lists_no_value_of_an_attribute_matches_nobody() =>
        Assert.That(Rule(["*"], ("role", [])).Matches("orders", Attributes(("role", ""))), Is.False);

    [Test]
    public void Any_rule_will_do_but_two_halves_do_not_make_one()
    {
        var policy = new Policy
        {
            Produce = [Rule(["orders"], ("role", ["shop"])), Rule(["pay*"], ("role", ["till"]))],
            Consume = [],
        };
        Assert.Multiple(() =>
        {
            Assert.That(policy.MayProduce("orders", Attributes(("role", "shop"))));
            Assert.That(policy.MayProduce("payments", Attributes(("role", "till"))));
            Assert.That(policy.MayProduce("payments", Attributes(("role", "shop"))), Is.False);
            Assert.That(policy.MayProduce("orders", Attributes(("role", "till"))), Is.False);
        });
    }

    [Test]
    public void The_most_specific_requirements_are_a_topics_whatever_their_order()
    {
        List<string> patterns = ["*", "or*", "orders*", "orders", "orders.*"];
        foreach (var topics in (List<string>[])[patterns, [.. Enumerable.Reverse(patterns)]])
        {
            var policy = new Policy { Produce = [], Consume = [], Topics = [.. topics.Select(topic => new TopicRequirements { Topic = topic })] };
            Assert.Multiple(() =>
            {
                Assert.That(policy.RequirementsOf("orders").Topic, Is.EqualTo("orders"));
                Assert.That(policy.RequirementsOf("orders2").Topic, Is.EqualTo("orders*"));
                Assert.That(policy.RequirementsOf("orders.dlq").Topic, Is.EqualTo("orders.*"));
                Assert.That(policy.RequirementsOf("origin").Topic, Is.EqualTo("or*"));
                Assert.That(policy.RequirementsOf("payments").Topic, Is.EqualTo("*"));
            });
        }
    }

    [Test]
    public void Requirements_are_taken_whole_and_never_mixed()
    {
        var policy = new Policy
        {
            Produce = [],
            Consume = [],
            Topics =
            [
                new TopicRequirements { Topic = "*", AllowBareTombstones = true, History = HistoryAccess.SinceEnrollment },
                new TopicRequirements { Topic = "orders", Authentication = MessageAuthentication.Shared },
            ],
        };
        var requirements = policy.RequirementsOf("orders");
        Assert.Multiple(() =>
        {
            Assert.That(requirements.AllowBareTombstones, Is.False);
            Assert.That(requirements.History, Is.EqualTo(HistoryAccess.All));
        });
    }

    [Test]
    public void What_is_not_set_is_the_safe_default()
    {
        var fromJson = JsonSerializer.Deserialize("""{"produce":[{"topics":["*"]}],"consume":[]}""", RecordJson.Default.Policy)!;
        var withTopic = JsonSerializer.Deserialize("""{"produce":[],"consume":[],"topics":[{"topic":"*"}]}""", RecordJson.Default.Policy)!;
        Assert.Multiple(() =>
        {
            Assert.That(fromJson.Topics, Is.Empty);
            Assert.That(fromJson.Produce[0].Attributes, Is.Empty);
            foreach (var requirements in (TopicRequirements[])[fromJson.RequirementsOf("orders"), withTopic.RequirementsOf("orders"), new TopicRequirements { Topic = "*" }])
            {
                Assert.That(requirements.Authentication, Is.EqualTo(MessageAuthentication.Signature));
                Assert.That(requirements.AllowBareTombstones, Is.False);
                Assert.That(requirements.PlaintextUntil, Is.Null);
                Assert.That(requirements.KeyRetention, Is.EqualTo(TimeSpan.FromDays(7)));
                Assert.That(requirements.ArchiveReaders, Is.Empty);
                Assert.That(requirements.History, Is.EqualTo(HistoryAccess.All));
            }
        });
    }

    [Test]
    public void A_policy_survives_JSON()
    {
        var policy = new Policy
        {
            Produce = [Rule(["orders"], ("role", ["shop"]))],
            Consume = [],
            Topics =
            [
                new TopicRequirements
                {
                    Topic = "orders",
                    Authentication = MessageAuthentication.Shared,
                    History = HistoryAccess.SinceEnrollment,
                    AllowBareTombstones = true,
                    PlaintextUntil = DateTimeOffset.UnixEpoch,
                    KeyRetention = TimeSpan.Zero,
                    SessionLife = TimeSpan.FromHours(24),
                    ArchiveReaders = ["archive"],
                },
            ],
        };
        var json = JsonSerializer.Serialize(policy, RecordJson.Default.Policy);
        var read = JsonSerializer.Deserialize(json, RecordJson.Default.Policy)!;
        Assert.Multiple(() =>
        {
            Assert.That(JsonSerializer.Serialize(read, RecordJson.Default.Policy), Is.EqualTo(json));
            Assert.That(read.MayProduce("orders", Attributes(("role", "shop"))));
            Assert.That(read.Topics[0].KeyRetention, Is.EqualTo(TimeSpan.Zero));
            Assert.That(read.Topics[0].History, Is.EqualTo(HistoryAccess.SinceEnrollment));
            Assert.That(json, Does.Contain("\"keyRetentionSeconds\":0").And.Contain("\"sessionLifeSeconds\":86400").And.Contain("\"history\":\"sinceEnrollment\""));
        });
    }

    [TestCase(300)]
    [TestCase(86_400)]
    public void A_session_lives_for_five_minutes_to_a_day(int seconds) => Assert.That(
        new Policy { Produce = [], Consume = [], Topics = [new TopicRequirements { Topic = "a", SessionLife = TimeSpan.FromSeconds(seconds) }] }.Problem(), Is.Null);

    [TestCaseSource(nameof(Problems))]
    public void What_is_wrong_with_a_policy_is_said_in_a_sentence(Policy policy, string says) => Assert.That(policy.Problem(), Does.Contain(says));

    private static IEnumerable<TestCaseData> Problems()
    {
        yield return Of(new Policy { Produce = [Rule(["or*ders"])], Consume = [] }, "'or*ders'");
        yield return Of(new Policy { Produce = [], Consume = [Rule([""])] }, "''");
        yield return Of(new Policy { Produce = [], Consume = [Rule([])] }, "names no topic");
        yield return Of(Demand(new TopicRequirements { Topic = "a b" }), "'a b'");
        yield return Of(Demand(new TopicRequirements { Topic = "a", SessionLife = TimeSpan.FromSeconds(299) }), "session life of 'a'");
        yield return Of(Demand(new TopicRequirements { Topic = "a", SessionLife = TimeSpan.FromSeconds(86_401) }), "session life of 'a'");
        yield return Of(Demand(new TopicRequirements { Topic = "a", SessionLife = TimeSpan.FromSeconds(300.5) }), "session life of 'a'");
        yield return Of(Demand(new TopicRequirements { Topic = "a" }, new TopicRequirements { Topic = "a" }), "said twice");
        yield return Of(Demand(new TopicRequirements { Topic = "a", KeyRetention = TimeSpan.FromSeconds(-1) }), "'a'");
        yield return Of(Demand(new TopicRequirements { Topic = "a", KeyRetention = TimeSpan.FromMilliseconds(1500) }), "whole number of seconds");
        yield return Of(Demand(new TopicRequirements { Topic = "a", KeyRetention = TimeSpan.FromDays(3654) }), "ten years");
        yield return Of(Demand(new TopicRequirements { Topic = "a", Authentication = (MessageAuthentication)7 }), "'a'");
        yield return Of(Demand(new TopicRequirements { Topic = "a", AllowOutdatedMacs = true }), "'a' demands has allowOutdatedMacs without MACs");
        yield return Of(Demand(new TopicRequirements { Topic = "a", Authentication = MessageAuthentication.Mac }), "'a' demands has MACs without reader groups");
        yield return Of(Demand(new TopicRequirements { Topic = "a", ReaderGroups = Groups("billing") }), "reader groups without MACs");
        yield return Of(Macs(Groups()), "1 to 8 values");
        yield return Of(Macs(Groups([.. Enumerable.Range(0, 9).Select(i => $"{i}")])), "1 to 8 values");
        yield return Of(Macs(Groups("billing", "billing")), "a value of 'service' twice. It is what 'a' demands");
        yield return Of(Macs(Groups("")), "1 to 256 characters");
        yield return Of(Macs(Groups(new string('x', 257))), "1 to 256 characters");
        yield return Of(Macs(Groups(new string('x', 256), new string('y', 250))), "at most 512 characters together");
        yield return Of(Macs(Groups("\u00e9")), "U+00E9");
        yield return Of(Macs(Groups([null!])), "null");
        yield return Of(Demand([.. Enumerable.Range(0, 126).Select(i => MacsOf($"t{i}", Groups([.. Enumerable.Range(0, 8).Select(j => $"{i}.{j}")])))]), "1000 reader groups");
        yield return Of(Demand(new TopicRequirements { Topic = "a", History = (HistoryAccess)7 }), "'a'");
        yield return Of(new Policy { Produce = [null!], Consume = [] }, "null");
        yield return Of(new Policy { Produce = [Rule([null!])], Consume = [] }, "null");
        yield return Of(new Policy { Produce = [Rule(["*"], ("role", null!))], Consume = [] }, "null");
        yield return Of(new Policy { Produce = [Rule(["*"], ("role", [null!]))], Consume = [] }, "null");
        yield return Of(Demand([null!]), "null");
        yield return Of(Demand(new TopicRequirements { Topic = "a", ArchiveReaders = [null!] }), "null");
        yield return Of(Demand(new TopicRequirements { Topic = "a", ArchiveReaders = ["archive"] }), "not a member's identifier");
        yield return Of(Demand(new TopicRequirements { Topic = "a", ArchiveReaders = [new string('A', 43), new string('A', 43)] }), "twice");
        yield return Of(Demand(new TopicRequirements { Topic = "a", PlaintextUntil = DateTimeOffset.UnixEpoch.AddTicks(-1) }), "before 1970");
        yield return Of(new Policy { Produce = [Rule(["a", "a"])], Consume = [] }, "a topic or a value twice");
        yield return Of(new Policy { Produce = [], Consume = [Rule(["a"], ("role", ["shop", "shop"]))] }, "twice, or");
        yield return Of(new Policy { Produce = [Rule(["a"], ("r\u00f4le", ["shop"]))], Consume = [] }, "U+00F4 at position 2");
        yield return Of(new Policy { Produce = [], Consume = [Rule(["a"], ("role", ["shop", "\"till\""]))] }, "value of attribute 'role' in a rule has the character U+0022");
        yield return Of(new Policy { Produce = [.. Enumerable.Repeat(Rule(["*"]), 1001)], Consume = [] }, "at most");

        static TestCaseData Of(Policy policy, string says) => new TestCaseData(policy, says).SetArgDisplayNames(says);

        static ReaderGroups Groups(params string[] values) => new() { Attribute = "service", Values = values };

        static Policy Macs(ReaderGroups groups) => Demand(MacsOf("a", groups));

        static TopicRequirements MacsOf(string topic, ReaderGroups groups) =>
            new() { Topic = topic, Authentication = MessageAuthentication.Mac, ReaderGroups = groups };

        static Policy Demand(params TopicRequirements[] topics) => new() { Produce = [], Consume = [], Topics = topics };
    }

    private static PolicyRule Rule(string[] topics, params (string Name, string[] Values)[] attributes) => new()
    {
        Topics = topics,
        Attributes = attributes.ToDictionary(pair => pair.Name, pair => (IReadOnlyList<string>)pair.Values),
    };

    private static Dictionary<string, string> Attributes(params (string Name, string Value)[] attributes) =>
        attributes.ToDictionary(pair => pair.Name, pair => pair.Value);
}
