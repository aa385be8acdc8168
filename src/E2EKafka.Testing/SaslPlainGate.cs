using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace E2EKafka;

/// <summary>
/// Lets a connection to a broker through once its client has logged in with SASL PLAIN. The mock cluster knows no SASL: its answer to
/// ApiVersions gets the two requests added that a login takes, and they are answered here.
/// </summary>
internal sealed class SaslPlainGate(IEnumerable<KeyValuePair<string, string>> users)
{
    private const string Mechanism = "PLAIN";
    private const short UnsupportedSaslMechanism = 33;
    private const short IllegalSaslState = 34;
    private const short SaslAuthenticationFailed = 58;

    // What a login takes is a few hundred bytes; the answer to ApiVersions names a hundred requests at most.
    private const int MaxRequestSize = 8 * 1024;
    private const int MaxResponseSize = 64 * 1024;

    // After the login a client does not ask again.
    private static readonly (short Key, short First, short Last)[] Known =
        [(KafkaRequestReader.SaslHandshake, 1, 1), (KafkaRequestReader.SaslAuthenticate, 0, 1), .. RelayedRequests.Known];

    // Digests compare in the same time, however long the passwords are.
    private readonly Dictionary<string, byte[]> _passwords =
        users.ToDictionary(user => user.Key, user => DigestOf(Encoding.UTF8.GetBytes(user.Value)), StringComparer.Ordinal);

    /// <summary>Returns true once the client has logged in, false when it must be closed.</summary>
    /// <exception cref="InvalidDataException">The client sent what no Kafka client sends.</exception>
    /// <exception cref="EndOfStreamException">Either side has ended.</exception>
    public async Task<bool> AdmitAsync(Socket client, Socket broker, CancellationToken cancellationToken)
    {
        var mechanismChosen = false;
        while (true)
        {
            var frame = await KafkaFrame.ReceiveAsync(client, MaxRequestSize, cancellationToken).ConfigureAwait(false);
            var request = new KafkaRequestReader(frame);
            switch (request.Key)
            {
                case KafkaRequestReader.ApiVersions:
                    await KafkaFrame.SendAsync(broker, frame, cancellationToken).ConfigureAwait(false);
                    var versions = await KafkaFrame.ReceiveAsync(broker, MaxResponseSize, cancellationToken).ConfigureAwait(false);
                    await KafkaFrame.SendAsync(client, ApiVersionsAnswer.With(versions, request.Version, Known), cancellationToken).ConfigureAwait(false);
                    break;

                case KafkaRequestReader.SaslHandshake when request.Version == 1:
                    mechanismChosen = request.ReadString() == Mechanism;
                    await KafkaFrame.SendAsync(client, HandshakeResponse(request.Correlation, mechanismChosen), cancellationToken)
                        .ConfigureAwait(false);
                    break;

                case KafkaRequestReader.SaslAuthenticate when request.Version is 0 or 1:
                    var error = !mechanismChosen ? IllegalSaslState : Knows(request.ReadBytes()) ? (short)0 : SaslAuthenticationFailed;
                    await KafkaFrame.SendAsync(client, AuthenticateResponse(request, error), cancellationToken).ConfigureAwait(false);
                    return error == 0;

                default:
                    return false;
            }
        }
    }

    /// <summary>Checks <c>[authorization identity] NUL user NUL password</c> (RFC 4616).</summary>
    private bool Knows(ReadOnlySpan<byte> token)
    {
        var endOfAuthorization = token.IndexOf((byte)0);
        var credentials = token[(endOfAuthorization + 1)..];
        var endOfUser = credentials.IndexOf((byte)0);
        if (endOfAuthorization < 0 || endOfUser < 0)
            return false;

        var known = _passwords.TryGetValue(Encoding.UTF8.GetString(credentials[..endOfUser]), out var expected);
        var given = DigestOf(credentials[(endOfUser + 1)..]);
        return CryptographicOperations.FixedTimeEquals(given, expected ?? new byte[given.Length]) && known;
    }

    private static byte[] DigestOf(ReadOnlySpan<byte> password) => SHA256.HashData(password);

    private static byte[] HandshakeResponse(int correlation, bool accepted)
    {
        var response = new KafkaResponseWriter(correlation);
        response.Write(accepted ? (short)0 : UnsupportedSaslMechanism);
        response.Write(1); // mechanism that there is
        response.Write(Mechanism);
        return response.ToArray();
    }

    private static byte[] AuthenticateResponse(KafkaRequestReader request, short error)
    {
        var response = new KafkaResponseWriter(request.Correlation);
        response.Write(error);
        response.Write(error switch
        {
            0 => null,
            SaslAuthenticationFailed => "Authentication failed: the embedded cluster does not know this user with this password.",
            _ => "Authentication failed: choose the mechanism PLAIN first.",
        });
        response.Write(0); // no token to send back
        if (request.Version >= 1)
            response.Write(0L); // logged in for as long as the connection lasts
        return response.ToArray();
    }
}
