namespace E2EKafka.Recipes;

/// <summary>One way to use E2EKafka, run from start to end.</summary>
/// <param name="Name">What it is called on the command line.</param>
/// <param name="Description">What it shows, in one line.</param>
/// <param name="RunAsync">Runs it, prints what happened, and throws where that is not what it claims.</param>
internal sealed record Recipe(string Name, string Description, Func<RecipeProject, Action<string>, Task> RunAsync)
{
    public static IReadOnlyList<Recipe> All { get; } =
    [
        new("wolverine", "a Wolverine application sends and handles encrypted messages", WolverineRecipe.RunAsync),
        new("schema-registry-avro", "Avro with Schema Registry inside the encryption", AvroRecipe.RunAsync),
        new("schema-registry-json", "JSON with Schema Registry inside the encryption", JsonSchemaRecipe.RunAsync),
        new("transactions", "consume, transform and produce in transactions", TransactionsRecipe.RunAsync),
        new("dead-letters", "what was refused is copied to a dead-letter topic, and read there", DeadLettersRecipe.RunAsync),
        new("mirrored-topics", "records that a mirror copied to a topic of another name", MirroredTopicsRecipe.RunAsync),
        new("streamiz", "a stream of Streamiz.Kafka.Net over encrypted topics", StreamizRecipe.RunAsync),
    ];
}
