namespace E2EKafka.Cli;

/// <summary>The folder of one user's identities and authorities.</summary>
internal sealed class Home
{
    public const string Variable = "E2EKAFKA_HOME";

    private readonly string _path;

    private Home(string path) => _path = path;

    public static Home Of(Surroundings surroundings, string? option)
    {
        var chosen = option ?? surroundings.Variable(Variable);
        return new Home(string.IsNullOrEmpty(chosen) ? Path.Combine(surroundings.UserData, "e2ekafka") : surroundings.FullPath(chosen));
    }

    /// <exception cref="UsageException">The name is not one.</exception>
    public IdentityFolder Identity(string name) => new(Path.Combine(_path, "identities", EntryName.Require(name, "An identity")), name);

    /// <summary>The folder of a project's authority, whether there is one or not.</summary>
    public VaultFolder Authority(string projectId) => new(Path.Combine(_path, "authorities", projectId));

    /// <summary>A folder for the authority of a project that has no id yet.</summary>
    public VaultFolder NewAuthority() => new(Path.Combine(_path, "authorities", $".new-{Guid.NewGuid():N}"));

    public IReadOnlyList<IdentityFolder> Identities()
    {
        var folder = new DirectoryInfo(Path.Combine(_path, "identities"));
        return folder.Exists
            ? [.. folder.EnumerateDirectories().Where(entry => EntryName.IsValid(entry.Name)).OrderBy(entry => entry.Name, StringComparer.Ordinal)
                .Select(entry => new IdentityFolder(entry.FullName, entry.Name)).Where(identity => identity.Exists)]
            : [];
    }

    public override string ToString() => _path;
}
