# Runs a script with a place for a pcscd of its own: service.sh FOLDER SCRIPT. FOLDER/readers has reader.conf fragments; FOLDER gets
# pcscd.log. To be run where network and mounts are private: pcscd's socket has one place only, and vpcd listens on all interfaces.
# The script starts pcscd when it wants to, and may use what else is defined here.
set -eu
folder=$1
script=$2
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

service=
stop_pcscd() {
  kill "$service" && wait "$service" || true
  service=
}
start_pcscd() {
  $pcscd --foreground $polkit --apdu --debug --config "$folder/readers" >> "$folder/pcscd.log" 2>&1 &
  service=$!
  await test -S /run/pcscd/pcscd.comm
}
# Until a command does well, for as long as pcscd lives.
await() {
  until "$@" > /dev/null 2>&1; do
    [ -z "$service" ] || kill -0 "$service"
    sleep 0.01
  done
}
# Until it does not.
await_not() {
  while "$@" > /dev/null 2>&1; do
    [ -z "$service" ] || kill -0 "$service"
    sleep 0.01
  done
}
trap '[ -z "$service" ] || kill "$service" 2> /dev/null; wait' EXIT
. "$script"
