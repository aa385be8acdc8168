using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;

namespace E2EKafka.AspNetCore.Tests;

/// <summary>An authority that is operated over HTTP, by who the application lets, and by no other.</summary>
[TestFixture]
[FixtureLifeCycle(LifeCycle.SingleInstance)]
public class CredentialAuthorityEndpointsTests
{
    private static readonly (string Method, string Path)[] Endpoints =
    [
        ("GET", ""), ("GET", "/project.json"), ("GET", "/policy"), ("PUT", "/policy"), ("GET", "/tickets"), ("POST", "/tickets"), ("DELETE", "/tickets/x"),
        ("GET", "/members"), ("PUT", "/members/x/attributes"), ("DELETE", "/members/x?kind=compromised"), ("POST", "/keys/rotate"),
    ];

    private AuthorityApplication _application = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _application = await AuthorityApplication.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _application.DisposeAsync();

    [Test]
    public async Task A_member_enrolls_by_a_ticket_of_the_endpoint_and_is_seen_changed_and_removed_there()
    {
        var ticket = (string)(await SendAsync("POST", "/tickets", """{"attributes":{"role":"shop"},"uses":2,"lifetimeSeconds":3600}"""))!["ticket"]!;
        await using var member = await EndToEndKafka.ConnectAsync(_application.MemberOptions(ticket));
        var before = await MemberAsync(member.Identifier);
        await SendAsync("PUT", $"/members/{member.Identifier}/attributes", """{"role":"audit"}""");
        var after = await MemberAsync(member.Identifier);
        var issued = (await SendAsync("GET", "/tickets"))!.AsArray().Single(issued => (int)issued!["used"]! == 1)!;
        await SendAsync("DELETE", $"/members/{member.Identifier}?kind=departed");
        var removed = await MemberAsync(member.Identifier);
        var cancelled = await SendAsync("DELETE", $"/tickets/{issued["id"]}?revoke=compromised");

        Assert.Multiple(async () =>
        {
            Assert.That((string)before["attributes"]!["role"]!, Is.EqualTo("shop"));
            Assert.That(before["revoked"], Is.Null);
            Assert.That((string)after["attributes"]!["role"]!, Is.EqualTo("audit"));
            Assert.That((string)removed["revoked"]!, Is.EqualTo("departed"));
            Assert.That((int)issued["uses"]!, Is.EqualTo(2));
            Assert.That(cancelled!["members"]!.AsArray().Select(identifier => (string)identifier!), Is.EqualTo([member.Identifier]));
            Assert.That((string)(await MemberAsync(member.Identifier))["revoked"]!, Is.EqualTo("compromised"));
            Assert.That(
                string.Join('\n', _application.Log.Of("E2EKafka.Audit")),
                Does.Contain("alice has called the authority's endpoint: create ticket (role=shop)").And.Contain($"remove member as Departed ({member.Identifier})"));
            Assert.That(_application.Log.All, Has.None.Contains(ticket), "a ticket is a secret");
        });
    }

    [Test]
    public async Task The_project_file_and_the_state_are_those_of_the_authority()
    {
        var document = ProjectDocument.Parse((await SendAsync("GET", "/project.json"))!.ToJsonString());
        var state = await SendAsync("GET", "");

        Assert.Multiple(() =>
        {
            Assert.That(document.Id, Is.EqualTo(_application.Authority.Project.Id));
            Assert.That((string)state!["project"]!, Is.EqualTo(document.Id));
            Assert.That((bool)state["isServing"]!, Is.True);
        });
    }

    [Test]
    public async Task Policy_is_read_changed_and_put_back()
    {
        var version = _application.Authority.Project.Version;
        var policy = (await SendAsync("GET", "/policy"))!;
        policy["topics"] = new JsonArray(new JsonObject { ["topic"] = "orders", ["authentication"] = "shared" });
        await SendAsync("PUT", "/policy", policy.ToJsonString());

        Assert.Multiple(() =>
        {
            Assert.That(_application.Authority.Project.Version, Is.GreaterThan(version));
            Assert.That(_application.Authority.Project.Policy.Topics.Single().Authentication, Is.EqualTo(MessageAuthentication.Shared));
        });
    }

    [Test]
    public async Task Keys_are_replaced()
    {
        var version = _application.Authority.Project.Version;
        await SendAsync("POST", "/keys/rotate");

        Assert.That(_application.Authority.Project.Version, Is.GreaterThan(version));
    }

    [TestCaseSource(nameof(Endpoints))]
    public async Task No_endpoint_answers_a_caller_that_is_not_authenticated((string Method, string Path) endpoint)
    {
        var (tickets, version) = (_application.Authority.ListTickets().Count, _application.Authority.Project.Version);
        using var response = await _application.Anonymous.SendAsync(Request(endpoint.Method, endpoint.Path, "{}"));

        Assert.Multiple(() =>
        {
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
            Assert.That(_application.Authority.ListTickets(), Has.Count.EqualTo(tickets));
            Assert.That(_application.Authority.Project.Version, Is.EqualTo(version));
        });
    }

