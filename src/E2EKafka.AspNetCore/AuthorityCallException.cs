using Microsoft.AspNetCore.Http;

namespace E2EKafka.AspNetCore;

/// <summary>A call that no authority is asked about, because it is not one that the endpoint takes.</summary>
internal sealed class AuthorityCallException(int status, string reason, string message) : Exception(message)
{
    public int Status => status;

    public string Reason => reason;

    public static AuthorityCallException Invalid(string message) =>
        new(StatusCodes.Status400BadRequest, nameof(FailureReason.RequestInvalid), message);
}
