using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace E2EKafka;

/// <summary>Runs a test without an administrator's right to read and write any file: root would be refused nothing.</summary>
internal static partial class UnprivilegedThread
{
    private const uint UserWithoutRights = 65534; // "nobody" on Linux

    public static void Run(Action test)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            test();
            return;
        }

        // The file system user id is a thread's own; the thread ends with it.
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                _ = setfsuid(UserWithoutRights);
                Assert.That(setfsuid(UserWithoutRights), Is.EqualTo(UserWithoutRights), "setfsuid returns the id that was in force");
                test();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
    }

    [LibraryImport("libc")]
    private static partial uint setfsuid(uint user);
}
