namespace E2EKafka.Testing.Tests;

[TestFixture]
public sealed class VerifiedFactoryTests
{
    [Test]
    public void A_message_has_all_that_the_test_sets()
    {
        var attributes = new Dictionary<string, string> { ["service"] = "shop" };

        var verified = VerifiedFactory.Create(
            Orders.Shoes, "someone", attributes, "a session", sequence: 7, MessageProof.Mac, RecordKeyBinding.Matches);

        Assert.Multiple(() =>
        {
            Assert.That(verified.Value, Is.EqualTo(Orders.Shoes));
            Assert.That(verified.IsVerified);
            Assert.That(verified.ProvenBy, Is.EqualTo(MessageProof.Mac));
            Assert.That(verified.Failure, Is.Null);
            Assert.That(verified.Origin, Is.EqualTo(new MessageOrigin("someone", attributes, "a session", 7, MessageProof.Mac) { KeyBinding = RecordKeyBinding.Matches }));
        });
    }

    [Test]
    public void Nothing_need_be_set_and_then_it_looks_as_a_real_one()
    {
        var verified = VerifiedFactory.Create(Orders.Shoes);

        Assert.Multiple(() =>
        {
            Assert.That(verified.ProvenBy, Is.EqualTo(MessageProof.Signature));
            Assert.That(verified.Origin!.Producer, Has.Length.EqualTo(43));
            Assert.That(verified.Origin.Session, Has.Length.EqualTo(32));
            Assert.That(verified.Origin.KeyBinding, Is.EqualTo(RecordKeyBinding.NotBound));
        });
    }

    [Test]
    public void A_refused_message_has_its_failure_and_no_value()
    {
        var inner = new InvalidOperationException("no JSON");

        var refused = VerifiedFactory.Refused<Order>(FailureReason.InnerSerializerFailed, "The deserializer failed.", "someone", inner);

        Assert.Multiple(() =>
        {
            Assert.That(refused.IsVerified, Is.False);
            Assert.That(refused.Origin, Is.Null);
            Assert.That(refused.Failure, Is.EqualTo(new OpenFailure(FailureReason.InnerSerializerFailed, "The deserializer failed.") { Producer = "someone", InnerException = inner }));
            Assert.That(Assert.Throws<MessageOpenException>(() => _ = refused.Value)!.Reason, Is.EqualTo(FailureReason.InnerSerializerFailed));
        });
    }

    [Test]
    public void A_plaintext_has_a_value_and_is_not_verified()
    {
        var plaintext = VerifiedFactory.Plaintext(Orders.Shoes);

        Assert.That((plaintext.Value, plaintext.IsVerified, plaintext.ProvenBy, plaintext.Origin!.Producer), Is.EqualTo((Orders.Shoes, false, MessageProof.None, "")));
    }
}
