"""What pcscd says of our cards in its readers: events.py VIRTUALE SOCKET READER.

Times the way from an insertion to the end of a program's wait for it, exchanges a card behind pcscd's back, and sends the
longest command.
"""

import subprocess
import sys
import threading
import time

from smartcard.scard import (
    SCARD_PROTOCOL_T0, SCARD_PROTOCOL_T1, SCARD_SCOPE_USER, SCARD_SHARE_SHARED, SCARD_STATE_EMPTY, SCARD_STATE_PRESENT,
    SCARD_STATE_UNAWARE, SCARD_LEAVE_CARD, SCardConnect, SCardControl, SCardDisconnect, SCardEstablishContext,
    SCardGetStatusChange, SCardTransmit,
)

virtuale, socket, reader = sys.argv[1:]
_, context = SCardEstablishContext(SCARD_SCOPE_USER)


def tell(*words):
    subprocess.run([virtuale, *words, "--socket", socket], check=True, stderr=subprocess.DEVNULL)


def state(known=SCARD_STATE_UNAWARE, wait=0):
    code, [(_, now, _)] = SCardGetStatusChange(context, wait, [(reader, known)])
    return now


def await_state(wanted):
    now = state()
    while not now & wanted:
        now = state(now & ~2, 10_000)
    return now


def timed(wanted, *words):
    """From when a card begins to come or go until a program knows, in ms; most of it is the start of `virtuale`."""
    known = state() & ~2
    told = []

    def wait():
        now = known
        while not now & wanted:
            now = state(now & ~2, 10_000)
        told.append(time.monotonic())

    waiter = threading.Thread(target=wait)
    waiter.start()
    time.sleep(0.05)
    tell(*words)
    done = time.monotonic()
    waiter.join()
    return 1000 * (told[0] - done)


for _ in range(5):
    gone = timed(SCARD_STATE_EMPTY, "remove", "0")
    come = timed(SCARD_STATE_PRESENT, "insert", "0")
    print(f"told {gone:.1f} ms and {come:.1f} ms after the verb had ended")
    assert gone < 100 and come < 100, "polling takes 400 ms"

code, handle, protocol = SCardConnect(context, reader, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1)
assert code == 0, hex(code)
code, features = SCardControl(handle, 0x42000D48, [])
assert code == 0 and features, hex(code)
code, _ = SCardControl(handle, 0x42000001, [])
print(f"an unknown control code gives {code & 0xFFFFFFFF:08X}")
code, answer = SCardTransmit(handle, protocol, [0x00, 0xA4, 0x04, 0x00, 0x0B] + list(b"\xD2\x50\x00\x00\x02VITALE"))
print(f"SELECT gives {bytes(answer).hex()}")

# A card that goes and comes back faster than anybody looks has lost its power.
for _ in range(20):
    tell("remove", "0")
    tell("insert", "0")
deadline = time.monotonic() + 10
while True:
    code, answer = SCardTransmit(handle, protocol, [0x00, 0xB0, 0x82, 0x00, 0x01])
    if code:
        break
    assert time.monotonic() < deadline, "the program was not told"
print(f"a card that came back gives {code & 0xFFFFFFFF:08X}")
SCardDisconnect(handle, SCARD_LEAVE_CARD)
await_state(SCARD_STATE_PRESENT)

# The longest command is longer than T=0 has; the card says so, and the driver carries it.
code, handle, protocol = SCardConnect(context, reader, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1)
assert code == 0, hex(code)
code, answer = SCardTransmit(handle, protocol, [0x00, 0xD6, 0x00, 0x00, 0x00, 0xFF, 0xFF] + [0x5A] * 65535 + [0, 0])
print(f"a command of 65544 bytes gives {code & 0xFFFFFFFF:X} {bytes(answer).hex()}")
begin = time.monotonic()
for _ in range(2000):
    code, answer = SCardTransmit(handle, protocol, [0x00, 0xB0, 0x82, 0x00, 0x01])
    assert code == 0, hex(code)
print(f"{(time.monotonic() - begin) / 2000 * 1e6:.0f} us for a command, Python included")
SCardDisconnect(handle, SCARD_LEAVE_CARD)
