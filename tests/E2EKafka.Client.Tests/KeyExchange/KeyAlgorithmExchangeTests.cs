using System.Buffers.Binary;
using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.KeyExchange;

/// <summary>Members make keys of the algorithm that the project document says.</summary>
[TestFixture]
public sealed class KeyAlgorithmExchangeTests
{
    private const string Topic = "orders";
    private const string Unknown = "mlkem1024-p384";

    private ControlNetwork _network = null!;

    [TearDown]
    public void TearDown() => _network.Dispose();

    [TestCase(KeyAlgorithms.MlKem768P256, 1249, 1201)]
    [TestCase(KeyAlgorithms.P256, 65, 113)]
    public void Keys_have_the_projects_algorithm_and_survive_a_restart(string algorithm, int keySize, int sealedSize)
    {
        _network = new ControlNetwork(HpkeKem.Find(algorithm));
        using var vault = new DurableVault();
        var consumer = _network.Join(consume: [Topic], vault: vault);
        _network.Kill(consumer);
        var producer = _network.Join(produce: [Topic]);
        var message = producer.Send(Topic);
        consumer = _network.Join(consume: [Topic], vault: vault);

        Assert.Multiple(() =>
        {
            Assert.That(Packages().Select(package => package.Hpke.Length), Is.Not.Empty.And.All.EqualTo(keySize));
            Assert.That(Recipients().Select(recipient => recipient.Sealed.Length), Is.Not.Empty.And.All.EqualTo(sealedSize));
            Assert.That(vault.List("key-packages").Values.Select(value => value.Length), Is.Not.Empty.And.All.EqualTo(8 + 34));
            Assert.That(consumer.Open(Topic, message), Is.EqualTo("hello"));
        });
    }

    [Test]
    public void A_newer_document_changes_the_algorithm_of_new_keys()
    {
        _network = new ControlNetwork();
        var consumer = _network.Join(consume: [Topic]);
        var producer = _network.Join(produce: [Topic]);
        var before = producer.Send(Topic);
        Publish([KeyAlgorithms.P256, KeyAlgorithms.MlKem768P256]);
        _network.Pass(TimeSpan.FromHours(2), TimeSpan.FromMinutes(1));
        var after = producer.Send(Topic);

        Assert.Multiple(() =>
        {
            Assert.That(Packages().Select(package => package.Hpke.Length), Is.EqualTo(new[] { 1249, 65 }));
            Assert.That(Recipients().Last().Sealed, Has.Length.EqualTo(113));
            Assert.That(consumer.Open(Topic, before), Is.EqualTo("hello"));
            Assert.That(consumer.Open(Topic, after), Is.EqualTo("hello"));
        });
    }

    [Test]
    public void Nothing_is_sealed_to_a_key_whose_algorithm_a_newer_document_no_longer_lists()
    {
        _network = new ControlNetwork();
        var consumer = _network.Join(consume: [Topic]);
        var producer = _network.Join(produce: [Topic]);
        consumer.IsCutOff = true;
        using var sealing = HpkeKem.P256.Generate();
        Publish([KeyAlgorithms.P256], sealing.PublicKey.Encoded.ToArray());
        var sealedBefore = Recipients().Count();
        producer.Exchange.DiscardSessions();
        _network.Pass(TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(1));

        Assert.Multiple(() =>
        {
            Assert.That(sealedBefore, Is.Positive, "else the rest proves nothing");
            Assert.That(Recipients().Count(), Is.EqualTo(sealedBefore));
            Assert.That(producer.WhyItCannotSend(Topic), Is.EqualTo(FailureReason.NoDurableReader));
        });
    }

