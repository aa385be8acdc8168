using System.Text.Json;

namespace E2EKafka.Records;

/// <summary>The members of <c>project.json</c>. The first three are for people; the signed document is what counts, and must agree.</summary>
internal sealed record ProjectFile(string Project, string Name, string Authority, string Document)
{
    /// <summary>Reads the document of a file's content.</summary>
    /// <param name="json">The content.</param>
    /// <param name="source">What an error calls it.</param>
    /// <exception cref="EndToEndKafkaException"><see cref="FailureReason.ProjectInvalid"/>.</exception>
    public static ProjectDocument Parse(string json, string source)
    {
        // A text that an editor has saved may begin with a byte order mark.
        json = json.TrimStart('\uFEFF');
        if (string.IsNullOrWhiteSpace(json))
            throw Invalid("is empty");

        ProjectFile? file;
        try
        {
            file = JsonSerializer.Deserialize(json, RecordJson.Default.ProjectFile);
        }
        catch (JsonException)
        {
            file = null;
        }

        if (file is null)
            throw Invalid("is not a project.json");
        if (Jws.TryParse(file.Document) is not { } jws || ProjectDocument.TryVerify(jws, current: null) is not { } document)
            throw Invalid("holds no document with a valid signature of the project's authority");
        if (file.Project != document.Id || file.Name != document.Name || file.Authority != document.Authority)
            throw Invalid("has an id, name or authority that its signed document contradicts: it was edited");
        return document;

        EndToEndKafkaException Invalid(string what) => new(FailureReason.ProjectInvalid,
            $"{source} {what}. Ask the project's owner for a fresh copy (`e2ekafka project information --output json` prints it).");
    }
}
