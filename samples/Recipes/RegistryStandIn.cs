using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace E2EKafka.Recipes;

/// <summary>As much of Schema Registry, on a free port of this machine, as Confluent's serializers ask for. It keeps one version of each subject.</summary>
internal sealed class RegistryStandIn : IAsyncDisposable
{
    private readonly HttpListener _listener;
    private readonly Task _serving;
    private readonly List<Registered> _schemas = [];
    private readonly TaskCompletionSource _wasMissed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isDown;

    private RegistryStandIn(HttpListener listener, string url)
    {
        _listener = listener;
        Url = url;
        _serving = ServeAsync();
    }

    public string Url { get; }

    /// <summary>Whether it answers as a gateway does behind which there is no registry.</summary>
    public bool IsDown
    {
        get => _isDown;
        set => _isDown = value;
    }

    /// <summary>Completes when it was asked while it was down.</summary>
    public Task WasMissed => _wasMissed.Task;

    public static RegistryStandIn Start()
    {
        while (true)
        {
            using var search = new TcpListener(IPAddress.Loopback, 0);
            search.Start();
            var url = $"http://127.0.0.1:{((IPEndPoint)search.LocalEndpoint).Port}/";
            search.Stop();
            var listener = new HttpListener { Prefixes = { url } };
            try
            {
                listener.Start();
                return new RegistryStandIn(listener, url);
            }
            catch (HttpListenerException)
            {
                // Another process was faster: the next port.
                listener.Close();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
        _listener.Close();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return; // stopped
            }

            var isDown = IsDown;
            var answer = isDown ? null : await AnswerAsync(context.Request);
            context.Response.StatusCode = isDown ? 503 : answer is null ? 404 : 200;
            context.Response.ContentType = "application/vnd.schemaregistry.v1+json";
            await using (var body = context.Response.OutputStream)
                await JsonSerializer.SerializeAsync(body, answer ?? new { error_code = 40403, message = "Schema not found" });
            if (isDown)
                _wasMissed.TrySetResult();
        }
    }

    private async Task<object?> AnswerAsync(HttpListenerRequest request)
    {
        switch (request.HttpMethod, request.Url!.AbsolutePath.Trim('/').Split('/'))
        {
            case ("POST", ["subjects", var subject, ..]):
                using (var body = await JsonDocument.ParseAsync(request.InputStream))
                    return Register(subject, body.RootElement).Answer;
            case ("GET", ["schemas", "ids", var id]):
                return _schemas.Find(schema => $"{schema.Id}" == id)?.Answer;
            case ("GET", ["subjects", var subject, "versions", _]):
                return _schemas.Find(schema => schema.Subject == subject)?.Answer;
            default:
                return null;
        }
    }

    private Registered Register(string subject, JsonElement schema)
    {
        if (_schemas.Find(known => known.Subject == subject) is { } registered)
            return registered;

        var type = schema.TryGetProperty("schemaType", out var given) ? given.GetString()! : "AVRO";
        _schemas.Add(new Registered(_schemas.Count + 1, subject, type, schema.GetProperty("schema").GetString()!));
        return _schemas[^1];
    }

    private sealed record Registered(int Id, string Subject, string Type, string Schema)
    {
        public object Answer => new { id = Id, version = 1, subject = Subject, schemaType = Type, schema = Schema };
    }
}
