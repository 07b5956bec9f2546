"""PC/SC part 10 by pyscard: what a reader with a pad lists, and what becomes of PINs that a person types."""

import subprocess
import threading
import time

from smartcard.pcsc.PCSCPart10 import (
    FEATURE_MODIFY_PIN_DIRECT,
    FEATURE_VERIFY_PIN_DIRECT,
    getFeatureRequest,
    getPinProperties,
    getTlvProperties,
    hasFeature,
)
from smartcard.scard import SCARD_ATTR_VENDOR_NAME
from smartcard.System import readers

(reader,) = readers()
assert str(reader) == "XIRING Leo v2 00 00", reader
card = reader.createConnection()
card.connect()
assert bytes(card.getAttrib(SCARD_ATTR_VENDOR_NAME)) == b"XIRING\0"

properties = getTlvProperties(card)
assert properties["PCSCv2_PART10_PROPERTY_bMinPINSize"] == 4, properties
assert properties["PCSCv2_PART10_PROPERTY_wIdVendor"] == 0x0F14, properties
assert getPinProperties(card)["LcdLayoutX"] == 16
features = getFeatureRequest(card)
verify = hasFeature(features, FEATURE_VERIFY_PIN_DIRECT)
modify = hasFeature(features, FEATURE_MODIFY_PIN_DIRECT)
assert verify and modify

IAS = "00 A4 04 04 10 A0 00 00 00 18 30 08 01 01 00 00 00 00 00 00 00"


def typed(*words):
    """A person who sees that a PIN is asked for, and types it."""

    def person():
        while "asks for" not in subprocess.run(["virtuale", "slots"], capture_output=True, text=True).stdout:
            time.sleep(0.02)
        subprocess.run(["virtuale", "pin", *words], check=True)

    threading.Thread(target=person).start()


def send(code, text):
    return bytes(card.control(code, list(bytes.fromhex(text)))).hex()


# 30 s; ASCII to the left; 4 to 8 digits; the key confirms; VERIFY of the global PIN without data.
VERIFY = "1E 1E 82 00 00 08 04 02 01 0C04 00 000000 04000000 00 20 00 01"
CHANGE = "1E 1E 82 00 00 00 00 08 04 03 02 03 0C04 00 01 02 000000 04000000 00 24 00 01"

typed("1234")
first = send(verify, VERIFY)
typed("--cancel")
assert send(verify, VERIFY) == "6401"
typed("12")
assert send(verify, VERIFY) == "6403"
typed("1234", "5678", "5679")
assert send(modify, CHANGE) == "6402"
assert send(verify, VERIFY[:-3]) == "6b80"
assert send(verify, "01" + VERIFY[2:]) == "6400"
print("answers:", first)
print("all was well")
