using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace E2EKafka.AspNetCore.Tests;

/// <summary>An application that hosts an authority, on an embedded Kafka, and knows its users by a header.</summary>
internal sealed class AuthorityApplication : IAsyncDisposable
{
    private readonly EmbeddedCluster _cluster;
    private readonly WebApplication _application;

    private AuthorityApplication(EmbeddedCluster cluster, WebApplication application, RecordingLog log)
    {
        (_cluster, _application, Log) = (cluster, application, log);
        Anonymous = application.GetTestClient();
        Admin = application.GetTestClient();
        Admin.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Test", "alice");
    }

    public HttpClient Anonymous { get; }

    public HttpClient Admin { get; }

    public RecordingLog Log { get; }

    public CredentialAuthority Authority => _application.Services.GetRequiredService<CredentialAuthority>();

    /// <param name="protects">Whether the application authenticates and authorizes at all.</param>
    public static async Task<AuthorityApplication> StartAsync(bool protects = true)
    {
        var cluster = EmbeddedCluster.Start();
        var log = new RecordingLog();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders().AddProvider(log);
        builder.Services.AddCredentialAuthority(options =>
        {
            options.ProjectName = "orders";
            options.BootstrapServers = cluster.BootstrapServers;
            options.UseInMemoryVault = true;
            options.IsDevelopment = true;
            options.CreateControlTopics = true;
        });
        if (protects)
        {
            builder.Services.AddAuthentication("Test").AddScheme<AuthenticationSchemeOptions, HeaderAuthentication>("Test", null);
            builder.Services.AddAuthorization();
        }

        var application = builder.Build();
        application.MapCredentialAuthority();
        await application.StartAsync();
        return new AuthorityApplication(cluster, application, log);
    }

    public static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    public EndToEndKafkaOptions MemberOptions(string ticket)
    {
        var options = new EndToEndKafkaOptions { Project = Authority.Project, Ticket = ticket, UseInMemoryVault = true };
        options.BootstrapServers = _cluster.BootstrapServers;
        return options;
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _cluster.Dispose();
    }

    private sealed class HeaderAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(
            AuthenticationHeaderValue.TryParse(Request.Headers.Authorization, out var header) && header.Parameter is { } user
                ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, user)], "Test")), "Test"))
                : AuthenticateResult.NoResult());
    }
}
