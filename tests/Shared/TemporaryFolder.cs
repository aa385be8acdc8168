namespace E2EKafka;

/// <summary>A folder of one test, deleted with all that is in it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("e2ekafka-");

    public string this[string name] => Path.Combine(_folder.FullName, name);

    /// <summary>The bytes of every file, whatever its name: what a thief of the disk reads.</summary>
    public byte[] AllBytes() => [.. _folder.EnumerateFiles("*", SearchOption.AllDirectories).SelectMany(file => File.ReadAllBytes(file.FullName))];

    public IEnumerable<string> FileNames() => _folder.EnumerateFiles("*", SearchOption.AllDirectories).Select(file => file.Name);

    public void Dispose() => _folder.Delete(recursive: true);
}
