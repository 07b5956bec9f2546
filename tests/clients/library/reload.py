"""Loads the library, presents a wrong PIN to the card in it, and closes it: twice. What the card says of the tries that are left is printed.
Each time it is used on a thread that ends: the library may not stay for what that thread has of it."""

import _ctypes
import ctypes
import sys
import threading

WORD, NOTHING = ctypes.c_ulong, ctypes.c_void_p()
SELECT = bytes.fromhex("00A4040C0FE828BD080FD2500000044164E86C65")
VERIFY = bytes.fromhex("002000810839393939FFFFFFFF")


def present(library):
    context, card, protocol = WORD(), WORD(), WORD()
    library.SCardEstablishContext(WORD(2), NOTHING, NOTHING, ctypes.byref(context))
    library.SCardConnect(context, b"Virtuale 00 00", WORD(2), WORD(3), ctypes.byref(card), ctypes.byref(protocol))
    request = (WORD * 2)(protocol.value, 16)
    for command in (SELECT, VERIFY):
        answer, length = ctypes.create_string_buffer(258), WORD(258)
        library.SCardTransmit(card, request, command, WORD(len(command)), NOTHING, answer, ctypes.byref(length))
    print(answer.raw[: length.value].hex())
    library.SCardReleaseContext(context)


for _ in range(2):
    library = ctypes.CDLL(sys.argv[1])
    thread = threading.Thread(target=present, args=[library])
    thread.start()
    thread.join()
    _ctypes.dlclose(library._handle)
