using System.Text.Json.Serialization.Metadata;
using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

/// <summary>A producer, a consumer, and a third member that is neither.</summary>
public abstract class SessionRecordFixture
{
    private protected TestProject Project { get; private set; } = null!;

    private protected TestMember Producer { get; private set; } = null!;

    private protected TestMember Consumer { get; private set; } = null!;

    private protected TestMember Mallory { get; private set; } = null!;

    private protected MemberDirectory Directory { get; private set; } = null!;

    private protected long Now => Project.Now.ToUnixTimeSeconds();

    [SetUp]
    public void MakeProject()
    {
        Project = new TestProject();
        (Producer, Consumer, Mallory) = (Project.Join(), Project.Join(), Project.Join());
        Directory = Project.DirectoryOf(Producer, Consumer, Mallory);
    }

    [TearDown]
    public void DisposeProject() => Project.Dispose();

    /// <summary>Why claims that a member signed are refused, written now; <see langword="null"/> if they are not.</summary>
    private protected RejectionReason? ReasonFor<TClaims, T>(TClaims claims, JsonTypeInfo<TClaims> json, TestMember signer)
        where T : class, IMemberRecord<T> => ReasonFor<T>(RawJws.Sign(T.Type, claims, json, signer.Key));

    private protected RejectionReason? ReasonFor<T>(Jws record)
        where T : class, IMemberRecord<T>
    {
        var result = RecordVerifier.Verify<T>(record, Directory, Project.Now, static _ => true, out var reason);
        Assert.That(result is null, Is.EqualTo(reason is not null), "a reason is given if and only if the record is refused");
        return reason;
    }

    /// <summary>A grant as readers take it: its time is not judged.</summary>
    private protected KeyGrant? ReadGrant(Jws record, out RejectionReason? reason)
    {
        if (RecordVerifier.Read<KeyGrant>(record, Directory, out reason) is not { } grant)
            return null;

        reason = RecordVerifier.ProblemOfSender(record, grant, Directory);
        return reason is null ? grant : null;
    }

    private protected static Jws Sign(GrantClaims claims, SigningKey key) => RawJws.Sign(RecordTypes.Grant, claims, RecordJson.Default.GrantClaims, key);
}
