using Microsoft.Data.Sqlite;

namespace E2EKafka;

/// <summary>Failures that a test cannot bring about everywhere, a full disk among them, by what SQLite reports for them.</summary>
[TestFixture]
public sealed class VaultFailureTests
{
    // https://sqlite.org/rescode.html
    [TestCase(5, FailureReason.VaultLocked, "another process")]
    [TestCase(6, FailureReason.VaultLocked, "another process")]
    [TestCase(3, FailureReason.VaultUnavailable, "may read and write")]
    [TestCase(7, FailureReason.VaultUnavailable, "memory")]
    [TestCase(8, FailureReason.VaultUnavailable, "read-only")]
    [TestCase(10, FailureReason.VaultUnavailable, "Check the disk")]
    [TestCase(13, FailureReason.VaultUnavailable, "disk is full")]
    [TestCase(14, FailureReason.VaultUnavailable, "may read and write")]
    [TestCase(1, FailureReason.VaultCorrupt, "damaged")]
    [TestCase(11, FailureReason.VaultCorrupt, "damaged")]
    [TestCase(18, FailureReason.VaultCorrupt, "damaged")]
    [TestCase(26, FailureReason.VaultCorrupt, "not a vault")]
    public void Every_result_of_SQLite_has_a_reason_and_an_advice(int code, FailureReason reason, string advice)
    {
        var cause = new SqliteException("cause", code);
        var failure = VaultFailure.Of(cause, "/var/lib/member.vault")!;

        Assert.That(failure.Reason, Is.EqualTo(reason));
        Assert.That(failure.Message, Does.Contain("'/var/lib/member.vault'").And.Contain(advice));
        Assert.That(failure.InnerException, Is.SameAs(cause));
    }

    [Test]
    public void File_system_failures_are_about_the_vault_and_others_are_not()
    {
        Assert.That(VaultFailure.Of(new IOException(), "x")!.Reason, Is.EqualTo(FailureReason.VaultUnavailable));
        Assert.That(VaultFailure.Of(new UnauthorizedAccessException(), "x")!.Reason, Is.EqualTo(FailureReason.VaultUnavailable));
        Assert.That(VaultFailure.Of(new InvalidOperationException(), "x"), Is.Null);
    }
}
