using E2EKafka.Recipes;

return await RecipeRunner.RunAsync(args, Environment.GetEnvironmentVariable(RecipeRunner.BootstrapVariable), Console.Out, Console.Error);
