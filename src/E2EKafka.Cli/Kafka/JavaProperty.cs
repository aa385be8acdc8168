namespace E2EKafka.Cli;

/// <summary>A key and its value, which may be a secret, with the line that it begins on, from 1.</summary>
internal readonly record struct JavaProperty(string Key, string Value, int Line)
{
    public override string ToString() => $"{Key} (line {Line})";
}
