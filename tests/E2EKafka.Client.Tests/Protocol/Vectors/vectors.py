"""Runs docs/vectors without E2EKafka: python3 vectors.py <folder>. Written from docs/protocol.md and docs/vectors/README.md alone, with pyca/cryptography.
Runs what needs no engine: keys, the form of records, key changes, tickets, derivations, MACs, and opens what is granted and sent."""
import base64, hashlib, hmac, json, os, re, sys
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
sha = lambda data: hashlib.sha256(data).digest()
b64 = lambda data: base64.urlsafe_b64encode(data).rstrip(b"=").decode()
exact = lambda value: json.dumps(value, separators=(",", ":")).encode()


class Refused(Exception):
    pass


def need(condition, reason="refused"):
    if not condition:
        raise Refused(reason)


def unb64(text, reason="refused"):
    need(re.fullmatch("[A-Za-z0-9_-]*", text) and len(text) % 4 != 1, reason)
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    need(b64(data) == text, reason)
    return data


def is_hash(text):
    try:
        return len(unb64(text)) == 32
    except Refused:
        return False


def point(data):
    need(len(data) == 65 and data[0] == 4 and all(int.from_bytes(data[i:i + 32], "big") < P for i in (1, 33)))
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), data)
    except ValueError:
        raise Refused("refused")


def jwk(key):
    need(list(key) == ["kty", "crv", "x", "y"] and key["kty"] == "EC" and key["crv"] == "P-256")
    x, y = unb64(key["x"]), unb64(key["y"])
    need(len(x) == len(y) == 32)
    return point(b"\x04" + x + y), b64(sha(exact({"crv": "P-256", "kty": "EC", "x": key["x"], "y": key["y"]})))


def is_signed(key, digest, signature):
    r, s = (int.from_bytes(signature[i:i + 32], "big") for i in (0, 32))
    try:
        key.verify(utils.encode_dss_signature(r, s), digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))
        return True
    except InvalidSignature:
        return False


def parse(text):
    need(len(text.encode()) <= 262144)
    parts = text.split(".")
    need(len(parts) == 3 and all(parts) and len(parts[2]) == 86)
    header, payload, signature = map(unb64, parts)
    match = re.fullmatch(r'\{"alg":"ES256","typ":"([ !#-\[\]-~]{1,64})","kid":"([A-Za-z0-9_-]{43})"\}', header.decode("latin1"))
    need(match and is_hash(match[2]))
    return match[1], match[2], payload, signature, sha(".".join(parts[:2]).encode())


def claims(text):
    return json.loads(parse(text)[2])


expand = lambda prk, info, size: HKDFExpand(hashes.SHA256(), size, info).derive(prk)
extract = lambda salt, ikm: hmac.new(salt or bytes(32), ikm, hashlib.sha256).digest()


def derive(secret, statement):
    prk = extract(b"", secret)
    core = sha(b"E2EKafka/1 core\0" + exact(statement["core"]))
    commitment = expand(prk, b"E2EKafka/1 session commitment\0" + core, 32)
    need(b64(commitment) == statement["commitment"], "CommitmentMismatch")
    name = sha(b"E2EKafka/1 statement\0" + exact(statement))
    return {"coreHash": core.hex(), "commitment": commitment.hex(), "statementHash": name.hex(), "name": b64(name), "id": name[:16].hex(),
            "key": expand(prk, b"E2EKafka/1 session key\0" + name, 32).hex(), "iv": expand(prk, b"E2EKafka/1 session iv\0" + name, 12).hex()}


