"""Insertion and removal, seen by one who waits, by one who polls and by pyscard's monitors."""

import sys
import threading
import time

from smartcard import scard
from smartcard.CardMonitoring import CardMonitor, CardObserver

from common import *

CARD = sys.argv[1]
PRESENT, EMPTY = scard.SCARD_STATE_PRESENT, scard.SCARD_STATE_EMPTY


class Witness(CardObserver):
    """Keeps what a monitor tells."""

    def __init__(self):
        self.added, self.removed = [], []

    def update(self, observable, actions):
        added, removed = actions
        self.added += [bytes(card.atr) for card in added]
        self.removed += [bytes(card.atr) for card in removed]


context = establish()
(readers,) = ok("readers", scard.SCardListReaders(context, []))
expect("readers", readers, [FIRST, SECOND])
expect("empty at the start", state(context) & (PRESENT | EMPTY), EMPTY)

# A wait that sees nothing ends when it was told to.
before = time.monotonic()
quiet = state(context) & ~scard.SCARD_STATE_CHANGED
code, _ = scard.SCardGetStatusChange(context, 300, [(FIRST, quiet)])
expect("quiet wait", code, scard.SCARD_E_TIMEOUT)
expect("time of the quiet wait", 0.2 < time.monotonic() - before < 5, True)

code, *_ = scard.SCardConnect(context, FIRST, scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_ANY)
expect("connect to nothing", code, scard.SCARD_E_NO_SMARTCARD)
code, *_ = scard.SCardConnect(context, "Nobody 00 00", scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_ANY)
expect("connect to nobody", code, scard.SCARD_E_UNKNOWN_READER)

witness, monitor = Witness(), CardMonitor()
monitor.addObserver(witness)
counters = []
for _ in range(3):
    insertion = threading.Timer(0.2, virtuale, ("insert", "0", CARD))
    insertion.start()
    seen = wait_for(context, PRESENT)
    insertion.join()
    counters.append(seen >> 16)
    expect("second slot", state(context, SECOND) & (PRESENT | EMPTY), EMPTY)
    until("monitor sees the card", lambda: len(witness.added) == len(witness.removed) + 1)

    card, _ = connect(context)
    names(card)
    removal = threading.Timer(0.2, virtuale, ("remove", "0"))
    removal.start()
    counters.append(wait_for(context, EMPTY) >> 16)
    removal.join()
    until("monitor misses the card", lambda: len(witness.added) == len(witness.removed))
    expect("use of a card that is gone", transmit(card, SELECT_MF)[0], scard.SCARD_W_REMOVED_CARD)
    ok("disconnect", scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD))

expect("each event counts one", counters, list(range(counters[0], counters[0] + 6)))
monitor.deleteObserver(witness)
ok("release", scard.SCardReleaseContext(context))
