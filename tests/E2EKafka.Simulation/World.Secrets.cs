using System.Buffers.Binary;

namespace E2EKafka.Simulation;

/// <content>What must be true of the secrets in a vault.</content>
internal sealed partial class World
{
    /// <summary>When a member must destroy the key of a session.</summary>
    public static DateTimeOffset RetirementOf(SimulatedMember member, SessionStatement session)
    {
        var retention = member.Exchange.Project.Policy.RequirementsOf(session.Topic).KeyRetention;
        return session.Ends + (retention > TimeSpan.Zero ? retention : Lifetimes.MemoryRetention);
    }

    /// <summary>Checks, where nothing disturbs a member, that it keeps no key of a package for longer than it may.</summary>
    public void CheckNothingIsKeptLate(SimulatedMember member)
    {
        foreach (var (id, expiresAt) in member.Knowledge.PackageKeys.Where(pair => !member.Vault.IsDamaged("key-packages", pair.Key)))
        {
            Require(
                IsDevelopment || member.Exchange.Report.ConfirmedTime < expiresAt + Lifetimes.KeyPackageGrace,
                $"{member} keeps the private key of key package {id}, which expired at {expiresAt:u}");
        }

        foreach (var ((collection, name), end) in member.ForeignRows.Where(row => !member.Vault.IsDamaged(row.Key.Collection, row.Key.Name)))
        {
            Require(
                IsDevelopment || member.Exchange.Report.ConfirmedTime < end + GraceOf(member, collection) || !member.Vault.Inspect(collection).ContainsKey(name),
                $"{member} keeps row {name} of a newer release, which ended at {end:u}");
        }
    }

    private void CheckPackageKeys(SimulatedMember member)
    {
        var keys = RowsOf(member, "key-packages")
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

    private void CheckSessionSecrets(SimulatedMember member)
    {
        var secrets = new Dictionary<string, SessionStatement>();
        foreach (var (id, value) in RowsOf(member, "sessions"))
        {
            using var restored = KnownSession.TryRestore(value)!;
            var session = restored.Statement;
            secrets[id] = session;

            // While a record of removals is withheld, the retention that is in force is not known.
            Require(
                !member.IsVaultWritten || !member.Exchange.HasReadAuthority || member.Vault.IsDamaged("sessions", id) || !(member.Exchange.Report.ConfirmedTime >= RetirementOf(member, session)),
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

    // What cannot be read is reported, and stays until its end, if that is known (rule T4).
    private void CheckRowsSetAside(SimulatedMember member)
    {
        Require(
            member.Vault.Unreadable.Count == 0 || member.Exchange.Report.VaultWarning is not null,
            $"{member} does not say that its vault cannot be read");
        foreach (var ((collection, name), end) in member.ForeignRows.Where(row => !member.Vault.Inspect(row.Key.Collection).ContainsKey(row.Key.Name)).ToList())
        {
            Require(Clock.GetUtcNow() >= end + GraceOf(member, collection), $"{member} destroyed row {name} of a newer release, which ends at {end:u}, too early");
            member.ForeignRows.Remove((collection, name));
            Count("rows of a newer release destroyed");
        }
    }

    private static TimeSpan GraceOf(SimulatedMember member, string collection) =>
        collection == "sessions" ? member.Exchange.Project.LongestKeyRetention : Lifetimes.KeyPackageGrace;

    private static IEnumerable<KeyValuePair<string, byte[]>> RowsOf(SimulatedMember member, string collection) =>
        member.Vault.Inspect(collection).Where(pair => !member.ForeignRows.ContainsKey((collection, pair.Key)));
}
