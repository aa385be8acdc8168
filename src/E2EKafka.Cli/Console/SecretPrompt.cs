using System.Text;

namespace E2EKafka.Cli;

/// <summary>Asks on the terminal for what must not be seen on it.</summary>
internal static class SecretPrompt
{
    public static string Ask(string prompt)
    {
        // Standard output may be a pipe's.
        Console.Error.Write(prompt);
        var typed = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace)
                typed.Length = Math.Max(0, typed.Length - 1);
            else if (!char.IsControl(key.KeyChar))
                typed.Append(key.KeyChar);
        }

        Console.Error.WriteLine();
        return typed.ToString();
    }
}
