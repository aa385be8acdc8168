using Microsoft.Extensions.Time.Testing;

namespace E2EKafka.Testing.Tests.Documented;

public class TimeTests
{
    [Test]
    public async Task A_credential_is_renewed()
    {
        // [snippet]
        var clock = new FakeTimeProvider(); // package Microsoft.Extensions.TimeProvider.Testing
        await using var project = await InMemoryProject.StartAsync(options => options.TimeProvider = clock);
        await using var shop = await project.AddMemberAsync("shop");
        var end = shop.CredentialExpiresAt;

        clock.Advance(TimeSpan.FromHours(24));
        await project.SettleAsync(); // the authority and every member have done what was due

        Assert.That(shop.CredentialExpiresAt, Is.EqualTo(end + TimeSpan.FromHours(24)));
        // [/snippet]
    }
}
