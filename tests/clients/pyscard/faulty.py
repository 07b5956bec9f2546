"""Faults as a program sees them through libpcsclite: each by the code, the data or the time that it gets."""

import time

from smartcard import scard

from common import *


def under(fault, *commands):
    """What the commands give under a fault, with a handle of their own; and how long all of them took."""
    virtuale("fault", "0", *fault.split())
    context = establish()
    card, _ = connect(context)
    start = time.monotonic()
    answers = [transmit(card, command) for command in commands]
    took = time.monotonic() - start
    scard.SCardDisconnect(card, scard.SCARD_RESET_CARD)
    ok("release", scard.SCardReleaseContext(context))
    virtuale("fault", "0", "--clear")
    return answers, took


def bytes_of(answer):
    return bytes(ok("transmit", answer)[0])


whole = bytes_of(under("mute n=9", SELECT_VITALE, READ_SFI_2)[0][1])
expect("the end of the whole answer", whole[-2:], b"\x90\x00")

expect("sw", bytes_of(under("sw=6F00 ins=B0", SELECT_VITALE, READ_SFI_2)[0][1]), b"\x6F\x00")
expect("cut", bytes_of(under("cut=4 ins=B0", SELECT_VITALE, READ_SFI_2)[0][1]), whole[:4] + whole[-2:])
answers, took = under("late=700ms ins=B0", SELECT_VITALE, READ_SFI_2)
expect("late", bytes_of(answers[1]), whole)
if not 0.7 <= took < 20:
    expect("how late", took, 0.7)
expect("mute", under("mute n=2", SELECT_VITALE, READ_SFI_2)[0][1][0], scard.SCARD_E_NOT_TRANSACTED)
answers = under("pull=100ms n=2", SELECT_VITALE, READ_SFI_2, READ_SFI_2)[0]
expect("pull", answers[1][0], scard.SCARD_E_NO_SMARTCARD)
expect("behind it", answers[2][0], scard.SCARD_W_REMOVED_CARD)
context = establish()
wait_for(context, scard.SCARD_STATE_PRESENT)
expect("as ever", bytes_of(under("mute n=9", SELECT_VITALE, READ_SFI_2)[0][1]), whole)
