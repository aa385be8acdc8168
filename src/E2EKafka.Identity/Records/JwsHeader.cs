namespace E2EKafka.Records;

/// <summary>The only header a control record may have. Any other member, <c>jwk</c> and <c>crit</c> included, refuses the record.</summary>
internal sealed record JwsHeader(string Alg, string Typ, string Kid);