def hpke_open(private, info, aad, text):
    key = ec.derive_private_key(int(private, 16), ec.SECP256R1())
    public = key.public_key().public_bytes(*ENCODED)
    kem, hpke = b"KEM\x00\x10", b"HPKE\x00\x10\x00\x01\x00\x02"
    l_extract = lambda suite, salt, label, ikm: extract(salt, b"HPKE-v1" + suite + label + ikm)
    l_expand = lambda suite, prk, label, context, size: expand(prk, size.to_bytes(2, "big") + b"HPKE-v1" + suite + label + context, size)
    dh = key.exchange(ec.ECDH(), point(text[:65]))
    shared = l_expand(kem, l_extract(kem, b"", b"eae_prk", dh), b"shared_secret", text[:65] + public, 32)
    context = b"\0" + l_extract(hpke, b"", b"psk_id_hash", b"") + l_extract(hpke, b"", b"info_hash", info)
    secret = l_extract(hpke, shared, b"secret", b"")
    return AESGCM(l_expand(hpke, secret, b"key", context, 32)).decrypt(l_expand(hpke, secret, b"base_nonce", context, 12), text[65:], aad)


from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
ENCODED = (Encoding.X962, PublicFormat.UncompressedPoint)


def secrets(context, grant):
    """Of the entries of a grant that are to the reader's package of p256: secret, group and its key by statement hash."""
    held, reader = {}, context["reader"]
    keys = {package["id"]: package["privateKey"] for package in reader["packages"] if package["kem"] == "p256"}
    for entry in grant["recipients"]:
        if entry["sub"] == reader["identifier"] and entry["package"] in keys:
            info = b"E2EKafka/1 grant\0" + "\0".join([grant["aud"], grant["sub"], entry["sub"], entry["package"]]).encode()
            aad = sha(b"".join(unb64(session["statement"]) for session in entry["sessions"]))
            opened = hpke_open(keys[entry["package"]], info, aad, unb64(entry["sealed"]))
            for session in entry["sessions"]:
                group, size = session.get("group"), 64 if "group" in session else 32
                held[session["statement"]] = opened[:32], group, opened[32:size]
                opened = opened[size:]
            need(not opened)
    return held


def run_grants(context, given, expected):
    try:
        held = secrets(context, claims(given["record"]["value"]))
    except (InvalidTag, Refused):
        raise Refused("CommitmentMismatch")
    known = statements(context, given)
    for name, (secret, group, key) in held.items():
        if name in known:
            core = bytes.fromhex(derive(secret, known[name])["coreHash"])
            need(not group or group_commitment(key, core, group) == dict(zip(groups_of(known[name]), known[name]["groups"])).get(group), "CommitmentMismatch")
    actual = {"secrets": {name: held[name][0].hex() for name in expected["secrets"]}}
    return actual | {"groupKeys": {name: held[name][2].hex() for name in expected["groupKeys"]}} if "groupKeys" in expected else actual


def groups_of(statement):
    return list(statement["core"].get("readerGroups", {"": []}).values())[0]


def group_commitment(key, core, group):
    return b64(hmac.new(key, b"E2EKafka/1 group commitment\0" + core + group.encode(), hashlib.sha256).digest())


def statements(context, given):
    texts = [record["value"] for record in context["before"] + given.get("before", []) + given.get("meanwhile", []) if record["topic"] == "sessions"]
    return {b64(sha(b"E2EKafka/1 statement\0" + exact(statement))): statement for text in texts for statement in claims(text)["statements"]}


