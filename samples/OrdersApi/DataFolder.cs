using System.Security.Cryptography;

namespace E2EKafka.OrdersApi;

/// <summary>Where vaults and keys are: a folder that lasts, or a temporary one, which is deleted at the end.</summary>
internal sealed class DataFolder : IDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly bool _isTemporary;

    /// <param name="path">The folder; none for a temporary one.</param>
    public DataFolder(string? path)
    {
        _isTemporary = string.IsNullOrEmpty(path);
        _folder = _isTemporary ? Directory.CreateTempSubdirectory("orders-api-") : Directory.CreateDirectory(path!);
        if (!OperatingSystem.IsWindows())
            _folder.UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    }

    public string File(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>A random secret, made when it is first asked for.</summary>
    public string Secret(string name)
    {
        var path = File(name);
        if (!System.IO.File.Exists(path))
            System.IO.File.WriteAllText(path, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        return System.IO.File.ReadAllText(path);
    }

    public void Dispose()
    {
        if (_isTemporary)
            _folder.Delete(recursive: true);
    }
}