    [Test]
    public void A_project_with_an_algorithm_of_a_newer_release_is_refused_at_the_start()
    {
        _network = new ControlNetwork();
        var document = Next([Unknown, KeyAlgorithms.MlKem768P256]);
        using var vault = new MemoryVault();
        Assert.That(
            () => new MemberEngine(document, _network.Project.Ticket(), vault, _network.Clock, new KeyLifetimes(), _ => { }, _network.Log),
            Refused.With(FailureReason.AlgorithmNotAvailable, "newer release"));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void A_newer_document_with_one_stops_a_member_and_says_why(bool hasUnknownKey)
    {
        _network = new ControlNetwork();
        var consumer = _network.Join(consume: [Topic]);
        var producer = _network.Join(produce: [Topic]);
        var message = producer.Send(Topic);
        Publish([Unknown, KeyAlgorithms.MlKem768P256], hasUnknownKey ? new byte[1665] : null);
        _network.Pass(TimeSpan.FromHours(30), TimeSpan.FromHours(1));

        Assert.Multiple(() =>
        {
            foreach (var member in (NetworkMember[])[consumer, producer])
                Assert.That(member.Ring.Failure?.Reason, Is.EqualTo(FailureReason.AlgorithmNotAvailable));
            Assert.That(producer.Ring.Failure?.Message, Does.Contain($"'{Unknown}'").And.Contain("newer release"));
            Assert.That(producer.WhyItCannotSend(Topic), Is.EqualTo(FailureReason.AlgorithmNotAvailable));
            Assert.That(consumer.WhyItCannotOpen(Topic, message), Is.EqualTo(FailureReason.NotReady), "what is wrong with a member is not wrong with the message");
        });
    }

    [TestCase("key-packages", 0)]
    [TestCase("key-packages", 8)]
    [TestCase("key-packages", 40)]
    [TestCase("sessions", 0)]
    [TestCase("sessions", 8)]
    [TestCase("sessions", 400)]
    public void A_row_of_no_form_that_this_release_knows_is_kept_until_its_own_end(string collection, int size)
    {
        _network = new ControlNetwork(isDevelopment: false);
        var vault = new DurableVault();
        var value = new byte[size];
        if (size >= sizeof(long))
            BinaryPrimitives.WriteInt64BigEndian(value, (_network.Now + TimeSpan.FromHours(1)).ToUnixTimeSeconds());
        using (var batch = new VaultBatch())
            vault.Write(batch.Put(collection, "a", value));
        var member = _network.Join(consume: [Topic], vault: vault);
        _network.Pass(TimeSpan.FromHours(2), TimeSpan.FromMinutes(1));
        var before = vault.Read(collection, "a");
        _network.Pass(TimeSpan.FromDays(8), TimeSpan.FromMinutes(30));

        Assert.Multiple(() =>
        {
            Assert.That(member.Ring.Failure, Is.Null);
            Assert.That(_network.Log.Lines, Has.Some.Contains($"{collection}/a"));
            Assert.That(before, Is.EqualTo(value));
            Assert.That(vault.Read(collection, "a"), size >= sizeof(long) ? Is.Null : Is.EqualTo(value), "without an end, it has none");
        });
    }

    private IEnumerable<KeyPackageClaims> Packages() =>
        _network.In(ControlPartition.Members, RecordTypes.KeyPackage).Select(record => record.ReadUnverified(RecordJson.Default.KeyPackageClaims)!);

    private IEnumerable<GrantRecipient> Recipients() =>
        Enumerable.Range(0, _network.Project.Document.Control.Partitions)
            .SelectMany(partition => _network.In(new ControlPartition(ControlTopicKind.Grants, partition), RecordTypes.Grant))
            .SelectMany(record => record.ReadUnverified(RecordJson.Default.GrantClaims)!.Recipients);

    private void Publish(IReadOnlyList<string> algorithms, byte[]? sealingKey = null) =>
        _network.Append(ControlPartition.Authority, Next(algorithms, sealingKey).Record);

    private ProjectDocument Next(IReadOnlyList<string> algorithms, byte[]? sealingKey = null)
    {
        var claims = _network.Project.Document.Claims;
        return ProjectDocument.Sign(
            claims with
            {
                Version = claims.Version + 1,
                Algorithms = algorithms,
                Authority = claims.Authority with { Sealing = sealingKey ?? claims.Authority.Sealing },
            },
            _network.Project.AuthorityKey);
    }
}
