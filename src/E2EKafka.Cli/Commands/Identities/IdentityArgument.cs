using System.CommandLine;

namespace E2EKafka.Cli;

/// <summary>How commands name an identity of this home.</summary>
internal static class IdentityArgument
{
    public static Argument<string> Create() => new("name") { Description = "The identity's name in this home." };

    public static Option<string> Option() => new("--identity")
    {
        Description = "The identity of this home that acts, by its name.",
        HelpName = "NAME",
        Required = true,
    };
}
