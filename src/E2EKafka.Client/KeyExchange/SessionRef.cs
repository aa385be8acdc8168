using E2EKafka.Records;
using E2EKafka.Sessions;

namespace E2EKafka.KeyExchange;

/// <summary>What tells sessions apart: an announcement can claim any id, but not for another topic.</summary>
internal readonly record struct SessionRef(string Topic, SessionId Id)
{
    public static SessionRef Of(SessionAnnouncement announcement) => new(announcement.Topic, announcement.Id);

    public static SessionRef Of(KeyGrant grant) => new(grant.Claims.Topic, grant.Session);
}
