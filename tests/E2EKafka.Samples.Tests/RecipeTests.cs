using System.Text;
using Confluent.Kafka;
using E2EKafka.Recipes;

namespace E2EKafka.Samples.Tests;

[TestFixture]
public class RecipeTests
{
    private static IEnumerable<string> Names() => Recipe.All.Select(recipe => recipe.Name);

    [TestCaseSource(nameof(Names))]
    public async Task A_recipe_does_what_it_claims(string name)
    {
        var (exitCode, output, errors) = await RunAsync(name);
        Assert.Multiple(() =>
        {
            Assert.That(errors, Is.Empty);
            Assert.That(exitCode, Is.Zero, output);
            Assert.That(output, Does.StartWith($"{name}: ").And.Contain("All as it should be."));
        });
    }

    [Test]
    public async Task Without_a_name_or_with_an_unknown_one_the_recipes_are_listed()
    {
        var none = await RunAsync();
        var unknown = await RunAsync("masstransit");
        Assert.Multiple(() =>
        {
            Assert.That((none.ExitCode, unknown.ExitCode), Is.EqualTo((2, 2)));
            Assert.That(unknown.Errors, Is.EqualTo($"There is no recipe masstransit.{Environment.NewLine}{none.Errors}"));
            foreach (var name in Names())
                Assert.That(none.Errors, Does.Contain($"  {name} "));
        });
    }

    [Test]
    public async Task Without_a_broker_it_says_so()
    {
        var (exitCode, _, errors) = await RunAsync("dead-letters", "--bootstrap-server", "127.0.0.1:1");
        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(errors, Does.StartWith("FAILED No Kafka broker answers at 127.0.0.1:1"));
    }

    [Test]
    public async Task A_mirror_that_changes_a_byte_is_found_out()
    {
        await using var project = await RecipeProject.StartAsync();
        var (orders, mirrored) = (await project.CreateTopicAsync("orders"), await project.CreateTopicAsync("eu.orders"));
        await using var reader = await project.JoinAsync(options => AcceptMirrored(options, mirrored, orders));
        await using var shop = await project.JoinAsync(options => options.Produce.Add(orders));
        await project.SendAsync(orders, new Order("shoes", 2), shop.Encrypt(new OrderJson()));

        await MirroredTopicsRecipe.MirrorAsync(project, orders, mirrored, static bytes => InMemoryProject.Forge(bytes));

        Assert.That(MirroredTopicsRecipe.Read(project, reader, "reader", mirrored).Failure!.Reason, Is.EqualTo(FailureReason.SignatureInvalid));
    }

    [Test]
    public async Task A_record_of_another_topic_among_the_dead_letters_is_refused()
    {
        await using var project = await RecipeProject.StartAsync();
        var (orders, payments) = (await project.CreateTopicAsync("orders"), await project.CreateTopicAsync("payments"));
        var deadLetters = await project.CreateTopicAsync("orders.dead-letters");
        await using var repair = await project.JoinAsync(options =>
        {
            options.Consume.Add(payments); // it knows the session, and could open the record in its own topic
            AcceptMirrored(options, deadLetters, orders);
        });
        await using var shop = await project.JoinAsync(options => options.Produce.Add(payments));
        await project.SendAsync(payments, new Order("shoes", 2), shop.Encrypt(new OrderJson()));

        await MirroredTopicsRecipe.MirrorAsync(project, payments, deadLetters, static bytes => bytes);

        Assert.That(MirroredTopicsRecipe.Read(project, repair, "repair", deadLetters).Failure!.Reason, Is.EqualTo(FailureReason.WrongTopic));
    }

    [Test]
    public async Task A_schema_that_the_registry_does_not_have_is_a_refusal_and_no_wait()
    {
        await using var project = await RecipeProject.StartAsync();
        var orders = await project.CreateTopicAsync("orders");
        await using var registry = RegistryStandIn.Start();
        await using var billing = await project.JoinAsync(options => options.Consume.Add(orders));
        await using var shop = await project.JoinAsync(options => options.Produce.Add(orders));
        byte[] ofSchema1 = [0, 0, 0, 0, 1, 10, .. "shoes"u8, 4];
        using (var producer = new ProducerBuilder<string, byte[]>(project.ProducerConfig)
            .SetKeySerializer(shop.BindKey(Serializers.Utf8)).SetValueSerializer(shop.Encrypt(Serializers.ByteArray)).Build())
            await producer.ProduceAsync(orders, new() { Key = "key", Value = ofSchema1 }, project.Patience);

        Assert.That(AvroRecipe.Receive(project, billing, registry, orders).Failure!.Reason, Is.EqualTo(FailureReason.InnerSerializerFailed));
    }

    [Test]
    public async Task A_forged_record_in_the_registrys_format_does_not_reach_the_registry()
    {
        await using var project = await RecipeProject.StartAsync();
        var orders = await project.CreateTopicAsync("orders");
        await using var registry = RegistryStandIn.Start();
        registry.IsDown = true;
        await using var billing = await project.JoinAsync(options => options.Consume.Add(orders));
        await project.ForgeAsync(orders, Encoding.UTF8.GetString([0, 0, 0, 0, 1, 10, .. "shoes"u8, 4]));

        Assert.That(AvroRecipe.Receive(project, billing, registry, orders).Failure!.Reason, Is.EqualTo(FailureReason.NotEncrypted));
        Assert.That(registry.WasMissed.IsCompleted, Is.False);
    }

    private static void AcceptMirrored(EndToEndKafkaOptions options, string topic, string writtenAs)
    {
        options.Consume.Add(topic);
        options.AcceptTopic(topic, writtenAs);
    }

    private static async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        await using var output = new StringWriter();
        await using var errors = new StringWriter();
        var exitCode = await RecipeRunner.RunAsync(arguments, bootstrapServers: null, output, errors);
        return (exitCode, output.ToString(), errors.ToString());
    }
}
