namespace E2EKafka.Vault;

/// <summary>Files that only their owner may read, from the instant they exist. On Windows the folder's access rights apply.</summary>
internal static class PrivateFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Creates the folder of a path if it is missing, for its owner only. A folder that exists keeps its rights.</summary>
    public static void CreateFolderOf(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path));
        if (string.IsNullOrEmpty(folder) || Directory.Exists(folder))
            return;
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
    }

    /// <summary>
    /// Brings a file into being whole: fills a new file under another name beside it, then links it to its own. A crash at any instant
    /// leaves no half-made file under the name, and of two processes that try, one wins and both go on with the winner's.
    /// </summary>
    public static void CreateWhole(string path, Action<string> fill)
    {
        var unfinished = $"{path}.{Guid.NewGuid():N}.new";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = OwnerOnly;
            using (new FileStream(unfinished, options))
            {
            }

            fill(unfinished);
            File.Move(unfinished, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another process was first.
        }
        finally
        {
            File.Delete(unfinished);
        }
    }
}
