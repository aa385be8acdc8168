namespace E2EKafka;

/// <summary>Files of the clone that the tests run in.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path)).ReplaceLineEndings("\n");

    public static string Folder(params string[] names) => Path.Combine([Root, .. names]);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "E2EKafka.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run in a clone.");
        return folder.FullName;
    }
}
