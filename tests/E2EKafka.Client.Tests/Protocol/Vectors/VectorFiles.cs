namespace E2EKafka.Client.Tests.Vectors;

/// <summary>All files of <c>docs/vectors</c>: how each is made, and how the vectors of each kind are run.</summary>
internal static class VectorFiles
{
    public static readonly IReadOnlyDictionary<string, Func<VectorProject, VectorFile>> Builders = new Dictionary<string, Func<VectorProject, VectorFile>>
    {
        ["announcements"] = AnnouncementVectors.Build,
        ["authority-keys"] = AuthorityKeyVectors.Build,
        ["credentials"] = CredentialVectors.Build,
        ["documents"] = DocumentVectors.Build,
        ["exact-json"] = ValueVectors.BuildJson,
        ["grants"] = GrantVectors.Build,
        ["key-changes"] = ValueVectors.BuildKeyChanges,
        ["key-packages"] = KeyPackageVectors.Build,
        ["key-requests"] = KeyRequestVectors.Build,
        ["keys"] = ValueVectors.BuildKeys,
        ["limits"] = LimitVectors.Build,
        ["macs"] = MacVectors.Build,
        ["messages"] = MessageVectors.Build,
        ["narrowings"] = NarrowingVectors.Build,
        ["policies"] = PolicyVectors.Build,
        ["project-files"] = ValueVectors.BuildProjectFiles,
        ["record-form"] = ValueVectors.BuildForm,
        ["refusals"] = RefusalVectors.Build,
        ["requests"] = RequestVectors.Build,
        ["revocations"] = RevocationVectors.Build,
        ["sessions"] = SessionVectors.Build,
        ["tickets"] = ValueVectors.BuildTickets,
        ["topics"] = TopicVectors.Build,
    };

    /// <summary>By kind: what comes of a vector, and what follows.</summary>
    public static readonly IReadOnlyDictionary<string, VectorRun> Runs = new Dictionary<string, VectorRun>
    {
        ["exact-json"] = ValueRuns.RunJson,
        ["key-changes"] = ValueRuns.RunKeyChange,
        ["keys"] = ValueRuns.RunKey,
        ["messages"] = MessageRun.Run,
        ["project-files"] = ValueRuns.RunProjectFile,
        ["record-form"] = ValueRuns.RunForm,
        ["records"] = RecordRun.Run,
        ["requests"] = RequestRun.Run,
        ["sessions"] = ValueRuns.RunSession,
        ["tickets"] = ValueRuns.RunTicket,
    };

    public static string PathOf(string name) => Repository.Folder("docs", "vectors", name + ".json");
}
