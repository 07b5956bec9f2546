"""A health professional opens what a patient's card keeps for professionals, by an implementation that is not the card's.

The card verifies a chain of certificates from the test root, of either form, and the professional proves the key of the
last one. With RSA also device authentication: the card proves a key of its own, and both sides speak under secure
messaging. The folder of the test authority's files is told."""

import hashlib
import pathlib

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from common import *
from messaging import CARD_NUMBER, Session, TripleDes, challenge_of

KEYS = pathlib.Path(sys.argv[1])
SELECT_APPLICATION = bytes.fromhex("00A4040C0CD2500000044164E86C650101")
SELECT_COVER, READ = bytes.fromhex("00A4020C02D012"), bytes.fromhex("00B0000004")
DONE, SECURITY_NOT_SATISFIED, FAILED = b"\x90\x00", b"\x69\x82", b"\x63\x00"
COVER, EXEMPTION = b"\xe3", b"\xe4"  # the first template of the file


def load(name):
    return load_pem_private_key((KEYS / f"TEST-cv-{name}.key.pem").read_bytes(), None)


def certificate(name):
    return (KEYS / f"TEST-cv-{name}.cvc").read_bytes()


def send(card, header, data, le=b""):
    """A command that may be longer than one of T=0: in parts, all but the last with bit 10 of the class byte."""
    header = bytes.fromhex(header)
    while len(data) > 0xE7:
        part, data = data[:0xE7], data[0xE7:]
        expect("a part", exchange(card, bytes([header[0] | 0x10]) + header[1:] + bytes([len(part)]) + part), DONE)
    return exchange(card, header + bytes([len(data)]) + data + le)


class Rsa:
    """Certificates with message recovery: references of 8 bytes, of 12 in authentications."""

    root, authority, holder = b"TESTCVR1", b"TESTCAR1", b"TESTPSR1"
    verify, name = "002A00AE", bytes(4) + holder

    def __init__(self):
        self.key = load("professional-rsa").private_numbers()
        self.n = self.key.public_numbers.n

    @staticmethod
    def certificate(who):
        return certificate(f"{who}-rsa")

    def power(self, block):
        return pow(int.from_bytes(block, "big"), self.key.d, self.n)

    def proof(self, message):
        """6A, anything, its hash with the message, BC: signed (this project's choice)."""
        filling = bytes(256 - 2 - 32)
        block = b"\x6a" + filling + hashlib.sha256(filling + message).digest() + b"\xbc"
        return self.power(block).to_bytes(256, "big")


class P256:
    """Self-descriptive certificates, of which the card gets the inside."""

    root, authority, holder = b"TESTCVE1", b"TESTCAE1", b"TESTPSE1"
    verify, name = "002A00BE", holder

    def __init__(self):
        self.key = load("professional-p256")

    @staticmethod
    def certificate(who):
        whole = certificate(f"{who}-p256")
        expect("certificate", whole[:3], b"\x7f\x21\x81")
        return whole[4:]

    def proof(self, message):
        numbers = decode_dss_signature(self.key.sign(message, ec.ECDSA(hashes.SHA256())))
        return b"".join(number.to_bytes(32, "big") for number in numbers)


def closed(card):
    expect("select VITALE", exchange(card, SELECT_VITALE)[-2:], DONE)
    expect("select the cover", exchange(card, SELECT_COVER), DONE)
    expect("read without a professional", exchange(card, READ), SECURITY_NOT_SATISFIED)


def name_key(card, template, reference):
    return exchange(card, bytes.fromhex(f"002281{template}") + bytes([len(reference) + 2, 0x83, len(reference)]) + reference)


def present_certificates(card, form):
    """From the root that the card knows to the professional."""
    expect("somebody unknown", name_key(card, "B6", b"NOBODYAT"), b"\x6a\x88")
    for who, by in (("authority", form.root), ("professional", form.authority)):
        expect(f"key of {by}", name_key(card, "B6", by), DONE)
        wrong = bytearray(form.certificate(who))
        wrong[-20] ^= 1
        expect("a changed certificate", send(card, form.verify, bytes(wrong)) != DONE, True)
        expect(f"certificate of the {who}", send(card, form.verify, form.certificate(who)), DONE)


def prove_role(card, form):
    present_certificates(card, form)
    expect("key of the professional", name_key(card, "A4", form.name), DONE)
    challenge_of(card)
    expect("an old challenge", send(card, "00820000", form.proof(bytes(8) + CARD_NUMBER)), FAILED)
    expect("without a challenge", send(card, "00820000", form.proof(bytes(8) + CARD_NUMBER)), b"\x69\x85")
    challenge = challenge_of(card)
    expect("role", send(card, "00820000", form.proof(challenge + CARD_NUMBER)), DONE)


