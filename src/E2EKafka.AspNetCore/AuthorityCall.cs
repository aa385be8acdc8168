using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace E2EKafka.AspNetCore;

/// <summary>One call of an endpoint: what it asks, and its answer.</summary>
internal sealed class AuthorityCall
{
    /// <summary>A policy has at most 256 KiB.</summary>
    private const int MaxBody = 1024 * 1024;

    private readonly HttpContext _context;
    private readonly ILogger _log;

    private AuthorityCall(HttpContext context)
    {
        _context = context;
        _log = (context.RequestServices.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance).CreateLogger("E2EKafka.Audit");
        Authority = context.RequestServices.GetRequiredService<CredentialAuthority>();
    }

    public CredentialAuthority Authority { get; }

    public CancellationToken Cancelled => _context.RequestAborted;

    /// <summary>Answers a call, and says what went wrong, if something did.</summary>
    public static async Task AnswerAsync(HttpContext context, Func<AuthorityCall, Task> operation)
    {
        context.Response.Headers.CacheControl = "no-store";
        var call = new AuthorityCall(context);
        try
        {
            await operation(call).ConfigureAwait(false);
        }
        catch (AuthorityCallException e)
        {
            await call.WriteProblemAsync(e.Status, e.Reason, e.Message).ConfigureAwait(false);
        }
        catch (EndToEndKafkaException e)
        {
            await call.WriteProblemAsync(StatusOf(e), e.Reason.ToString(), e.Message).ConfigureAwait(false);
        }
        catch (ArgumentException e)
        {
            await call.WriteProblemAsync(StatusCodes.Status400BadRequest, nameof(FailureReason.RequestInvalid), e.Message).ConfigureAwait(false);
        }
    }

    /// <summary>A part of the path.</summary>
    public string Route(string name) => (string)_context.Request.RouteValues[name]!;

    /// <summary>How a member is removed, as the query says; <see langword="null"/> if it does not say.</summary>
    public RevocationKind? Kind(string name) => (string?)_context.Request.Query[name] switch
    {
        null or "" => null,
        "departed" => RevocationKind.Departed,
        "compromised" => RevocationKind.Compromised,
        _ => throw AuthorityCallException.Invalid($"The query parameter {name} is neither 'departed' nor 'compromised'."),
    };

    /// <summary>The body.</summary>
    public async Task<T> ReadAsync<T>(JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(await ReadBytesAsync().ConfigureAwait(false), type) ?? throw new JsonException("It is null.");
        }
        catch (JsonException e)
        {
            throw AuthorityCallException.Invalid($"The body is not what this endpoint takes: {e.Message}");
        }
    }

    /// <summary>The body as text.</summary>
    public async Task<string> ReadTextAsync() => System.Text.Encoding.UTF8.GetString(await ReadBytesAsync().ConfigureAwait(false));

    public async Task WriteAsync<T>(T answer, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK)
    {
        _context.Response.StatusCode = status;
        await _context.Response.WriteAsJsonAsync(answer, type, contentType: null, Cancelled).ConfigureAwait(false);
    }

    public async Task WriteJsonAsync(string json)
    {
        _context.Response.ContentType = "application/json; charset=utf-8";
        await _context.Response.WriteAsync(json, Cancelled).ConfigureAwait(false);
    }

    public void WriteNothing() => _context.Response.StatusCode = StatusCodes.Status204NoContent;

    /// <summary>Says in the audit log what this call has changed.</summary>
    /// <param name="operation">What it did.</param>
    /// <param name="subject">To what: never a secret.</param>
    public void Changed(string operation, string subject) => _log.EndpointChanged(_context.User.Identity?.Name ?? "unnamed", operation, subject);

    private async Task<byte[]> ReadBytesAsync()
    {
        if (!_context.Request.HasJsonContentType())
            throw new AuthorityCallException(StatusCodes.Status415UnsupportedMediaType, nameof(FailureReason.RequestInvalid), "Send the body with the content type application/json.");

        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await _context.Request.Body.ReadAsync(buffer, Cancelled).ConfigureAwait(false)) > 0)
        {
            if (body.Length + read > MaxBody)
                throw new AuthorityCallException(StatusCodes.Status413PayloadTooLarge, nameof(FailureReason.RequestInvalid), $"The body is above {MaxBody} bytes.");
            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }

    private Task WriteProblemAsync(int status, string reason, string message)
    {
        _context.Response.StatusCode = status;
        return _context.Response.WriteAsJsonAsync(
            new AuthorityProblem(status, reason, message, reason), EndpointJson.Default.AuthorityProblem, "application/problem+json", Cancelled);
    }

    private static int StatusOf(EndToEndKafkaException failure) => failure.Reason switch
    {
        FailureReason.TicketUnknown or FailureReason.NotEnrolled => StatusCodes.Status404NotFound,
        FailureReason.Revoked or FailureReason.LimitReached or FailureReason.ControlTopicMisconfigured => StatusCodes.Status409Conflict,
        FailureReason.ProjectInvalid or FailureReason.RequestInvalid => StatusCodes.Status400BadRequest,
        _ => StatusCodes.Status503ServiceUnavailable,
    };
}
