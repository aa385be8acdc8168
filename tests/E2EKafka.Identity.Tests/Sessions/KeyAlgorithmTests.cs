using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

/// <summary>Which KEMs a project's keys have, as its document says.</summary>
public sealed class KeyAlgorithmTests
{
    private static readonly string[] s_both = [KeyAlgorithms.MlKem768P256, KeyAlgorithms.P256];

    [TestCaseSource(nameof(s_both))]
    public void All_keys_of_a_project_have_its_algorithm(string algorithm)
    {
        var kem = HpkeKem.Find(algorithm)!;
        using var project = new TestProject(kem: kem);
        var (producer, consumer) = (project.Join(), project.Join());
        var directory = project.DirectoryOf(producer, consumer);
        var (orders, payments) = (producer.Session("orders"), producer.Session("payments"));
        var package = Read<KeyPackage>(TestProject.Parse(consumer.KeyPackage("orders").Record), directory, out _)!;
        var record = KeyGrant.Create(
            project.Document.Id, producer.Identifier, producer.Key,
            [KeyGrant.Seal([(orders.Statement, orders.Secret, null), (payments.Statement, payments.Secret, null)], package, producer.Identifier)], project.Now).Single();
        var grant = Read<KeyGrant>(TestProject.Parse(record), directory, out _)!;
        var secrets = grant.TryOpen(grant.Claims.Recipients[0], consumer.PackageKey)!;
        Assert.Multiple(() =>
        {
            Assert.That(project.Document.Algorithms, Is.EqualTo((string[])[algorithm]));
            Assert.That(project.Document.AuthoritySealingKey.Kem, Is.SameAs(kem));
            Assert.That(package.Key.Kem, Is.SameAs(kem));
            Assert.That(grant.Claims.Recipients[0].Sealed, Has.Length.EqualTo(64 + kem.Overhead));
            Assert.That(secrets[0].Span.ToArray(), Is.EqualTo(orders.Secret.Span.ToArray()));
            Assert.That(secrets[1].Span.ToArray(), Is.EqualTo(payments.Secret.Span.ToArray()));
            Assert.That(secrets, Has.Count.EqualTo(2));
        });
        foreach (var secret in secrets)
            secret.Dispose();
    }

    [Test]
    public void A_new_project_has_the_hybrid()
    {
        using var project = new TestProject();
        Assert.That(project.Document.Algorithms, Is.EqualTo((string[])["mlkem768-p256"]));
    }

    [TestCaseSource(nameof(s_both))]
    public void The_authority_opens_requests_to_its_key_after_a_restart_and_to_the_key_before_the_last(string algorithm)
    {
        using var project = new TestProject(kem: HpkeKem.Find(algorithm));
        using var key = SigningKey.Generate();
        var early = AuthorityRequest.Create(project.Document, key.Public.Thumbprint, key, project.Ticket(), project.Now);
        project.Authority.RotateKeys();
        using var restarted = ProjectAuthority.Open(project.Vault, project.Clock, TestProject.CredentialLifetime);
        using var other = SigningKey.Generate();
        var late = AuthorityRequest.Create(restarted.Document, other.Public.Thumbprint, other, project.Ticket(), project.Now);
        Assert.Multiple(() =>
        {
            Assert.That(restarted.Document.AuthoritySealingKey.Kem.Algorithm, Is.EqualTo(algorithm));
            Assert.That(project.Vault.Read("authority", "sealing"), Has.Length.EqualTo(HpkePrivateKey.StoredSize));
            Assert.That(project.Vault.Read("authority", "previous-sealing"), Has.Length.EqualTo(HpkePrivateKey.StoredSize));
            Assert.That(IsAdmitted(restarted.Answer(early)), "sealed to the key before");
            Assert.That(IsAdmitted(restarted.Answer(late)), "sealed to the key in force");
        });

        bool IsAdmitted(string? answer) => answer is not null && Credential.TryVerify(TestProject.Parse(answer), restarted.Document) is not null;
    }

    [TestCase("sealing")]
    [TestCase("previous-sealing")]
    public void An_authoritys_sealing_key_that_cannot_be_read_is_a_damaged_vault(string name)
    {
        using var project = new TestProject();
        project.Authority.RotateKeys();
        using (var batch = new VaultBatch())
            project.Vault.Write(batch.Put("authority", name, new byte[32]));
        Assert.That(
            () => ProjectAuthority.Open(project.Vault, project.Clock, TestProject.CredentialLifetime),
            Refused.With(FailureReason.VaultCorrupt, "sealing key"));
    }

