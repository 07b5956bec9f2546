"""Sends one card a great many commands, as fast as it answers."""

import sys

from smartcard.System import readers

connection = readers()[0].createConnection()
connection.connect()
challenge = [0x00, 0x84, 0x00, 0x00, 0x08]
for _ in range(int(sys.argv[1])):
    connection.transmit(challenge)
