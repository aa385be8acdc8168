using Microsoft.Extensions.Time.Testing;

namespace E2EKafka.Testing.Tests;

[TestFixture]
[CancelAfter(30_000)]
public sealed class FaultTests
{
    [Test]
    public async Task A_key_comes_late()
    {
        await using var project = await Orders.StartAsync();
        await using var shop = await project.AddShopAsync();
        await using var billing = await project.AddBillingAsync();
        var before = shop.Send();
        var held = await project.HoldKeysAsync(billing);
        var late = shop.Send();

        Assert.Multiple(() =>
        {
            Assert.That(billing.Receive(before).IsVerified);
            Assert.That(billing.Receive(late, MissingKey.Throw).Failure!.Reason, Is.EqualTo(FailureReason.KeyNotYetReceived));
        });
        var waiting = Task.Run(() => billing.Receive(late));
        Assert.That(waiting.IsCompleted, Is.False);

        held.Dispose();

        Assert.That((await waiting).Value, Is.EqualTo(Orders.Shoes));
    }

    [Test]
    public async Task Keys_that_are_held_twice_come_when_both_are_released()
    {
        await using var project = await Orders.StartAsync();
        await using var shop = await project.AddShopAsync();
        await using var billing = await project.AddBillingAsync();
        var first = await project.HoldKeysAsync(billing);
        using (await project.HoldKeysAsync(billing))
        {
            first.Dispose();
            first.Dispose();
            await project.SettleAsync();

            Assert.That(billing.Receive(shop.Send(), MissingKey.Throw).Failure!.Reason, Is.EqualTo(FailureReason.KeyNotYetReceived));
        }

        await project.SettleAsync();
        Assert.That(billing.Receive(shop.Send(), MissingKey.Throw).IsVerified);
    }

    [Test]
    public async Task A_producer_is_revoked([Values] RevocationKind kind)
    {
        var clock = new FakeTimeProvider();
        await using var project = await Orders.StartAsync(clock);
        await using var shop = await project.AddShopAsync();
        await using var billing = await project.AddBillingAsync();
        var message = shop.Send();
        clock.Advance(TimeSpan.FromSeconds(1)); // signed times are whole seconds

        await project.RevokeAsync(shop, kind);

        Assert.Multiple(() =>
        {
            Assert.That(InMemoryProjectTests.ReasonOf(() => shop.Send()), Is.EqualTo(FailureReason.Revoked));
            Assert.That(billing.Receive(message).Failure?.Reason, Is.EqualTo(kind == RevocationKind.Compromised ? FailureReason.ProducerRevoked : (FailureReason?)null));
        });
    }

    [Test]
    public async Task A_forged_message_is_refused([Values] MessageAuthentication authentication)
    {
        var groups = authentication == MessageAuthentication.Mac ? new ReaderGroups { Attribute = "service", Values = ["billing"] } : null;
        await using var project = await Orders.StartAsync(requirements: new TopicRequirements { Topic = Orders.Topic, Authentication = authentication, ReaderGroups = groups });
        await using var shop = await project.AddShopAsync();
        await using var billing = await project.AddBillingAsync();
        var message = shop.Send();

        Assert.Multiple(() =>
        {
            Assert.That(billing.Receive(InMemoryProject.Forge(message)).Failure!.Reason, Is.EqualTo(
                authentication == MessageAuthentication.Signature ? FailureReason.SignatureInvalid : FailureReason.AuthenticationFailed));
            Assert.That(billing.Receive(message).IsVerified);
            Assert.Throws<ArgumentOutOfRangeException>(() => InMemoryProject.Forge([0xFE]));
        });
    }

    [Test]
    public async Task A_credential_ends_until_the_member_is_added_again()
    {
        await using var project = await Orders.StartAsync();
        var shop = await project.AddMemberAsync("shop", options => options.SessionTimeout = TimeSpan.FromMilliseconds(1), ("service", "shop"));
        await using var billing = await project.AddBillingAsync();
        var message = shop.Send();

        await project.ExpireCredentialAsync(shop);

        Assert.Multiple(() =>
        {
            Assert.That(InMemoryProjectTests.ReasonOf(() => shop.Send()), Is.EqualTo(FailureReason.CredentialExpired));
            Assert.That(shop.NotReady!.Reason, Is.EqualTo(FailureReason.CredentialExpired));
            Assert.That(billing.IsReady);
            Assert.That(billing.Receive(message).IsVerified, "what it sent before stays readable");
        });
        await shop.DisposeAsync();
        await using var restarted = await project.AddShopAsync();
        Assert.That(billing.Receive(restarted.Send()).IsVerified);
    }

    [Test]
    public async Task A_consumer_whose_credential_has_ended_opens_what_it_has_the_key_of()
    {
        await using var project = await Orders.StartAsync();
        await using var shop = await project.AddShopAsync();
        await using var billing = await project.AddBillingAsync();
        var message = shop.Send();

        await project.ExpireCredentialAsync(billing);

        Assert.That((billing.NotReady!.Reason, billing.Receive(message).IsVerified), Is.EqualTo((FailureReason.CredentialExpired, true)));
    }

    [Test]
    public async Task Time_is_in_the_tests_hand()
    {
        var clock = new FakeTimeProvider();
        await using var project = await Orders.StartAsync(clock);
        await using var shop = await project.AddShopAsync();
        await using var billing = await project.AddBillingAsync();
        var first = billing.Receive(shop.Send());
        var firstEnd = shop.CredentialExpiresAt;

        for (var hours = 0; hours < 72; hours += 3)
        {
            clock.Advance(TimeSpan.FromHours(3));
            await project.SettleAsync();
        }

        var last = billing.Receive(shop.Send());
        Assert.Multiple(() =>
        {
            Assert.That(last.IsVerified);
            Assert.That(last.Origin!.Session, Is.Not.EqualTo(first.Origin!.Session), "sessions end after an hour");
            Assert.That(shop.CredentialExpiresAt, Is.GreaterThan(firstEnd!.Value + TimeSpan.FromHours(24)), "credentials are renewed");
        });
    }

    [Test]
    public async Task A_fault_needs_a_member_of_the_project()
    {
        await using var project = await Orders.StartAsync();
        await using var other = await Orders.StartAsync();
        await using var shop = await other.AddShopAsync();

        await Assert.MultipleAsync(async () =>
        {
            await Assert.ThrowsAsync<ArgumentException>(() => project.HoldKeysAsync(shop));
            await Assert.ThrowsAsync<ArgumentException>(() => project.ExpireCredentialAsync(shop));
        });
    }
}
