using System.Globalization;

namespace E2EKafka.Cli;

/// <summary>A member's state for people: what there is, and in how long it changes.</summary>
internal sealed class StatusText(Screen screen, DateTimeOffset now)
{
    /// <summary>Enough of a session's id to tell it from others.</summary>
    private const int ShortId = 8;

    public void Write(StatusListing listing)
    {
        var status = listing.Status;
        screen.Properties(
            ("Identity", $"{listing.Identity} ({(listing.Running ? "running" : "not running; started to ask")})"),
            ("Identifier", status.Identifier),
            ("Project", $"{status.ProjectId}, document version {status.ProjectVersion}"),
            ("State", status.Problem is { } problem ? $"{problem.Reason}: {LibraryAdvice.InToolsWords(problem.Message)}" : "ready"),
            ("Warning", status.Warning),
            ("Attributes", status.Credential is { Attributes.Count: > 0 } attributed ? AttributeText.Of(attributed.Attributes) : null),
            ("Credential", status.Credential is { } credential
                ? $"serial {credential.Serial}, ends in {In(credential.ExpiresAt)}, renewed in {In(credential.RenewsAt)}"
                : "none"));
        Table("Sends to", ["Topic", "Session", "Age", "Ends in", "Rotates in", "Messages", "Readers"], status.Sending.Select(Sending));
        foreach (var sending in status.Sending.Where(sending => sending.Recipients.Count > 0))
        {
            screen.Line($"Readers of {sending.Topic}, session {Short(sending.Session)}");
            foreach (var reader in sending.Recipients)
                screen.Line($"  {reader}");
        }

        Table("Knows sessions of", ["Topic", "Sessions", "Keys held", "Keys missing", "Next key ends in"], status.Receiving.Select(Receiving));
        Table("Key packages", ["Package", "Ends in", ""], status.KeyPackages.Select(package => new[] { package.Id, In(package.ExpiresAt), package.IsCurrent ? "current" : "" }));
        Table("Control topics", ["Partition", "Position", "Lag", "At the end"], status.Control.Select(Control));
        Table("Refused", ["Messages", "Reason", "Topic", "Producer"], status.Refused.Select(refused =>
            new[] { Text(refused.Count), refused.Reason.ToString(), refused.Topic, refused.Producer }));
    }

    private string[] Sending(SendingStatus sending) => sending.Problem is { } problem
        ? [sending.Topic, problem.Reason.ToString(), "", "", "", "", ""]
        :
        [
            sending.Topic,
            Short(sending.Session),
            sending.BeganAt is { } began ? Duration.InWords(now - began) : "",
            In(sending.EndsAt),
            sending.Successor.Length > 0 ? "announced" : In(sending.SuccessorDueAt),
            Text(sending.Messages),
            Text(sending.Recipients.Count),
        ];

    private string[] Receiving(ReceivingStatus receiving) =>
        [receiving.Topic, Text(receiving.Sessions), Text(receiving.KeysHeld), Text(receiving.KeysMissing), In(receiving.NextRetirementAt)];

    private string[] Control(ControlPartitionStatus control) =>
    [
        $"{control.Topic}/{control.Partition}",
        Text(control.Position),
        control.Lag is { } lag ? Text(lag) : "?",
        control.ReadToTheEndAt is { } at ? $"{Duration.InWords(now - at)} ago" : "not yet",
    ];

    private void Table(string title, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        var all = rows.ToList();
        if (all.Count == 0)
            return;

        screen.Line();
        screen.Line(title);
        screen.Table(columns, all);
    }

    private string In(DateTimeOffset? time) => time is not { } at ? "" : at <= now ? "due" : Duration.InWords(at - now);

    private static string Short(string id) => id.Length > ShortId ? id[..ShortId] : id;

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
