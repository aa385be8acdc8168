using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.KeyExchange;

/// <summary>What valid records of a member make others keep is bounded for each sender, and never ends the loop.</summary>
[TestFixture]
public class KeptStateTests
{
    private const string Topic = "orders";

    private ControlNetwork _network = null!;

    [SetUp]
    public void SetUp() => _network = new ControlNetwork();

    [TearDown]
    public void TearDown() => _network.Dispose();

    [Test]
    public void Grants_of_several_members_for_sessions_that_no_one_announced_are_not_kept([Values] bool restarts)
    {
        var vault = new DurableVault();
        var consumer = _network.Join(consume: [Topic], vault: vault);
        var producer = _network.Join(produce: [Topic], vault: new DurableVault());
        var first = producer.Send(Topic, "before");
        _network.Settle();
        var package = _network.In(ControlPartition.Members, RecordTypes.KeyPackage)
            .Select(jws => KeyPackage.Read(jws)!).Last(package => package.Member == consumer.Identifier);
        consumer.Exchange.WriteCheckpoint();
        var before = SizeOf(vault);
        var size = 0;
        for (var sender = 0; sender < 3; sender++)
        {
            var member = _network.Enroll();
            for (var i = 0; i < 47; i++)
            {
                var grant = GrantOfUnannounced(member, package, $"{sender}-{i}");
                size += grant.Length;
                _network.Append(_network.GrantsOf(consumer.Identifier), grant);
            }
        }

        _network.Settle();
        consumer.Exchange.WriteCheckpoint();
        if (restarts)
        {
            _network.Kill(consumer);
            consumer = _network.Join(consume: [Topic], vault: vault);
        }

        var second = producer.Send(Topic, "after");
        _network.Pass(TimeSpan.FromSeconds(10));
        Assert.Multiple(() =>
        {
            Assert.That(size, Is.GreaterThan(20_000_000));
            Assert.That(consumer.Ring.Failure, Is.Null);
            Assert.That(consumer.Open(Topic, first), Is.EqualTo("before"));
            Assert.That(consumer.Open(Topic, second), Is.EqualTo("after"));
            Assert.That(SizeOf(vault) - before, Is.LessThan(10_000), "credentials of three senders, and partitions");
            Assert.That(vault.List("checkpoint").Keys.Count(name => name.StartsWith("granted:", StringComparison.Ordinal)),
                Is.LessThanOrEqualTo(_network.Project.Document.Control.Partitions));
        });
    }

    [Test]
    public void Each_sender_has_one_package_and_one_credential_kept_however_many_it_publishes()
    {
        var vault = new DurableVault();
        var consumer = _network.Join(consume: [Topic], vault: vault);
        var members = Enumerable.Range(0, 3).Select(_ => _network.Enroll()).ToList();
        for (var i = 0; i < 50; i++)
        {
            _network.Clock.Advance(TimeSpan.FromSeconds(10));
            foreach (var member in members)
            {
                member.Renew();
                _network.Append(ControlPartition.Authority, member.Credential.Text);
                _network.Append(ControlPartition.Members, member.KeyPackage(Topic, $"topic-{i}").Record);
                _network.Append(ControlPartition.Requests, KeyRequest.Create(
                    _network.Project.Document.Id, member.Identifier, member.KeyPackage(Topic).Id, 1, [member.Session($"topic-{i}").Statement], member.Key, _network.Now));
            }
        }

        _network.Settle();
        consumer.Exchange.WriteCheckpoint();
        var names = vault.List("checkpoint").Keys.ToList();
        Assert.Multiple(() =>
        {
            foreach (var member in members)
                Assert.That(names.Where(name => name.Contains(member.Identifier, StringComparison.Ordinal)), Has.Exactly(2).Items);
            Assert.That(names.Where(name => name.Split(':')[0] is not ("position" or "log-start")), Has.Exactly((2 * 3) + 2).Items, "and those of the consumer");
            Assert.That(consumer.Ring.Failure, Is.Null);
        });
    }

    // The recipient is genuine, and others make the record as large as it may be.
    private string GrantOfUnannounced(TestMember sender, KeyPackage package, string name)
    {
        var ours = Names(name, length: 249);
        var partition = _network.GrantsOf(package.Member);
        var size = 32 * ours.Count;
        List<GrantRecipient> recipients =
        [
            new(package.Member, package.Id, ours, Hpke.Seal(
                package.Key, KeyGrant.InfoOf(package.Project, sender.Identifier, package.Member, package.Id), KeyGrant.HashOf(ours), RandomNumberGenerator.GetBytes(size))),
        ];
        while (recipients.Count < 4)
        {
            var other = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
            if (_network.GrantsOf(other) == partition)
                recipients.Add(new(other, other, ours, RandomNumberGenerator.GetBytes(size + package.Key.Kem.Overhead)));
        }

        return KeyGrant.Create(package.Project, sender.Identifier, sender.Key, recipients, _network.Now).Single();
    }

    private static List<SessionName> Names(string name, int length) =>
    [
        .. Enumerable.Range(0, SessionStatement.MaxInRecord).Select(i =>
            new SessionName($"{name}-{i}-".PadRight(length, 'x'), Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)))),
    ];

    private static long SizeOf(DurableVault vault) => vault.List("checkpoint").Sum(pair => (long)pair.Key.Length + Encoding.ASCII.GetString(pair.Value).Length);
}
