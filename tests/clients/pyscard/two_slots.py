"""A reader with two slots is two names; what is done in one slot does not concern the other."""

from smartcard import scard
from smartcard.System import readers

from common import *

expect("readers", [str(reader) for reader in readers()], [FIRST, SECOND])
context = establish()
cards = [connect(context, reader)[0] for reader in (FIRST, SECOND)]
expect("families", [names(card)[0][0] for card in cards], ["MARTIN", "DURAND"])

# A selection in one chip leaves the other where it was; so does a lock.
exchange(cards[0], SELECT_VITALE)
ok("begin", scard.SCardBeginTransaction(cards[0]))
expect("the second chip", names(cards[1])[0][0], "DURAND")
expect("the first chip", 0x93 in templates(exchange(cards[0], READ_SFI_2)[:-2])[0], True)
ok("end", scard.SCardEndTransaction(cards[0], scard.SCARD_RESET_CARD))
expect("reset of the first", transmit(cards[0], SELECT_MF)[0], scard.SCARD_W_RESET_CARD)
expect("no reset of the second", names(cards[1])[0][0], "DURAND")
for card in cards:
    ok("disconnect", scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD))
