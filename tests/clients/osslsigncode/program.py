"""Writes the smallest program for Windows that can be signed: headers and one section without code."""

import struct
import sys

DIRECTORIES = bytes(16 * 8)
optional = struct.pack("<HBBIIIII", 0x20B, 0, 0, 0x200, 0, 0, 0x1000, 0x1000)
optional += struct.pack("<QIIHHHHHHIIIIHHQQQQII", 0x140000000, 0x1000, 0x200, 6, 0, 0, 0, 6, 0, 0, 0x2000, 0x200, 0, 3, 0,
                        0x100000, 0x1000, 0x100000, 0x1000, 0, 16) + DIRECTORIES
dos = b"MZ" + bytes(58) + struct.pack("<I", 64)
coff = b"PE\0\0" + struct.pack("<HHIIIHH", 0x8664, 1, 0, 0, 0, len(optional), 0x22)
section = struct.pack("<8sIIIIIIHHI", b".text", 0x200, 0x1000, 0x200, 0x200, 0, 0, 0, 0, 0x60000020)
headers = dos + coff + optional + section
with open(sys.argv[1], "wb") as program:
    program.write(headers.ljust(0x200, b"\0") + b"\xC3".ljust(0x200, b"\xCC"))
