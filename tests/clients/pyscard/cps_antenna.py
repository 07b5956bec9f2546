"""A professional's card over its antenna: the path that EF.DIR leads to, a token without codes, and the technical key, whose
signature is verified with its certificate. Code, signature and what the code guards are refused."""

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from common import *

READER = "Virtuale Contactless 00 00"
ATR = bytes.fromhex("3B8F80010031B86404B0ECC173940180829000" "0E")
DONE, CLOSED, REFUSED = b"\x90\x00", b"\x69\x82", b"\x69\x85"
MESSAGE = b"to prove"
DIGEST_INFO = bytes.fromhex("3031300D060960864801650304020105000420")

card, protocol = connect(establish(), READER)
expect("protocol", protocol, scard.SCARD_PROTOCOL_T1)
_, _, _, atr = ok("status", scard.SCardStatus(card))
expect("answer to reset", bytes(atr), ATR)


def say(text, data=b"", le=""):
    """The answer to a command: a header in hexadecimal, data, and an Le."""
    length = bytes([len(data)]) if data else b""
    return exchange(card, bytes.fromhex(text) + length + data + bytes.fromhex(le), protocol)


def read(path):
    """A file by its path from the root on."""
    path = bytes.fromhex(path)
    expect(f"select {show(path)}", say("00A4090C", path), DONE)
    content = b""
    while True:
        answer = say("00B0" + len(content).to_bytes(2).hex(), le="00")
        if answer[-2:] != DONE:
            return (content, DONE) if content else (content, answer[-2:])
        content += answer[:-2]
        if len(answer) < 258:
            return content, DONE


def values(content, tag):
    """The values of all objects of a tag, at any depth."""
    found = []
    while len(content) > 1:
        number, length, start = content[0], content[1], 2
        if length & 0x80:
            start += length & 0x7F
            length = int.from_bytes(content[2:start])
        value = content[start : start + length]
        found += [value] if number == tag else []
        found += values(value, tag) if number & 0x20 else []
        content = content[start + length :]
    return found


# The second record of EF.DIR is the antenna's.
directory, status = read("3F002F00")
expect("EF.DIR", status, DONE)
records = dict(zip(values(directory, 0x50), values(directory, 0x51)))
home = records[b"CPX IAS CL"].hex()

objects = read(home + "5031")[0]
expect("directories of the ODF", objects[::8], bytes.fromhex("A0A1A4A7"))
keys = read(home + values(values(objects, 0xA0)[0], 0x04)[0].hex())[0]
expect("key", values(keys, 0x0C), [b"CPS_PRIV_TECH_AUT"])
reference = values(keys, 0x02)[0][-1:]
listed = read(home + values(values(objects, 0xA4)[0], 0x04)[0].hex())[0]
certificate = read(home + values(listed, 0x04)[-1].hex())[0]

expect("MSE", say("002241A4", bytes.fromhex("8001028401") + reference), DONE)
digest = hashes.Hash(hashes.SHA256())
digest.update(MESSAGE)
answer = say("00880000", DIGEST_INFO + digest.finalize(), le="00")
expect("INTERNAL AUTHENTICATE", answer[-2:], DONE)
key = x509.load_der_x509_certificate(certificate).public_key()
key.verify(answer[:-2], MESSAGE, padding.PKCS1v15(), hashes.SHA256())

data = read(values(read(home + values(values(objects, 0xA7)[0], 0x04)[0].hex())[0], 0x04)[0].hex())
expect("CPS_DATA", data, (bytes(256), DONE))

expect("the code", say("00200001", b"1234"), REFUSED)
expect("select", say("00A4090C", bytes.fromhex("3F000001")), DONE)
expect("the key for signatures", say("002241B6", bytes.fromhex("800142840181")), REFUSED)
expect("a signature", say("002A9E9A", bytes(32), le="00"), REFUSED)
expect("the other key", say("002241A4", bytes.fromhex("800102840182")), REFUSED)
expect("its proof", say("00880000", MESSAGE, le="00"), REFUSED)
expect("an activity", read("3F000001D120"), (b"", CLOSED))
expect("class A0", say("A0A40000", bytes.fromhex("3F00")), b"\x6d\x00")
