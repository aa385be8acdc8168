using System.Text;
using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.KeyExchange;

/// <summary>
/// What a copy of a consumer's vault opens, and what not: by the bytes on disk, with the vault's key, and everything that ever was on
/// Kafka. What still must be found is looked for in the same way.
/// </summary>
[TestFixture]
public sealed class CopiedVaultTests
{
    private const string Topic = "orders";
    private const string Sessions = "sessions";
    private const string KeyPackages = "key-packages";

    private static readonly TimeSpan Retention = TimeSpan.FromDays(7);
    private static readonly KeyLifetimes Lifetimes = new() { Session = TimeSpan.FromHours(3) };

    private readonly List<(byte[] Message, string Text)> _messages = [];

    /// <summary>Every secret that was ever in the vault.</summary>
    private readonly Dictionary<(string Collection, string Name), byte[]> _secrets = [];

    private ControlNetwork _network = null!;
    private TemporaryFolder _folder = null!;
    private VaultKey _key = null!;
    private SqliteVault _vault = null!;
    private NetworkMember _consumer = null!;
    private NetworkMember _producer = null!;

    private IReadOnlyCollection<Jws> KeysRecords =>
        [.. _network.In(_network.SessionsOf(Topic)).Concat(_network.In(_network.GrantsOf(_consumer.Identifier))).Select(record => Jws.TryParse(record.Value.Span)!)];

    [SetUp]
    public void SetUp()
    {
        _messages.Clear();
        _secrets.Clear();
        _network = new ControlNetwork(isDevelopment: false);
        _folder = new TemporaryFolder();
        _key = VaultKey.FromBytes(new byte[VaultKey.Size]);
        _vault = SqliteVault.Open(_folder["consumer"], _key);
        _consumer = _network.Join(consume: [Topic], vault: _vault, lifetimes: Lifetimes);
        _producer = _network.Join(produce: [Topic], lifetimes: Lifetimes);
    }

    [TearDown]
    public void TearDown()
    {
        _network.Dispose();
        _vault.Dispose();
        _key.Dispose();
        _folder.Dispose();
    }

    [Test]
    public void It_opens_nothing_older_than_the_key_retention()
    {
        Pass(Retention + TimeSpan.FromDays(1));
        using var thief = new VaultThief(_folder["consumer"], _key);

        var kept = Announcements().Where(session => session.Ends + Retention > _network.Now).Select(session => session.Id).ToHashSet();
        var old = _messages.Where(message => !kept.Contains(SessionOf(message))).ToList();
        var young = _messages.Except(old).ToList();
        var broken = thief.Break(KeysRecords, _network.Project.Document.Kem!);
        Assert.Multiple(() =>
        {
            Assert.That(old, Has.Count.GreaterThan(5), "the test is about something");
            Assert.That(old.Where(message => TryOpen(broken, message)).Select(message => message.Text), Is.Empty);
            Assert.That(young.Where(message => !TryOpen(broken, message)).Select(message => message.Text), Is.Empty, "what can be opened is");
            Assert.That(OpenedByTheLibrary(thief, _network.Now), Is.EquivalentTo(young.Select(message => message.Text)));
            Assert.That(
                OpenedByTheLibrary(thief, TestProject.Start + TimeSpan.FromDays(1)),
                Is.Not.Empty.And.SubsetOf(young.Select(message => message.Text)), "nor with the clock set back");
        });
    }

    [Test]
    public void It_opens_nothing_that_was_sealed_after_its_key_package_had_rotated_away()
    {
        Pass(TimeSpan.FromHours(5));
        using var thief = new VaultThief(_folder["consumer"], _key);
        var package = KeyPackage();
        var copied = _messages.ToList();
        Pass(TimeSpan.FromHours(30));

        // What was sealed to the package in the copy, after the copy was made too, is the thief's.
        var sealedToIt = KeysRecords.Where(record => record.Type == RecordTypes.Grant)
            .Select(record => record.ReadUnverified(RecordJson.Default.GrantClaims)!)
            .SelectMany(claims => claims.Recipients.Where(recipient => recipient.Package == package))
            .SelectMany(recipient => recipient.Sessions)
            .Select(session => session.Id)
            .ToHashSet();
        var later = Announcements().Where(session => session.Begins >= TestProject.Start + Lifetimes.KeyPackageRenewal)
            .Select(session => session.Id).ToHashSet();
        var lost = _messages.Where(message => sealedToIt.Contains(SessionOf(message))).ToList();
        var healed = _messages.Where(message => later.Contains(SessionOf(message))).ToList();
        var broken = thief.Break(KeysRecords, _network.Project.Document.Kem!);
        Assert.Multiple(() =>
        {
            Assert.That(healed, Has.Count.GreaterThan(5), "the test is about something");
            Assert.That(lost.Except(copied), Is.Not.Empty, "the test is about something");
            Assert.That(lost.Concat(healed).Select(message => message.Text), Is.EquivalentTo(_messages.Select(message => message.Text)));
            Assert.That(healed.Where(message => TryOpen(broken, message)).Select(message => message.Text), Is.Empty);
            Assert.That(lost.Where(message => !TryOpen(broken, message)).Select(message => message.Text), Is.Empty, "what can be opened is");
            Assert.That(OpenedByTheLibrary(thief, _network.Now), Is.EquivalentTo(lost.Select(message => message.Text)));
        });
    }

