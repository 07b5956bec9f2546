"""A component that fails: sessions that work, one that ends in silence, and then a card that no longer wakes up."""

from smartcard import scard

from common import *

FETCH = bytes.fromhex("BCC0000008")

context = establish()
for session in range(20):
    card, _ = connect(context)
    codes = [transmit(card, FETCH)[0] for _ in range(6)]
    if codes[-1] != scard.SCARD_S_SUCCESS:
        break
    expect("a session that works", codes, [scard.SCARD_S_SUCCESS] * 6)
    ok("disconnect", scard.SCardDisconnect(card, scard.SCARD_UNPOWER_CARD))
expect("five commands of the last session", codes[:5], [scard.SCARD_S_SUCCESS] * 5)
expect("silence", codes[5], scard.SCARD_E_NOT_TRANSACTED)
expect("not at once, not never", 3 <= session <= 14, True)
ok("disconnect", scard.SCardDisconnect(card, scard.SCARD_UNPOWER_CARD))
code, *_ = scard.SCardConnect(context, FIRST, scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_ANY)
expect("it wakes up no more", code in (scard.SCARD_W_UNPOWERED_CARD, scard.SCARD_W_UNRESPONSIVE_CARD), True)
ok("release", scard.SCardReleaseContext(context))
