using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

public sealed class KeyRequestTests : SessionRecordFixture
{
    [Test]
    public void A_request_names_sessions_of_a_topic()
    {
        SessionId[] ids = [new(1), new(2), new(UInt128.MaxValue)];
        var record = KeyRequest.Create(Project.Document.Id, Consumer.Identifier, "orders", ids, Consumer.Key, Consumer.Credential, Project.Now);
        var read = KeyRequest.TryVerify(TestProject.Parse(record), Directory, Project.Now, out var problem)!;
        Assert.Multiple(() =>
        {
            Assert.That(problem, Is.EqualTo(RecordProblem.None));
            Assert.That(read.Sessions, Is.EqualTo(ids));
            Assert.That(read.Claims.Sub, Is.EqualTo(Consumer.Identifier));
            Assert.That(read.Claims.Topic, Is.EqualTo("orders"));
        });
    }

    [Test]
    public void A_request_that_is_malformed_untimely_or_anothers_is_refused()
    {
        using var other = new TestProject();
        var claims = new KeyRequestClaims(Project.Document.Id, Consumer.Identifier, Now, "orders", [new byte[16]], Consumer.Credential.Text);
        Assert.Multiple(() =>
        {
            Assert.That(With(claims), Is.EqualTo(RecordProblem.None));
            Assert.That(With(claims with { Sessions = Ids(100) }), Is.EqualTo(RecordProblem.None));
            Assert.That(With(claims with { Sessions = Ids(101) }), Is.EqualTo(RecordProblem.Malformed));
            Assert.That(With(claims with { Sessions = [new byte[16], new byte[16]] }), Is.EqualTo(RecordProblem.Malformed), "one session twice");
            Assert.That(With(claims with { Sessions = [] }), Is.EqualTo(RecordProblem.Malformed));
            Assert.That(With(claims with { Sessions = [new byte[15]] }), Is.EqualTo(RecordProblem.Malformed));
            Assert.That(With(claims with { Sessions = [null!] }), Is.EqualTo(RecordProblem.Malformed));
            Assert.That(With(claims with { Topic = "a b" }), Is.EqualTo(RecordProblem.Malformed));
            Assert.That(With(claims with { Aud = other.Document.Id }), Is.EqualTo(RecordProblem.OtherProject));
            Assert.That(With(claims with { Iat = Now + 120 }), Is.EqualTo(RecordProblem.None));
            Assert.That(With(claims with { Iat = Now + 601 }), Is.EqualTo(RecordProblem.Delayed));
            Assert.That(With(claims with { Iat = Now - 601 }), Is.EqualTo(RecordProblem.Delayed));
            Assert.That(With(claims with { Iat = -1 }), Is.EqualTo(RecordProblem.Malformed));
            Assert.That(With(claims with { Iat = ExactForm.MaxInteger }), Is.EqualTo(RecordProblem.Delayed));
            Assert.That(With(claims, Mallory), Is.EqualTo(RecordProblem.BadSignature));
            Assert.That(With(claims with { Sub = Mallory.Identifier }), Is.EqualTo(RecordProblem.UnknownSender));
        });

        static byte[][] Ids(int count) => [.. Enumerable.Range(0, count).Select(i => new SessionId((UInt128)i).ToArray())];

        RecordProblem With(KeyRequestClaims changed, TestMember? signer = null) =>
            ProblemOf<KeyRequestClaims, KeyRequest>(RecordTypes.KeyRequest, changed, RecordJson.Default.KeyRequestClaims, signer ?? Consumer, KeyRequest.TryVerify);
    }
}