    [Test]
    public void A_secret_leaves_every_page_of_the_files_when_its_time_is_over([Values(31, 49, 170, 200)] int hours)
    {
        Pass(TimeSpan.FromHours(hours));
        using var thief = new VaultThief(_folder["consumer"], _key);

        var packages = _network.In(ControlPartition.Members, RecordTypes.KeyPackage)
            .Select(record => record.ReadUnverified(RecordJson.Default.KeyPackageClaims)!)
            .Where(claims => claims.Sub == _consumer.Identifier)
            .ToDictionary(PackageId, claims => RecordClock.ToTime(claims.Exp) + Lifetimes.KeyPackageGrace);
        var sessions = Announcements().ToDictionary(session => session.HashText, session => session.Ends + Retention);
        var live = _secrets.Keys.Where(name => EndOf(name) > _network.Now).ToList();

        // An acknowledgement must confirm the end, and a package's grants are read once more. Ends are jittered: one may just have been.
        var dead = _secrets.Keys.Where(name => EndOf(name) < _network.Now - TimeSpan.FromMinutes(30)).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(live.Select(name => name.Collection).Distinct(), Is.EquivalentTo([Sessions, KeyPackages]), "the test is about something");
            Assert.That(dead.Any(name => name.Collection == KeyPackages), Is.EqualTo(hours > 48));
            Assert.That(dead.Any(name => name.Collection == Sessions), Is.EqualTo(hours > 171));
            Assert.That(thief.Finds([.. live.Select(name => _secrets[name])]), Is.All.True, "the search finds what is there");
            Assert.That(thief.Finds([.. dead.Select(name => _secrets[name])]), Is.All.False);
        });

        DateTimeOffset EndOf((string Collection, string Name) secret) => (secret.Collection == Sessions ? sessions : packages)[secret.Name];
    }

    // A message every two hours, and a look into the vault every ten minutes.
    private void Pass(TimeSpan time)
    {
        for (var end = _network.Now + time; _network.Now < end;)
        {
            var text = $"message {_messages.Count}";
            _messages.Add((_producer.Send(Topic, text), text));
            for (var step = 0; step < 12 && _network.Now < end; step++)
            {
                _network.Pass(TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(10));
                Note(Sessions, sizeof(long));
                Note(KeyPackages, sizeof(long) + sizeof(ushort));
            }
        }
    }

    private void Note(string collection, int offset)
    {
        foreach (var (name, value) in _vault.List(collection))
            _secrets[(collection, name)] = value[offset..(offset + SessionKeys.SecretSize)];
    }

    private string KeyPackage() => _vault.List(KeyPackages).Keys.Single();

    private static string PackageId(KeyPackageClaims claims) =>
        HpkePublicKey.TryImport(claims.Hpke, out var key) ? E2EKafka.Records.KeyPackage.IdOf(key) : throw new InvalidOperationException("Not a point.");

    private IEnumerable<SessionStatement> Announcements()
    {
        return KeysRecords.Where(record => record.Type == RecordTypes.Announcement).SelectMany(record => SessionAnnouncement.Read(record)!.Statements);
    }

    private static SessionId SessionOf((byte[] Message, string Text) message) => SessionId.Read(message.Message.AsSpan(2));

    private static bool TryOpen(IReadOnlyDictionary<SessionId, InboundSession> broken, (byte[] Message, string Text) message)
    {
        Assert.That(MessageHeader.Read(message.Message, out var header), Is.Null);
        if (!broken.TryGetValue(header.Session, out var session))
            return false;

        var plaintext = new byte[session.PlaintextSizeOf(header, message.Message.Length)];
        return session.Open(header, message.Message, new MessageContext(Topic), plaintext) is null &&
            Encoding.UTF8.GetString(plaintext) == message.Text;
    }

    /// <summary>What the library opens with the copy, if it reads all that was on Kafka, at some time by its clock, and no member reads what it writes.</summary>
    private List<string> OpenedByTheLibrary(VaultThief thief, DateTimeOffset clock)
    {
        var now = _network.Now;
        _network.Clock.SetWallClock(clock);
        try
        {
            // It destroys what is too old by its clock, which the broker confirms.
            using var folder = new TemporaryFolder();
            File.Copy(thief.VaultFile, folder["copy"]);
            using var vault = SqliteVault.Open(folder["copy"], _key);
            using var copy = new NetworkMember(_network, vault, _network.Project.Ticket(), Lifetimes) { FateOf = publication => NetworkMember.IsProbe(publication) ? Fate.Written : Fate.Lost };
            copy.Exchange.Consume(Topic);
            for (var i = 0; i < 3; i++)
                copy.Step();
            return [.. _messages.Where(message => copy.WhyItCannotOpen(Topic, message.Message) is null).Select(message => copy.Open(Topic, message.Message))];
        }
        finally
        {
            _network.Clock.SetWallClock(now);
        }
    }
}
