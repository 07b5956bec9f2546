"""Who sits before OpenVPN: gives the PIN of the token when asked, says how the connection went, and ends it."""

import socket
import sys

channel = socket.socket(socket.AF_UNIX)
channel.connect(sys.argv[1])
lines = channel.makefile("rw", encoding="utf-8")


def say(words):
    lines.write(words + "\n")
    lines.flush()


say("state on")
say("hold release")
for line in lines:
    print(line, end="")
    if line.startswith(">PASSWORD:Need '"):
        name = line.split("'")[1]
        say(f'password "{name}" {sys.argv[2]}')
    elif line.startswith(">STATE:") and line.split(",")[1] in ("CONNECTED", "RECONNECTING"):
        say("signal SIGTERM")
