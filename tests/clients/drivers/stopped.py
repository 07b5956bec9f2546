"""What pcscd says of readers that do not run but are not gone either: stopped.py VIRTUALE SOCKET READER PID.

A command is under way when the readers are stopped: it ends, and the card is as one that was pulled, until they go on.
Then a program is killed that waits for a PIN: pcscd does not notice, and the pad goes on asking for it.
"""

import os
import signal
import subprocess
import sys
import time

from smartcard.scard import (
    SCARD_LEAVE_CARD, SCARD_PROTOCOL_T0, SCARD_PROTOCOL_T1, SCARD_SCOPE_USER, SCARD_SHARE_SHARED, SCARD_STATE_EMPTY,
    SCARD_STATE_PRESENT, SCARD_STATE_UNAWARE, SCardConnect, SCardControl, SCardDisconnect, SCardEstablishContext,
    SCardGetStatusChange, SCardTransmit,
)

virtuale, socket, reader, pid = sys.argv[1:]
_, context = SCardEstablishContext(SCARD_SCOPE_USER)
SELECT = [0x00, 0xA4, 0x04, 0x00, 0x0B] + list(b"\xD2\x50\x00\x00\x02VITALE")


def await_state(wanted):
    now = SCARD_STATE_UNAWARE
    while not now & wanted:
        code, [(_, now, _)] = SCardGetStatusChange(context, 10_000, [(reader, now & ~2)])
        assert code == 0, hex(code)


def connect():
    code, handle, protocol = SCardConnect(context, reader, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1)
    assert code == 0, hex(code)
    return handle, protocol


def told(*words):
    return subprocess.run([virtuale, *words, "--socket", socket], capture_output=True, text=True, check=True).stdout


def await_stop():
    def is_stopped(task):
        with open(f"/proc/{pid}/task/{task}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] == "T"

    while not all(is_stopped(task) for task in os.listdir(f"/proc/{pid}/task")):
        time.sleep(0.01)


handle, protocol = connect()
os.kill(int(pid), signal.SIGSTOP)
# A thread of theirs may still be about to answer.
await_stop()
begin = time.monotonic()
code, answer = SCardTransmit(handle, protocol, SELECT)
took = time.monotonic() - begin
assert code != 0 and 5 < took < 20, (hex(code), took)
await_state(SCARD_STATE_EMPTY)
print(f"a command to stopped readers ends after {took:.1f} s with {code & 0xFFFFFFFF:08X}, the card is gone")
os.kill(int(pid), signal.SIGCONT)
await_state(SCARD_STATE_PRESENT)
handle, protocol = connect()
code, answer = SCardTransmit(handle, protocol, SELECT)
print(f"they went on: {bytes(answer).hex()}")

code, features = SCardControl(handle, 0x42000D48, [])
features = bytes(features)
verify = next(int.from_bytes(features[at + 2:at + 6], "big") for at in range(0, len(features), 6) if features[at] == 6)
SCardDisconnect(handle, SCARD_LEAVE_CARD)
program = os.fork()
if program == 0:
    _, context = SCardEstablishContext(SCARD_SCOPE_USER)
    handle, _ = connect()
    SCardControl(handle, verify, list(bytes.fromhex("1E1E82000008040201 0C04 00 000000 04000000 00200001")))
    os._exit(0)
while "asks for" not in told("slots"):
    time.sleep(0.02)
os.kill(program, signal.SIGKILL)
os.waitpid(program, 0)
time.sleep(1)
assert "asks for" in told("slots"), "it heard of that after all: docs/drivers.md and docs/readers.md say otherwise"
told("pin", "--cancel")
handle, protocol = connect()
print("a pad asks on for a program that is gone, until the key that cancels")
SCardDisconnect(handle, SCARD_LEAVE_CARD)
