namespace E2EKafka.Tests;

/// <summary>The two Kafkas that the document can be followed on.</summary>
internal enum WalkthroughKafka
{
    /// <summary>The tool's own, of <c>dev-cluster</c>.</summary>
    InMemory,

    /// <summary>One that the reader has.</summary>
    YourOwn,
}
