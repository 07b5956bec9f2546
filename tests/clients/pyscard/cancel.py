"""A wait without end is cancelled by another thread, again and again, and the context is as good as before."""

import threading
import time

from smartcard import scard

from common import *

context = establish()
current = state(context) & ~scard.SCARD_STATE_CHANGED


def wait_for_ever(results):
    code, _ = scard.SCardGetStatusChange(context, scard.INFINITE, [(FIRST, current)])
    results.append(code)


for _ in range(5):
    results = []
    waiter = threading.Thread(target=wait_for_ever, args=(results,))
    waiter.start()
    time.sleep(0.2)
    expect("still waiting", results, [])
    # A cancellation that comes before the wait has begun is lost, as it should be.
    while waiter.is_alive():
        scard.SCardCancel(context)
        waiter.join(0.2)
    expect("cancelled", results[0], scard.SCARD_E_CANCELLED)

card, _ = connect(context)
names(card)
ok("disconnect", scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD))
ok("release", scard.SCardReleaseContext(context))