def run_messages(context, given, expected):
    """A message of a session that was granted; policy and state are not looked at."""
    record, known, held = given["record"], statements(context, given), {}
    for grant in context["before"] + given.get("before", []) + given.get("meanwhile", []):
        if grant["topic"] == "grants":
            held.update(secrets(context, claims(grant["value"])))
    message = bytes.fromhex(record["value"] if record["value"] is not None else record["headers"][-1]["value"])
    keys = [(derive(secret[0], known[name]), known[name], *secret[1:]) for name, secret in held.items() if unb64(name)[:16] == message[2:18]]
    session, statement, group, group_key = keys[0]
    core, groups = statement["core"], groups_of(statement)
    head = 54 if message[1] & 0x20 else 22
    proof = 64 if core["authentication"] == "signature" else 16 * len(groups)
    text, origin = message[head:len(message) - proof], message[len(message) - proof:]
    need(len(text) >= 16, "Truncated")
    need((message[1] & 0x10 != 0) == (record["value"] is None), "AuthenticationFailed")
    need(record["value"] is not None or len(text) == 16, "TombstoneNotAuthenticated")
    additional = bytes.fromhex(session["statementHash"]) + b"\0" + message[:head]
    digest = sha(b"E2EKafka/1 message\0" + additional + text)
    need("key" not in core or is_signed(jwk(core["key"])[0], digest, origin), "SignatureInvalid")
    need(not groups or hmac.new(group_key, digest, hashlib.sha256).digest()[:16] == origin[16 * groups.index(group):][:16], "AuthenticationFailed")
    plaintext = open_gcm(session, message, additional, text)
    binding, key = "NotBound", record["key"]
    hashed = bytes(32) if key is None else sha(bytes.fromhex(key))
    if given.get("bindsKeys"):
        need(head == 54 and message[22:54] == hashed, "RecordKeyMismatch")
    if head == 54:
        binding = "Matches" if given.get("bindsKeys") else "NotCompared"
    actual = {"plaintext": plaintext.hex(), "tombstone": record["value"] is None, "producer": core["producer"], "session": session["id"],
              "sequence": int.from_bytes(message[18:22], "big"), "provenBy": {"signature": "Signature", "mac": "Mac", "shared": "SharedKey"}[core["authentication"]], "keyBinding": binding}
    return {name: actual[name] for name in expected}


def open_gcm(session, message, additional, text):
    iv = bytes.fromhex(session["iv"])
    nonce = iv[:8] + bytes(a ^ b for a, b in zip(iv[8:], message[18:22]))
    try:
        return AESGCM(bytes.fromhex(session["key"])).decrypt(nonce, text, additional)
    except InvalidTag:
        raise Refused("AuthenticationFailed")


def run_keys(context, given, expected):
    if "jwk" in given:
        key, thumbprint = jwk(given["jwk"])
        own = ec.derive_private_key(int(given["privateKey"], 16), ec.SECP256R1()).public_key()
        need(own == key, "another private key")
        return {"thumbprint": thumbprint, "encoded": key.public_bytes(*ENCODED).hex()}
    if "hpke" in given:
        data = unb64(given["hpke"])
        need(len(data) in (65, 1249))
        if len(data) == 1249:
            need(all(data[i] + (data[i + 1] & 15) * 256 < 3329 and (data[i + 1] >> 4) + data[i + 2] * 16 < 3329 for i in range(0, 1152, 3)))
        point(data[-65:])
        return {"kem": "p256" if len(data) == 65 else "mlkem768-p256", "id": b64(sha(data))}
    if "salt" in given:
        return {"project": b64(sha(b"E2EKafka/1 project\0" + given["authority"].encode() + bytes.fromhex(given["salt"])))}
    if "partitions" in given:
        return {"partition": int.from_bytes(sha(given["text"].encode())[:4], "big") % given["partitions"]}
    pattern = given["pattern"]
    if "topic" in given:
        return {"matches": given["topic"].startswith(pattern[:-1]) if pattern.endswith("*") else given["topic"] == pattern}
    is_name = bool(re.fullmatch("[A-Za-z0-9._-]{1,249}", pattern)) and pattern not in (".", "..")
    need(is_name or re.fullmatch("[A-Za-z0-9._-]{0,249}[*]", pattern))
    return {"isTopicName": is_name}


def run_form(context, given, expected):
    value = given["value"]
    if isinstance(value, list):
        value = "".join(text * times for text, times in zip(value[::2], value[1::2]))
    typ, kid, _, _, digest = parse(value)
    return {name: {"typ": typ, "kid": kid, "hash": b64(digest)}[name] for name in expected}


