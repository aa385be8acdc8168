namespace E2EKafka.TestBrokers;

/// <summary>An unpacked Kafka distribution, 3.7 or newer. Its jars are what runs, and the scripts of its <c>bin</c> are its tools.</summary>
public sealed class KafkaHome
{
    public const string Variable = "KAFKA_HOME";

    private KafkaHome(string path) => Path = path;

    public string Path { get; }

    /// <summary>The class path of everything in it.</summary>
    internal string Jars => System.IO.Path.Combine(Path, "libs", "*");

    internal static string Java =>
        Environment.GetEnvironmentVariable("JAVA_HOME") is { Length: > 0 } home ? System.IO.Path.Combine(home, "bin", "java") : "java";

    /// <returns>The distribution that the variable names; <see langword="null"/> if it is not set.</returns>
    /// <exception cref="InvalidOperationException">The variable names a folder without Kafka's jars.</exception>
    public static KafkaHome? FromEnvironment()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } value)
            return null;

        var path = System.IO.Path.GetFullPath(value);
        var libs = System.IO.Path.Combine(path, "libs");
        if (!Directory.Exists(libs) || !Directory.EnumerateFiles(libs, "kafka-clients-*.jar").Any())
            throw new InvalidOperationException($"{Variable} is '{value}', and there is no {libs}{System.IO.Path.DirectorySeparatorChar}kafka-clients-*.jar.");
        return new KafkaHome(path);
    }

    /// <exception cref="BrokerUnavailableException">The variable is not set.</exception>
    public static KafkaHome Require() => FromEnvironment() ?? throw new BrokerUnavailableException(
        $"This test starts brokers of its own and stops them: set {Variable} to an unpacked Kafka distribution.");
}
