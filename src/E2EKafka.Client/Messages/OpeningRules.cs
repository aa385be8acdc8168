namespace E2EKafka.Messages;

/// <summary>What one consumer does with records that cannot be opened yet.</summary>
/// <param name="OnMissingKey">Whether to wait.</param>
/// <param name="GiveUpAfter">How long at most; <see langword="null"/>: as long as it takes.</param>
/// <param name="IsTransient">Which exceptions of the application's deserializer pass by themselves; <see langword="null"/>: the usual ones.</param>
internal sealed record OpeningRules(MissingKey OnMissingKey = MissingKey.Wait, TimeSpan? GiveUpAfter = null, Func<Exception, bool>? IsTransient = null);
