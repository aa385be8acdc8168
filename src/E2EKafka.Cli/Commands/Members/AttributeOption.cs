using System.CommandLine;

namespace E2EKafka.Cli;

/// <summary>The option <c>--attribute NAME=VALUE</c>.</summary>
internal static class AttributeOption
{
    /// <param name="description">What the attributes are for.</param>
    public static Option<Dictionary<string, string>> Create(string description) => new("--attribute")
    {
        Description = description,
        HelpName = "NAME=VALUE",
        DefaultValueFactory = _ => [],
        CustomParser = result =>
        {
            var attributes = new Dictionary<string, string>();
            foreach (var token in result.Tokens)
            {
                if (token.Value.Split('=', 2) is not [{ Length: > 0 } name, { Length: > 0 } value])
                    result.AddError($"'{token.Value}' is not an attribute: write --attribute NAME=VALUE.");
                else if (!attributes.TryAdd(name, value))
                    result.AddError($"Attribute '{name}' is given twice: a member has one value of each.");
            }

            return attributes;
        },
    };
}
