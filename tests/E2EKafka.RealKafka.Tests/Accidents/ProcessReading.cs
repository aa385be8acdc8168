using E2EKafka.TestMember;

namespace E2EKafka.RealKafka.Tests.Accidents;

internal static class ProcessReading
{
    /// <summary>Waits until a consumer's process has told that it received each of these values.</summary>
    public static async Task HasReadAsync(this MemberProcess process, IEnumerable<string> values)
    {
        var missing = values.ToHashSet();
        missing.ExceptWith(process.Told.Select(told => told.Value).OfType<string>());
        while (missing.Count > 0)
            missing.Remove((await process.UntilAsync(MemberEventKind.Received)).Value ?? "");
    }
}
