"""Verifies a care form by docs/forms.md alone: its bytes, its sums, both signatures, and their certificates up to a root.

Nothing but Python's own library: DER, RSA and ECDSA are done here. `verify.py FOLDER ROOT.pem...` ends with 0 if all is right.
"""

import base64
import hashlib
import sys

SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)


def objects(data):
    """The objects in some bytes: tag, value, the whole object."""
    at, found = 0, []
    while at < len(data):
        start, tag, length = at, data[at], data[at + 1]
        at += 2
        if length & 0x80:
            count = length & 0x7F
            length = int.from_bytes(data[at : at + count], "big")
            at += count
        found.append((tag, data[at : at + length], data[start : at + length]))
        at += length
        assert at <= len(data), "an object breaks off"
    return found


def inside(data):
    return objects(objects(data)[0][1])


def oid(value):
    numbers, number = [], 0
    for byte in value:
        number = number << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(number)
            number = 0
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, [first, numbers[0] - 40 * first, *numbers[1:]]))


def add(a, b):
    """Two points of P-256; None is the one at infinity."""
    if a is None or b is None:
        return a or b
    if a[0] == b[0] and (a[1] + b[1]) % P == 0:
        return None
    slope = (3 * a[0] ** 2 - 3) * pow(2 * a[1], -1, P) if a == b else (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (slope**2 - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def times(number, point):
    total = None
    while number:
        total = add(total, point) if number & 1 else total
        point, number = add(point, point), number >> 1
    return total


class Certificate:
    def __init__(self, der):
        self.der = der
        (_, body, self.body), (_, algorithm, _), (_, signature, _) = inside(der)
        self.algorithm = oid(objects(algorithm)[0][1])
        self.signature = signature[1:]
        fields = [field for field in objects(body) if field[0] != 0xA0]
        self.serial, self.issuer, self.subject = fields[0][1], fields[2][2], fields[4][2]
        (_, kind, _), (_, key, _) = objects(fields[5][1])
        self.is_rsa = oid(objects(kind)[0][1]) == "1.2.840.113549.1.1.1"
        self.key = key[1:]

    def verifies(self, message, signature):
        digest = hashlib.sha256(message).digest()
        if self.is_rsa:
            n, e = (int.from_bytes(value, "big") for _, value, _ in inside(self.key))
            length = (n.bit_length() + 7) // 8
            block = pow(int.from_bytes(signature, "big"), e, n).to_bytes(length, "big")
            info = SHA256_INFO + digest
            return block == b"\x00\x01" + b"\xff" * (length - 3 - len(info)) + b"\x00" + info
        point = tuple(int.from_bytes(part, "big") for part in (self.key[1:33], self.key[33:65]))
        r, s = (int.from_bytes(value, "big") for _, value, _ in inside(signature))
        inverse = pow(s, -1, N)
        found = add(times(int.from_bytes(digest, "big") * inverse % N, G), times(r * inverse % N, point))
        return found is not None and found[0] % N == r

    def is_issued_by(self, other):
        return self.issuer == other.subject and other.verifies(self.body, self.signature)


def check_signature(container, form, roots, billing):
    (_, kind, _), (_, content, _) = inside(container)
    assert oid(kind) == "1.2.840.113549.1.7.2", "no signed data"
    fields = inside(content)
    assert len(objects(fields[2][1])) == 1, "the form is in its own signature"
    certificates = [Certificate(whole) for _, _, whole in objects(next(field[1] for field in fields if field[0] == 0xA0))]
    [(_, info, _)] = objects(fields[-1][1])
    _, (_, sid, _), _, (tag, attributes, _), _, (_, signature, _) = objects(info)
    assert tag == 0xA0, "nothing but the hash is signed"
    issuer, serial = objects(sid)
    signer = next(it for it in certificates if it.issuer == issuer[2] and it.serial == serial[1])
    codings = [whole for _, _, whole in objects(attributes)]
    assert codings == sorted(codings), "the attributes are not in the order of DER"
    length = len(attributes)
    head = b"\x31" + (bytes([length]) if length < 128 else b"\x82" + length.to_bytes(2, "big"))
    assert signer.verifies(head + attributes, signature), "the signature is wrong"
    values = {}
    for _, attribute, _ in objects(attributes):
        (_, name, _), (_, value, _) = objects(attribute)
        values[oid(name)] = objects(value)[0][1]
    assert values["1.2.840.113549.1.9.4"] == hashlib.sha256(form).digest(), "it is another form's"
    assert oid(values["1.2.840.113549.1.9.3"]) == "1.2.840.113549.1.7.1"
    if billing:
        assert values["1.2.250.1.186.500.1.2"] == b"T"
        assert values["1.2.250.1.186.500.1.5"] == billing, "another billing number"
        text = values["1.2.250.1.186.500.1.6"].decode("ascii").split("-----")[2]
        assert base64.b64decode(text) == signer.der, "another certificate"
    else:
        assert len(values) == 3
    current = signer
    for _ in range(3):
        above = next(it for it in certificates + roots if current.is_issued_by(it))
        if above in roots and above.is_issued_by(above):
            return
        current = above
    raise AssertionError("no root vouches for the signer")


def number(value):
    return int.from_bytes(value, "big")


def check_form(form):
    """Sums and shares; gives the billing number."""
    [(tag, content, whole)] = objects(form)
    assert tag == 0xE1 and whole == form
    fields = objects(content)
    top = {tag: value for tag, value, _ in fields}
    acts = [{tag: number(value) for tag, value, _ in objects(value)} for tag, value, _ in fields if tag == 0xA5]
    payment = {tag: number(value) for tag, value, _ in objects(top[0xA6])}
    for act in acts:
        assert act[0x89] == ((act[0x84] - act[0x85]) * act[0x88] + 50) // 100, "a share is wrong"
    for tag, part in ((0x80, 0x84), (0x81, 0x89), (0x82, 0x8A)):
        assert payment[tag] == sum(act[part] for act in acts), "a sum is wrong"
    paid = payment[0x81] * (payment[0x83] & 1) + payment[0x82] * (payment[0x83] >> 1 & 1)
    assert payment[0x84] == paid, "the third-party amount is wrong"
    return {tag: value for tag, value, _ in objects(top[0xA3])}[0x81]


def main(folder, *files):
    def read(name):
        with open(name, "rb") as file:
            return file.read()

    roots = []
    for file in files:
        parts = read(file).decode("ascii").split("-----BEGIN CERTIFICATE-----")[1:]
        roots += [Certificate(base64.b64decode(part.split("-----END")[0])) for part in parts]
    form = read(f"{folder}/form.bin")
    billing = check_form(form)
    check_signature(read(f"{folder}/form.p7s"), form, roots, billing)
    check_signature(read(f"{folder}/vitale.p7s"), form, roots, None)
    print("all is right")


main(*sys.argv[1:])
