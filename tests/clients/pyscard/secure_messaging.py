"""Secure messaging with the issuer's test keys, by an implementation that is not the card's.

The card proves that it has the keys, then shows a file that it gives to nobody without secure messaging, lets an update
station change a file of the MF and make one of its own, and puts another key in the place of one. Then a message is
changed on its way, and the card must end the session."""

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature

from common import *
from messaging import Aes128, TripleDes, authenticate_mutually

SELECT_APPLICATION = bytes.fromhex("00A4040C0CD2500000044164E86C650101")
SELECT_SEALED = bytes.fromhex("00A4020C02E001")
TEXT = b"TEST secure messaging"
DONE = (b"", b"\x90\x00")
SECURITY_NOT_SATISFIED, SM_OBJECT_MISSING, SM_OBJECT_WRONG = b"\x69\x82", b"\x69\x87", b"\x69\x88"


def refused_without(card):
    expect("select", exchange(card, SELECT_APPLICATION), b"\x90\x00")
    expect("select the file", exchange(card, SELECT_SEALED), b"\x90\x00")
    expect("read in clear", exchange(card, bytes.fromhex("00B0000020")), SECURITY_NOT_SATISFIED)


def read_with(card, suite):
    session = authenticate_mutually(card, suite)
    expect("select", session.ask(bytes.fromhex("00A4020C"), b"\xe0\x01"), (b"", b"\x90\x00"))
    right = b"\x53" + bytes([len(TEXT)]) + TEXT
    expect("read", session.ask(bytes.fromhex("00B00000"), le=len(right)), (right, b"\x90\x00"))
    written = session.ask(bytes.fromhex("00D60000"), right[:2] + TEXT.upper())
    expect("write", written, (b"", b"\x90\x00"))
    expect("read again", session.ask(bytes.fromhex("00B00002"), le=len(TEXT)), (TEXT.upper(), b"\x90\x00"))
    expect("restore", session.ask(bytes.fromhex("00D60002"), TEXT), (b"", b"\x90\x00"))


def updates_the_volet(card, suite):
    """An update station in the MF and in VITALE: the names, and who is treated by whom."""
    for select, file in ((SELECT_MF, b"\xd0\x01"), (SELECT_VITALE, b"\xd0\x16")):
        exchange(card, select)
        expect("select", exchange(card, b"\x00\xa4\x02\x0c\x02" + file), b"\x90\x00")
        before = exchange(card, bytes.fromhex("00B0000002"))[:2]
        expect("update in clear", exchange(card, bytes.fromhex("00D6000001") + b"\x00"), SECURITY_NOT_SATISFIED)
        session = authenticate_mutually(card, suite)
        expect("update", session.ask(bytes.fromhex("00D60000"), before), DONE)
        expect("read", session.ask(bytes.fromhex("00B00000"), le=2), (before, b"\x90\x00"))


def makes_a_file(card, suite):
    exchange(card, SELECT_APPLICATION)
    # 32 bytes that all may read, update and delete.
    parameters = bytes.fromhex("62 11 80 02 0020 82 01 01 83 02 E0F1 8C 04 43 00 00 00")
    create = bytes([0x00, 0xE0, 0x00, 0x00, len(parameters)]) + parameters
    expect("create in clear", exchange(card, create), SECURITY_NOT_SATISFIED)
    expect("create", authenticate_mutually(card, suite).ask(bytes.fromhex("00E00000"), parameters), DONE)
    expect("update", exchange(card, bytes.fromhex("00D600000401020304")), b"\x90\x00")
    expect("read", exchange(card, bytes.fromhex("00B0000005")), bytes.fromhex("01020304009000"))
    expect("delete", exchange(card, bytes.fromhex("00E40000")), b"\x90\x00")
    expect("select what is gone", exchange(card, bytes.fromhex("00A4020C02E0F1")), b"\x6a\x82")


def puts_a_key(card, suite):
    """Another P-256 key in the place of key 4: it signs, and OpenSSL says that it is this key."""
    key = ec.derive_private_key(0x1234567890ABCDEF, ec.SECP256R1())
    scalar = key.private_numbers().private_value.to_bytes(32, "big")
    put = bytes.fromhex("70 29 BF9004 25 7F48 22 92 20") + scalar
    expect("select", exchange(card, SELECT_APPLICATION), b"\x90\x00")
    expect("put in clear", exchange(card, bytes([0x00, 0xDB, 0x3F, 0xFF, len(put)]) + put), SECURITY_NOT_SATISFIED)
    expect("put", authenticate_mutually(card, suite).ask(bytes.fromhex("00DB3FFF"), put), DONE)
    expect("PIN", exchange(card, bytes.fromhex("002000810431323334")), b"\x90\x00")
    expect("key", exchange(card, bytes.fromhex("002241B60384") + b"\x01\x84"), b"\x90\x00")
    digest = bytes(range(32))
    answer = exchange(card, bytes.fromhex("002A9E9A20") + digest)
    expect("signature", (len(answer), answer[64:]), (66, b"\x90\x00"))
    signature = encode_dss_signature(*(int.from_bytes(part, "big") for part in (answer[:32], answer[32:64])))
    key.public_key().verify(signature, digest, ec.ECDSA(Prehashed(hashes.SHA256())))


def wrong_messages_end_it(card, suite):
    session = authenticate_mutually(card, suite)
    command = bytearray(session.sealed(bytes.fromhex("00B00000"), le=4))
    command[-1] ^= 1
    expect("a changed MAC", exchange(card, bytes(command)), SM_OBJECT_WRONG)
    expect("after the session", exchange(card, bytes.fromhex("00B0000020")), SECURITY_NOT_SATISFIED)
    session = authenticate_mutually(card, suite)
    expect("no MAC", exchange(card, bytes.fromhex("0CB0000003970104")), SM_OBJECT_MISSING)


context = establish()
card, _ = connect(context)
for suite in (TripleDes, Aes128):
    refused_without(card)
    read_with(card, suite)
    updates_the_volet(card, suite)
    makes_a_file(card, suite)
    puts_a_key(card, suite)
    ok("reset", scard.SCardReconnect(card, scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_ANY, scard.SCARD_RESET_CARD))
    refused_without(card)
    wrong_messages_end_it(card, suite)
    ok("reset", scard.SCardReconnect(card, scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_ANY, scard.SCARD_RESET_CARD))
ok("disconnect", scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD))
