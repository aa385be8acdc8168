using Spectre.Console;

namespace E2EKafka.QuickStart;

/// <summary>Tells the story, then checks what it claims.</summary>
internal static class Demo
{
    /// <summary>A story of a few seconds that takes longer than this has failed.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <returns>The exit code: 0 if no plaintext was found and no message is missing or unverified, else 1.</returns>
    public static async Task<int> RunAsync(IDemoKafka kafka, IAnsiConsole console)
    {
        using var patience = new CancellationTokenSource(Patience);
        var screen = new Screen(console);
        screen.Title(kafka);
        try
        {
            var outcome = await Story.TellAsync(kafka, screen.Say, patience.Token);
            var topics = BrokerView.Topics(kafka).ToDictionary(
                topic => topic.Key, topic => BrokerView.Read(kafka, topic.Key, topic.Value, patience.Token));
            screen.SideBySide(outcome, topics.GetValueOrDefault(kafka.Topic) ?? []);
            var verdict = Verdict.Of(outcome, topics, kafka.Topic);
            screen.Result(verdict, kafka.WhatRemains);
            return verdict.Problems.Count == 0 ? 0 : 1;
        }
        catch (Exception e) when (e is EndToEndKafkaException or DemoException or Confluent.Kafka.KafkaException)
        {
            screen.Problem(e.Message);
        }
        catch (OperationCanceledException)
        {
            screen.Problem($"The story did not come to its end within {Patience.TotalMinutes:0} minutes.");
        }

        return 1;
    }
}
