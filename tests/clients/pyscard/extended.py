"""The longest commands and answers that there are, on cards that speak T=1."""

import random

from smartcard import scard

from common import *

T1 = scard.SCARD_PROTOCOL_T1
context = establish()

# The first card has a file of 65535 bytes that anybody may read and write.
card, protocol = connect(context, FIRST)
expect("protocol", protocol, T1)
content = random.Random(1).randbytes(65535)
expect("select", exchange(card, bytes.fromhex("00A4000C021000"), T1), b"\x90\x00")

update = bytes.fromhex("00D6000000FFFF") + content
expect("update", exchange(card, update, T1), b"\x90\x00")
expect("the whole file", exchange(card, bytes.fromhex("00B00000000000"), T1) == content + b"\x90\x00", True)

# READ BINARY with an offset object and as much padding behind it as there can be, and all wanted that there can be. The
# answer is an object too: its tag and length take four of the 65536 bytes.
longest = bytes.fromhex("00B1100000FFFF 54020000") + bytes(65531) + bytes(2)
expect("length of the longest command", len(longest), 65544)
answer = exchange(card, longest, T1)
expect("length of the longest answer", len(answer), 65538)
expect("longest answer", answer == b"\x53\x82\xff\xfc" + content[:65532] + b"\x90\x00", True)
ok("disconnect", scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD))

# The second card is a Vitale 2 that speaks T=1: read with lengths of three bytes, and left as it was by a write.
card, protocol = connect(context, SECOND)
expect("protocol", protocol, T1)
expect("select", exchange(card, SELECT_MF, T1), b"\x90\x00")
people = exchange(card, bytes.fromhex("00B08200000000"), T1)
expect("name", templates(people[:-2])[0][0x80], "LONG")
expect("refusal", exchange(card, update, T1)[0] >> 4, 6)
expect("unchanged", exchange(card, bytes.fromhex("00B08200000000"), T1), people)
