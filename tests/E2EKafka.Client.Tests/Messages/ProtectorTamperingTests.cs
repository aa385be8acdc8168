using Confluent.Kafka;

namespace E2EKafka.Client.Tests.Messages;

/// <summary>As bytes, by <see cref="IMessageProtector"/>.</summary>
[TestFixture(MessageAuthentication.Signature)]
[TestFixture(MessageAuthentication.Mac)]
[TestFixture(MessageAuthentication.Shared)]
public class ProtectorTamperingTests(MessageAuthentication authentication) : TamperingContract(authentication)
{
    [Test]
    public void Moving_a_value_into_a_records_key_is_refused()
    {
        var message = Seal([1, 2, 3], new MessageContext(TestChannel.Topic));

        ShouldBeRefused(message, new MessageContext(TestChannel.Topic, MessageComponentType.Key), Channel.Altered);
    }

    [Test]
    public void Moving_a_records_key_into_its_value_is_refused()
    {
        var message = Seal([1, 2, 3], new MessageContext(TestChannel.Topic, MessageComponentType.Key));

        ShouldBeRefused(message, new MessageContext(TestChannel.Topic), Channel.Altered);
    }

    [Test]
    public void A_tombstone_with_content_is_refused_on_either_side()
    {
        var place = new MessageContext(TestChannel.Topic) { IsTombstone = true };
        var sealedByAnother = Channel.Sending.TrySeal([1, 2, 3], place, Channel.Clock.GetUtcNow().UtcTicks)!;
        Assert.Multiple(() =>
        {
            Assert.That(() => Channel.Protector.Protect([1, 2, 3], place), Throws.ArgumentException);
            ShouldBeRefused(sealedByAnother, place, FailureReason.TombstoneNotAuthenticated);
        });
    }

    private protected override void Prepare()
    {
    }

    private protected override byte[] Seal(byte[] plaintext, MessageContext place) => Channel.Protector.Protect(plaintext, place);

    private protected override FailureReason? Open(byte[] message, MessageContext place)
    {
        try
        {
            Channel.Protector.Open(message, place);
            return null;
        }
        catch (MessageOpenException e)
        {
            Assert.That(e.Failure.Reason, Is.EqualTo(e.Reason));
            return e.Reason;
        }
    }
}
