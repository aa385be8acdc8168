using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using System.Text.Json.Nodes;
using E2EKafka.OrdersApi;
using E2EKafka.TestBrokers;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;

namespace E2EKafka.Samples.Tests;

[TestFixture("embedded")]
[TestFixture("real")]
public class OrdersApiTests(string kind)
{
    private static readonly OrdersApi.Order Shoes = new("Ada Lovelace", "shoes", 2);

    private EmbeddedCluster? _embedded;
    private TestBroker? _real;
    private CancellationTokenSource _patience = null!;
    private TemporaryFolder _data = null!;
    private string _topicPrefix = null!;

    [OneTimeSetUp]
    public async Task StartKafkaAsync()
    {
        if (kind == "embedded")
        {
            _embedded = EmbeddedCluster.Start();
            return;
        }

        try
        {
            _real = await TestBroker.StartAsync();
        }
        catch (BrokerUnavailableException e)
        {
            Assert.Ignore(e.Message);
        }
    }

    [OneTimeTearDown]
    public async Task StopKafkaAsync()
    {
        _embedded?.Dispose();
        if (_real is not null)
            await _real.DisposeAsync();
    }

    [SetUp]
    public void BeginProject()
    {
        _patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        _data = new TemporaryFolder();
        _topicPrefix = $"{Guid.NewGuid():N}.";
    }

    [TearDown]
    public void EndProject()
    {
        _data.Dispose();
        _patience.Dispose();
    }

    [Test]
    public async Task Orders_arrive_with_their_proven_sender_and_a_forged_one_is_refused()
    {
        await using var application = new Application(this);
        using var client = application.CreateClient();
        await using var arriving = await StreamAsync(client);

        var id = await SendAsync(client, "/orders", Shoes);
        var arrived = await NextAsync(arriving);
        Assert.That(
            (arrived.Id, arrived.Order, arrived.Service, arrived.ProvenBy, arrived.Refused),
            Is.EqualTo((id, Shoes, "shop", nameof(MessageProof.Signature), (string?)null)));

        await SendAsync(client, "/forgeries", Shoes with { Customer = "Eve" });
        var forged = await NextAsync(arriving);
        Assert.That((forged.Refused, forged.Order, forged.Producer), Is.EqualTo((nameof(FailureReason.NotEncrypted), (OrdersApi.Order?)null, (string?)null)));
        Assert.That(await client.GetFromJsonAsync<ArrivedOrder[]>("/orders", _patience.Token), Is.EqualTo(new[] { arrived, forged }));
    }

    [Test]
    public async Task After_a_restart_of_everything_the_same_members_read_on()
    {
        string before, secret;
        ArrivedOrder first;
        await using (var application = new Application(this))
        {
            using var client = application.CreateClient();
            await using var arriving = await StreamAsync(client);
            await SendAsync(client, "/orders", Shoes);
            first = await NextAsync(arriving);
            (before, secret) = (await MembersAsync(client), OperatorKey);
        }

        await using (var application = new Application(this))
        {
            using var client = application.CreateClient();
            await using var arriving = await StreamAsync(client);
            var id = await SendAsync(client, "/orders", Shoes with { Quantity = 3 });
            var next = await NextAsync(arriving);
            Assert.That((next.Id, next.Producer), Is.EqualTo((id, first.Producer)), "the first order was read before");
            Assert.That((await MembersAsync(client), OperatorKey), Is.EqualTo((before, secret)));
        }
    }

