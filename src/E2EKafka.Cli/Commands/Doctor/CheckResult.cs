namespace E2EKafka.Cli;

/// <summary>One line of <c>doctor</c>.</summary>
/// <param name="Check">What was looked at.</param>
/// <param name="Result">How that is to be taken.</param>
/// <param name="Found">What was found.</param>
/// <param name="Remedy">What to do about it.</param>
internal sealed record CheckResult(string Check, Verdict Result, string Found, string? Remedy);
