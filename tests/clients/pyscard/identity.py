"""The card's data through the two applications and the two ways that public readers use."""

from smartcard import scard
from smartcard.CardRequest import CardRequest
from smartcard.CardType import ATRCardType
from smartcard.util import toBytes

from common import *

context = establish()
card, protocol = connect(context)
expect("protocol", protocol, scard.SCARD_PROTOCOL_T0)

_, reader, status, _, atr = scard.SCardStatus(card)
expect("ATR in the status", bytes(atr).hex()[:11], "3b751300004")
(attribute,) = ok("ATR attribute", scard.SCardGetAttrib(card, scard.SCARD_ATTR_ATR_STRING))
expect("ATR attribute", attribute, atr)
(maker,) = ok("maker attribute", scard.SCardGetAttrib(card, scard.SCARD_ATTR_VENDOR_NAME))
expect("maker attribute", bytes(maker), b"Virtuale\0")
(version,) = ok("version attribute", scard.SCardGetAttrib(card, scard.SCARD_ATTR_VENDOR_IFD_VERSION))
expect("length of the version attribute", len(version), 4)

# The names stand in the MF, the NIRs in the application, in the same order.
people = names(card)
expect("family name of the insured", people[0][0], "MARTIN")
exchange(card, SELECT_VITALE)
file = exchange(card, READ_SFI_2)
expect("read", file[-2:], b"\x90\x00")
numbers = [person.get(0x93) for person in templates(file[:-2])]
expect("a place for each name", len(numbers), len(people))
expect("the insured has a NIR", numbers[0] is None, False)
for nir in filter(None, numbers):
    digits = nir[:13].replace("2A", "19").replace("2B", "18")
    expect(f"key of {nir}", int(nir[13:]), 97 - int(digits) % 97)

# By file identifier, in the other application: 30 bytes of control parameters, then 124 bytes of data.
exchange(card, bytes.fromhex("00A404000ED2500000024D465F564954414C45"))
expect("select D001", transmit(card, bytes.fromhex("00A4020002D001")), (scard.SCARD_S_SUCCESS, b"\x61\x1e"))
code, control = transmit(card, bytes.fromhex("00C000001E"))
expect("control parameters", (code, len(control)), (scard.SCARD_S_SUCCESS, 32))
same = exchange(card, bytes.fromhex("00B000007C"))
expect("the same file", len(same), 126)
expect("the same people", templates(same[:-2])[0][0x80], "MARTIN")
ok("disconnect", scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD))

# pyscard's own idioms: wait for a card by its ATR, then use it as an object.
pattern = ATRCardType(toBytes("3B 75 13 00 00 40 09 EA 90 00"), toBytes("FF FF FF FF FF F0 FF FF FF FF"))
service = CardRequest(timeout=10, cardType=pattern).waitforcard()
service.connection.connect()
expect("by request", service.connection.transmit(list(SELECT_MF)), ([], 0x90, 0x00))
service.connection.disconnect()
ok("release", scard.SCardReleaseContext(context))
