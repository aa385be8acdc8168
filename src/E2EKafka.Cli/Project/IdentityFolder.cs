using System.Text.Json;

namespace E2EKafka.Cli;

/// <summary>One identity: its vault, and a note beside it of what is no secret, to be read while a process has the vault.</summary>
internal sealed class IdentityFolder(string path, string name) : VaultFolder(path)
{
    public string Name { get; } = name;

    private string NoteFile => System.IO.Path.Combine(Path, "identity.json");

    /// <summary>Who it is.</summary>
    /// <exception cref="CliException">It cannot be read.</exception>
    public IdentityNote Note
    {
        get
        {
            try
            {
                return JsonSerializer.Deserialize(File.ReadAllText(NoteFile), CliJson.Default.IdentityNote)
                    ?? throw new JsonException("It is null.");
            }
            catch (Exception e) when (e is JsonException or IOException)
            {
                throw new CliException($"'{NoteFile}' cannot be read ({e.Message}): restore it, or create another identity.", e);
            }
        }
    }

    /// <exception cref="CliException">It does not exist.</exception>
    public IdentityFolder RequireExisting() => Exists
        ? this
        : throw new CliException($"There is no identity '{Name}' in this home: make it with `e2ekafka identity create {Name}`, or say with --home where it is.");

    /// <summary>Makes the identity.</summary>
    /// <exception cref="CliException">It exists.</exception>
    public IdentityNote Create(ProjectDocument project, VaultKeySource keys)
    {
        if (Exists)
            throw new CliException($"There is an identity '{Name}' in this home already: choose another name, or look at it with `e2ekafka identity show {Name}`.");

        using var vault = Open(keys);
        using var identity = MemberIdentity.LoadOrCreate(vault, project.Id);
        var note = new IdentityNote(identity.Identifier, project.Id, project.Name);
        File.WriteAllText(NoteFile, JsonSerializer.Serialize(note, CliJson.Default.IdentityNote) + "\n");
        return note;
    }
}
