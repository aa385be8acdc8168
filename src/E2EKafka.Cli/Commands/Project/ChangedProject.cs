namespace E2EKafka.Cli;

/// <summary>The project document after a change of the authority.</summary>
/// <param name="Project">The project's id, 43 characters.</param>
/// <param name="Version">The version that has the change.</param>
internal sealed record ChangedProject(string Project, long Version)
{
    public static ChangedProject Of(ControlAnswer answer)
    {
        var project = ProjectDocument.Parse(answer.Project!);
        return new ChangedProject(project.Id, project.Version);
    }
}
