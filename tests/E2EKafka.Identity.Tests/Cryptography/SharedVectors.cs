namespace E2EKafka;

/// <summary>The public test vectors that lie beside the working copy on machines that have them.</summary>
internal static class SharedVectors
{
    /// <summary>The file's text; a machine without it sees the test as skipped.</summary>
    public static string Read(string file)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "shared", "vectors", file);
            if (File.Exists(path))
                return File.ReadAllText(path);
        }

        Assert.Ignore($"No folder shared/vectors with {file} above {AppContext.BaseDirectory}.");
        return "";
    }
}
