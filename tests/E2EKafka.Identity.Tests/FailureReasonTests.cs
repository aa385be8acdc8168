namespace E2EKafka.Identity.Tests;

public sealed class FailureReasonTests
{
    private static readonly Dictionary<FailureKind, FailureReason[]> Sorted = new()
    {
        [FailureKind.Transient] =
        [
            FailureReason.NotReady, FailureReason.ClockDisagrees, FailureReason.NotEnrolled, FailureReason.CredentialExpired, FailureReason.ProjectOutdated,
            FailureReason.BrokerUnreachable, FailureReason.NoDurableReader, FailureReason.SessionNotReady, FailureReason.KeyNotYetReceived, FailureReason.InnerSerializerUnavailable,
        ],
        [FailureKind.Denied] =
        [
            FailureReason.KafkaAccessDenied, FailureReason.Revoked, FailureReason.TicketUnknown, FailureReason.TicketExpired, FailureReason.TicketUsedUp,
            FailureReason.ProducerNotAuthorized, FailureReason.KeyRetentionNotStated, FailureReason.ReaderNotAuthorized, FailureReason.ProducerDenied, FailureReason.ProducerRevoked,
            FailureReason.KeyRetired,
        ],
        [FailureKind.Invalid] =
        [
            FailureReason.TicketMalformed, FailureReason.TicketForOtherProject, FailureReason.RequestInvalid, FailureReason.ProjectInvalid,
            FailureReason.AlgorithmNotAvailable, FailureReason.IdentityCloned, FailureReason.ControlTopicMissing, FailureReason.ControlTopicMisconfigured, FailureReason.OptionsInvalid, FailureReason.LimitReached,
            FailureReason.VaultLocked, FailureReason.VaultKeyWrong, FailureReason.VaultCorrupt, FailureReason.VaultUnavailable,
            FailureReason.MessageTooLarge, FailureReason.RecordKeyNotEncryptable, FailureReason.NotEncrypted, FailureReason.UnsupportedVersion,
            FailureReason.Truncated, FailureReason.UnknownSession, FailureReason.WrongTopic, FailureReason.WrongAuthentication,
            FailureReason.SignatureInvalid, FailureReason.AuthenticationFailed, FailureReason.TombstoneNotAuthenticated,
            FailureReason.RecordKeyMismatch, FailureReason.RecordContextMissing, FailureReason.InnerSerializerFailed,
        ],
    };

    [Test]
    public void Every_reason_is_sorted_on_purpose()
    {
        var sorted = Sorted.Values.SelectMany(reasons => reasons).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(Enum.GetValues<FailureReason>().Except(sorted), Is.Empty, "not sorted yet");
            Assert.That(sorted, Is.Unique);
        });
    }

    [Test]
    public void Every_reason_has_the_kind_it_was_sorted_into()
    {
        Assert.Multiple(() =>
        {
            foreach (var (kind, reasons) in Sorted)
            {
                foreach (var reason in reasons)
                    Assert.That(reason.Kind(), Is.EqualTo(kind), $"{reason}");
            }
        });
    }

    [Test]
    public void An_exception_carries_its_reason_and_kind()
    {
        var exception = new EndToEndKafkaException(FailureReason.TicketExpired, "Say what to do.");
        Assert.Multiple(() =>
        {
            Assert.That(exception.Reason, Is.EqualTo(FailureReason.TicketExpired));
            Assert.That(exception.Kind, Is.EqualTo(FailureKind.Denied));
            Assert.That(exception.Message, Is.EqualTo("Say what to do."));
        });
    }
}
