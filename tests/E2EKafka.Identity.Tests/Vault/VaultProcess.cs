using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;

namespace E2EKafka;

/// <summary>
/// A second process that holds a vault: this test assembly started as a program. It opens the vault and says "open", then writes one
/// batch after another, each of all <see cref="Names"/> with the same number, and says the number when Write has returned.
/// </summary>
internal sealed class VaultProcess : IDisposable
{
    public const string Collection = "counters";

    private readonly Process _process;

    public VaultProcess(string path, int batches)
    {
        string[] arguments = [typeof(VaultProcess).Assembly.Location, path, batches.ToString(CultureInfo.InvariantCulture)];
        _process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Assert.That(_process.StandardOutput.ReadLine(), Is.EqualTo("open"));
    }

    /// <summary>Enough, and the values large enough, that a batch changes many pages of the file.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Enumerable.Range(0, 20).Select(index => $"counter-{index}")];

    /// <summary>The key of the process's vault; a test opens the same.</summary>
    public static VaultKey Key() => VaultKey.FromBytes(new byte[VaultKey.Size]);

    public static int Main(string[] arguments)
    {
        using var key = Key();
        using var vault = SqliteVault.Open(arguments[0], key);
        Console.WriteLine("open");
        var value = new byte[3000];
        for (var number = 1; number <= int.Parse(arguments[1], CultureInfo.InvariantCulture); number++)
        {
            BinaryPrimitives.WriteInt32BigEndian(value, number);
            using var batch = new VaultBatch();
            foreach (var name in Names)
                batch.Put(Collection, name, value);
            vault.Write(batch);
            Console.WriteLine(number);
        }

        // Holds the vault until the test closes the pipe or kills the process.
        Console.In.ReadLine();
        return 0;
    }

    public void WaitForBatch(int number)
    {
        while (_process.StandardOutput.ReadLine() is { } line && line != number.ToString(CultureInfo.InvariantCulture))
        {
        }
    }

    /// <summary>SIGKILL after some time; the last number that the process had said.</summary>
    public int Kill(TimeSpan after)
    {
        using var timer = new Timer(_ => _process.Kill(), state: null, after, Timeout.InfiniteTimeSpan);
        var last = 0;
        while (_process.StandardOutput.ReadLine() is { } line)
            last = int.TryParse(line, CultureInfo.InvariantCulture, out var number) ? number : last;
        _process.WaitForExit();
        return last;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
