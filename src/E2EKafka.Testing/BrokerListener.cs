using System.Net;
using System.Net.Sockets;

namespace E2EKafka;

/// <summary>
/// Listens in front of one broker of the mock cluster, which chooses its own port, knows no users and not every request: relays each
/// connection, after it has logged in where there are users.
/// </summary>
internal sealed class BrokerListener : IDisposable
{
    private readonly Socket _listener;
    private readonly IPEndPoint _broker;
    private readonly SaslPlainGate? _gate;
    private readonly Func<RelayedRequests> _requests;
    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<Task> _connections = [];
    private readonly Lock _lock = new();
    private Task _accepting = Task.CompletedTask;

    private BrokerListener(Socket listener, IPEndPoint broker, SaslPlainGate? gate, Func<RelayedRequests> requests)
    {
        _requests = requests;
        _listener = listener;
        _broker = broker;
        _gate = gate;
    }

    /// <summary>Where clients connect to.</summary>
    public IPEndPoint Address => (IPEndPoint)_listener.LocalEndPoint!;

    /// <summary>Listens on the loopback interface.</summary>
    /// <param name="port">The port; 0 lets the operating system choose.</param>
    /// <param name="broker">Where connections are relayed to.</param>
    /// <param name="gate">Who may connect; null is everybody.</param>
    /// <param name="requests">Makes what becomes of the requests of a connection.</param>
    /// <exception cref="IOException">The port is in use, or may not be used.</exception>
    public static BrokerListener Start(int port, IPEndPoint broker, SaslPlainGate? gate, Func<RelayedRequests> requests)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
            listener.Listen();
        }
        catch (SocketException e)
        {
            listener.Dispose();
            throw new IOException(e.SocketErrorCode == SocketError.AddressAlreadyInUse
                ? $"Port {port} on 127.0.0.1 is in use by another process; choose another port."
                : $"Port {port} on 127.0.0.1 cannot be listened on: {e.Message}", e);
        }

        var started = new BrokerListener(listener, broker, gate, requests);
        started._accepting = started.AcceptUntilStoppedAsync();
        return started;
    }

    /// <summary>Closes the port and every connection, and returns when all of them are closed.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _accepting.GetAwaiter().GetResult();
        Task[] connections;
        lock (_lock)
            connections = [.. _connections];
        Task.WaitAll(connections);
        _stop.Dispose();
    }

    private async Task AcceptUntilStoppedAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Serve(await _listener.AcceptAsync(_stop.Token).ConfigureAwait(false));
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException && _stop.IsCancellationRequested)
            {
                // The listener was closed before the cancellation came through.
                return;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionAborted or SocketError.ConnectionReset)
            {
                // That client has gone before it was accepted.
            }
        }
    }

    private void Serve(Socket client)
    {
        var serving = RelayAsync(client);
        lock (_lock)
            _connections.Add(serving);
        _ = serving.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

        void Forget(Task done)
        {
            lock (_lock)
                _connections.Remove(done);
        }
    }

    private async Task RelayAsync(Socket client)
    {
        using var closedAtTheEnd = client;
        using var broker = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            client.NoDelay = true;
            broker.NoDelay = true;
            await broker.ConnectAsync(_broker, _stop.Token).ConfigureAwait(false);
            if (_gate is null || await _gate.AdmitAsync(client, broker, _stop.Token).ConfigureAwait(false))
                await BrokerRelay.RunAsync(client, broker, _requests(), _stop.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or IOException or InvalidDataException or OperationCanceledException)
        {
            // One side has broken off or does not speak Kafka, the broker is stopped, or we are: both sides are closed.
        }
    }
}
