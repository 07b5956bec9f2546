"""The word memory of a Vitale 1: where it ends, its words decoded as their public reader did, and the issuer's code."""

from smartcard import scard

from common import *


def order(card, command, answer):
    """An order and its whole answer."""
    command = bytes.fromhex(command)
    expect(f"order {show(command)}", transmit(card, command), (scard.SCARD_S_SUCCESS, bytes.fromhex(answer)))


def digits(words):
    """The payloads of 30 bits, joined and cut into digits of 4 bits."""
    bits = "".join(f"{int.from_bytes(words[at:at + 4]):032b}"[2:] for at in range(0, len(words), 4))
    return f"{int(bits, 2):x}" if len(bits) % 4 == 0 else f"{int(bits + '00', 2):x}"


context = establish()
code, *_ = scard.SCardConnect(context, FIRST, scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_T1)
expect("T=1 is refused", code, scard.SCARD_E_PROTO_MISMATCH)
card, protocol = connect(context)
expect("protocol", protocol, scard.SCARD_PROTOCOL_T0)

# ADMAX; one address is a nibble, so the memory from 0200 on has 4036 bytes.
end = exchange(card, bytes.fromhex("BCC0000008"))
expect("end of the memory", int.from_bytes(end[4:6]), 0x2188)
expect("bytes", (0x2188 - 0x0200) // 2, 4036)

# Six pointers, descending, all to words.
mapping = exchange(card, bytes.fromhex("BCB020F818"))[:-2]
pointers = [int.from_bytes(mapping[at + 2:at + 4]) & 0x3FFF for at in range(0, 24, 4)]
expect("descending", pointers, sorted(pointers, reverse=True))
expect("words", [pointer % 8 for pointer in pointers], [0] * 6)

# The third pointer leads to a number behind FFFF and D.
serial = exchange(card, bytes.fromhex("BCB0") + pointers[2].to_bytes(2) + b"\x14")
expect("marked number", digits(serial[:-2])[:13], "f" * 4 + "d" + "50240843")

# All of the memory that is free to read, in reads of any length.
for address in range(0x0268, 0x2188, 8 * 62):
    length = min(248, (0x2188 - address) // 2)
    answer = exchange(card, bytes.fromhex("BCB0") + address.to_bytes(2) + bytes([length]))
    expect(f"read {address:04X}", (len(answer), answer[-2:]), (length + 2, b"\x90\x00"))

order(card, "BCB0028404", "6B00")
order(card, "BCB0024004", "6982")
order(card, "00A40000023F00", "6E00")
order(card, "BC2000010403490001", "9000")
order(card, "BC40000000", "9000")
order(card, "BCD0026804" + "00000001", "9000")
order(card, "BCB0026804", "00000001" + "9000")
ok("disconnect", scard.SCardDisconnect(card, scard.SCARD_RESET_CARD))
ok("release", scard.SCardReleaseContext(context))
