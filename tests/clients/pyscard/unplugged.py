"""The reader is unplugged as a command is on its way, and plugged in again: what libpcsclite tells a program of it."""

import sys

from smartcard import scard

from common import *


def listed(context):
    code, readers = scard.SCardListReaders(context, [])
    return [] if code == scard.SCARD_E_NO_READERS_AVAILABLE else ok("list", (code, readers))[0]


def watcher():
    """Sees the reader go and come by the notification of readers alone."""
    context = establish()
    expect("both readers", listed(context), [FIRST, SECOND])
    pnp = [("\\\\?PnP?\\Notification", scard.SCARD_STATE_UNAWARE)]
    pnp = [(pnp[0][0], scard.SCardGetStatusChange(context, 0, pnp)[1][0][1] & ~scard.SCARD_STATE_CHANGED)]
    say("connected")
    for readers in ([SECOND], [FIRST, SECOND]):
        while listed(context) != readers:
            code, states = scard.SCardGetStatusChange(context, TIME_FOR_AN_EVENT, pnp)
            ok("the notification", code)
            pnp = [(pnp[0][0], states[0][1] & ~scard.SCARD_STATE_CHANGED)]
        say(f"sees {len(readers)}")


def main():
    context = establish()
    card, protocol = connect(context)
    other = again("watcher")
    hear("watcher", other, "connected")
    virtuale("fault", "0", "unplug=2s", "n=2")
    expect("a command before", transmit(card, SELECT_MF)[0], scard.SCARD_S_SUCCESS)
    expect("the command", transmit(card, SELECT_MF)[0], scard.SCARD_E_NO_SMARTCARD)
    hear("watcher", other, "sees 1")
    expect("the other reader is there", listed(context), [SECOND])
    expect("the handle", transmit(card, SELECT_MF)[0], scard.SCARD_E_INVALID_VALUE)
    expect("its status", scard.SCardStatus(card)[0], scard.SCARD_E_READER_UNAVAILABLE)
    code = scard.SCardConnect(context, FIRST, scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_ANY)[0]
    expect("connect", code, scard.SCARD_E_UNKNOWN_READER)
    hear("watcher", other, "sees 2")
    expect("watcher's code", other.wait(20), 0)
    # The reader that is back is another one to the handle, for good.
    for _ in range(2):
        expect("the handle later", transmit(card, SELECT_MF)[0], scard.SCARD_E_INVALID_VALUE)
    ok("disconnect", scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD))
    card = ok("exclusive", scard.SCardConnect(context, FIRST, scard.SCARD_SHARE_EXCLUSIVE, protocol))[0]
    expect("the same card", names(card)[0][0], "MARTIN")
    ok("disconnect", scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD))


role = globals().get(sys.argv[1]) if len(sys.argv) > 1 else None
role() if role else main()
