namespace E2EKafka.Records;

/// <summary>The <c>typ</c> of every signed record. A change of a record's members is a new type.</summary>
internal static class RecordTypes
{
    public const string Project = "e2ekafka-project+jws";
    public const string Revocations = "e2ekafka-revocations+jws";
    public const string Credential = "e2ekafka-credential+jwt";
    public const string Refusal = "e2ekafka-refusal+jws";
    public const string KeyChange = "e2ekafka-key-change+jws";
    public const string KeyPackage = "e2ekafka-key-package+jws";
    public const string Announcement = "e2ekafka-announcement+jws";
    public const string Grant = "e2ekafka-grant+jws";
    public const string AuthorityRequest = "e2ekafka-authority-request+jws";
    public const string ClockProbe = "e2ekafka-clock-probe+jws";
    public const string KeyRequest = "e2ekafka-key-request+jws";
}
