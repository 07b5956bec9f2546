"""The card is pulled while one program waits for a transaction, one for an event, and one holds the card."""

import sys
import time

from smartcard import scard

from common import *


def waiter_for_the_card():
    context = establish()
    card, _ = connect(context)
    say("connected")
    sys.stdin.readline()
    code = scard.SCardBeginTransaction(card)
    expect("begin on a card that went", code, scard.SCARD_W_REMOVED_CARD)
    say("done")


def waiter_for_an_event():
    context = establish()
    expect("a card at first", state(context) & scard.SCARD_STATE_PRESENT, scard.SCARD_STATE_PRESENT)
    say("connected")
    wait_for(context, scard.SCARD_STATE_EMPTY)
    say("done")


def main(file):
    context = establish()
    card, protocol = connect(context)
    others = [again("waiter_for_the_card"), again("waiter_for_an_event")]
    for other in others:
        hear("waiter", other, "connected")
    ok("begin", scard.SCardBeginTransaction(card))
    tell(others[0], "go")
    time.sleep(0.3)  # so that it waits; the outcome is the same if it comes later
    virtuale("remove", "0")
    for other in others:
        hear("waiter", other, "done")
        expect("waiter's code", other.wait(20), 0)

    # A handle remembers that its card went, even when there is one again, until it is connected anew.
    expect("transmit", transmit(card, SELECT_MF)[0], scard.SCARD_W_REMOVED_CARD)
    virtuale("insert", "0", file)
    wait_for(context, scard.SCARD_STATE_PRESENT)
    expect("transmit to the next card", transmit(card, SELECT_MF)[0], scard.SCARD_W_REMOVED_CARD)
    ok("reconnect", scard.SCardReconnect(card, scard.SCARD_SHARE_SHARED, protocol, scard.SCARD_LEAVE_CARD))
    expect("names", names(card)[0][0], "MARTIN")
    ok("disconnect", scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD))


role = globals().get(sys.argv[1])
role() if role else main(sys.argv[1])
