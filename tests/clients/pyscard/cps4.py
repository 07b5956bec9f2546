"""A CPS4 as the agency's library asks it, on T=0 and on T=1: the channel, the codes, signatures by PKCS#1 and PSS, a proof and
a secret by the key that deciphers. Signatures are verified with the certificates of the card."""

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, utils

from common import *

DONE, CLOSED, NOT_PROVED = b"\x90\x00", b"\x68\x81", b"\x69\x82"
ATR = bytes.fromhex("3B9B188001001225006480040100009044")
SELECT = "01A4040C088025000001FF0100"
TRIES, PIN = "0120000100", "012000010431323334"
SIGNATURE, AUTHENTICATION = 0x10, 0x20
SHA1, SHA256 = hashes.SHA1(), hashes.SHA256()
PKCS1 = padding.PKCS1v15()


class Channel:
    """Channel 1 of a card, by one of its protocols."""

    def __init__(self, card, protocol):
        self.card, self.protocol = card, protocol

    def say(self, command):
        """The answer to a command, with all that waits for GET RESPONSE on the channel."""
        command = bytes.fromhex(command) if isinstance(command, str) else command
        code, answer = transmit(self.card, command, self.protocol)
        expect(f"transmit {show(command[:8])}", code, scard.SCARD_S_SUCCESS)
        while answer[-2] == 0x61:
            code, more = transmit(self.card, bytes([0x01, 0xC0, 0x00, 0x00, answer[-1]]), self.protocol)
            expect("GET RESPONSE", code, scard.SCARD_S_SUCCESS)
            answer = answer[:-2] + more
        return answer

    def ask(self, header, data):
        """The answer to a command with data and an answer: T=0 has no Le for it."""
        command = bytes.fromhex(header) + bytes([len(data)]) + data
        return self.say(command if self.protocol == scard.SCARD_PROTOCOL_T0 else command + b"\x00")

    def plays(self, *commands):
        for command in commands:
            expect(command, self.say(command), DONE)

    def sign(self, key, algorithm, digest):
        """A signature of a hash."""
        self.plays(f"012281B6049102{algorithm:02X}{0x80 | key:02X}")
        return self.ask("012A9E9A", digest)

    def decipher(self, block):
        """The power of a block, in two parts and without a padding indicator."""
        self.plays("012241B803830120", "112A8086FF" + block[:255].hex())
        answer = self.ask("012A8086", block[255:])
        expect("block", (len(answer), answer[-2:]), (258, DONE))
        return answer[:-2]

    def certificate(self, fid):
        self.plays("01A4000C020001", "01A4090C02" + fid)
        head = self.say("01B0000004")
        size, content = 4 + int.from_bytes(head[2:4]), b""
        while len(content) < size:
            piece = min(0xE7, size - len(content))
            content += self.say(bytes([0x01, 0xB0, *len(content).to_bytes(2), piece]))[:-2]
        return x509.load_der_x509_certificate(content)


def digest(algorithm, message):
    hasher = hashes.Hash(algorithm)
    hasher.update(message)
    return hasher.finalize()


def session(card, protocol):
    channel = Channel(card, protocol)
    # Nothing is open; what the library does when SELECT fails opens it too.
    expect("closed", channel.say(TRIES), CLOSED)
    channel.plays("01A4040C07A0000001510000", "00A4040C088025000001FF0002", SELECT)
    expect("three tries", channel.say(TRIES), b"\x63\xc3")
    public = {SIGNATURE: channel.certificate("B001").public_key(), AUTHENTICATION: channel.certificate("B002").public_key()}
    expect("before the code", channel.sign(SIGNATURE, 0x28, digest(SHA256, b"message")), NOT_PROVED)
    expect("wrong code", channel.say("012000010430303030"), b"\x63\xc2")
    expect("two tries", channel.say(TRIES), b"\x63\xc2")
    channel.plays(PIN, TRIES)

    # Both keys sign by all four algorithms.
    for key in (SIGNATURE, AUTHENTICATION):
        for algorithm, hashed, scheme in (
            (0x0A, SHA1, PKCS1),
            (0x28, SHA256, PKCS1),
            (0x15, SHA1, padding.PSS(padding.MGF1(SHA1), SHA1.digest_size)),
            (0x2C, SHA256, padding.PSS(padding.MGF1(SHA256), SHA256.digest_size)),
        ):
            answer = channel.sign(key, algorithm, digest(hashed, b"message"))
            expect(f"signature {algorithm:02X}", (len(answer), answer[-2:]), (258, DONE))
            public[key].verify(answer[:-2], digest(hashed, b"message"), scheme, utils.Prehashed(hashed))

    # A proof is what the library padded, deciphered; a secret comes with its padding.
    info = bytes.fromhex("3031300D060960864801650304020105000420") + digest(SHA256, b"prove it")
    proof = channel.decipher(b"\x00\x01" + b"\xff" * (253 - len(info)) + b"\x00" + info)
    public[AUTHENTICATION].verify(proof, b"prove it", PKCS1, SHA256)
    plain = channel.decipher(public[AUTHENTICATION].encrypt(b"a secret", PKCS1))
    expect("padding", plain[:2], b"\x00\x02")
    expect("secret", plain[plain.index(0, 2) + 1 :], b"a secret")
    expect("INTERNAL AUTHENTICATE", channel.ask("01880000", info), b"\x6d\x00")

    # The code is changed, blocked, unblocked, and as before.
    channel.plays("012401010434333231", "012000010434333231")
    for tries in (2, 1, 0):
        expect("old code", channel.say(PIN), bytes([0x63, 0xC0 | tries]))
    expect("blocked", channel.say(TRIES), b"\x69\x83")
    expect("not yet", channel.say("012C038100"), NOT_PROVED)
    channel.plays("01200002083132333435363738", "012C038100", "012401010431323334", PIN)


context = establish()
for wanted in (scard.SCARD_PROTOCOL_T0, scard.SCARD_PROTOCOL_T1):
    card, protocol = ok("connect", scard.SCardConnect(context, FIRST, scard.SCARD_SHARE_SHARED, wanted))
    expect("protocol", protocol, wanted)
    expect("answer to reset", bytes(ok("status", scard.SCardStatus(card))[3]), ATR)
    session(card, protocol)
    ok("disconnect", scard.SCardDisconnect(card, scard.SCARD_RESET_CARD))
ok("release", scard.SCardReleaseContext(context))
