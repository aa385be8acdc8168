using System.Security.Cryptography;

namespace E2EKafka.Client.Tests.Messages;

[TestFixture]
public class ContextPoolTests
{
    private readonly List<Context> _made = [];

    [SetUp]
    public void SetUp() => _made.Clear();

    [Test]
    public void A_context_that_was_given_back_is_taken_again()
    {
        using var pool = new ContextPool<Context>(Make);
        var first = pool.Take();
        pool.Return(first);

        Assert.That(pool.Take(), Is.SameAs(first));
    }

    [Test]
    public void Nobody_gets_a_context_that_another_has()
    {
        using var pool = new ContextPool<Context>(Make);

        Assert.That(Enumerable.Range(0, 100).Select(_ => pool.Take()).ToList(), Is.Unique);
    }

    [Test]
    public void It_keeps_one_for_each_of_the_threads_that_a_machine_runs_and_not_many_more() =>
        Assert.That(ContextPool.Size, Is.InRange(Math.Max(4, Environment.ProcessorCount * 2), Math.Max(4, Environment.ProcessorCount * 4)));

    [Test]
    public void More_than_it_keeps_are_disposed()
    {
        using var pool = new ContextPool<Context>(Make);
        foreach (var context in Enumerable.Range(0, 1_000).Select(_ => pool.Take()).ToList())
            pool.Return(context);

        Assert.That(_made.Count(context => !context.IsDisposed), Is.EqualTo(ContextPool.Size));
    }

    [Test]
    public void Disposing_it_disposes_what_is_in_it_and_what_comes_back()
    {
        var pool = new ContextPool<Context>(Make);
        var (inside, outside) = (pool.Take(), pool.Take());
        pool.Return(inside);
        pool.Dispose();

        Assert.Multiple(() =>
        {
            Assert.That(inside.IsDisposed);
            Assert.That(outside.IsDisposed, Is.False, "a caller uses it");
        });
        pool.Return(outside);
        Assert.That(outside.IsDisposed);
    }

    [Test]
    public void A_disposed_one_gives_nothing()
    {
        var pool = new ContextPool<Context>(Make);
        pool.Dispose();

        Assert.That(pool.Take, Throws.TypeOf<ObjectDisposedException>());
        Assert.That(_made, Is.Empty);
    }

    [Test]
    public void A_context_made_of_keys_that_were_just_destroyed_is_not_used()
    {
        ContextPool<Context> pool = null!;
        pool = new ContextPool<Context>(() =>
        {
            pool.Dispose();
            return Make();
        });

        Assert.That(pool.Take, Throws.TypeOf<ObjectDisposedException>());
        Assert.That(_made.Single().IsDisposed);
    }

    [Test]
    public void Keys_that_were_destroyed_under_the_platforms_hands_are_reported_as_gone()
    {
        ContextPool<Context> pool = null!;
        pool = new ContextPool<Context>(() =>
        {
            pool.Dispose();
            throw new CryptographicException("Specified key is not a valid size for this algorithm.");
        });

        Assert.That(pool.Take, Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void What_the_platform_says_of_whole_keys_is_passed_on()
    {
        using var pool = new ContextPool<Context>(() => throw new CryptographicException("No such algorithm."));

        Assert.That(pool.Take, Throws.TypeOf<CryptographicException>());
    }

    private Context Make()
    {
        _made.Add(new Context());
        return _made[^1];
    }

    private sealed class Context : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
