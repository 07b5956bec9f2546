"""What the scripts share: the calls of PC/SC with their return codes, and the control of the running readers."""

import os
import subprocess
import sys
import time

from smartcard import scard

FIRST, SECOND = "Virtuale 00 00", "Virtuale 00 01"
SELECT_VITALE = bytes.fromhex("00A404000BD250000002564954414C45")
SELECT_MF = bytes.fromhex("00A4000C023F00")
READ_SFI_2 = bytes.fromhex("00B0820000")
TIME_FOR_AN_EVENT = 20_000  # milliseconds


def expect(what, got, wanted):
    """Ends the script unless it got what it wanted."""
    if got != wanted:
        sys.exit(f"{what}: {show(got)}, not {show(wanted)}")


def show(value):
    """A return code by its name, bytes in hexadecimal, anything else as it is."""
    if isinstance(value, int):
        return f"{value & 0xFFFFFFFF:#010x} {scard.SCardGetErrorMessage(value)}"
    return value.hex(" ") if isinstance(value, bytes) else repr(value)


def ok(what, result):
    """What a call gave, without its return code, which must be success."""
    code, *rest = result if isinstance(result, (list, tuple)) else (result,)
    expect(what, code, scard.SCARD_S_SUCCESS)
    return rest


def establish():
    return ok("establish", scard.SCardEstablishContext(scard.SCARD_SCOPE_USER))[0]


def connect(context, reader=FIRST, share=scard.SCARD_SHARE_SHARED):
    """A handle and its protocol."""
    return ok("connect", scard.SCardConnect(context, reader, share, scard.SCARD_PROTOCOL_ANY))


def pci(protocol):
    return scard.SCARD_PCI_T1 if protocol == scard.SCARD_PROTOCOL_T1 else scard.SCARD_PCI_T0


def transmit(card, command, protocol=scard.SCARD_PROTOCOL_T0):
    """The return code and the answer."""
    code, answer = scard.SCardTransmit(card, pci(protocol), list(command))
    return code, bytes(answer)


def exchange(card, command, protocol=scard.SCARD_PROTOCOL_T0):
    """The answer to a command that must get one, fetched by GET RESPONSE where it waits."""
    code, answer = transmit(card, command, protocol)
    expect(f"transmit {show(bytes(command[:8]))}", code, scard.SCARD_S_SUCCESS)
    if len(answer) == 2 and answer[0] == 0x61:
        return exchange(card, bytes([0x00, 0xC0, 0x00, 0x00, answer[1]]), protocol)
    return answer


def templates(file):
    """The elements of each template 65 of a file, by tag. Zeros fill the file's end."""
    people = []
    while file[:1] == b"\x65":
        inside, file, person = file[2 : 2 + file[1]], file[2 + file[1] :], {}
        while inside:
            tag, length = inside[0], inside[1]
            person[tag], inside = inside[2 : 2 + length].decode("latin-1").strip(), inside[2 + length :]
        people.append(person)
    return people


def names(card):
    """Name and first name of everybody on the card."""
    expect("select MF", exchange(card, SELECT_MF), b"\x90\x00")
    file = exchange(card, READ_SFI_2)
    expect("read", file[-2:], b"\x90\x00")
    return [(person[0x80], person[0x81]) for person in templates(file[:-2])]


def state(context, reader=FIRST):
    """The event state of a reader, as it is now."""
    (found,) = ok("state", scard.SCardGetStatusChange(context, 0, [(reader, scard.SCARD_STATE_UNAWARE)]))
    return found[0][1]


def wait_for(context, bit, reader=FIRST):
    """Waits until a reader's state has a bit, and returns the state."""
    seen = state(context, reader)
    while not seen & bit:
        call = scard.SCardGetStatusChange(context, TIME_FOR_AN_EVENT, [(reader, seen & ~scard.SCARD_STATE_CHANGED)])
        (found,) = ok("wait", call)
        seen = found[0][1]
    return seen


def virtuale(*words):
    """Runs a verb of the program, which finds the running readers as we do."""
    subprocess.run([os.environ["VIRTUALE"], *words], check=True, timeout=30, stdout=subprocess.DEVNULL)


def again(*words):
    """Runs this script once more, as another program with another role that can be heard and told."""
    command = [sys.executable, sys.argv[0], *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True, bufsize=1)


def hear(what, other, line):
    """Waits for a line of another program."""
    expect(what, other.stdout.readline(), line + "\n")


def tell(other, line):
    """Gives another program a line."""
    other.stdin.write(line + "\n")


def say(text):
    print(text, flush=True)


def until(what, condition, seconds=20):
    """Waits until something is so."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"{what}: not within {seconds} s")
        time.sleep(0.01)
