using E2EKafka.Policies;
using Microsoft.Extensions.Options;

namespace E2EKafka.Hosting;

/// <summary>Finds everything that is wrong with options before anything is started with them.</summary>
internal sealed class EndToEndKafkaOptionsValidator : IValidateOptions<EndToEndKafkaOptions>
{
    private static readonly TimeSpan MaxTimeout = TimeSpan.FromMinutes(10);

    public static IEnumerable<string> Problems(EndToEndKafkaOptions options)
    {
        var problems = options.Source.Problems.Concat(ProblemsOfValues(options, options.Source)).ToList();
        if (problems.Count > 0 && !options.Source.Exists)
            problems.Insert(0, $"The configuration section {options.Source.Path} has nothing in it. Check its name, and that its file is loaded.");
        return problems;
    }

    public ValidateOptionsResult Validate(string? name, EndToEndKafkaOptions options)
    {
        var problems = Problems(options).ToList();
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems.Select(problem => $"E2EKafka options: {problem}"));
    }

    private static IEnumerable<string> ProblemsOfValues(EndToEndKafkaOptions options, OptionSource source)
    {
        if (options.ControlLog is null && !KafkaSettings.HasBrokers(options.BootstrapServers, options.Kafka))
            yield return $"{source.Of(nameof(options.BootstrapServers))} is not set. Set it to the Kafka brokers, as host:port[,host:port].";
        foreach (var problem in KafkaSettings.Problems(options.Kafka, source).Concat(LoginSettings.Problems(options.Kafka, options.OAuthBearerTokenRefreshHandler, options.OAuthBearerTokenProvider, source)))
            yield return problem;

        if (options.Project is null && string.IsNullOrWhiteSpace(options.ProjectFile))
            yield return $"Neither Project nor {source.Of(nameof(options.ProjectFile))} is set. Set {nameof(options.ProjectFile)} to the path of the project.json that the project's owner gave you.";
        if (options.Project is null && PathOption.Problem(nameof(options.ProjectFile), options.ProjectFile, source) is { } project)
            yield return project;
        if (!string.IsNullOrWhiteSpace(options.Ticket) && !string.IsNullOrWhiteSpace(options.TicketFile))
            yield return $"Both {source.Of(nameof(options.Ticket))} and {nameof(options.TicketFile)} are set. Set one of them.";
        if (PathOption.Problem(nameof(options.TicketFile), options.TicketFile, source, mayHoldTicket: true) is { } ticket)
            yield return ticket;

        foreach (var problem in VaultSettings.Of(options).Problems(source))
            yield return problem;

        if (CommandLineAnswers.ProblemOf(options.AnswersCommandLine, options.VaultFile, source) is { } unasked)
            yield return unasked;

        var topics = options.Produce.Select(topic => (nameof(options.Produce), topic))
            .Concat(options.Consume.Select(topic => (nameof(options.Consume), topic)))
            .Concat(options.AcceptedTopics.Keys.Concat(options.AcceptedTopics.Values.SelectMany(origins => origins ?? [])).Select(topic => (nameof(options.AcceptedTopics), topic)));
        foreach (var (option, topic) in topics.Where(named => named.topic is null || !TopicPattern.IsTopicName(named.topic)).DistinctBy(named => named.topic))
            yield return $"{source.Of(option)}: '{topic}' is not a topic's name. Name single topics; patterns are for the project's policy.";

        foreach (var (name, timeout) in new[] { (nameof(options.StartupTimeout), options.StartupTimeout), (nameof(options.SessionTimeout), options.SessionTimeout) })
        {
            if (timeout <= TimeSpan.Zero || timeout > MaxTimeout)
                yield return $"{source.Of(name)} is {timeout}. Set it to more than zero, and at most {MaxTimeout}.";
        }

        if (options.TimeProvider is null)
            yield return "TimeProvider is null. Leave it at the system's clock.";
    }
}
