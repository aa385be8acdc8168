using System.Runtime.Versioning;
using System.Text;
using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.Hosting;

/// <summary>What an editor, a shell or a container platform makes of the files that options name is read, or told with the file and what to do.</summary>
[TestFixture]
public class FileTests
{
    private TemporaryFolder _folder = null!;
    private TestProject _project = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        _project = new TestProject();
    }

    [TearDown]
    public void TearDown()
    {
        _project.Dispose();
        _folder.Dispose();
    }

    private static IEnumerable<TestCaseData> Encodings()
    {
        yield return new TestCaseData(new UTF8Encoding(false), "\n").SetArgDisplayNames("UTF-8");
        yield return new TestCaseData(new UTF8Encoding(true), "\r\n").SetArgDisplayNames("UTF-8 with a byte order mark");
        yield return new TestCaseData(new UnicodeEncoding(bigEndian: false, byteOrderMark: true), "\r\n").SetArgDisplayNames("UTF-16, as Windows PowerShell writes");
    }

    [TestCaseSource(nameof(Encodings))]
    public void A_project_file_and_a_ticket_file_are_read_as_editors_save_them(Encoding encoding, string end)
    {
        var ticket = _project.Ticket();
        File.WriteAllText(_folder["project.json"], _project.Document.ToJson().ReplaceLineEndings("\r\n") + end, encoding);
        File.WriteAllText(_folder["ticket"], ticket.Encode() + end, encoding);

        Assert.That(ProjectDocument.Load(_folder["project.json"]).Id, Is.EqualTo(_project.Document.Id));
        Assert.That(GivenTicket.Of(new EndToEndKafkaOptions { TicketFile = _folder["ticket"] }).Ticket?.Secret, Is.EqualTo(ticket.Secret));
    }

    [TestCase("~/project.json", "The path of the project file begins with '~'")]
    [TestCase("%APPDATA%/project.json", "The path of the project file begins with '%'")]
    public void A_path_that_a_shell_would_have_changed_is_refused(string path, string said) =>
        AssertFails(() => ProjectDocument.Load(path), FailureReason.ProjectInvalid, said);

    [Test]
    public void A_relative_path_is_told_from_the_root() =>
        AssertFails(() => ProjectDocument.Load("no-such/project.json"), FailureReason.ProjectInvalid, Path.GetFullPath("no-such/project.json"));

    [Test]
    public void A_ticket_file_is_told_from_the_root() =>
        Assert.That(GivenTicket.Of(new EndToEndKafkaOptions { TicketFile = "no-such.ticket" }).Absence, Does.StartWith($"the ticket file '{Path.GetFullPath("no-such.ticket")}' does not exist"));

    [Test]
    public void A_folder_in_the_place_of_a_file_is_told()
    {
        Directory.CreateDirectory(_folder["folder"]);
        var said = $"'{_folder["folder"]}' is a folder. A container platform makes one where the file to mount is missing";

        AssertFails(() => ProjectDocument.Load(_folder["folder"]), FailureReason.ProjectInvalid, $"The project file {said}");
        AssertFails(() => VaultKey.FromFile(_folder["folder"], createIfMissing: true), FailureReason.VaultUnavailable, $"The vault's key file {said}");
        using var key = VaultKey.FromBytes(new byte[VaultKey.Size]);
        AssertFails(() => SqliteVault.Open(_folder["folder"], key), FailureReason.VaultUnavailable, $"The vault {said}");
        Assert.That(_folder.FileNames(), Is.Empty, "nothing is left behind");
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "A mode of Unix takes the right away.")]
    [UnsupportedOSPlatform("windows")]
    public void A_file_that_this_process_may_not_read_is_told()
    {
        File.WriteAllText(_folder["file"], "text");
        File.SetUnixFileMode(_folder["."], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        File.SetUnixFileMode(_folder["file"], UnixFileMode.None);

        UnprivilegedThread.Run(() =>
        {
            AssertFails(() => ProjectDocument.Load(_folder["file"]), FailureReason.ProjectInvalid, _folder["file"]);
            AssertFails(() => VaultKey.FromFile(_folder["file"]), FailureReason.VaultUnavailable, _folder["file"]);
            AssertFails(() => GivenTicket.Of(new EndToEndKafkaOptions { TicketFile = _folder["file"] }), FailureReason.TicketMalformed, _folder["file"]);
        });
    }

    [TestCase("ssl.ca.location", "names a file that does not exist")]
    [TestCase("ssl.key.location", "names a file that does not exist")]
    [TestCase("SslCertificateLocation", "names a file that does not exist")]
    public void A_certificate_that_is_not_there_is_told_before_librdkafka_meets_it(string setting, string said)
    {
        var options = new EndToEndKafkaOptions { BootstrapServers = "kafka:9093", UseInMemoryVault = true, Kafka = { ["security.protocol"] = "ssl", [setting] = _folder["ca.pem"] } };

        Assert.That(EndToEndKafkaOptionsValidator.Problems(options).Single(), Does.StartWith($"Kafka[\"{setting}\"] {said}").And.Contain(_folder["ca.pem"]));

        File.WriteAllText(_folder["ca.pem"], "");
        Assert.That(EndToEndKafkaOptionsValidator.Problems(options), Is.Empty);
    }

    [Test]
    public void A_missing_ticket_file_is_told_with_what_to_do_by_the_member_that_needs_it()
    {
        File.WriteAllText(_folder["project.json"], _project.Document.ToJson());
        var given = GivenTicket.Of(new EndToEndKafkaOptions { TicketFile = _folder["ticket"] });

        Assert.That(given.Absence, Does.Contain(_folder["ticket"]).And.Contain("does not exist").And.Contain("Ask the project's owner for an enrollment ticket"));
    }

    private static void AssertFails(Action call, FailureReason reason, string said) =>
        Assert.That(call, Throws.TypeOf<EndToEndKafkaException>().With.Property("Reason").EqualTo(reason).And.Message.Contains(said));
}
