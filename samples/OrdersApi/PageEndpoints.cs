namespace E2EKafka.OrdersApi;

/// <summary>The page that shows orders arriving.</summary>
internal static class PageEndpoints
{
    public static void MapPage(this WebApplication application)
    {
        application.MapGet("/", (HttpContext context) => Send(context, "index.html", "text/html; charset=utf-8"));
        application.MapGet("/page.js", (HttpContext context) => Send(context, "page.js", "text/javascript; charset=utf-8"));
        application.MapGet("/page.css", (HttpContext context) => Send(context, "page.css", "text/css; charset=utf-8"));
    }

    private static IResult Send(HttpContext context, string file, string contentType)
    {
        context.Response.Headers.ContentSecurityPolicy = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return Results.Stream(typeof(PageEndpoints).Assembly.GetManifestResourceStream(file)!, contentType);
    }
}
