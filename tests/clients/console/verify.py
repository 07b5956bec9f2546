"""Has a person type a PIN at the pad of the reader, and the card verify it (PC/SC part 10)."""

from smartcard.pcsc.PCSCPart10 import FEATURE_VERIFY_PIN_DIRECT, getFeatureRequest, hasFeature
from smartcard.System import readers

SIGNING = "00 A4 04 0C 0C D2 50 00 00 04 41 64 E8 6C 65 01 01"
# 60 s; ASCII to the left; 4 to 8 digits; the key confirms; VERIFY of the PIN of that application, without data.
VERIFY = "3C 3C 82 00 00 08 04 02 01 0C04 00 000000 04000000 00 20 00 81"

card = readers()[0].createConnection()
card.connect()
card.transmit(list(bytes.fromhex(SIGNING)))
verify = hasFeature(getFeatureRequest(card), FEATURE_VERIFY_PIN_DIRECT)
print("answer:", bytes(card.control(verify, list(bytes.fromhex(VERIFY)))).hex())
