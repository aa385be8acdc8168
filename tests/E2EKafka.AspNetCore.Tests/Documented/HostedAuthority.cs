using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace E2EKafka.AspNetCore.Tests.Documented;

/// <summary>What docs/hosting.md shows of an authority that is operated over HTTP.</summary>
internal static class HostedAuthority
{
    public static void Map(WebApplicationBuilder builder)
    {
        // [snippet]
        // Beside builder.Services.AddCredentialAuthority(...), and the authentication that your application has.
        builder.Services.AddAuthorization(options => options.AddPolicy("key officers", policy => policy.RequireRole("key-officer")));

        var application = builder.Build();
        application.MapCredentialAuthority("/authority").RequireAuthorization("key officers");
        // [/snippet]
    }
}
