using E2EKafka;
using E2EKafka.OrdersApi;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });

using var kafka = OrdersKafka.Find(builder.Configuration);
using var data = new DataFolder(builder.Configuration["Data"] ?? (kafka.OutlivesUs ? "orders-api-data" : null));
builder.Services.AddSingleton(kafka);
builder.Services.AddValidation();

// The authority: it creates the project at the first start, and from then on has it in its vault.
builder.Services.AddCredentialAuthority(authority =>
{
    authority.ProjectName = "orders";
    authority.BootstrapServers = kafka.BootstrapServers;
    authority.ControlTopicPrefix = kafka.ControlTopicPrefix;
    authority.CreateControlTopics = true;
    authority.IsDevelopment = builder.Configuration.GetValue("IsDevelopment", kafka.IsEmbedded);
    authority.VaultFile = data.File("authority.vault");
    authority.VaultKeyFile = data.File("authority.vault-key");
});
builder.Services.AddHostedService<OrdersPolicy>();

// Two members, each with keys of its own. In production they are two processes, and each gets its ticket from an operator.
builder.Services.AddOrdersMember("shop", data, member => member.Produce.Add(kafka.Topic));
builder.Services.AddOrdersMember("billing", data, member => member.Consume.Add(kafka.Topic));

builder.Services.AddSingleton<OrderSender>();
builder.Services.AddSingleton<OrderBoard>();
builder.Services.AddHostedService<OrderWorker>();

// This key admits and removes members, so that its holder can read every order.
var operatorKey = builder.Configuration["OperatorKey"] ?? data.Secret("operator-key");
builder.Services.AddAuthentication(OperatorKeyHandler.Scheme)
    .AddScheme<OperatorKeyOptions, OperatorKeyHandler>(OperatorKeyHandler.Scheme, options => options.Key = operatorKey);
builder.Services.AddAuthorization();

var telemetry = builder.Services.AddOpenTelemetry()
    .ConfigureResource(resource => resource.AddService("orders-api"))
    .WithTracing(tracing => tracing.AddAspNetCoreInstrumentation().AddSource(EndToEndKafkaTelemetry.ActivitySourceName))
    .WithMetrics(metrics => metrics.AddAspNetCoreInstrumentation().AddMeter(EndToEndKafkaTelemetry.MeterName));
if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 })
    telemetry.UseOtlpExporter();

var application = builder.Build();
application.UseAuthentication();
application.UseAuthorization();
application.MapPage();
application.MapOrders();
application.MapHealthChecks("/health");
application.MapCredentialAuthority("/authority").RequireAuthorization();
await application.RunAsync();
