# Runs a command beside a pcscd of its own, in whose reader `Virtual PCD 00 00` is the card of card.py: service.sh
# FOLDER CMD [ARG]... . FOLDER has reader.conf fragments and card.py, and gets pcscd.log. To be run where network and mounts are
# private: pcscd's socket has one place only, and vpcd listens on all interfaces.
set -eu
folder=$1
shift
mount -t tmpfs none /run
mkdir /run/pcscd
/usr/bin/python3 -c '
import fcntl, socket, struct
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
fcntl.ioctl(socket.socket(), SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))'

# Later versions ask polkit, which is not there. Not everybody's search path has sbin.
pcscd=/usr/sbin/pcscd
polkit=
if $pcscd --help | grep -q -e --disable-polkit; then polkit=--disable-polkit; fi
$pcscd --foreground $polkit --apdu --debug --config "$folder/readers" > "$folder/pcscd.log" 2>&1 &
service=$!
/usr/bin/python3 "$folder/card.py" 35963 &
card=$!
# For a command that pulls the card, or lets the service die.
export FOLDER="$folder" SERVICE=$service CARD=$card
trap 'kill $service $card 2> /dev/null || true; wait' EXIT
until opensc-tool --reader 0 --atr > /dev/null 2>&1; do
  kill -0 $service
  sleep 0.05
done
"$@"
