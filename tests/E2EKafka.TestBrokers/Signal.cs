using System.Diagnostics;

namespace E2EKafka.TestBrokers;

internal static class Signal
{
    public static void Send(string name, int process)
    {
        using var kill = Process.Start(new ProcessStartInfo("kill", [$"-{name}", $"{process}"]))!;
        kill.WaitForExit();
    }
}
