using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace E2EKafka.Client.Tests.Diagnostics;

/// <summary>Operators filter and alert by the ids, names and levels of log events, and read the fields of audit events: none of them changes.</summary>
[TestFixture]
public partial class LogEventTests
{
    private const string Approved =
        """
        1 Ready Information
        2 NotReady Warning
        3 CredentialReceived Information
        4 RequestRefused Error
        5 KeyPackagePublished Information
        6 SessionAnnounced Information
        7 SessionDropped Information
        8 KeyReceived Debug
        9 KeyGranted Debug
        10 KeysRequested Information
        11 ProjectChanged Information
        12 RecordSkipped Debug
        13 KeyGivenAgain Information
        14 IdentityCloned Critical
        15 KafkaProblem Warning
        16 Stopped Critical
        17 AuthorityServes Information
        18 CredentialIssued Information
        19 CredentialRefused Warning
        20 RecordFailed Error
        21 IdentityRotated Information
        22 ClocksParted Warning
        23 PublishedAgain Warning
        24 LeftUnheard Warning
        25 RenewalOverdue Warning
        26 AuthorityNotServing Warning
        27 ControlTopicWarning Warning
        28 ControlTopicRefused Error
        29 ControlTopicsCorrected Information
        30 DevelopmentProject Warning
        31 RecordWaits Warning
        32 ClockDisagrees Warning
        33 ClockAgrees Information
        34 VaultNotWritten Error
        35 VaultWritten Information
        36 VaultEntriesUnreadable Warning
        37 RowSetAside Warning
        38 KafkaClient Debug
        39 KafkaServes Information
        40 TopicNotSealedTo Error
        41 AuditEventNotLogged Error
        42 CommandLineNotAnswered Warning
        1001 ProjectCreated Information
        1002 TicketCreated Information
        1003 TicketCancelled Information
        1004 MemberEnrolled Information
        1005 RequestRefused Warning
        1006 AttributesChanged Information
        1007 MemberRemoved Warning
        1008 PolicyChanged Information
        1009 AuthorityKeysReplaced Warning
        1010 IdentityKeyReplaced Information
        1020 KeyGivenAgain Information
        1021 PastKeyGiven Information
        1022 ForgedMessageRefused Warning
        1023 ForgedRecordRefused Warning
        """;

    private static readonly IReadOnlyList<(LoggerMessageAttribute Event, MethodInfo Method)> Events =
    [
        .. from type in (Type[])[typeof(Log), typeof(AuditEvents)]
           from method in type.GetMethods(BindingFlags.Static | BindingFlags.Public)
           let attribute = method.GetCustomAttribute<LoggerMessageAttribute>()
           where attribute is not null
           orderby attribute.EventId
           select (attribute, method),
    ];

    [Test]
    public void Each_has_the_id_the_name_and_the_level_that_it_always_had() =>
        Assert.That(string.Join('\n', Events.Select(logged => $"{logged.Event.EventId} {logged.Method.Name} {logged.Event.Level}")), Is.EqualTo(Approved));

    [Test]
    public void No_id_is_given_twice() => Assert.That(Events.Select(logged => logged.Event.EventId), Is.Unique);

    [Test]
    public void An_audit_event_says_when_and_whom_it_is_about() => Assert.Multiple(() =>
    {
        foreach (var (logged, method) in Events.Where(logged => logged.Method.DeclaringType == typeof(AuditEvents)))
        {
            var fields = FieldPattern().Matches(logged.Message).Select(match => match.Groups[1].Value).ToList();
            Assert.That(fields, Contains.Item("At"), method.Name);
            Assert.That(fields.Intersect(["Member", "Project", "Authority", "Ticket", "Producer", "Topic"]), Is.Not.Empty, method.Name);
            Assert.That(logged.EventId, Is.GreaterThan(1_000), method.Name);
        }
    });

    [Test]
    public void An_audit_event_takes_no_secret() => Assert.That(
        Events.Where(logged => logged.Method.DeclaringType == typeof(AuditEvents)).SelectMany(logged => logged.Method.GetParameters()).Select(parameter => parameter.ParameterType).Distinct(),
        Is.SubsetOf(new[]
        {
            typeof(ILogger), typeof(DateTimeOffset), typeof(string), typeof(int), typeof(long), typeof(FailureReason), typeof(RevocationKind),
            typeof(SessionId), typeof(ControlTopicKind), typeof(RecordProblem),
        }));

    [GeneratedRegex("{(\\w+)")]
    private static partial Regex FieldPattern();
}
