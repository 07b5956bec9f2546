"""Opens a context, with a mistake in the cards, where nobody reads standard error and the system ends who writes there, as it does programs in C."""

import ctypes
import os
import signal
import sys

signal.signal(signal.SIGPIPE, signal.SIG_DFL)
nobody, place = os.pipe()
os.close(nobody)
os.dup2(place, 2)
library = ctypes.CDLL(sys.argv[1])
context = ctypes.c_ulong()
code = library.SCardEstablishContext(ctypes.c_ulong(2), ctypes.c_void_p(), ctypes.c_void_p(), ctypes.byref(context))
print(f"{code & 0xFFFFFFFF:08X}")
