namespace E2EKafka.Records;

/// <summary>The payload of a clock probe.</summary>
/// <param name="Aud">The project's id.</param>
/// <param name="Sub">The writer's identifier.</param>
/// <param name="Iat">When, in Unix seconds.</param>
internal sealed record ClockProbeClaims(string Aud, string Sub, long Iat);
