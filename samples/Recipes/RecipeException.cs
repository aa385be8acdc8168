namespace E2EKafka.Recipes;

/// <summary>What a recipe claims is not so.</summary>
internal sealed class RecipeException(string message) : Exception(message);