def run_key_changes(context, given, expected):
    typ, kid, payload, signature, digest = parse(given["change"])
    change, (key, thumbprint) = json.loads(payload), jwk(context["oldKey"])
    need(exact(change) == payload and list(change) == ["aud", "sub", "iat", "jwk"] and change["sub"] == context["identifier"] and change["iat"] <= 253370764799)
    new = jwk(change["jwk"])[1]
    need(typ == "e2ekafka-key-change+jws" and kid == thumbprint and change["aud"] == context["project"] and is_signed(key, digest, signature))
    return {"key": new, "at": change["iat"]}


def run_tickets(context, given, expected):
    text, wrong = given["ticket"].strip().strip("\ufeff").strip(), "TicketMalformed"
    need(len(text) <= 4096 and text.startswith("e2ekafka-ticket-"), wrong)
    data = unb64(text[16:], wrong)
    try:
        ticket = json.loads(data)
    except ValueError:
        raise Refused(wrong)
    need(exact(ticket) == data and list(ticket) == ["project", "authority", "key", "version", "exp", "secret"], wrong)
    need(all(is_hash(ticket[name]) for name in ("project", "authority", "key")) and len(unb64(ticket["secret"], wrong)) == 32, wrong)
    need(ticket["version"] > 0 and ticket["exp"] <= 253370764799, wrong)
    project, secret = claims(context["document"]), unb64(ticket["secret"])
    need(ticket["project"] == project["aud"] and ticket["authority"] == project["iss"], "TicketForOtherProject")
    need(ticket["exp"] + 120 > context["now"], "TicketExpired")
    need(project["version"] >= ticket["version"], "ProjectOutdated")
    chain = [project["authority"]["signing"]] + [claims(change)["jwk"] for change in project["authority"]["changes"]]
    need(ticket["key"] in [jwk(key)[1] for key in chain], "ProjectInvalid")
    actual = ticket | {"secret": secret.hex(), "hash": b64(sha(b"E2EKafka/1 ticket\0" + secret))}
    return {name: actual[name] for name in expected}


def run_sessions(context, given, expected):
    statement = json.loads(given["statement"])
    session = derive(bytes.fromhex(given["secret"]), statement)
    if "groupKey" not in given:
        return session
    commitment = group_commitment(bytes.fromhex(given["groupKey"]), bytes.fromhex(session["coreHash"]), given["group"])
    need(commitment == dict(zip(groups_of(statement), statement["groups"]))[given["group"]], "CommitmentMismatch")
    return {"groupCommitment": unb64(commitment).hex()}


RUNS = {"keys": run_keys, "record-form": run_form, "key-changes": run_key_changes, "tickets": run_tickets, "sessions": run_sessions, "macs": run_messages,
        "grants": run_grants, "messages": run_messages}
OPENED = lambda vector: vector.get("expected", {}).get("session") or vector.get("check") in ["3.4 %d" % i for i in range(12, 18)]
# Of these files, what does not depend on policy, state or senders.
ONLY = {"grants": lambda vector: "hybrid" not in vector["name"] and (vector["result"] == "accepted" or vector.get("check") == "3.2 12"),
        "macs": OPENED, "messages": OPENED}


def main(folder):
    count = failed = 0
    for name, run in RUNS.items():
        with open(os.path.join(folder, name + ".json"), encoding="utf-8") as file:
            content = json.load(file)
        for vector in filter(ONLY.get(name, lambda _: True), content["vectors"]):
            expected, actual = vector.get("expected", {}), {}
            try:
                actual, result = run(content["context"], vector["input"], expected), "accepted"
            except Refused as e:
                result = str(e)
            count += 1
            wanted = {key: value for key, value in expected.items() if key in actual}
            if result != vector["result"] or result == "accepted" and actual != wanted:
                failed += 1
                print(f"{name}: {vector['name']}: {result} {actual}, not {vector['result']} {expected}")
    print(f"{count} vectors, {failed} failed")
    return failed


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1]) else 0)
