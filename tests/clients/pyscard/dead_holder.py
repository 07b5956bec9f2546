"""A program is killed while it holds the card; those who wait for it get it, reset."""

import sys
import threading
import time

from smartcard import scard

from common import *


def holder():
    context = establish()
    card, _ = connect(context)
    ok("begin", scard.SCardBeginTransaction(card))
    exchange(card, SELECT_VITALE)
    say("holding")
    time.sleep(60)


def main():
    context = establish()
    card, protocol = connect(context)
    for _ in range(3):
        other = again("holder")
        hear("holder", other, "holding")
        threading.Timer(0.5, other.kill).start()
        before = time.monotonic()
        code = scard.SCardBeginTransaction(card)
        expect("waited for the holder's end", 0.3 < time.monotonic() - before < 20, True)
        other.wait(20)

        # The card was reset, so what the dead program had opened is closed. We are told so once.
        if code == scard.SCARD_S_SUCCESS:
            code, _ = transmit(card, SELECT_MF)
        expect("after the holder's death", code, scard.SCARD_W_RESET_CARD)
        call = scard.SCardReconnect(card, scard.SCARD_SHARE_SHARED, protocol, scard.SCARD_LEAVE_CARD)
        ok("reconnect", call)
        expect("the MF is current again", exchange(card, bytes.fromhex("00B0820001"))[:1], b"\x65")
        expect("names", names(card)[0][0], "MARTIN")
    ok("disconnect", scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD))


holder() if sys.argv[1:] == ["holder"] else main()
