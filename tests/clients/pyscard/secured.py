"""Two cards side by side that go on under secure messaging: the professional's card keeps the session, and this script, which
carries what they say, never knows the keys. Written from docs/professionals.md."""

from common import *

PATIENT, PROFESSIONAL = FIRST, SECOND
DONE, CLOSED, NO_SESSION = b"\x90\x00", b"\x69\x82", b"\x69\x85"
SELECT_CPS = bytes.fromhex("00A4040C08" "8025000001FF0100")
SELECT_MF_VITALE = bytes.fromhex("00A4040C0E" "D2500000024D465F564954414C45")
SELECT_VITALE_SILENTLY = bytes.fromhex("00A4040C0B" "D250000002564954414C45")
READ_EF_SN = bytes.fromhex("00B09C0000")
ROOT = b"TESTCVR1"
COVER, EXEMPTIONS, OWN_CERTIFICATE = "D012", "D013", "D01A"


def tlv(tag, value):
    size = len(value)
    more = 0 if size < 0x80 else 1 if size < 0x100 else 2
    length = bytes([0x80 | more]) + size.to_bytes(more, "big") if more else bytes([size])
    return bytes([tag]) + length + value


def objects(field):
    """The objects of a protected answer, with what stands before each."""
    place = 0
    while place < len(field):
        tag, first = field[place], field[place + 1]
        more = first - 0x80 if first > 0x80 else 0
        length = int.from_bytes(field[place + 2 : place + 2 + more], "big") if more else first
        start = place + 2 + more
        yield tag, field[start : start + length], field[:place]
        place = start + length


def must(what, card, command):
    """The data of an answer that must be 9000."""
    answer = exchange(card, command)
    expect(what, answer[-2:], DONE)
    return answer[:-2]


def fetch(card, command):
    """All of an answer that is longer than one."""
    answer = exchange(card, command)
    while answer[-2] == 0x61:
        answer = answer[:-2] + exchange(card, bytes([0x00, 0xC0, 0x00, 0x00, answer[-1]]))
    return answer


def send(what, card, header, data, le=b""):
    """A command that may be longer than one of T=0: in parts, all but the last with bit 10 of the class byte."""
    header = bytes.fromhex(header)
    while len(data) > 0xE7:
        part, data = data[:0xE7], data[0xE7:]
        must(what, card, bytes([header[0] | 0x10]) + header[1:] + bytes([len(part)]) + part)
    return must(what, card, header + bytes([len(data)]) + data + le)


def read(card, file):
    """A file to its end, in clear."""
    must(f"select {file}", card, bytes.fromhex("00A4020C02" + file))
    content = b""
    while True:
        part = exchange(card, bytes([0x00, 0xB0, len(content) >> 8, len(content) & 0xFF, 0x00]))
        if part[-2:] == b"\x6b\x00":
            return content
        content += part[:-2]
        if len(part) < 258:
            return content


def certificate(content):
    """Without the zeros that fill its file: 7F21 82 and two bytes of length."""
    expect("a certificate", content[:3], b"\x7f\x21\x82")
    return content[: 5 + int.from_bytes(content[3:5], "big")]


def number(what, card):
    """The number of a card: the last eight bytes of what EF.SN says."""
    said = must(what, card, READ_EF_SN)
    return said[2 : 2 + said[1]][-8:]


def authority_of(certificate):
    """Who signed a certificate: its last object, 42."""
    expect("the signer of a certificate", certificate[-10:-8], b"\x42\x08")
    return certificate[-8:]


def acquaint(card, authority, own, other_number, key):
    """Shows a card the certificates of the other one, and names both keys."""
    for signer, shown in ((ROOT, authority), (authority_of(own), own)):
        send("the signer's key", card, "002281B6", tlv(0x83, signer))
        send("a certificate", card, "002A00AE", shown)
    send("both keys", card, "0022C1A4", tlv(0x83, bytes(4) + other_number) + tlv(0x84, bytes([key])))