def opened(card):
    expect("select the cover", exchange(card, SELECT_COVER), DONE)
    answer = exchange(card, READ)
    expect("read", (answer[:1], answer[-2:]), (COVER, DONE))
    expect("update", exchange(card, bytes.fromhex("00D6000001E3")), SECURITY_NOT_SATISFIED)
    expect("select the exemptions", exchange(card, bytes.fromhex("00A4020C02D013")), DONE)
    answer = exchange(card, READ)
    expect("read", (answer[:1], answer[-2:]), (EXEMPTION, DONE))


def an_authority_is_no_professional(card):
    """Its certificate is good, but says another role."""
    expect("key of the root", name_key(card, "B6", Rsa.root), DONE)
    expect("certificate", send(card, Rsa.verify, Rsa.certificate("authority")), DONE)
    form = Rsa()
    form.key = load("authority-rsa").private_numbers()
    form.n = form.key.public_numbers.n
    expect("key of the authority", name_key(card, "A4", bytes(4) + Rsa.authority), DONE)
    expect("role", send(card, "00820000", form.proof(challenge_of(card) + CARD_NUMBER)), DONE)
    expect("select the cover", exchange(card, SELECT_COVER), DONE)
    expect("read as an authority", exchange(card, READ), SECURITY_NOT_SATISFIED)


def card_key(card):
    """The modulus of the card's key 1, whose exponent is 65537."""
    answer = exchange(card, bytes.fromhex("00CB3FFF0B4D097007BFA001037F498000"))
    while answer[-2] == 0x61:
        answer = answer[:-2] + exchange(card, bytes([0x00, 0xC0, 0x00, 0x00, answer[-1]]))
    modulus = answer.index(b"\x81\x82\x01\x00") + 4
    expect("exponent", answer[modulus + 256 :], bytes.fromhex("8203010001") + DONE)
    return int.from_bytes(answer[modulus : modulus + 256], "big")


def recovered(block, known):
    """What a right block hides: the half of a secret."""
    block = block.to_bytes(256, "big")
    if (block[0], block[-1]) != (0x6A, 0xBC):
        return None
    hidden, digest = block[1:-33], block[-33:-1]
    return hidden[-32:] if hashlib.sha256(hidden + known).digest() == digest else None


def authenticate_devices(card, form):
    """Both sides prove their RSA keys and agree on session keys [OPENSC-CWA device authentication]."""
    expect("select the application", exchange(card, SELECT_APPLICATION), DONE)
    expect("PIN", exchange(card, bytes.fromhex("002000810431323334")), DONE)
    present_certificates(card, form)
    modulus = card_key(card)
    both = b"\x83\x0c" + form.name + b"\x84\x01\x81"
    expect("both keys", exchange(card, bytes.fromhex("0022C1A4") + bytes([len(both)]) + both), DONE)
    own_challenge, own_secret = bytes(range(8)), bytes(range(32))
    answer = send(card, "00880000", own_challenge + form.holder, b"\x00")
    token = pow(int.from_bytes(answer[:256], "big"), form.key.d, form.n)
    known = own_challenge + form.holder
    signed = (pow(number, 65537, modulus) for number in (token, modulus - token))
    card_secret = next(filter(None, (recovered(block, known) for block in signed)), None)
    expect("the card's proof", card_secret is not None, True)
    challenge = challenge_of(card)
    filling = bytes(256 - 2 - 32 - 32)
    digest = hashlib.sha256(filling + own_secret + challenge + CARD_NUMBER).digest()
    power = form.power(b"\x6a" + filling + own_secret + digest + b"\xbc")
    token = pow(min(power, form.n - power), 65537, modulus).to_bytes(256, "big")
    expect("own proof", send(card, "00820000", token), DONE)
    return Session(card, TripleDes, (own_secret, card_secret), (challenge, own_challenge), hashlib.sha256)


context = establish()
card, _ = connect(context)
reset = lambda: ok("reset", scard.SCardReconnect(card, scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_ANY, scard.SCARD_RESET_CARD))
for form in (Rsa(), P256()):
    closed(card)
    prove_role(card, form)
    opened(card)
    # The same application again is no other one; another one ends the role.
    exchange(card, SELECT_VITALE)
    opened(card)
    expect("select MF", exchange(card, SELECT_MF), DONE)
    closed(card)
    reset()
closed(card)
an_authority_is_no_professional(card)
reset()
closed(card)
session = authenticate_devices(card, Rsa())
# The role goes along with the session that it is bound to.
expect("select VITALE", session.ask(bytes.fromhex("00A4040C"), SELECT_VITALE[5:]), (b"", DONE))
expect("select the cover", session.ask(bytes.fromhex("00A4020C"), b"\xd0\x12"), (b"", DONE))
answer, status = session.ask(bytes.fromhex("00B00000"), le=4)
expect("read under secure messaging", (answer[:1], status), (COVER, DONE))
# A plain command ends the session, and with it what the professional proved.
expect("read in clear", exchange(card, READ), SECURITY_NOT_SATISFIED)
ok("disconnect", scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD))
