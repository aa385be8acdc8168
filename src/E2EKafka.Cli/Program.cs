using System.Runtime.InteropServices;
using E2EKafka.Cli;

using var interrupted = new CancellationTokenSource();

// The first Ctrl-C lets the command finish; the second ends the process, as by default.
void Interrupt(PosixSignalContext signal)
{
    signal.Cancel = !interrupted.IsCancellationRequested;
    interrupted.Cancel();
}

using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
using var onTermination = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
return await E2EKafkaCli.RunAsync(args, Surroundings.OfProcess(), interrupted.Token);
