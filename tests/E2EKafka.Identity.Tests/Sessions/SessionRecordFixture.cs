using System.Text.Json.Serialization.Metadata;
using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

/// <summary>A producer, a consumer, and somebody who is neither; all of them members.</summary>
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

    /// <summary>The reader of one type of record.</summary>
    private protected delegate T? Reader<T>(Jws jws, MemberDirectory directory, DateTimeOffset now, out RecordProblem problem)
        where T : class;

    /// <summary>What a reader finds wrong with claims that a member signed.</summary>
    private protected RecordProblem ProblemOf<TClaims, T>(
        string type, TClaims claims, JsonTypeInfo<TClaims> json, TestMember signer, Reader<T> read)
        where T : class => ProblemOf(RawJws.Sign(type, claims, json, signer.Key), read);

    private protected RecordProblem ProblemOf<T>(Jws record, Reader<T> read)
        where T : class
    {
        var result = read(record, Directory, Project.Now, out var problem);
        Assert.That(result is null, Is.EqualTo(problem != RecordProblem.None), "a problem is said if and only if there is one");
        return problem;
    }
}
