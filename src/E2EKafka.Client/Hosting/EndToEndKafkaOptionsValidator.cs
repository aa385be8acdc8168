using E2EKafka.Policies;
using Microsoft.Extensions.Options;

namespace E2EKafka.Hosting;

/// <summary>Finds everything that is wrong with options before anything is started with them.</summary>
internal sealed class EndToEndKafkaOptionsValidator : IValidateOptions<EndToEndKafkaOptions>
{
    private static readonly TimeSpan MaxTimeout = TimeSpan.FromMinutes(10);

    public static IEnumerable<string> Problems(EndToEndKafkaOptions options)
    {
        if (options.ControlLog is null && !KafkaSettings.HasBrokers(options.BootstrapServers, options.Kafka))
            yield return "BootstrapServers is not set. Set it to the Kafka brokers, as host:port[,host:port].";
        if (options.Project is null && string.IsNullOrWhiteSpace(options.ProjectFile))
            yield return "Neither Project nor ProjectFile is set. Set ProjectFile to the path of the project.json that the project's owner gave you.";
        if (!string.IsNullOrWhiteSpace(options.Ticket) && !string.IsNullOrWhiteSpace(options.TicketFile))
            yield return "Both Ticket and TicketFile are set. Set one of them.";

        foreach (var problem in VaultSettings.Problems(options.VaultFile, options.VaultKeyFile, options.VaultKeyEnvironmentVariable, options.UseInMemoryVault, options.Vault))
            yield return problem;

        if (CommandLineAnswers.ProblemOf(options.AnswersCommandLine, options.VaultFile) is { } unasked)
            yield return unasked;

        var topics = options.Produce.Concat(options.Consume)
            .Concat(options.AcceptedTopics.Keys)
            .Concat(options.AcceptedTopics.Values.SelectMany(origins => origins ?? []));
        foreach (var topic in topics.Where(topic => topic is null || !TopicPattern.IsTopicName(topic)).Distinct())
            yield return $"'{topic}' is not a topic's name. Name single topics; patterns are for the project's policy.";

        foreach (var (name, timeout) in new[] { (nameof(options.StartupTimeout), options.StartupTimeout), (nameof(options.SessionTimeout), options.SessionTimeout) })
        {
            if (timeout <= TimeSpan.Zero || timeout > MaxTimeout)
                yield return $"{name} is {timeout}. Set it to more than zero, and at most {MaxTimeout}.";
        }

        if (options.TimeProvider is null)
            yield return "TimeProvider is null. Leave it at the system's clock.";
    }

    public ValidateOptionsResult Validate(string? name, EndToEndKafkaOptions options)
    {
        var problems = Problems(options).ToList();
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems.Select(problem => $"E2EKafka options: {problem}"));
    }
}
