# Makes the constants of MessageFormatTests.cs and MessageMacTests.cs from docs/protocol.md, with pyca/cryptography: python3 message_format.py
import base64, hashlib, hmac, json
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

b64 = lambda data: base64.urlsafe_b64encode(data).rstrip(b"=").decode()
sha = lambda data: hashlib.sha256(data).digest()
exact = lambda value: json.dumps(value, separators=(",", ":")).encode()
secret = bytes(range(32))
start = 1772366400  # 2026-03-01T12:00:00Z
project, document, producer = (b64(sha(name)) for name in (b"project", b"document", b"producer"))
signing = ec.derive_private_key(int.from_bytes(sha(b"signing"), "big"), ec.SECP256R1())
point = signing.public_key().public_numbers()
jwk = {"kty": "EC", "crv": "P-256", "x": b64(point.x.to_bytes(32, "big")), "y": b64(point.y.to_bytes(32, "big"))}


def derive(purpose, context, size):
    info = b"E2EKafka/1 session " + purpose + b"\0" + context
    return HKDF(hashes.SHA256(), size, None, info).derive(secret)


class Session:
    def __init__(self, signed):
        core = {"project": project, "document": {"version": 1, "hash": document}, "topic": "orders", "producer": producer,
                "authentication": "signature" if signed else "shared", "begins": start, "ends": start + 3600,
                "messages": 2**32 - 1, "bytes": 2**38}
        if signed:
            core["key"] = jwk
        commitment = derive(b"commitment", sha(b"E2EKafka/1 core\0" + exact(core)), 32)
        self.hash = sha(b"E2EKafka/1 statement\0" + exact({"core": core, "commitment": b64(commitment)}))
        self.key, self.iv, self.signed = derive(b"key", self.hash, 32), derive(b"iv", self.hash, 12), signed

    def message(self, plaintext, sequence, record_key=None, tombstone=False, groups=()):
        flags = 1 | (0x10 if tombstone else 0) | (0x20 if record_key else 0)
        header = bytes([0xFE, flags]) + self.hash[:16] + sequence.to_bytes(4, "big") + (record_key_hash(record_key) if record_key else b"")
        nonce = self.iv[:8] + bytes(a ^ b for a, b in zip(self.iv[8:], sequence.to_bytes(4, "big")))
        associated = self.hash + b"\0" + header
        sealed = AESGCM(self.key).encrypt(nonce, plaintext, associated)
        proof = b""
        digest = sha(b"E2EKafka/1 message\0" + associated + sealed)
        for group in groups:
            proof += hmac.new(group, digest, hashlib.sha256).digest()[:16]
        if self.signed:
            r, s = utils.decode_dss_signature(signing.sign(digest, ec.ECDSA(utils.Prehashed(hashes.SHA256()))))
            proof = r.to_bytes(32, "big") + s.to_bytes(32, "big")
        return (header + sealed + proof).hex()


def record_key_hash(key):
    return sha(key)


shared, signed = Session(False), Session(True)
print("Project", project)
print("Document", document)
print("Producer", producer)
print("signing key", jwk["x"], jwk["y"])
print("HelloUnbound", shared.message(b"hello", 0))
print("HelloBoundToKey1", shared.message(b"hello", 1, b"key-1"))
print("TombstoneOfKey1", shared.message(b"", 2, b"key-1", tombstone=True))
print("HelloForTwoGroups", shared.message(b"hello", 0, b"key-1", groups=(sha(b"group 1"), sha(b"group 2"))))
print("HelloSigned", signed.message(b"hello", 7, b"key-1"))
