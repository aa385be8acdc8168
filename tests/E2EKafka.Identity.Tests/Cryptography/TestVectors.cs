namespace E2EKafka;

/// <summary>The public test vectors in the folder <c>Vectors</c>; its README names their source and licence.</summary>
internal static class TestVectors
{
    public static string Read(string file) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Vectors", file));
}
