using Confluent.Kafka;

namespace E2EKafka.Cli;

/// <summary>The checks of one run of <c>doctor</c>, in the order in which one depends on another.</summary>
/// <param name="broker">The check that others depend on.</param>
/// <param name="checks">The others.</param>
/// <param name="begins">Told of each check before it is made.</param>
internal sealed class Examination(BrokerCheck broker, IReadOnlyList<ICheck> checks, Action<ICheck>? begins = null)
{
    private static readonly Finding NoBroker = Finding.CouldNotLook("no broker answers.");

    public async Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken cancellationToken)
    {
        var first = await LookAsync(broker, cancellationToken).ConfigureAwait(false);
        List<CheckResult> results = [first];
        foreach (var check in checks)
        {
            cancellationToken.ThrowIfCancellationRequested();
            begins?.Invoke(check);
            results.Add(check.NeedsBroker && first.Result == Verdict.Failed
                ? Of(check, NoBroker)
                : await LookAsync(check, cancellationToken).ConfigureAwait(false));
        }

        return results;
    }

    /// <summary>One check, and why it could not be made.</summary>
    public static async Task<CheckResult> LookAsync(ICheck check, CancellationToken cancellationToken)
    {
        try
        {
            return Of(check, await check.LookAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (RightMissingException e)
        {
            return Of(check, Finding.Lacks(e));
        }
        catch (KafkaException e)
        {
            return Of(check, Finding.CouldNotLook(e.Error.Code == ErrorCode.Local_UnsupportedFeature
                ? "this Kafka does not know that question."
                : $"{e.Error.Reason.TrimEnd('.')}."));
        }
    }

    private static CheckResult Of(ICheck check, Finding finding) => new(check.Subject, finding.Verdict, finding.Found, finding.Remedy);
}
