using E2EKafka.Cryptography;

namespace E2EKafka.Records;

/// <summary>A record that a member signs. To read one is not to verify it: the record verifier of Membership does that.</summary>
/// <typeparam name="T">The record.</typeparam>
internal interface IMemberRecord<T>
    where T : class, IMemberRecord<T>
{
    /// <summary>Its <c>typ</c>.</summary>
    static abstract string Type { get; }

    /// <summary>The project's id.</summary>
    string Project { get; }

    /// <summary>The identifier of the member that signed it.</summary>
    string Sender { get; }

    /// <summary>When it was signed, in Unix seconds.</summary>
    long IssuedAt { get; }

    /// <summary>The key that signed it besides the sender's own, because it is to replace that one; its signature is verified.</summary>
    SigningPublicKey? NextKey => null;

    /// <summary>Whether it uses only algorithms that a project allows.</summary>
    bool IsAllowedBy(ProjectDocument project) => true;

    /// <summary>Reads form and bounds; <see langword="null"/> where one is wrong.</summary>
    static abstract T? Read(Jws jws);
}
