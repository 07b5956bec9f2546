"""The two sides of a CPS3. A program of the generation before reads the billing situation and the activities by class A0; the
code that it gave lets the other side sign, and the other way round."""

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from common import *

DONE, NOT_PROVED = b"\x90\x00", b"\x98\x04"
HOME, BILLING, SITUATION, ACTIVITY = "3F00", "7F01", "4000", "4010"
MF, DF, EF = 1, 2, 4


def say_to(card, text):
    """The answer to a command in hexadecimal."""
    return exchange(card, bytes.fromhex(text))


def select(card, fid):
    """One step of the path on the side of class A0: how long the file is, and what it is."""
    expect(f"select {fid}", say_to(card, "A0A4000002" + fid), b"\x9f\x0f")
    answer = say_to(card, "A0C000000F")
    expect(f"answer of {fid}", (answer[:2], answer[4:6].hex().upper(), answer[15:]), (b"\x85\x0d", fid, DONE))
    return int.from_bytes(answer[2:4]), answer[6]


def read(card, *path):
    """A file of the side of class A0, read in pieces."""
    *folders, last = path
    kinds = [select(card, folder)[1] for folder in folders]
    expect("directories", kinds, [MF, DF][: len(folders)])
    size, kind = select(card, last)
    expect("file", kind, EF)
    content = b""
    while len(content) < size:
        piece = min(0x60, size - len(content))
        answer = exchange(card, bytes([0xA0, 0xB0, *len(content).to_bytes(2), piece]))
        expect(f"read {last}", answer[-2:], DONE)
        content += answer[:-2]
    return content


def objects(content):
    """Tags and values."""
    found = []
    while content:
        tag, length, start = content[0], content[1], 2
        if length == 0x81:
            length, start = content[2], 3
        found.append((tag, content[start : start + length]))
        content = content[start + length :]
    return found


def sign(card, message):
    """What the signature key of the other side makes of a message."""
    for command in ("00A4090C043F000001", "002241AA03800140"):
        expect(command, say_to(card, command), DONE)
    hashed = bytes([0x90, 0x00, 0x80, len(message)]) + message
    expect("hash", exchange(card, bytes([0x00, 0x2A, 0x90, 0xA0, len(hashed)]) + hashed), DONE)
    expect("key", say_to(card, "002241B606800142840181"), DONE)
    return say_to(card, "002A9E9A00")


def certificate(card):
    """That of the signature key."""
    expect("select", say_to(card, "00A4090C063F000001B001"), DONE)
    head = say_to(card, "00B0000004")
    size, content = 4 + int.from_bytes(head[2:4]), b""
    while len(content) < size:
        piece = min(0xE7, size - len(content))
        content += exchange(card, bytes([0x00, 0xB0, *len(content).to_bytes(2), piece]))[:-2]
    return x509.load_der_x509_certificate(content)


def verify_signature(card, message):
    answer = sign(card, message)
    expect("signature", (len(answer), answer[-2:]), (258, DONE))
    certificate(card).public_key().verify(answer[:-2], message, padding.PKCS1v15(), hashes.SHA256())


context = establish()
card, protocol = connect(context)
expect("protocol", protocol, scard.SCARD_PROTOCOL_T0)

# Nothing is open, on either side.
for path in ((HOME, BILLING, SITUATION), (HOME, ACTIVITY)):
    for fid in path:
        select(card, fid)
    expect("closed", say_to(card, "A0B0000001"), NOT_PROVED)
expect("no signature", sign(card, b"before the code")[-2:], b"\x69\x82")

# A wrong code costs a try of the one that there is; the right one, as long as on GSM cards, opens both sides.
expect("wrong code", say_to(card, "A02000010430303030"), NOT_PROVED)
expect("two tries left", say_to(card, "0020000100"), b"\x63\xc2")
expect("code", say_to(card, "A020000108" + "31323334FFFFFFFF"), DONE)
expect("and no more is lost", say_to(card, "0020000100"), DONE)
verify_signature(card, b"after the code of class A0")

((tag, place),) = objects(read(card, HOME, ACTIVITY))
expect("activity", (tag, dict(objects(place))[0x84]), (0xEE, b"CABINET LEFEVRE"))
((tag, situation),) = objects(read(card, HOME, BILLING, SITUATION))
situation = dict(objects(situation))
expect("situation", (tag, situation[0x80]), (0xEF, b"899900012347"))
expect("name of the place, billing number", (situation[0x82], situation[0x85]), (b"CABINET LEFEVRE", b"999100019"))
expect("may sign forms, may sign lots", (situation[0x90], situation[0x91]), (b"001", b"001"))

# What was proved is gone with the power, and comes back by the other side.
ok("reset", scard.SCardReconnect(card, scard.SCARD_SHARE_SHARED, protocol, scard.SCARD_RESET_CARD))
select(card, HOME), select(card, ACTIVITY)
expect("closed again", say_to(card, "A0B0000001"), NOT_PROVED)
expect("code", say_to(card, "00200001" + "0431323334"), DONE)
expect("open again", say_to(card, "A0B0000001"), b"\xee" + DONE)
verify_signature(card, b"after the code of the other side")

ok("disconnect", scard.SCardDisconnect(card, scard.SCARD_RESET_CARD))
ok("release", scard.SCardReleaseContext(context))
