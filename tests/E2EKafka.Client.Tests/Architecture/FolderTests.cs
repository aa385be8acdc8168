using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace E2EKafka.Client.Tests;

/// <summary>Folders of the sources use those before them in the list, never those behind. Diagnostics is for all, and may look at all.</summary>
[TestFixture]
public sealed class FolderTests
{
    private static readonly string[] Identity = ["", "Cryptography", "Vault", "Policies", "Records", "Membership", "Authority", "Sessions"];
    private static readonly string[] Client = ["Messages", "KeyExchange", "Authority", "Kafka", "Serialization", "Hosting"];

    [Test]
    public void No_folder_of_Identity_uses_one_behind_it() => Assert.That(ArrowsUp("E2EKafka.Identity", Identity), Is.Empty);

    [Test]
    public void No_folder_of_Client_uses_one_behind_it() => Assert.That(ArrowsUp("E2EKafka.Client", Client), Is.Empty);

    [Test]
    public void An_arrow_that_points_up_is_found() =>
        Assert.That(ArrowsUp("E2EKafka.Identity", [.. Identity.Reverse()]), Has.Some.StartsWith("Authority/ProjectAuthority.cs uses Records/"));

    [TestCase("E2EKafka.Identity")]
    [TestCase("E2EKafka.Client")]
    public void Public_types_are_in_the_namespace_E2EKafka_and_others_in_that_of_their_folder(string project)
    {
        var root = Repository.Folder("src", project);
        Assert.Multiple(() =>
        {
            foreach (var tree in Sources(root))
            {
                var declared = tree.GetRoot().DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>().Single();
                var isPublic = declared.Members.OfType<MemberDeclarationSyntax>().Any(type => type.Modifiers.Any(SyntaxKind.PublicKeyword));
                var folder = FolderOf(root, tree);
                Assert.That(declared.Name.ToString(), Is.EqualTo(isPublic || folder.Length == 0 ? "E2EKafka" : $"E2EKafka.{folder}"), tree.FilePath);
            }
        });
    }

    private static IReadOnlyList<string> ArrowsUp(string project, string[] order)
    {
        var root = Repository.Folder("src", project);
        var trees = Sources(root).ToList();
        var platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path));
        var usings = CSharpSyntaxTree.ParseText("global using System; global using System.Collections.Generic; global using System.Linq;");
        var compilation = CSharpCompilation.Create(project + ".Folders", [.. trees, usings], platform);
        var arrows = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var tree in trees)
        {
            var model = compilation.GetSemanticModel(tree);
            foreach (var name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
            {
                var symbol = model.GetSymbolInfo(name).Symbol;
                var type = symbol as INamedTypeSymbol ?? symbol?.ContainingType;
                foreach (var declaration in type?.OriginalDefinition.DeclaringSyntaxReferences ?? [])
                {
                    if (RankOf(declaration.SyntaxTree) > RankOf(tree))
                        arrows.Add($"{NameOf(tree)} uses {NameOf(declaration.SyntaxTree)}");
                }
            }
        }

        return [.. arrows];

        // Diagnostics has no rank: no comparison with it is true.
        double RankOf(SyntaxTree tree) => FolderOf(root, tree) is var folder && folder == "Diagnostics" ? double.NaN
            : Array.IndexOf(order, folder) is var rank and >= 0 ? rank
            : throw new InvalidOperationException($"The folder of {tree.FilePath} has no place in the order.");

        string NameOf(SyntaxTree tree) => Path.GetRelativePath(root, tree.FilePath).Replace(Path.DirectorySeparatorChar, '/');
    }

    private static IEnumerable<SyntaxTree> Sources(string root) =>
        from file in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
        where Path.GetRelativePath(root, file).Split(Path.DirectorySeparatorChar)[0] is not ("bin" or "obj")
        select CSharpSyntaxTree.ParseText(File.ReadAllText(file), path: file);

    private static string FolderOf(string root, SyntaxTree tree) =>
        Path.GetRelativePath(root, tree.FilePath).Split(Path.DirectorySeparatorChar) is [var folder, _, ..] ? folder : "";
}
