using System.Diagnostics;
using E2EKafka.TestBrokers;

// Gives a command the broker that tests would use, in the variable E2EKAFKA_TEST_BOOTSTRAP: E2EKafka.TestBrokers COMMAND [ARGUMENT...]
if (args is [])
{
    await Console.Error.WriteLineAsync("Usage: E2EKafka.TestBrokers COMMAND [ARGUMENT...]");
    return 2;
}

// Ctrl-C reaches the command too. It ends first, then the broker.
Console.CancelKeyPress += (_, e) => e.Cancel = true;
try
{
    await using var broker = await TestBroker.StartAsync();
    var start = new ProcessStartInfo(args[0], args[1..]);
    start.Environment[TestBroker.BootstrapVariable] = broker.BootstrapServers;
    using var command = Process.Start(start)!;
    await command.WaitForExitAsync();
    return command.ExitCode;
}
catch (Exception e) when (e is BrokerUnavailableException or InvalidOperationException)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
