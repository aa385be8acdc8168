using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

/// <summary>Changes of keys by themselves, and the authority's chain of them.</summary>
public sealed class KeyChangeTests
{
    private const string Project = "9YfpfwaRhp-gA2PXqfyrz7C7HwyQU5M8ILQXGrLxgQ4";
    private static readonly DateTimeOffset Now = TestProject.Start;

    private readonly List<SigningKey> _keys = [];
    private SigningKey _old = null!;
    private SigningKey _new = null!;
    private KeyChangeClaims _claims = null!;

    [SetUp]
    public void MakeKeys()
    {
        (_old, _new) = (NewKey(), NewKey());
        _claims = new KeyChangeClaims(Project, _old.Public.Thumbprint, Now.ToUnixTimeSeconds(), _new.Public.Jwk);
    }

    [TearDown]
    public void DisposeKeys()
    {
        _keys.ForEach(key => key.Dispose());
        _keys.Clear();
    }

    [Test]
    public void A_change_names_the_new_key_and_the_time_and_is_the_old_keys()
    {
        var text = KeyChange.Create(Project, _old.Public.Thumbprint, _old, _new.Public, Now);
        var change = KeyChange.TryVerify(text, Project, _old.Public.Thumbprint, _old.Public)!;
        Assert.Multiple(() =>
        {
            Assert.That(change.Key.Thumbprint, Is.EqualTo(_new.Public.Thumbprint));
            Assert.That(change.At, Is.EqualTo(Now));
            Assert.That(Jws.TryParse(text)!.ReadUnverified(RecordJson.Default.KeyChangeClaims), Is.EqualTo(_claims));
        });
    }

    [Test]
    public void Anything_else_in_it_is_refused_by_itself()
    {
        Assert.Multiple(() =>
        {
            Assert.That(IsTaken(_claims), "else the rest proves nothing");
            Assert.That(IsTaken(_claims, signer: _new), Is.False, "signed by the new key");
            Assert.That(IsTaken(_claims, type: RecordTypes.AuthorityRequest), Is.False, "of another type");
            Assert.That(IsTaken(_claims with { Aud = _new.Public.Thumbprint }), Is.False, "for another project");
            Assert.That(IsTaken(_claims with { Sub = _new.Public.Thumbprint }), Is.False, "of another member");
            Assert.That(IsTaken(_claims with { Iat = 253_370_764_799 }), "the last time there is");
            Assert.That(IsTaken(_claims with { Iat = 253_370_764_800 }), Is.False, "no time");
            Assert.That(IsTaken(_claims with { Jwk = _claims.Jwk with { Y = _claims.Jwk.X } }), Is.False, "no key");
            Assert.That(KeyChange.TryVerify("change", Project, _old.Public.Thumbprint, _old.Public), Is.Null, "no record");
        });

        bool IsTaken(KeyChangeClaims claims, SigningKey? signer = null, string type = RecordTypes.KeyChange) => KeyChange.TryVerify(
            RawJws.Sign(type, claims, RecordJson.Default.KeyChangeClaims, signer ?? _old).Text, Project, _old.Public.Thumbprint, _old.Public) is not null;
    }

    [Test]
    public void A_chain_leads_from_the_first_key_to_the_current_one()
    {
        var third = NewKey();
        var (first, second) = (Change(_old, _new, Now), Change(_new, third, Now.AddHours(1)));
        Assert.Multiple(() =>
        {
            Assert.That(Follow()!.Current.Thumbprint, Is.EqualTo(_old.Public.Thumbprint));
            Assert.That(Follow(first)!.Current.Thumbprint, Is.EqualTo(_new.Public.Thumbprint));
            Assert.That(Follow(first, second)!.Current.Thumbprint, Is.EqualTo(third.Public.Thumbprint));
            Assert.That(Follow(second), Is.Null, "a link is missing");
            Assert.That(Follow(second, first), Is.Null, "in another order");
            Assert.That(Follow((string)null!), Is.Null, "null");
            Assert.That(Follow(first, Change(_new, third, Now)), Is.Not.Null, "two changes in one second");
            Assert.That(Follow(first, Change(_new, third, Now.AddSeconds(-1))), Is.Null, "a change before the one before it");
            Assert.That(AuthorityKeyChain.TryFollow(Project, _old.Public.Thumbprint, Keys(_claims.Jwk)), Is.Null, "from another key than the identifier's");
            Assert.That(AuthorityKeyChain.TryFollow(Project, _old.Public.Thumbprint, Keys(_claims.Jwk with { Y = "y" })), Is.Null, "from no key");
        });
    }

    [Test]
    public void A_chain_has_at_most_100_changes()
    {
        List<string> changes = [];
        var last = _old;
        for (var i = 0; i < 101; i++)
        {
            var next = NewKey();
            changes.Add(Change(last, next, Now));
            last = next;
        }

        Assert.That(Follow([.. changes[..100]]), Is.Not.Null);
        Assert.That(Follow([.. changes]), Is.Null);
    }

    [Test]
    public void A_chain_has_its_keys_and_no_other()
    {
        var chain = Follow(Change(_old, _new, Now))!;
        Assert.Multiple(() =>
        {
            Assert.That(chain.Current.Thumbprint, Is.EqualTo(_new.Public.Thumbprint));
            Assert.That(chain.Contains(_old.Public.Thumbprint));
            Assert.That(chain.Contains(_new.Public.Thumbprint));
            Assert.That(chain.Contains(NewKey().Public.Thumbprint), Is.False);
        });
    }

    [Test]
    public void A_chain_is_continued_by_one_that_begins_with_all_of_it()
    {
        var (third, other) = (NewKey(), NewKey());
        var (first, second) = (Change(_old, _new, Now), Change(_new, third, Now.AddHours(1)));
        var (one, two, three, fork) = (Follow()!, Follow(first)!, Follow(first, second)!, Follow(Change(_old, other, Now))!);
        Assert.Multiple(() =>
        {
            Assert.That(one.IsContinuedBy(one));
            Assert.That(one.IsContinuedBy(three));
            Assert.That(two.IsContinuedBy(two));
            Assert.That(two.IsContinuedBy(three));
            Assert.That(three.IsContinuedBy(two), Is.False, "a shorter one");
            Assert.That(two.IsContinuedBy(fork), Is.False, "a fork");
            Assert.That(one.IsContinuedBy(fork));
        });
    }

    private SigningKey NewKey()
    {
        var key = SigningKey.Generate();
        _keys.Add(key);
        return key;
    }

    private string Change(SigningKey from, SigningKey to, DateTimeOffset at) => KeyChange.Create(Project, _old.Public.Thumbprint, from, to.Public, at);

    private AuthorityKeyChain? Follow(params string[] changes) => AuthorityKeyChain.TryFollow(Project, _old.Public.Thumbprint, Keys(_old.Public.Jwk, changes));

    private static AuthorityKeys Keys(Jwk first, params string[] changes) => new(first, [], changes);
}
