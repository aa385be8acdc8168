namespace E2EKafka.Cli;

/// <summary>Does what is asked of a member, whichever process asks.</summary>
internal sealed class MemberDesk(EndToEndKafka member)
{
    public async Task<ControlAnswer> AnswerAsync(ControlRequest request, CancellationToken cancellationToken)
    {
        switch (request)
        {
            case RotateIdentityRequest:
                await member.RotateIdentityAsync(cancellationToken);
                return new ControlAnswer();
            case GetStatusRequest:
                return new ControlAnswer { Status = await member.GetStatusAsync() };
            default:
                throw new CliException("The process that holds the vault is a member's, and was asked as an authority: report this.");
        }
    }
}
