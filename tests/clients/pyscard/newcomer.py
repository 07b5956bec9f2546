"""Who is on the card? The first program that one writes."""

from smartcard.System import readers
from smartcard.util import toBytes

connection = readers()[0].createConnection()
connection.connect()


def send(command):
    data, sw1, sw2 = connection.transmit(toBytes(command))
    if sw1 == 0x61:  # the answer waits
        data, sw1, sw2 = connection.transmit([0x00, 0xC0, 0x00, 0x00, sw2])
    return data


send("00 A4 00 00 02 3F 00")  # SELECT the root of the card
people = send("00 B0 82 00 00")  # READ BINARY of its file number 2
while people and people[0] == 0x65:
    person, people = people[2 : 2 + people[1]], people[2 + people[1] :]
    while person:
        tag, length, value = person[0], person[1], person[2 : 2 + person[1]]
        print(f"{tag:02X}: {bytes(value).decode('latin-1').strip()}")
        person = person[2 + length :]
