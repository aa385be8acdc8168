using Microsoft.Extensions.Logging;

namespace E2EKafka.AspNetCore;

/// <summary>Who changed what over HTTP.</summary>
internal static partial class EndpointLog
{
    [LoggerMessage(EventId = 1030, Level = LogLevel.Information, Message = "{User} has called the authority's endpoint: {Operation} ({Subject}).")]
    public static partial void EndpointChanged(this ILogger log, string user, string operation, string subject);
}