    [Test]
    public void A_document_can_list_both_and_keys_of_either_are_taken()
    {
        using var project = new TestProject();
        var document = With(project, [KeyAlgorithms.P256, KeyAlgorithms.MlKem768P256]);
        var (producer, consumer) = (project.Join(), project.Join());
        var directory = new MemberDirectory(document);
        directory.Observe(producer.Credential.Text);
        directory.Observe(consumer.Credential.Text);
        Assert.That(document.Kem, Is.SameAs(HpkeKem.P256), "the first is for members' own keys");

        List<KeyPackage> packages = [];
        foreach (var kem in HpkeKem.All)
        {
            using var key = kem.Generate();
            var record = KeyPackage.Create(
                document.Id, consumer.Identifier, key.PublicKey, ["orders"], isDurable: true, consumer.Key, project.Now, TimeSpan.FromHours(1)).Record;
            packages.Add(Read<KeyPackage>(TestProject.Parse(record), directory, out _)!);
        }

        var grant = Read<KeyGrant>(producer.Grant(producer.Session("orders"), [.. packages]), directory, out var reason);
        Assert.That(reason, Is.Null);
        Assert.That(grant!.Claims.Recipients.Select(recipient => recipient.Sealed.Length), Is.EqualTo((int[])[1201, 113]));
    }

    [TestCaseSource(nameof(s_both))]
    public void A_key_and_a_seal_of_an_algorithm_that_is_not_listed_are_refused(string algorithm)
    {
        using var project = new TestProject(kem: HpkeKem.Find(algorithm));
        var (producer, consumer) = (project.Join(), project.Join());
        var directory = project.DirectoryOf(producer, consumer);
        using var key = HpkeKem.All.Single(kem => kem.Algorithm != algorithm).Generate();
        var package = KeyPackage.Create(
            project.Document.Id, consumer.Identifier, key.PublicKey, ["orders"], isDurable: true, consumer.Key, project.Now, TimeSpan.FromHours(1));
        var allowed = consumer.KeyPackage("orders");
        Assert.Multiple(() =>
        {
            Assert.That(Read<KeyPackage>(TestProject.Parse(package.Record), directory, out var reason), Is.Null);
            Assert.That(reason, Is.EqualTo(RejectionReason.AlgorithmNotAllowed));
            foreach (var recipients in (KeyPackage[][])[[package], [allowed, package]])
            {
                Assert.That(Read<KeyGrant>(producer.Grant(producer.Session("orders"), recipients), directory, out reason), Is.Null);
                Assert.That(reason, Is.EqualTo(RejectionReason.AlgorithmNotAllowed));
            }
        });
    }

    [Test]
    public void A_sealing_key_of_an_algorithm_that_is_not_listed_makes_no_document()
    {
        using var project = new TestProject();
        Assert.That(() => With(project, [KeyAlgorithms.P256]), Refused.With(FailureReason.ProjectInvalid, ""));
    }

    [Test]
    public void A_sealing_key_that_cannot_be_read_is_of_any_listed_algorithm_that_is_unknown()
    {
        using var project = new TestProject();
        var document = With(project, [KeyAlgorithms.MlKem768P256, "mlkem1024-p384"], new byte[1665]);
        Assert.Multiple(() =>
        {
            Assert.That(document.AlgorithmProblem, Does.Contain("'mlkem1024-p384'"));
            Assert.That(() => With(project, s_both, new byte[1665]), Refused.With(FailureReason.ProjectInvalid), "all are known");
        });
    }

    [TestCase(false)]
    [TestCase(true)]
    public void A_document_with_an_algorithm_of_a_newer_release_is_read_and_says_so(bool hasUnknownKey)
    {
        using var project = new TestProject();
        var document = With(project, hasUnknownKey ? ["mlkem1024-p384"] : ["mlkem1024-p384", KeyAlgorithms.MlKem768P256], hasUnknownKey ? new byte[1665] : null);
        using var key = SigningKey.Generate();
        Assert.Multiple(() =>
        {
            Assert.That(document.Kem, Is.Null);
            Assert.That(document.AlgorithmProblem, Does.Contain("'mlkem1024-p384'").And.Contain("newer release").And.Not.Contain("package"));
            Assert.That(ProjectDocument.Parse(document.ToJson()).Algorithms, Is.EqualTo(document.Algorithms));
            Assert.That(project.Document.AlgorithmProblem, Is.Null);
            if (hasUnknownKey)
            {
                Assert.That(
                    () => AuthorityRequest.Create(document, key.Public.Thumbprint, key, project.Ticket(), project.Now),
                    Refused.With(FailureReason.AlgorithmNotAvailable, "newer release"));
            }
        });
    }

    private static T? Read<T>(Jws record, MemberDirectory directory, out RejectionReason? reason)
        where T : class, IMemberRecord<T> => RecordVerifier.Verify<T>(record, directory, writtenAt: null, static _ => true, out reason);

    private static ProjectDocument With(TestProject project, IReadOnlyList<string> algorithms, byte[]? sealingKey = null)
    {
        var claims = project.Document.Claims;
        return ProjectDocument.Sign(
            claims with { Algorithms = algorithms, Authority = claims.Authority with { Sealing = sealingKey ?? claims.Authority.Sealing } },
            project.AuthorityKey);
    }
}
