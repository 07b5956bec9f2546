"""A card with an antenna in a slot with contacts and in one with an antenna: what is there, and what the reader answers."""

from smartcard.System import readers
from smartcard.util import toBytes, toHexString

HISTORICAL = toBytes("55")
NAME_OF_COUNTER = toBytes("F0 47 55 49 43 48 45 54 0A")
NAME_OF_GATE = toBytes("F0 42 4F 52 4E 45")


def send(connection, command):
    data, sw1, sw2 = connection.transmit(command if isinstance(command, list) else toBytes(command))
    return data, f"{sw1:02X}{sw2:02X}"


def select(connection, name):
    return send(connection, [0x00, 0xA4, 0x04, 0x0C, len(name), *name])[1]


*contacts, antenna = readers()
# Alone it is the reader of a recording.
alone = not contacts
assert alone or str(contacts[0]) == "Virtuale 00 00" and str(antenna) == "Virtuale Contactless 00 01", (contacts, antenna)

if not alone:
    near = contacts[0].createConnection()
    near.connect()
    assert toHexString(near.getATR()) == "3B 80 80 01 01", toHexString(near.getATR())
    assert (select(near, NAME_OF_COUNTER), select(near, NAME_OF_GATE)) == ("9000", "6A82")
    assert send(near, "FF CA 00 00 00") == ([], "6E00"), "a reader with contacts passes it on to the card"

far = antenna.createConnection()
far.connect()
assert toHexString(far.getATR()) == "3B 81 80 01 55 55", toHexString(far.getATR())
assert (select(far, NAME_OF_COUNTER), select(far, NAME_OF_GATE)) == ("6A82", "9000")
uid, status = send(far, "FF CA 00 00 00")
assert (len(uid), uid[0], status) == (4, 0x08, "9000"), (uid, status)
assert send(far, "FF CA 00 00 04") == (uid, "9000")
assert send(far, "FF CA 00 00 0A") == (uid, "6282")
assert send(far, "FF CA 00 00 02") == ([], "6C04")
answer, status = send(far, "FF CA 01 00 00")
assert status == "9000" and answer[0] == len(answer) and answer[5:] == HISTORICAL, (answer, status)
assert send(far, "FF 82 00 00 06 FF FF FF FF FF FF") == ([], "6A81")

far.disconnect()
again = antenna.createConnection()
again.connect()
assert send(again, "FF CA 00 00 00") == (uid, "9000"), "the same card has the same name"
print("UID", toHexString(uid))
