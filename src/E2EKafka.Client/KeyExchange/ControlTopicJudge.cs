using E2EKafka.Diagnostics;
using Microsoft.Extensions.Logging;

namespace E2EKafka.KeyExchange;

/// <summary>Keeps the verdict on the control topics up to date, and logs it when it changes. For one thread, except <see cref="Verdict"/>.</summary>
internal sealed class ControlTopicJudge(ILogger log)
{
    private ControlTopicFacts? _facts;
    private (ControlTopicFacts Facts, ProjectDocument Project)? _judged;
    private volatile ControlTopicVerdict _verdict = ControlTopicVerdict.None;

    /// <summary>The newest verdict. Any thread may read it.</summary>
    public ControlTopicVerdict Verdict => _verdict;

    /// <summary>Takes what Kafka shows.</summary>
    /// <returns>All that is known.</returns>
    public ControlTopicFacts Found(ControlTopicFacts facts) => _facts = _facts is { } before ? facts.After(before) : facts;

    /// <summary>Makes sure that Kafka, as far as it shows, keeps announcements as long as a policy needs them.</summary>
    /// <exception cref="EndToEndKafkaException">It does not.</exception>
    public void Require(Policy policy, ProjectDocument project)
    {
        if (_facts is { } facts && ControlTopicVerdict.RefusalOf(policy, project, facts) is { } refusal)
            throw refusal.ToException();
    }

    /// <summary>Judges by the project document in force, if anything has changed.</summary>
    public ControlTopicVerdict Judge(ProjectDocument project)
    {
        if (_facts is not { } facts || _judged == (facts, project))
            return _verdict;

        _judged = (facts, project);
        var before = _verdict;
        _verdict = ControlTopicVerdict.Of(project, facts);
        if (_verdict.Refusal is { } refusal && refusal != before.Refusal)
            log.ControlTopicRefused(refusal.Message);
        if (_verdict.Warning is { } warning && warning != before.Warning)
            log.ControlTopicWarning(warning);
        if (before != ControlTopicVerdict.None && _verdict == ControlTopicVerdict.None)
            log.ControlTopicsCorrected();
        return _verdict;
    }
}
