"""The longest commands and answers, on a card that speaks T=1."""

from smartcard import scard

from common import *

T1 = scard.SCARD_PROTOCOL_T1
context = establish()
card, protocol = connect(context)
expect("protocol", protocol, T1)

# Case 4 with all that lengths can say: header, 65535 bytes of data, 65536 bytes wanted.
longest = bytes.fromhex("00D60000 00FFFF") + bytes(65535) + bytes.fromhex("0000")
expect("length of the longest command", len(longest), 65544)
answer = exchange(card, longest, T1)
expect("longest command", len(answer), 2)
expect("a refusal", answer[0] & 0xF0, 0x60)
expect("names", names(card)[0][0], "LONG")
