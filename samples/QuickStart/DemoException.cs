namespace E2EKafka.QuickStart;

/// <summary>The demo cannot go on, for a reason that its user can do something about.</summary>
internal sealed class DemoException(string message) : Exception(message);
