"""A program that wants to know what a card is tries whatever it knows; it must be told no, and the card lives on."""

from smartcard import scard

from common import *

# Applications of other cards: payment, identity, signature, access, telephone, transport, and the card managers.
FOREIGN = """
315041592E5359532E4444463031 325041592E5359532E4444463031 A0000000031010 A0000000041010 A0000000421010
A000000308000010000100 D27600012401 A0000006472F0001 A000000527210101 A0000005272101 A0000005272002
E828BD080FA000000167455349474E E80704007F00070302 A0000002471001 A0000002472001
A0000000871002 A0000000871004 A000000018434D00 A000000151000000 A000000003000000 A00000000101
D27600008501 D2760000850101 A0000000620001 A000000077010800070000FE00000100 F0496173456363526F6F74
4D494F4D4354 A00000039742544659 A0000003974349445F0100 8025000001FF0010
"""
REFUSALS = (0x6A82, 0x6A80, 0x6D00, 0x6E00)

context = establish()
card, protocol = connect(context)


def refused(what, command):
    answer = exchange(card, command)
    if len(answer) != 2 or int.from_bytes(answer, "big") not in REFUSALS:
        expect(what, answer, f"one of {[f'{refusal:04X}' for refusal in REFUSALS]}")


for aid in map(bytes.fromhex, FOREIGN.split()):
    refused(f"select {aid.hex()}", bytes([0x00, 0xA4, 0x04, 0x00, len(aid)]) + aid)
refused("GET DATA of an object that is not there", bytes.fromhex("00CADF3000"))
refused("instruction of nobody", bytes.fromhex("00FE000000"))
for foreign in (0x80, 0x90, 0xA0, 0xB0, 0xBC, 0xC0, 0xF0):
    refused(f"class {foreign:02X}", bytes([foreign, 0xB0, 0x00, 0x00, 0x04]))
expect("names", names(card)[0][0], "MARTIN")
ok("disconnect", scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD))
