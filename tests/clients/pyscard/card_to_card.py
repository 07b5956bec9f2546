"""Two cards side by side: a professional's card proves its role to a patient's, which then shows its coverage and takes the
copy of a care form. Written from docs/professionals.md and docs/copies.md; what the cards say to each other, this script
carries."""

from common import *

PATIENT, PROFESSIONAL = FIRST, SECOND
DONE, CLOSED = b"\x90\x00", b"\x69\x82"
SELECT_CPS = bytes.fromhex("00A4040C08" "8025000001FF0100")
SELECT_MF_VITALE = bytes.fromhex("00A4040C0E" "D2500000024D465F564954414C45")
SELECT_VITALE_SILENTLY = bytes.fromhex("00A4040C0B" "D250000002564954414C45")
READ_EF_SN = bytes.fromhex("00B09C0000")
ROOT = b"TESTCVR1"
COVER, COPIES = "D012", "D01B"
RECORD = 175


def tlv(tag, value):
    length = bytes([len(value)]) if len(value) < 0x80 else bytes([0x81, len(value)])
    return bytes([tag]) + length + value


def must(what, card, command):
    """The data of an answer that must be 9000."""
    answer = exchange(card, command)
    expect(what, answer[-2:], DONE)
    return answer[:-2]


def send(what, card, header, data, le=b""):
    """A command that may be longer than one of T=0: in parts, all but the last with bit 10 of the class byte."""
    header = bytes.fromhex(header)
    while len(data) > 0xE7:
        part, data = data[:0xE7], data[0xE7:]
        must(what, card, bytes([header[0] | 0x10]) + header[1:] + bytes([len(part)]) + part)
    return must(what, card, header + bytes([len(data)]) + data + le)


def select(what, card, file):
    must(what, card, bytes.fromhex("00A4020C02" + file))


def read(card, file):
    """A file to its end."""
    select(f"select {file}", card, file)
    content = b""
    while True:
        part = exchange(card, bytes([0x00, 0xB0, len(content) >> 8, len(content) & 0xFF, 0x00]))
        if part[-2:] == b"\x6b\x00":
            return content
        content += part[:-2]
        if len(part) < 258:
            return content


def number(what, card):
    """The number of a card: the last eight bytes of what EF.SN says."""
    said = must(what, card, READ_EF_SN)
    expect(f"{what}: its tag", said[:1], b"\x5a")
    return said[2 : 2 + said[1]][-8:]


def prove(patient, professional):
    """Certificates down from the root that the patient's card knows, then a challenge and its signature."""
    must("select the CPS", professional, SELECT_CPS)
    must("the professional's code", professional, bytes.fromhex("0020000104") + b"1234")
    own = number("the professional's number", professional)
    authority, role = read(professional, "2F21"), read(professional, "2F22")
    must("select MF_VITALE", patient, SELECT_MF_VITALE)
    number_of_patient = number("the patient's number", patient)
    must("select VITALE", patient, SELECT_VITALE_SILENTLY)
    for signer, certificate in ((ROOT, authority), (authority_of(role), role)):
        send("the signer's key", patient, "002281B6", tlv(0x83, signer))
        send("a certificate", patient, "002A00AE", certificate)
    send("the key of the role", patient, "002281A4", tlv(0x83, bytes(4) + own))
    challenge = must("a challenge", patient, bytes.fromhex("0084000008"))
    send("the role's key", professional, "002241A4", bytes.fromhex("840115" "800141"))
    proof = send("a signature", professional, "00880000", challenge + number_of_patient)
    send("the proof", patient, "00820000", proof)


def authority_of(certificate):
    """Who signed a certificate: its last object, 42."""
    expect("the signer of a certificate", certificate[-10:-8], b"\x42\x08")
    return certificate[-8:]


def copy(day, form, nir, author, code, cents):
    """The record of a form with one act: dates, numbers and amounts as docs/copies.md has them."""
    bcd = lambda digits: bytes.fromhex(digits + "F" * (len(digits) % 2))
    act = bytes(4) + code.ljust(7).encode() + (100).to_bytes(2, "big") + cents.to_bytes(3, "big") + b"0"
    inside = (
        tlv(0x80, bcd(day))
        + tlv(0x81, bcd(form))
        + tlv(0x82, nir.encode())
        + tlv(0x85, bcd("013499881"))
        + tlv(0x86, bcd(author))
        + tlv(0x8A, cents.to_bytes(4, "big"))
        + tlv(0x8B, (0).to_bytes(4, "big"))
        + tlv(0x8C, act)
    )
    return tlv(0xEA, inside).ljust(RECORD, b"\x00")


context = establish()
(patient, _), (professional, _) = connect(context, PATIENT), connect(context, PROFESSIONAL)

must("select VITALE", patient, SELECT_VITALE_SILENTLY)
select("select the copies", patient, COPIES)
record = copy("20260115", "000432", "286197599900277", "999100019", "G", 3000)
append = bytes.fromhex("00E20000") + bytes([RECORD]) + record
expect("a copy without a right", exchange(patient, append), CLOSED)

prove(patient, professional)
cover = read(patient, COVER)
expect("the cover", cover[:1], b"\xe3")
select("select the copies", patient, COPIES)
expect("no copy yet", exchange(patient, bytes.fromhex("00B2010400")), b"\x6a\x83")
must("append the copy", patient, append)
expect("the copy", must("read the copy", patient, bytes.fromhex("00B2010400")), record)

# The professional's card goes, and the terminal ends the right with a reset.
ok("reset", scard.SCardReconnect(patient, scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_ANY, scard.SCARD_RESET_CARD))
must("select VITALE", patient, SELECT_VITALE_SILENTLY)
select("select the copies", patient, COPIES)
expect("a copy after a reset", exchange(patient, append), CLOSED)
expect("the copies after a reset", exchange(patient, bytes.fromhex("00B2010400")), CLOSED)
say(f"coverage of {len(cover.rstrip(bytes(1)))} bytes read, a copy of {len(record)} appended")
