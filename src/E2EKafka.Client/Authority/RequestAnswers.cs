using E2EKafka.Diagnostics;
using E2EKafka.KeyExchange;
using E2EKafka.Messages;
using E2EKafka.Records;
using Microsoft.Extensions.Logging;

namespace E2EKafka.Authority;

/// <summary>Answers the requests of members: each once, and each member within its budget. For the authority's thread.</summary>
internal sealed class RequestAnswers(ProjectAuthority authority, AuthorityOutbox outbox, SteadyClock steady, ILogger log)
{
    /// <summary>How many credentials one member is given at once, and in an hour.</summary>
    private const int MaxAnswers = 20;
    private const int MaxAnswersPerHour = 60;

    /// <summary>How many requests may be refused at once, and in a minute: a writer of the topic must not be able to make us fill another.</summary>
    private const int MaxRefusals = 600;

    private readonly AnsweredRequests _answered = new(steady);
    private readonly TokenBucket _refusals = new(steady, MaxRefusals, perHour: 60 * MaxRefusals);
    private readonly MemberBudgets _budgets = new(steady, MaxAnswers, MaxAnswersPerHour);
    private volatile MemberFailure? _vaultFailure;

    /// <summary>Why the vault could not keep the last answer; <see langword="null"/> if it could. Any thread may read it.</summary>
    public MemberFailure? VaultFailure => _vaultFailure;

    public void Answer(Jws request)
    {
        // A copy of a request gets no second answer. A member that missed the answer asks with a new request.
        if (_answered.Contains(request) || TryAnswer(request) is not { } answer)
            return;

        _answered.Add(request);
        var member = request.ReadUnverified(RecordJson.Default.AuthorityRequestClaims)!.Sub;
        var isCredential = Jws.TryParse(answer)!.Type == RecordTypes.Credential;

        // A member that asks without end is given the same credential, and must not fill the topic with it. A credential that changes the
        // document comes before the document: readers look for it when the one before is ruled out.
        var changes = authority.TakeUnpublished();
        if (isCredential && changes.Count == 0 && !_budgets.TryTake(member))
            return;

        if (isCredential)
            log.CredentialIssued(member);
        else
            log.CredentialRefused(member);
        outbox.Publish([answer, .. changes], static () => { });
    }

    // A vault that cannot be written loses no request: members ask again.
    private string? TryAnswer(Jws request)
    {
        try
        {
            var answer = authority.Answer(request, _refusals.TryTake);
            _vaultFailure = null;
            return answer;
        }
        catch (EndToEndKafkaException e) when (e.Reason == FailureReason.VaultUnavailable)
        {
            log.VaultNotWritten(e);
            _vaultFailure = new MemberFailure(e.Reason, e.Message);
            return null;
        }
    }
}
