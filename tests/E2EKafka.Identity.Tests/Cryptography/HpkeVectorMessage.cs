namespace E2EKafka;

internal sealed record HpkeVectorMessage(ulong Sequence, byte[] Aad, byte[] Nonce, byte[] Plaintext, byte[] Ciphertext);
