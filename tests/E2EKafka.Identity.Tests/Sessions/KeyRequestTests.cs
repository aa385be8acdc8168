using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

public sealed class KeyRequestTests : SessionRecordFixture
{
    private static readonly SessionName Orders = NameOf("orders", 0);

    [Test]
    public void A_request_names_sessions_of_any_topics_and_the_package_to_seal_to()
    {
        SessionStatement[] sessions = [Producer.Session("orders").Statement, Producer.Session("payments").Statement];
        var package = Consumer.KeyPackage("orders").Id;
        var record = KeyRequest.Create(Project.Document.Id, Consumer.Identifier, package, attempt: 3, sessions, Consumer.Key, Project.Now);
        var read = RecordVerifier.Verify<KeyRequest>(TestProject.Parse(record), Directory, Project.Now, static _ => true, out var reason)!;
        Assert.Multiple(() =>
        {
            Assert.That(reason, Is.Null);
            Assert.That(read.Claims.Sessions.Select(name => (name.Topic, name.Statement)), Is.EqualTo(sessions.Select(session => (session.Topic, session.HashText))));
            Assert.That(read.Claims.Sessions.Select(name => name.Id), Is.EqualTo(sessions.Select(session => session.Id)));
            Assert.That(read.Sender, Is.EqualTo(Consumer.Identifier));
            Assert.That(read.Project, Is.EqualTo(Project.Document.Id));
            Assert.That(read.Claims.Package, Is.EqualTo(package));
            Assert.That(read.Claims.Attempt, Is.EqualTo(3));
            Assert.That(read.IssuedAt, Is.EqualTo(Now));
        });
    }

    [Test]
    public void Its_form_is_exact()
    {
        using var other = new TestProject();
        var claims = Claims();
        Assert.Multiple(() =>
        {
            Assert.That(With(claims), Is.Null);
            Assert.That(With(claims with { Package = "package" }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(With(claims with { Package = "" }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(With(claims with { Sessions = [null!] }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(With(claims with { Sessions = [Orders with { Topic = "a b" }] }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(With(claims with { Sessions = [Orders with { Topic = "" }] }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(With(claims with { Sessions = [Orders with { Topic = "orders*" }] }), Is.EqualTo(RejectionReason.Malformed), "a prefix");
            Assert.That(With(claims with { Sessions = [Orders with { Statement = Orders.Statement[1..] }] }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(With(claims with { Sessions = [Orders with { Statement = Orders.Statement + "A" }] }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(With(claims with { Sessions = [Orders with { Statement = Orders.Statement[..42] + "B" }] }), Is.EqualTo(RejectionReason.Malformed), "bits that no byte needs");
            Assert.That(With(claims with { Sessions = [Orders, NameOf("a b", 1)] }), Is.EqualTo(RejectionReason.Malformed), "the second is wrong");
            Assert.That(With(claims with { Sub = "consumer" }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(With(claims with { Aud = other.Document.Id }), Is.EqualTo(RejectionReason.OtherProject));
            Assert.That(With(claims with { Iat = -1 }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(With(claims with { Iat = ExactForm.MaxInteger }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(With(claims with { Iat = Now + 600 }), Is.Null);
            Assert.That(With(claims with { Iat = Now + 601 }), Is.EqualTo(RejectionReason.Delayed));
            Assert.That(With(claims with { Iat = Now - 600 }), Is.Null);
            Assert.That(With(claims with { Iat = Now - 601 }), Is.EqualTo(RejectionReason.Delayed));
            Assert.That(With(claims, Mallory), Is.EqualTo(RejectionReason.ReplacedKey));
            Assert.That(With(claims with { Sub = Mallory.Identifier }), Is.EqualTo(RejectionReason.ReplacedKey));
        });
    }

    [TestCase(0, false)]
    [TestCase(1, true)]
    [TestCase(100, true)]
    [TestCase(101, false)]
    public void It_has_1_to_100_names(int count, bool accepted)
    {
        var claims = Claims() with { Sessions = [.. Enumerable.Range(0, count).Select(i => NameOf(new string('a', 249), i))] };
        Assert.That(With(claims), accepted ? Is.Null : Is.EqualTo(RejectionReason.Malformed));
    }

    [Test]
    public void More_names_than_readers_take_are_refused_where_the_request_is_made()
    {
        var statements = Enumerable.Repeat(Producer.Session("orders").Statement, 101);
        Assert.That(
            () => KeyRequest.Create(Project.Document.Id, Consumer.Identifier, Consumer.KeyPackage("orders").Id, 1, statements, Consumer.Key, Project.Now),
            Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void It_names_a_session_once()
    {
        var other = NameOf("orders", 1);
        Assert.Multiple(() =>
        {
            Assert.That(With(Claims() with { Sessions = [Orders, other] }), Is.Null);
            Assert.That(With(Claims() with { Sessions = [Orders, other, Orders] }), Is.EqualTo(RejectionReason.Malformed));
        });
    }

    [TestCase(0, false)]
    [TestCase(1, true)]
    [TestCase(64, true)]
    [TestCase(65, false)]
    public void Attempts_are_1_to_64(int attempt, bool accepted) =>
        Assert.That(With(Claims() with { Attempt = attempt }), accepted ? Is.Null : Is.EqualTo(RejectionReason.Malformed));

    [TestCase(2, 2)]
    [TestCase(3, 4)]
    [TestCase(8, 128)]
    [TestCase(9, 256)]
    [TestCase(10, 300)]
    [TestCase(33, 300)] // where a shift by 32 would begin again
    [TestCase(64, 300)]
    public void The_pause_before_an_attempt_doubles_up_to_five_minutes(int attempt, int seconds) =>
        Assert.That(KeyRequest.PauseBefore(attempt), Is.EqualTo(TimeSpan.FromSeconds(seconds)));

    private static SessionName NameOf(string topic, int number) =>
        new(topic, System.Buffers.Text.Base64Url.EncodeToString(System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(number))));

    private KeyRequestClaims Claims() => new(Project.Document.Id, Consumer.Identifier, Now, Orders.Statement, 1, [Orders]);

    private RejectionReason? With(KeyRequestClaims changed, TestMember? signer = null) =>
        ReasonFor<KeyRequestClaims, KeyRequest>(changed, RecordJson.Default.KeyRequestClaims, signer ?? Consumer);
}
