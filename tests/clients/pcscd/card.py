"""The card of tests/clients/pcscd.rs: it comes into the reader of vpcd, and answers two commands until vpcd goes."""

import socket
import struct
import sys
import time

ATR = bytes.fromhex("3B751300004409EA9000")
ANSWERS = {"00a4040000": "9000", "00b0000004": "556677889000"}
ASK_FOR_ATR = b"\x04"  # other messages of one byte are about power and get no answer


def connected(port):
    """The slot, once vpcd has made it; whoever started us limits our time."""
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port))
        except ConnectionRefusedError:
            time.sleep(0.05)


def received(slot, size):
    data = slot.recv(size, socket.MSG_WAITALL)
    return data if len(data) == size else sys.exit()


slot = connected(int(sys.argv[1]))
while True:
    slot.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)  # vpcd writes length and data apart
    (size,) = struct.unpack(">H", received(slot, 2))
    message = received(slot, size)
    if size > 1 or message == ASK_FOR_ATR:
        answer = ATR if size == 1 else bytes.fromhex(ANSWERS.get(message.hex(), "6D00"))
        slot.sendall(struct.pack(">H", len(answer)) + answer)
