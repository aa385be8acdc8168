namespace E2EKafka.Cli;

/// <summary>Whether a vault opens, all of it can be read, and its key is kept to its owner.</summary>
internal sealed class VaultCheck(string whose, VaultFolder folder, VaultKeySource keys) : ICheck
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    public string Subject => $"vault of {whose}";

    public bool NeedsBroker => false;

    public Task<Finding> LookAsync(CancellationToken cancellationToken) => Task.FromResult(Look());

    private Finding Look()
    {
        string? damage;
        try
        {
            using var vault = folder.Open(keys);
            if (folder is IdentityFolder)
                MemberIdentity.Verify(vault);
            else
                _ = ProjectAuthority.Exists(vault);
            damage = vault.Unreadable is { Count: > 0 } unreadable ? VaultFailure.Describe(unreadable) : null;
        }
        catch (EndToEndKafkaException e) when (e.Reason == FailureReason.VaultLocked)
        {
            return Finding.Passed("In use by a running process.");
        }
        catch (EndToEndKafkaException e)
        {
            return Finding.Failed($"{e.Reason}: {e.Message}", "Restore the vault, or enroll with a new one; see docs/operations.md, \"Vaults, keys and backups\".");
        }
        catch (UsageException e)
        {
            return Finding.CouldNotLook(e.Message);
        }

        if (damage is not null)
            return Finding.Warning($"It opens; {damage}.", "Look at the disk. The member goes on without them; see docs/operations.md, \"Vaults, keys and backups\".");
        return !OperatingSystem.IsWindows() && File.Exists(folder.KeyFile) && (File.GetUnixFileMode(folder.KeyFile) & Others) != 0
            ? Finding.Warning($"Others on this machine may read its key, '{folder.KeyFile}'.", $"chmod 600 '{folder.KeyFile}'")
            : Finding.Passed("It opens.");
    }
}
