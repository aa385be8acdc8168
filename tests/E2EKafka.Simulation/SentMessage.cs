namespace E2EKafka.Simulation;

/// <summary>A message on a data topic, and what was true when it was sent.</summary>
/// <param name="Bytes">The message.</param>
/// <param name="Content">Its plaintext.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Producer">The producer's identifier.</param>
/// <param name="DocumentVersion">The project document that the producer knew.</param>
/// <param name="Session">The session.</param>
internal sealed record SentMessage(byte[] Bytes, string Content, string Topic, string Producer, long DocumentVersion, SessionId Session);