class Session:
    """Both cards, of which the professional's keeps the keys."""

    def __init__(self, patient, professional):
        self.patient, self.professional = patient, professional
        must("select the CPS", professional, SELECT_CPS)
        must("the professional's code", professional, bytes.fromhex("0020000104") + b"1234")
        theirs = number("the professional's number", professional)
        authority, role = (certificate(read(professional, file)) for file in ("2F21", "2F22"))
        must("select MF_VITALE", patient, SELECT_MF_VITALE)
        own = number("the patient's number", patient)
        must("select VITALE", patient, SELECT_VITALE_SILENTLY)
        acquaint(patient, authority, role, theirs, 0x06)
        acquaint(professional, authority, certificate(read(patient, OWN_CERTIFICATE)), own, 0x15)
        for prover, prover_is_told, judge in ((patient, theirs, professional), (professional, own, patient)):
            challenge = must("a challenge", judge, bytes.fromhex("0084000008"))
            token = send("a token", prover, "00880000", challenge + prover_is_told)
            expect("the length of a token", len(token), 256)
            send("the token", judge, "00820000", token)

    def operate(self, what, parameters, data):
        return send(what, self.professional, "002A" + parameters, data)

    def ask(self, header, data=b"", le=None):
        """The data and the status word of a command to the patient's card."""
        header = bytes([header[0] | 0x0C]) + header[1:]
        field = tlv(0x87, self.operate("encipher", "8680", data)) if data else b""
        field += b"" if le is None else tlv(0x97, bytes([le & 0xFF]))
        authenticated = header + (b"\x80\x00\x00\x00" + field if field else b"")
        field += tlv(0x8E, self.operate("compute", "8E80", authenticated))
        answer = fetch(self.patient, header + bytes([len(field)]) + field)
        found = {tag: (value, before) for tag, value, before in objects(answer[:-2])}
        checksum, before = found[0x8E]
        self.operate("verify", "00A2", tlv(0x80, before) + tlv(0x8E, checksum))
        expect("the status word inside", found[0x99][0], answer[-2:])
        hidden = found.get(0x87, (None,))[0]
        return self.operate("decipher", "8086", hidden) if hidden else b"", answer[-2:]

    def read(self, file):
        """A file to its end, between the cards."""
        expect(f"select {file}", self.ask(bytes.fromhex("00A4020C"), bytes.fromhex(file)), (b"", DONE))
        content = b""
        while True:
            part, status = self.ask(bytes([0x00, 0xB0, len(content) >> 8, len(content) & 0xFF]), le=0x100)
            if status == b"\x6b\x00":
                return content
            expect(f"read {file}", status, DONE)
            content += part
            if len(part) < 256:
                return content


def checksum_of(card):
    return exchange(card, bytes.fromhex("002A8E80040CB00000"))


context = establish()
(patient, _), (professional, _) = connect(context, PATIENT), connect(context, PROFESSIONAL)
reset = lambda card: ok("reset", scard.SCardReconnect(card, scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_ANY, scard.SCARD_RESET_CARD))

expect("a checksum without a session", checksum_of(professional)[-2:], NO_SESSION)
session = Session(patient, professional)
cover, exemptions = session.read(COVER), session.read(EXEMPTIONS)
expect("the cover", cover[:1], b"\xe3")
expect("the exemptions", exemptions[:1], b"\xe4")

# A plain command ends it, and the right with it.
must("select the cover", patient, bytes.fromhex("00A4020C02" + COVER))
expect("read in clear", exchange(patient, bytes.fromhex("00B0000001")), CLOSED)

# The professional's card goes in the midst of another session: nothing is read any more.
reset(patient)
session = Session(patient, professional)
expect("the cover again", session.read(COVER), cover)
reset(professional)
expect("a checksum after a reset", checksum_of(professional)[-2:], NO_SESSION)
expect("read without the other card", exchange(patient, bytes.fromhex("00B0000001")), CLOSED)
say(f"coverage of {len(cover.rstrip(bytes(1)))} bytes read between the cards")
