using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace E2EKafka;

/// <summary>How an <see cref="InMemoryProject"/> is made.</summary>
public sealed class InMemoryProjectOptions
{
    /// <summary>
    /// The clock of the authority and of every member. Default the system's. With one that a test advances, such as <c>FakeTimeProvider</c> of
    /// Microsoft.Extensions.TimeProvider.Testing, call <see cref="InMemoryProject.SettleAsync"/> after it has.
    /// </summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>The project's policy, as in production; the rules of <see cref="Topic"/> are added to it. Default: none. If there are no rules of <see cref="Topic"/> either, any member may produce and consume everything.</summary>
    public Policy? Policy { get; set; }

    /// <summary>How long a credential is valid. Default 48 h; from 1 min to 31 days. Members renew from a quarter of it on.</summary>
    public TimeSpan CredentialLifetime { get; set; } = TimeSpan.FromHours(48);

    /// <summary>Where the authority and the members log. Default: nowhere.</summary>
    public ILoggerFactory LoggerFactory { get; set; } = NullLoggerFactory.Instance;

    /// <summary>The topics that were named one by one.</summary>
    internal List<NamedTopic> Topics { get; } = [];

    /// <summary>Adds a topic, and who may use it. Members that may are ready for it from their start on.</summary>
    /// <param name="name">The topic's name.</param>
    /// <param name="producers">Who may produce: attributes, each as <c>name=value</c>, any of which will do. Default: any member.</param>
    /// <param name="consumers">Who may consume: attributes, each as <c>name=value</c>, any of which will do. Default: any member.</param>
    /// <param name="requirements">What its messages demand, of production's type. Default: the defaults of <see cref="TopicRequirements"/>.</param>
    /// <returns>These options.</returns>
    /// <exception cref="ArgumentException">An attribute is not <c>name=value</c>, or the requirements are of another topic.</exception>
    public InMemoryProjectOptions Topic(
        string name, IEnumerable<string>? producers = null, IEnumerable<string>? consumers = null, TopicRequirements? requirements = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        foreach (var attribute in (producers ?? []).Concat(consumers ?? []))
        {
            if (attribute?.IndexOf('=') is not > 0)
                throw new ArgumentException($"'{attribute}' is not an attribute as name=value.");
        }

        if (requirements is not null && requirements.Topic != name)
            throw new ArgumentException($"The requirements are of topic '{requirements.Topic}', and not of '{name}'.", nameof(requirements));

        Topics.Add(new NamedTopic(name, producers?.ToList(), consumers?.ToList(), requirements));
        return this;
    }

    /// <summary>The whole policy.</summary>
    internal Policy ToPolicy() => Topics.Count == 0
        ? Policy ?? Policy.AnyMember
        : new Policy
        {
            Produce = [.. Policy?.Produce ?? [], .. Topics.SelectMany(topic => topic.RulesFor(topic.Producers))],
            Consume = [.. Policy?.Consume ?? [], .. Topics.SelectMany(topic => topic.RulesFor(topic.Consumers))],
            Topics = [.. Policy?.Topics ?? [], .. Topics.Select(topic => topic.Requirements).OfType<TopicRequirements>()],
        };
}
