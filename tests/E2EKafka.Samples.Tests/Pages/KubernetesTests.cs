using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using YamlDotNet.RepresentationModel;

namespace E2EKafka.Samples.Tests;

/// <summary>The YAML of docs/kubernetes.md: it parses, names only what is there, and its options are understood whole.</summary>
[TestFixture]
public class KubernetesTests
{
    private static readonly IReadOnlyList<YamlMappingNode> Resources =
        [.. Page.Read("docs/kubernetes.md").Blocks("yaml").SelectMany(Parse).Where(resource => resource.Children.ContainsKey("kind"))];

    [Test]
    public void Every_block_is_YAML_and_every_resource_has_a_name_and_a_kind()
    {
        Assert.That(Page.Read("docs/kubernetes.md").Blocks("yaml").Select(block => Parse(block).Count()), Has.All.GreaterThan(0));
        Assert.That(Resources.Select(KindOf), Is.EquivalentTo(new[] { "ConfigMap", "Secret", "StatefulSet", "Deployment", "Deployment", "PersistentVolumeClaim" }));
        Assert.That(Resources.Select(resource => $"{Child(resource, "metadata", "name")}"), Has.All.Not.Empty);
    }

    [Test]
    public void Labels_of_pods_are_those_that_their_workload_selects() => Assert.Multiple(() =>
    {
        foreach (var workload in Workloads())
            Assert.That(Child(workload, "spec", "template", "metadata", "labels")!.ToString(), Is.EqualTo(Child(workload, "spec", "selector", "matchLabels")!.ToString()));
    });

    [Test]
    public void Every_mount_has_its_volume_and_the_vault_lies_on_one_that_lasts() => Assert.Multiple(() =>
    {
        foreach (var workload in Workloads())
        {
            var volumes = Items(Child(workload, "spec", "template", "spec", "volumes")).ToDictionary(volume => $"{volume["name"]}");
            var claims = Items(Child(workload, "spec", "volumeClaimTemplates")).Select(claim => $"{Child(claim, "metadata", "name")}").ToList();
            foreach (var mount in Items(Child(ContainerOf(workload), "volumeMounts")))
                Assert.That(volumes.ContainsKey($"{mount["name"]}") || claims.Contains($"{mount["name"]}"), $"{mount["name"]}");
            if (!EnvironmentOf(workload).Keys.Any(name => name.EndsWith("__VaultFile", StringComparison.Ordinal)))
                continue;

            Assert.That(claims.Contains("vault") || Child(volumes["vault"], "persistentVolumeClaim") is not null);
            if (KindOf(workload) == "Deployment")
                Assert.That($"{Child(workload, "spec", "strategy", "type")}", Is.EqualTo("Recreate"), "a second pod would wait for the vault");
        }
    });

    [Test]
    public void Every_option_in_the_environment_is_understood() => Assert.Multiple(() =>
    {
        foreach (var workload in Workloads())
        {
            var environment = EnvironmentOf(workload);
            var isAuthority = environment.ContainsKey("Authority__ProjectName");
            var configuration = new ConfigurationBuilder().AddInMemoryCollection(
                environment.Select(pair => KeyValuePair.Create(pair.Key.Replace("__", ":", StringComparison.Ordinal), (string?)pair.Value))).Build();
            var services = new ServiceCollection();
            if (isAuthority)
                services.AddCredentialAuthority(configuration.GetSection("Authority")).AddCredentialAuthority(InMemory);
            else
                services.AddEndToEndKafka(configuration.GetSection("EndToEndKafka"));
            using var provider = services.BuildServiceProvider();

            // The authority's options are looked at when it is opened.
            if (isAuthority)
                Assert.That(provider.GetRequiredService<CredentialAuthority>().Project.Name, Is.EqualTo("orders"));
            else
                Assert.That(provider.GetRequiredService<IOptions<EndToEndKafkaOptions>>().Value.BootstrapServers, Is.Not.Null);
        }
    });

    private static void InMemory(CredentialAuthorityOptions options) => (options.VaultFile, options.VaultKeyFile, options.UseInMemoryVault) = (null, null, true);

    private static IEnumerable<YamlMappingNode> Parse(string text)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(text));
        return yaml.Documents.Select(document => (YamlMappingNode)document.RootNode);
    }

    private static IEnumerable<YamlMappingNode> Workloads() => Resources.Where(resource => KindOf(resource) is "StatefulSet" or "Deployment");

    private static string KindOf(YamlMappingNode resource) => $"{resource["kind"]}";

    private static YamlMappingNode ContainerOf(YamlMappingNode workload) => Items(Child(workload, "spec", "template", "spec", "containers")).Single();

    private static Dictionary<string, string> EnvironmentOf(YamlMappingNode workload) =>
        Items(Child(ContainerOf(workload), "env")).ToDictionary(variable => $"{variable["name"]}", variable => variable.Children.TryGetValue("value", out var value) ? $"{value}" : "from a secret");

    private static IEnumerable<YamlMappingNode> Items(YamlNode? list) => list is YamlSequenceNode items ? items.Cast<YamlMappingNode>() : [];

    private static YamlNode? Child(YamlNode node, params string[] path) =>
        path.Aggregate((YamlNode?)node, (found, name) => found is YamlMappingNode map && map.Children.TryGetValue(name, out var child) ? child : null);
}
