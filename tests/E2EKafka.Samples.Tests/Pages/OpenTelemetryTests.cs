using System.Diagnostics;
using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace E2EKafka.Samples.Tests;

/// <summary>What the page's snippet listens to, by OpenTelemetry's own exporters.</summary>
[TestFixture]
[CancelAfter(60_000)]
public sealed class OpenTelemetryTests
{
    [Test]
    public async Task Spans_and_metrics_of_a_message_are_exported_and_the_consumers_span_links_to_the_producers()
    {
        List<Activity> spans = [];
        List<Metric> metrics = [];
        var builder = Host.CreateEmptyApplicationBuilder(null);
        Snippets.Monitoring.Listen(builder);
        builder.Services.ConfigureOpenTelemetryTracerProvider(tracing => tracing.AddSource("shop").AddInMemoryExporter(spans));
        builder.Services.ConfigureOpenTelemetryMeterProvider(meters => meters.AddInMemoryExporter(metrics));
        using var host = builder.Build();
        await host.StartAsync();
        await using var project = await InMemoryProject.StartAsync(options => options.Topic("orders"));
        await using var shop = await project.AddMemberAsync("shop");
        await using var billing = await project.AddMemberAsync("billing");

        using var source = new ActivitySource("shop");
        var headers = new Headers();
        byte[] message;
        ActivityContext sent;
        using (var sending = source.StartActivity("send orders", ActivityKind.Producer)!)
        {
            sent = sending.Context;
            headers.Add("traceparent", Encoding.ASCII.GetBytes(sending.Id!));
            message = shop.Encrypt(Serializers.Utf8).Serialize("shoes", new SerializationContext(MessageComponentType.Value, "orders", headers));
        }

        billing.Decrypt(Deserializers.Utf8).Deserialize(message, isNull: false, new SerializationContext(MessageComponentType.Value, "orders", headers));
        host.Services.GetRequiredService<TracerProvider>().ForceFlush();
        host.Services.GetRequiredService<MeterProvider>().ForceFlush();

        var (protect, open) = (spans.Single(span => span.DisplayName == "protect orders"), spans.Single(span => span.DisplayName == "open orders"));
        Assert.Multiple(() =>
        {
            Assert.That(protect.ParentSpanId, Is.EqualTo(sent.SpanId));
            Assert.That(open.Links.Single().Context.SpanId, Is.EqualTo(sent.SpanId));
            Assert.That(open.TraceId, Is.Not.EqualTo(sent.TraceId));
            Assert.That(spans.Select(span => span.DisplayName), Is.SupersetOf(new[] { "enroll", "rotate orders" }));
            Assert.That(SumOf(metrics, "e2ekafka.messages.protected"), Is.EqualTo(1));
            Assert.That(SumOf(metrics, "e2ekafka.plaintext.opened"), Is.EqualTo(5));
        });
        await host.StopAsync();
    }

    private static long SumOf(List<Metric> metrics, string name)
    {
        var sum = 0L;
        foreach (var metric in metrics.Where(metric => metric.Name == name))
        {
            foreach (ref readonly var point in metric.GetMetricPoints())
                sum += point.GetSumLong();
        }

        return sum;
    }
}
