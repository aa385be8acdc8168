namespace E2EKafka.Cli;

/// <summary>Whether a member has a credential, and for how long.</summary>
internal sealed class CredentialCheck(AuthorityTopic authority, string name, string identifier, TimeProvider time) : ICheck
{
    public string Subject => $"credential of {name}";

    public Task<Finding> LookAsync(CancellationToken cancellationToken) => Task.FromResult(Look());

    private Finding Look()
    {
        if (authority.Project.RevocationOf(identifier) is { } revocation)
        {
            return Finding.Failed($"{name} was removed from the project ({revocation.Kind}) at {RecordClock.ToTime(revocation.At):u}.",
                "That is final. To come back: a new identity, and a ticket.");
        }

        if (authority.NewestCredentialOf(identifier) is not { } credential)
        {
            return Finding.Failed($"{name} is not enrolled: Kafka has no credential for {identifier}.",
                $"e2ekafka enroll --identity {name} --ticket FILE, with a ticket of `e2ekafka ticket create`, while the authority runs.");
        }

        var now = time.GetUtcNow();
        if (credential.IssuedAt > now + RecordClock.Skew)
            return Finding.Failed($"It was issued at {credential.IssuedAt:u}, which this clock says is to come.", "Set this machine's clock.");
        if (now >= credential.ExpiresAt)
        {
            return Finding.Failed($"It has expired, at {credential.ExpiresAt:u}: {name} sends nothing and is given no keys.",
                "Let the authority run, and then the member: it is renewed at once.");
        }

        // Renewal is due within three eighths of its life. In the second half something is in its way, or the member does not run.
        var left = credential.ExpiresAt - now;
        return left < (credential.ExpiresAt - credential.IssuedAt) / 2
            ? Finding.Warning($"It ends in {Duration.InWords(left)}, and its renewal is overdue.",
                "It is renewed while the member and the authority run. If both do: rights on the requests topic, clocks.")
            : Finding.Passed($"Valid for another {Duration.InWords(left)}.");
    }
}
