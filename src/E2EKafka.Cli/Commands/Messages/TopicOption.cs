using System.CommandLine;

namespace E2EKafka.Cli;

/// <summary>How commands name a data topic.</summary>
internal static class TopicOption
{
    public static Option<string> Create()
    {
        var option = new Option<string>("--topic") { Description = "The topic.", HelpName = "TOPIC", Required = true };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } topic && !TopicPattern.IsTopicName(topic))
                result.AddError($"'{topic}' is not the name of a topic: it has letters, digits, dots, underscores and hyphens.");
        });
        return option;
    }
}
