"""Many programs at once: as many contexts as the service takes, each with a handle of its own on the same card."""

import threading

from smartcard import scard

from common import *

CROWD = 180

contexts = [establish() for _ in range(CROWD)]
cards = [connect(context)[0] for context in contexts]
for card in cards:
    expect("the same card for all", exchange(card, bytes.fromhex("00B0820001"))[:1], b"\x65")

# Several threads, each with contexts of its own, in transactions that would disturb each other if they could.
disturbed = []


def work(mine, select, tag):
    for card in mine:
        ok("begin", scard.SCardBeginTransaction(card))
        exchange(card, select)
        file = exchange(card, READ_SFI_2)
        if tag not in templates(file[:-2])[0]:
            disturbed.append(card)
        ok("end", scard.SCardEndTransaction(card, scard.SCARD_LEAVE_CARD))


workers = [
    threading.Thread(target=work, args=(cards[number::4], *(what, tag)))
    for number, (what, tag) in enumerate([(SELECT_MF, 0x80), (SELECT_VITALE, 0x93)] * 2)
]
for worker in workers:
    worker.start()
for worker in workers:
    worker.join()
expect("disturbed", disturbed, [])

for card in cards:
    ok("disconnect", scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD))
for context in contexts:
    ok("release", scard.SCardReleaseContext(context))
