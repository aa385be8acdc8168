namespace E2EKafka.Hosting;

/// <summary>Does what is asked of a member, whichever process asks.</summary>
internal sealed class MemberDesk(EndToEndKafka member)
{
    public async Task<ControlAnswer> AnswerAsync(ControlRequest request, CancellationToken cancellationToken)
    {
        switch (request)
        {
            case RotateIdentityRequest:
                await member.RotateIdentityAsync(cancellationToken).ConfigureAwait(false);
                return new ControlAnswer();
            case GetStatusRequest:
                return new ControlAnswer { Status = await member.GetStatusAsync().ConfigureAwait(false) };
            default:
                throw new InvalidOperationException("The process that holds the vault is a member's, and was asked as an authority: report this.");
        }
    }
}
