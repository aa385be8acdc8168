using Confluent.Kafka;

namespace E2EKafka.Recipes;

/// <summary>The command line: <c>Recipes NAME [--bootstrap-server HOST:PORT]</c>.</summary>
internal static class RecipeRunner
{
    /// <summary>As the tests do: <c>make recipe</c> sets it where <c>KAFKA_HOME</c> names a Kafka.</summary>
    public const string BootstrapVariable = "E2EKAFKA_TEST_BOOTSTRAP";

    /// <returns>The exit code: 0 where the recipe did what it claims, 1 where it did not, 2 where no recipe was named.</returns>
    public static async Task<int> RunAsync(string[] arguments, string? bootstrapServers, TextWriter output, TextWriter errors)
    {
        if (arguments is not ([_] or [_, "--bootstrap-server", _]))
            return await RefuseAsync(arguments is [] ? null : $"Not understood: {string.Join(' ', arguments)}", errors);
        if (Recipe.All.SingleOrDefault(recipe => recipe.Name == arguments[0]) is not { } recipe)
            return await RefuseAsync($"There is no recipe {arguments[0]}.", errors);

        try
        {
            await using var project = await RecipeProject.StartAsync(arguments is [_, _, var given] ? given : bootstrapServers);
            await output.WriteLineAsync($"{recipe.Name}: {recipe.Description} (Kafka: {project.Description})");
            await recipe.RunAsync(project, line => output.WriteLine($"  {line}"));
            await output.WriteLineAsync("  All as it should be.");
            return 0;
        }
        catch (Exception e) when (e is RecipeException or EndToEndKafkaException or KafkaException)
        {
            await errors.WriteLineAsync($"FAILED {e.Message}");
        }
        catch (OperationCanceledException)
        {
            await errors.WriteLineAsync($"FAILED It did not come to its end within {RecipeProject.Limit.TotalMinutes:0} minutes.");
        }

        return 1;
    }

    private static async Task<int> RefuseAsync(string? problem, TextWriter errors)
    {
        if (problem is not null)
            await errors.WriteLineAsync(problem);
        await errors.WriteLineAsync(
            $"Usage: Recipes NAME [--bootstrap-server HOST:PORT]   (without it: the broker in {BootstrapVariable}, else a Kafka inside this process)");
        foreach (var recipe in Recipe.All)
            await errors.WriteLineAsync($"  {recipe.Name,-22}{recipe.Description}");
        return 2;
    }
}
