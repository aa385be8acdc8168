using System.Text;
using E2EKafka.Tests;

namespace E2EKafka.Simulation;

/// <summary>Has the authority's vault as it was before its keys were replaced, and a client that may write anything.</summary>
internal sealed class AuthorityThief
{
    private readonly World _world;
    private readonly ProjectAuthority _authority;
    private readonly SigningKey _signing;
    private readonly Insider _member;

    /// <param name="world">The world.</param>
    /// <param name="vault">The vault.</param>
    /// <param name="replaced">Where the keys were replaced.</param>
    /// <param name="random">The source of chance.</param>
    public AuthorityThief(World world, SimulatedVault vault, StolenSignature replaced, SeededGenerator random)
    {
        _world = world;
        _authority = ProjectAuthority.Open(vault, world.Clock, world.CredentialLifetime);
        _signing = AuthoritySecrets.TryRead(vault)!.Signing;
        var key = SeededKeys.Next(random);
        var role = random.Pick(World.Roles);
        _member = new Insider(world, key.Public.Thumbprint, role, key, replaced);
        _world.IntroduceThief(_member);
    }

    /// <summary>The thief's own member: it has credentials by the replaced key alone.</summary>
    public Insider Member => _member;

    /// <summary>Writes something in the authority's name.</summary>
    /// <returns>What.</returns>
    public string Act(SeededGenerator random)
    {
        switch (random.Next(6))
        {
            case 0:
                _authority.SetPolicy(Policy.AnyMember with { Topics = [new TopicRequirements { Topic = random.Pick(World.Topics), Authentication = MessageAuthentication.Shared }] });
                Write(_authority.TakeUnpublished(), random);
                return "another policy";
            case 1 when _world.Members.Count > 0:
                _authority.Revoke(random.Pick(_world.Members).Identifier, RevocationKind.Compromised);
                Write(_authority.TakeUnpublished(), random);
                return "a removal";
            case 2:
                _authority.RotateKeys();
                Write(_authority.TakeUnpublished(), random);
                return "a change of its key";
            case 3 when TryForgeCredential(random) is { } forged:
                Write([forged], random);
                return "a credential that names document 2,147,483,647";
            case 4:
                Write(_authority.RecordsToPublish(withCredentials: true), random);
                return "all that it had published";
            default:
                var ticket = _authority.CreateTicket(World.AttributesOf(_member.Role), uses: 1, TimeSpan.FromDays(1));
                var request = AuthorityRequest.Create(_authority.Document, _member.Identifier, _member.Key, ticket, _world.Clock.GetUtcNow());
                if (_authority.Answer(request) is { } answer)
                    Write([answer], random);
                return "a credential of its own";
        }
    }

    // An honest member's, with the thief's key in it.
    private string? TryForgeCredential(SeededGenerator random)
    {
        var known = _world.Log[ControlPartition.Authority]
            .Select(entry => Jws.TryParse(entry.Value) is { Type: RecordTypes.Credential } jws ? jws.ReadUnverified(RecordJson.Default.CredentialClaims) : null)
            .OfType<CredentialClaims>().ToList();
        if (known.Count == 0)
            return null;

        var claims = random.Pick(known);
        return Jws.Sign(
            RecordTypes.Credential, _signing,
            claims with
            {
                Serial = claims.Serial + 1_000_000,
                Cnf = new ConfirmationKey(_member.Key.Public.Jwk),
                Document = new DocumentReference(int.MaxValue, claims.Document.Hash),
            },
            RecordJson.Default.CredentialClaims);
    }

    private void Write(IEnumerable<string> records, SeededGenerator random)
    {
        foreach (var record in records)
            _world.Log.AppendHostile(ControlPartition.Authority, Poison.Stamp(Encoding.ASCII.GetBytes(record), _world.Clock.GetUtcNow(), random));
    }
}
