namespace E2EKafka.Identity.Tests;

public sealed class RejectionReasonTests
{
    [Test]
    public void A_reason_is_counted_under_the_problem_of_the_same_name()
    {
        foreach (var reason in Enum.GetValues<RejectionReason>())
            Assert.That(reason.Problem().ToString(), Is.EqualTo(reason.ToString()));
    }
}
