using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.Vectors;

internal static class RefusalVectors
{
    private static readonly long Now = VectorProject.Seconds(VectorProject.Now);

    public static VectorFile Build(VectorProject project)
    {
        var request = AuthorityRequest.Create(
            project.Document, VectorProject.IdOf(project.Reader), project.Reader, new EnrollmentTicket(new TicketClaims(
                project.Id, project.Document.Authority, project.NextAuthorityKey.Public.Thumbprint, project.Document.Version, Now + 600, VectorProject.Fixed("ticket"))), VectorProject.Now);
        var file = new VectorFile(
            "refusals", "records",
            "Answers that a member reads that has asked for its first credential with lastRequest. " +
            "State is why it may not send: NotEnrolled as long as it heeds no answer.",
            new
            {
                now = Now,
                started = VectorProject.Seconds(VectorProject.Started),
                document = project.Document.Record,
                reader = new { identifier = VectorProject.IdOf(project.Reader), identityKey = VectorProject.Hex(VectorProject.Fixed("reader")),
                    packages = Array.Empty<object>(), consumes = Array.Empty<string>() },
                lastRequest = request.Text,
                before = Array.Empty<object>(),
            });
        foreach (var reason in (FailureReason[])[FailureReason.Revoked, FailureReason.TicketUnknown, FailureReason.TicketExpired, FailureReason.TicketUsedUp,
            FailureReason.NotEnrolled])
            Add(Name(reason), Of(claims => claims with { Reason = reason }), VectorFile.Accepted, reason);
        Add("requestInvalid: the member asks again", Of(claims => claims with { Reason = FailureReason.RequestInvalid }), VectorFile.Accepted);
        Add("with another iss, which is not compared", Of(claims => claims with { Iss = VectorProject.IdOf(project.Stranger) }), VectorFile.Accepted,
            FailureReason.TicketUnknown);

        var refusal = Of(claims => claims);
        Add("a Kafka timestamp below -1", refusal, nameof(RecordProblem.BadTimestamp), check: "3.1 1", timestamp: -2);
        Add("a signature of 85 characters", refusal[..^1], nameof(RecordProblem.Malformed), check: "3.1 2");
        Add("on another topic", refusal, nameof(RecordProblem.UnexpectedType), check: "3.1 3", on: ControlPartition.Members);
        Add("a payload with a space", Edit("{\"iss\"", "{ \"iss\""), nameof(RecordProblem.Malformed), check: "3.3 refusal");
        Add("an unknown reason", Edit("\"ticketUnknown\"", "\"ticketLost\""), nameof(RecordProblem.Malformed), check: "3.3 refusal");
        Add("a reason that no authority gives", Edit("\"ticketUnknown\"", "\"brokerUnreachable\""), nameof(RecordProblem.Malformed), check: "3.3 refusal");
        Add("a payload with a space, to another member",
            VectorProject.Edit(Edit("{\"iss\"", "{ \"iss\""), project.NextAuthorityKey, Reader(), VectorProject.IdOf(project.Peer)),
            nameof(RecordProblem.Malformed), check: "3.3 refusal");
        Add("to another member", Of(claims => claims with { Sub = VectorProject.IdOf(project.Peer) }), VectorFile.PassedOver, check: "3.3 refusal");
        Add("of another request", Of(claims => claims with { Request = VectorProject.IdOf(project.Peer) }), VectorFile.PassedOver, check: "3.3 refusal");
        Add("of another request, with a wrong signature", Of(claims => claims with { Request = VectorProject.IdOf(project.Peer) }, project.Peer),
            VectorFile.PassedOver, check: "3.3 refusal");
        Add("signed by a member", Of(claims => claims, project.Peer), nameof(RecordProblem.BadSignature), check: "3.3 refusal");
        Add("a wrong signature", refusal[..^86] + project.Document.Record[^86..], nameof(RecordProblem.BadSignature), check: "3.3 refusal");
        Add("of another project", Of(claims => claims with { Aud = VectorProject.IdOf(project.Peer) }), nameof(RecordProblem.BadSignature),
            check: "3.3 refusal");
        Add("an iat after the year 9998", Edit($"\"iat\":{Now}", "\"iat\":253370764800"), nameof(RecordProblem.BadSignature), check: "3.3 refusal");
        Add(
            "by the authority's first key, which was replaced, dated before that",
            Of(claims => claims with { Iat = VectorProject.Seconds(VectorProject.RotatedAt) - 1 }, project.AuthorityKey),
            nameof(RecordProblem.BadSignature), check: "3.3 refusal");
        foreach (var (name, credential, state) in (List<(string, string, string)>)
        [
            ("a credential for the key that asked: the member is enrolled", project.Credentials[1], "ready"),
            ("a credential of the member for another key: it has no valid one",
                project.Credential(project.Reader, role: "billing", identity: project.Stranger.Public), nameof(FailureReason.CredentialExpired)),
            ("a credential of another member", project.Credentials[0], nameof(FailureReason.NotEnrolled)),
        ])
            file.Add(name, new { record = VectorRecord.On(ControlPartition.Authority, credential, VectorProject.Now) }, VectorFile.Accepted, new { state });
        AddEnrolled();
        return file;

        // A member that has a credential asks for a newer one, with another request: a refusal ends nothing.
        void AddEnrolled()
        {
            var newer = AuthorityRequest.Create(project.Document, Reader(), project.Reader, ticket: null, VectorProject.Now);
            VectorRecord[] enrolled = [VectorRecord.On(ControlPartition.Authority, project.Credentials[1], VectorProject.Earlier)];
            var end = Now - 3600 + 172_800;
            foreach (var (name, reason, now, state) in (List<(string, FailureReason, long, string)>)
            [
                ("revoked, while the member renews", FailureReason.Revoked, Now, "ready"),
                ("notEnrolled, while the member renews", FailureReason.NotEnrolled, Now, "ready"),
                ("requestInvalid, while the member renews", FailureReason.RequestInvalid, Now, "ready"),
                ("revoked, when the member's credential has ended", FailureReason.Revoked, end, nameof(FailureReason.CredentialExpired)),
                ("notEnrolled, when the member's credential has ended", FailureReason.NotEnrolled, end, nameof(FailureReason.CredentialExpired)),
                ("requestInvalid, when the member's credential has ended", FailureReason.RequestInvalid, end, nameof(FailureReason.CredentialExpired)),
            ])
            {
                var text = Of(claims => claims with { Reason = reason, Request = newer.Hash });
                file.Add(
                    name, new { now, before = enrolled, lastRequest = newer.Text, record = VectorProject.OnAuthority(text) }, VectorFile.Accepted,
                        new { state });
            }

            file.Add(
                "of the request that was made before a credential was read",
                new { now = end, before = enrolled, record = VectorProject.OnAuthority(Of(claims => claims with { Reason = FailureReason.Revoked })) },
                VectorFile.PassedOver, new { state = nameof(FailureReason.CredentialExpired) }, "3.3 refusal");
        }

        string Reader() => VectorProject.IdOf(project.Reader);

        string Of(Func<RefusalClaims, RefusalClaims> change, SigningKey? key = null) => RawJws.Sign(
            RecordTypes.Refusal, change(new RefusalClaims(project.Document.Authority, project.Id, Reader(), Now, request.Hash, FailureReason.TicketUnknown)),
            RecordJson.Default.RefusalClaims, key ?? project.NextAuthorityKey).Text;

        string Edit(string old, string with) => VectorProject.Edit(Of(claims => claims), project.NextAuthorityKey, old, with);

        static string Name(FailureReason reason) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(reason.ToString());

        void Add(string name, string text, string result, FailureReason state = FailureReason.NotEnrolled, string? check = null, long? timestamp = null,
            ControlPartition? on = null)
        {
            var record = VectorRecord.On(on ?? ControlPartition.Authority, text, VectorProject.Now);
            file.Add(name, new { record = record with { KafkaTimestamp = timestamp ?? record.KafkaTimestamp } }, result, new { state = state.ToString() },
                check);
        }
    }
}
