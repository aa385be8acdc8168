using System.Text.Json;

namespace E2EKafka.Cli;

/// <summary>Where a project document is, and the file beside it that remembers the brokers.</summary>
internal sealed class ProjectLocation(string path)
{
    public string Path { get; } = path;

    /// <summary>The brokers that the project was created with, if that was here.</summary>
    public string? BootstrapServers
    {
        get
        {
            if (!File.Exists(ConnectionPath))
                return null;

            try
            {
                return JsonSerializer.Deserialize(File.ReadAllText(ConnectionPath), CliJson.Default.ProjectConnection)?.BootstrapServers;
            }
            catch (JsonException e)
            {
                throw new UsageException($"'{ConnectionPath}' is not what `project create` wrote ({e.Message}) Delete it, and give --bootstrap-server.");
            }
        }
    }

    private string ConnectionPath => System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path)!, "e2ekafka.json");

    /// <exception cref="EndToEndKafkaException">It is missing or not valid.</exception>
    public ProjectDocument Load() => File.Exists(Path)
        ? ProjectDocument.Load(Path)
        : throw new UsageException(
            $"There is no project document at '{Path}': copy project.json from the project's owner, say where it is with --project, or make a project with `e2ekafka project create`.");

    /// <exception cref="CliException">There is a project already.</exception>
    public void RequireEmpty()
    {
        if (File.Exists(Path))
            throw new CliException($"'{Path}' exists and is not overwritten: choose another folder, or another file with --project.");
    }

    /// <summary>Writes a new project's document, and remembers its brokers.</summary>
    public void Create(ProjectDocument project, string bootstrapServers)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        using (var file = new StreamWriter(new FileStream(Path, FileMode.CreateNew, FileAccess.Write)))
            file.WriteLine(project.ToJson());
        File.WriteAllText(ConnectionPath, JsonSerializer.Serialize(new ProjectConnection(bootstrapServers), CliJson.Default.ProjectConnection) + "\n");
    }
}