    [TestCaseSource(nameof(Endpoints))]
    public async Task In_an_application_without_authorization_no_endpoint_answers((string Method, string Path) endpoint)
    {
        await using var unprotected = await AuthorityApplication.StartAsync(protects: false);

        Assert.That(
            async () => await unprotected.Admin.SendAsync(Request(endpoint.Method, endpoint.Path, "{}")),
            Throws.InvalidOperationException.With.Message.Contain("authorization"));
    }

    [TestCase("POST", "/tickets", """{"atributes":{}}""", 400, "RequestInvalid")]
    [TestCase("POST", "/tickets", """{"uses":1,"uses":2}""", 400, "RequestInvalid")]
    [TestCase("POST", "/tickets", """{"uses":0}""", 400, "RequestInvalid")]
    [TestCase("POST", "/tickets", """{"lifetimeSeconds":0}""", 400, "RequestInvalid")]
    [TestCase("POST", "/tickets", """{"lifetimeSeconds":9223372036854775807}""", 400, "RequestInvalid")]
    [TestCase("POST", "/tickets", """{"attributes":{"role":"a\"b"}}""", 400, "RequestInvalid")]
    [TestCase("POST", "/tickets", """{"attributes":{"role":null}}""", 400, "RequestInvalid")]
    [TestCase("POST", "/tickets", "null", 400, "RequestInvalid")]
    [TestCase("POST", "/tickets", "", 400, "RequestInvalid")]
    [TestCase("PUT", "/policy", "{}", 400, "ProjectInvalid")]
    [TestCase("PUT", "/policy", """{"produce":[],"consume":[{"topics":["a*b"]}]}""", 400, "ProjectInvalid")]
    [TestCase("DELETE", "/tickets/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", null, 404, "TicketUnknown")]
    [TestCase("DELETE", "/tickets/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA?revoke=gone", null, 400, "RequestInvalid")]
    [TestCase("DELETE", "/members/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA?kind=departed", null, 404, "NotEnrolled")]
    [TestCase("PUT", "/members/nobody/attributes", "{}", 404, "NotEnrolled")]
    public async Task A_call_that_cannot_be_served_is_a_problem_document_that_says_why(string method, string path, string? body, int status, string reason)
    {
        using var response = await _application.Admin.SendAsync(Request(method, path, body));
        var problem = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;

        Assert.Multiple(() =>
        {
            Assert.That((int)response.StatusCode, Is.EqualTo(status));
            Assert.That(response.Content.Headers.ContentType!.MediaType, Is.EqualTo("application/problem+json"));
            Assert.That((string)problem["reason"]!, Is.EqualTo(reason));
            Assert.That((string)problem["detail"]!, Is.Not.Empty);
            Assert.That(response.Headers.CacheControl!.NoStore, Is.True);
        });
    }

    [Test]
    public async Task A_form_of_another_site_and_a_body_above_the_limit_are_refused()
    {
        using var form = new HttpRequestMessage(HttpMethod.Post, "/e2ekafka/tickets") { Content = new StringContent("{}", new MediaTypeHeaderValue("text/plain")) };
        using var large = Request("POST", "/tickets", new string(' ', 1024 * 1024) + "{}");
        using var ofForm = await _application.Admin.SendAsync(form);
        using var ofLarge = await _application.Admin.SendAsync(large);

        Assert.Multiple(() =>
        {
            Assert.That(ofForm.StatusCode, Is.EqualTo(HttpStatusCode.UnsupportedMediaType));
            Assert.That(ofLarge.StatusCode, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
        });
    }

    [Test]
    public async Task Without_an_authority_nothing_is_mapped()
    {
        await using var application = WebApplication.CreateSlimBuilder().Build();

        Assert.That(() => application.MapCredentialAuthority(), Throws.InvalidOperationException.With.Message.Contain("AddCredentialAuthority"));
    }

    private static HttpRequestMessage Request(string method, string path, string? body = null) => new(new HttpMethod(method), $"/e2ekafka{path}")
    {
        Content = body is null ? null : AuthorityApplication.Json(body),
    };

    private async Task<JsonNode?> SendAsync(string method, string path, string? body = null)
    {
        using var response = await _application.Admin.SendAsync(Request(method, path, body));
        var text = await response.Content.ReadAsStringAsync();
        Assert.That(response.IsSuccessStatusCode, Is.True, $"{method} {path}: {(int)response.StatusCode} {text}");
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }

    private async Task<JsonNode> MemberAsync(string identifier) =>
        (await SendAsync("GET", "/members"))!.AsArray().Single(member => (string)member!["identifier"]! == identifier)!;
}