    [Test]
    public async Task The_authority_is_operated_with_the_key_alone_and_a_removed_shop_sends_nothing()
    {
        await using var application = new Application(this);
        using var client = application.CreateClient();
        foreach (var wrong in new[] { null, "Bearer", "Bearer x", $"Basic {OperatorKey}", OperatorKey })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/authority/members");
            request.Headers.TryAddWithoutValidation("Authorization", wrong);
            using var refused = await client.SendAsync(request, _patience.Token);
            Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized), wrong);
        }

        var shop = JsonNode.Parse(await MembersAsync(client))!.AsArray().Single(member => (string?)member!["attributes"]!["service"] == "shop")!;
        await OperateAsync(client, HttpMethod.Delete, $"/authority/members/{shop["identifier"]}?kind=compromised");

        // The member reads of its removal from Kafka; what was sent before that is refused by billing.
        HttpResponseMessage answer;
        do
            answer = await client.PostAsJsonAsync("/orders", Shoes, _patience.Token);
        while (answer.StatusCode == HttpStatusCode.Accepted);
        var problem = await answer.Content.ReadFromJsonAsync<JsonObject>(_patience.Token);
        Assert.That((answer.StatusCode, (string?)problem!["title"]), Is.EqualTo((HttpStatusCode.ServiceUnavailable, nameof(FailureReason.Revoked))));
        answer.Dispose();
    }

    [Test]
    public async Task The_page_and_its_parts_are_served_and_an_order_that_is_none_is_refused()
    {
        await using var application = new Application(this);
        using var client = application.CreateClient();
        foreach (var part in new[] { "/", "/page.js", "/page.css" })
        {
            using var page = await client.GetAsync(part, _patience.Token);
            Assert.That((page.StatusCode, page.Headers.Contains("Content-Security-Policy")), Is.EqualTo((HttpStatusCode.OK, true)), part);
            Assert.That(await page.Content.ReadAsStringAsync(_patience.Token), Is.Not.Empty);
        }

        foreach (var wrong in new[] { Shoes with { Customer = "" }, Shoes with { Quantity = 0 }, Shoes with { Article = new string('x', 101) } })
        {
            using var answer = await client.PostAsJsonAsync("/orders", wrong, _patience.Token);
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest), wrong.ToString());
        }

        Assert.That(await client.GetStringAsync("/health", _patience.Token), Is.EqualTo("Healthy"));
    }

    [Test]
    public async Task The_span_that_opens_an_order_links_to_the_request_that_sent_it()
    {
        using var spans = new SpanListener();
        await using var application = new Application(this);
        using var client = application.CreateClient();
        await using var arriving = await StreamAsync(client);
        await SendAsync(client, "/orders", Shoes);
        var arrived = await NextAsync(arriving);

        var open = spans.Single($"open {_topicPrefix}orders"); // it has ended when the worker has the order
        Assert.That(arrived.Trace, Is.Not.Null);
        Assert.That(open.Links.Select(link => link.Context.TraceId.ToString()), Is.EqualTo(new[] { arrived.Trace!.Split('-')[1] }));
    }

    private string OperatorKey => File.ReadAllText(Path.Combine(_data["data"], "operator-key"));

    private async Task<string> SendAsync(HttpClient client, string path, OrdersApi.Order order)
    {
        using var answer = await client.PostAsJsonAsync(path, order, _patience.Token);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Accepted), await answer.Content.ReadAsStringAsync(_patience.Token));
        return (await answer.Content.ReadFromJsonAsync<string>(_patience.Token))!;
    }

    private Task<string> MembersAsync(HttpClient client) => OperateAsync(client, HttpMethod.Get, "/authority/members");

    private async Task<string> OperateAsync(HttpClient client, HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", OperatorKey);
        using var answer = await client.SendAsync(request, _patience.Token);
        return await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync(_patience.Token);
    }

    private async Task<IAsyncEnumerator<SseItem<ArrivedOrder[]>>> StreamAsync(HttpClient client)
    {
        var stream = await client.GetStreamAsync("/orders/stream", _patience.Token);
        var arriving = SseParser.Create(stream, (_, data) => JsonSerializer.Deserialize<ArrivedOrder[]>(data, JsonSerializerOptions.Web)!)
            .EnumerateAsync(_patience.Token)
            .GetAsyncEnumerator(_patience.Token);
        Assert.That((await arriving.MoveNextAsync(), arriving.Current.EventType), Is.EqualTo((true, "begin")));
        return arriving;
    }

    private static async Task<ArrivedOrder> NextAsync(IAsyncEnumerator<SseItem<ArrivedOrder[]>> arriving)
    {
        Assert.That(await arriving.MoveNextAsync(), Is.True, "the stream ended");
        return arriving.Current.Data.Single();
    }

    private sealed class Application(OrdersApiTests test) : WebApplicationFactory<OrdersApi.Order>
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder) => builder
            .UseSetting("BootstrapServers", test._embedded?.BootstrapServers ?? test._real!.BootstrapServers)
            .UseSetting("IsDevelopment", (test._embedded is not null).ToString())
            .UseSetting("TopicPrefix", test._topicPrefix)
            .UseSetting("Data", test._data["data"]);
    }
}
