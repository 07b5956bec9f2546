"""A relay between a PC/SC library and our readers that unplugs them, which they never are by themselves, so that
libraries can be compared in what they make of it. It is no pcscd: what a handle may after its reader went is its own.

    relay.py SOCKET OURS            listens at SOCKET and asks OURS
    relay.py unplug SOCKET READER   the reader is gone; everybody who waits is told
    relay.py plug SOCKET READER     it is there again

It speaks version 4.4 of pcsc-lite's protocol [PCSC-LITE winscard_msg.h], and refuses later ones as a service of
that version.
"""

import socket
import struct
import sys
import threading

VERSION = 4, 4
SERVICE_STOPPED, UNKNOWN_READER, INVALID_VALUE = 0x8010001E, 0x80100009, 0x80100011
CONNECT, DISCONNECT, TRANSMIT, CONTROL = 0x04, 0x06, 0x09, 0x0A
VERSIONS, STATES, WAIT, STOP = 0x11, 0x12, 0x13, 0x14
CODE_LAST = struct.Struct("<I")
SLOT, SLOTS, NAME = 184, 16, 128
# Where the request says how many bytes follow it, and where the answer does.
FOLLOWED = {TRANSMIT: (12, 24), CONTROL: (8, 16)}
NO_HANDLE = 0x01, 0x02, CONNECT, 0x0D

gone, waiting, readers = set(), set(), {}
lock = threading.Lock()


def take(connection, length):
    taken = b""
    while len(taken) < length:
        more = connection.recv(length - len(taken))
        if not more:
            raise EOFError
        taken += more
    return taken


def number(message, place):
    return struct.unpack_from("<I", message, place)[0]


def name(field):
    return field.rstrip(b"\0").decode()


def states(ours):
    ours.sendall(struct.pack("<II", 0, STATES))
    whole = take(ours, SLOT * SLOTS)
    slots = [whole[at:at + SLOT] for at in range(0, len(whole), SLOT)]
    return b"".join(bytes(SLOT) if name(slot[:NAME]) in gone else slot for slot in slots)


def wake():
    for client in waiting:
        client.sendall(bytes(8))
    waiting.clear()


def answer(client, ours, command, body):
    """What the client is told."""
    if command == VERSIONS and struct.unpack("<II", body[:8]) != VERSION:
        return struct.pack("<III", *VERSION, SERVICE_STOPPED)
    if command in (STATES, WAIT):
        if command == WAIT:
            waiting.add(client)
        return states(ours)
    if command == STOP:
        told = bytes(8) if client in waiting else b""
        waiting.discard(client)
        return told
    rest = take(client, number(body, FOLLOWED[command][0])) if command in FOLLOWED else b""
    if command == CONNECT and name(body[4:4 + NAME]) in gone:
        return body[:-4] + CODE_LAST.pack(UNKNOWN_READER)
    is_gone = command not in NO_HANDLE and readers.get(number(body, 0)) in gone
    if is_gone and command != DISCONNECT:
        return body[:-4] + CODE_LAST.pack(INVALID_VALUE)
    ours.sendall(struct.pack("<II", len(body), command) + body + rest)
    told = take(ours, len(body))
    if told[-4:] == bytes(4):
        if command == CONNECT:
            readers[number(told, 140)] = name(body[4:4 + NAME])
        if command in FOLLOWED:
            told += take(ours, number(told, FOLLOWED[command][1]))
    return told


def serve(client, place):
    ours = socket.socket(socket.AF_UNIX)
    ours.connect(place)
    try:
        while True:
            length, command = struct.unpack("<II", take(client, 8))
            body = take(client, length)
            with lock:
                client.sendall(answer(client, ours, command, body))
    except (EOFError, OSError):
        with lock:
            waiting.discard(client)
        ours.close()
        client.close()


def listen(place):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(place)
    listener.listen()
    while True:
        yield listener.accept()[0]


def obey(place):
    for asker in listen(place):
        order, reader = asker.makefile().readline().rstrip("\n").split(" ", 1)
        with lock:
            (gone.add if order == "unplug" else gone.discard)(reader)
            wake()
        asker.close()


if sys.argv[1] in ("unplug", "plug"):
    order, place, reader = sys.argv[1:]
    relay = socket.socket(socket.AF_UNIX)
    relay.connect(f"{place}.orders")
    relay.sendall(f"{order} {reader}\n".encode())
    relay.recv(1)
else:
    place, ours = sys.argv[1:]
    threading.Thread(target=obey, args=(f"{place}.orders",), daemon=True).start()
    for connection in listen(place):
        threading.Thread(target=serve, args=(connection, ours), daemon=True).start()
