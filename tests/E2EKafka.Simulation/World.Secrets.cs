using System.Buffers.Binary;

namespace E2EKafka.Simulation;

/// <content>What must be true of the secrets in a vault.</content>
internal sealed partial class World
{
    private void CheckPackageKeys(SimulatedMember member)
    {
        var keys = member.Vault.List("key-packages")
            .ToDictionary(pair => pair.Key, pair => RecordClock.ToTime(BinaryPrimitives.ReadInt64BigEndian(pair.Value)));
        foreach (var (id, expiresAt) in member.Knowledge.PackageKeys.Where(pair => !keys.ContainsKey(pair.Key)))
        {
            Require(
                Clock.GetUtcNow() >= expiresAt + Lifetimes.KeyPackageGrace && member.HasReadGrantsUntil(expiresAt + Lifetimes.KeyPackageGrace),
                $"{member} destroyed the private key of key package {id}, which expired at {expiresAt:u}, too early");
            Count("package keys destroyed");
        }

        member.Knowledge.PackageKeys = keys;
    }

    /// <summary>Checks, where nothing disturbs a member, that it keeps no key of a package for longer than it may.</summary>
    public void CheckNothingIsKeptLate(SimulatedMember member)
    {
        foreach (var (id, expiresAt) in member.Knowledge.PackageKeys)
        {
            Require(
                IsDevelopment || member.Exchange.ConfirmedTime < expiresAt + Lifetimes.KeyPackageGrace,
                $"{member} keeps the private key of key package {id}, which expired at {expiresAt:u}");
        }
    }

    private void CheckSessionSecrets(SimulatedMember member)
    {
        var secrets = new Dictionary<string, SessionStatement>();
        foreach (var (id, value) in member.Vault.List("sessions"))
        {
            using var restored = KnownSession.TryRestore(value)!;
            var session = restored.Statement;
            secrets[id] = session;
            Require(
                !(member.Exchange.ConfirmedTime >= RetirementOf(member, session)),
                $"{member} keeps the secret of session {id} for longer than {session.Topic} allows");
        }

        // A session of its own that could not be announced was never used.
        foreach (var (id, session) in member.Knowledge.Secrets.Where(pair => !secrets.ContainsKey(pair.Key) && pair.Value.Producer != member.Identifier))
        {
            Require(Clock.GetUtcNow() >= RetirementOf(member, session), $"{member} destroyed the secret of session {id} too early");
            Count("session secrets destroyed");
        }

        member.Knowledge.Secrets = secrets;
    }

    /// <summary>When a member must destroy the key of a session.</summary>
    public static DateTimeOffset RetirementOf(SimulatedMember member, SessionStatement session)
    {
        var retention = member.Exchange.Project.Policy.RequirementsOf(session.Topic).KeyRetention;
        return session.Ends + (retention > TimeSpan.Zero ? retention : Lifetimes.MemoryRetention);
    }
}
