namespace E2EKafka.Records;

/// <summary>A reader group that policy lists, in the project document.</summary>
/// <param name="Attribute">The attribute's name.</param>
/// <param name="Value">Its value: the group's name.</param>
/// <param name="Version">The version of the first document under which only members that are still in the group were given its keys: macs of older sessions prove no origin.</param>
internal sealed record ReaderGroupVersion(string Attribute, string Value, long Version);
