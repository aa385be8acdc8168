using E2EKafka.Records;

namespace E2EKafka.KeyExchange;

/// <summary>A session. Its topic tells where it is announced.</summary>
internal readonly record struct SessionRef(string Topic, SessionId Id)
{
    public static SessionRef Of(SessionStatement statement) => new(statement.Topic, statement.Id);

    public static SessionRef Of(SessionName name) => new(name.Topic, name.Id);
}
