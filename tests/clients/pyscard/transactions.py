"""Two programs want the card for themselves: each command of a transaction is followed by the next of the same one."""

import sys
import time

from smartcard import scard

from common import *


def turn(card, pause):
    """A transaction in which another program's command would be seen: it would select something else."""
    ok("begin", scard.SCardBeginTransaction(card))
    exchange(card, SELECT_VITALE)
    time.sleep(pause)
    file = exchange(card, READ_SFI_2)
    ok("end", scard.SCardEndTransaction(card, scard.SCARD_LEAVE_CARD))
    return 0x93 in templates(file[:-2])[0]


def contender():
    """Selects the MF between its reads: mixed with the other's commands, both would read the wrong file."""
    context = establish()
    card, _ = connect(context)
    say("ready")
    for _ in range(5):
        ok("begin", scard.SCardBeginTransaction(card))
        people = names(card)
        ok("end", scard.SCardEndTransaction(card, scard.SCARD_LEAVE_CARD))
        expect("names, not NIRs", people[0][0], "MARTIN")
    say("done")


def main():
    context = establish()
    card, _ = connect(context)
    expect("end of nothing", scard.SCardEndTransaction(card, scard.SCARD_LEAVE_CARD), scard.SCARD_E_NOT_TRANSACTED)
    other = again("contender")
    hear("contender", other, "ready")
    for _ in range(5):
        expect("NIRs, not names", turn(card, 0.15), True)
    hear("contender", other, "done")
    expect("contender's code", other.wait(20), 0)

    # Who wants the card alone gets it only when nobody else has it.
    share, alone = scard.SCARD_SHARE_SHARED, scard.SCARD_SHARE_EXCLUSIVE
    second = establish()
    code, *_ = scard.SCardConnect(second, FIRST, alone, scard.SCARD_PROTOCOL_ANY)
    expect("alone with two", code, scard.SCARD_E_SHARING_VIOLATION)
    ok("disconnect", scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD))
    card, _ = connect(second, FIRST, alone)
    code, *_ = scard.SCardConnect(context, FIRST, share, scard.SCARD_PROTOCOL_ANY)
    expect("with one who is alone", code, scard.SCARD_E_SHARING_VIOLATION)
    names(card)
    ok("disconnect", scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD))


contender() if sys.argv[1:] == ["contender"] else main()
