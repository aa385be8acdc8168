using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace E2EKafka.OrdersApi;

internal sealed class OperatorKeyOptions : AuthenticationSchemeOptions
{
    public string Key { get; set; } = "";
}

/// <summary>
/// An operator authenticates by one key: <c>Authorization: Bearer KEY</c>. Your application has its own authentication, with a name for each
/// operator: the audit log records it.
/// </summary>
internal sealed class OperatorKeyHandler(IOptionsMonitor<OperatorKeyOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<OperatorKeyOptions>(options, logger, encoder)
{
    public new const string Scheme = "Bearer";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var given = Request.Headers.Authorization.ToString();
        if (given.Length == 0)
            return Task.FromResult(AuthenticateResult.NoResult());

        // Of hashes, so that neither time nor length tells something of the key.
        if (!CryptographicOperations.FixedTimeEquals(Hash(given), Hash($"{Scheme} {Options.Key}")))
            return Task.FromResult(AuthenticateResult.Fail("The operator's key is wrong."));

        var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, "operator")], Scheme);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme)));
    }

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
