# How long a command takes through a real pcscd, as docs/performance.md has it: by vpcd with a card that does not acknowledge at once,
# by vpcd with ours, by our driver, and by our own socket. As root:
#   VIRTUALE=target/release/virtuale unshare -m -n sh tests/clients/drivers/service.sh DIR tests/clients/drivers/measure.sh
# DIR is an empty folder.
here=$(dirname "$script")
# pcscd writes no log here: that would be measured.
start_quietly() {
  $pcscd --foreground $polkit --config "$folder/readers" > /dev/null 2>&1 &
  service=$!
  await test -S /run/pcscd/pcscd.comm
}
mkdir -p "$folder/readers"
cc -O2 -I /usr/include/PCSC -o "$folder/measure" "$here/measure.c" -l pcsclite

driver=$(ls /usr/lib/pcsc/drivers/serial/libifdvpcd.so /usr/lib/*/pcsc/drivers/serial/libifdvpcd.so 2> /dev/null | head -n 1)
printf 'FRIENDLYNAME "Virtual PCD"\nDEVICENAME /dev/null:0x8C7B\nLIBPATH %s\nCHANNELID 0x8C7B\n' "$driver" > "$folder/readers/reader"
sed '/TCP_QUICKACK/d' "$here/../pcscd/card.py" > "$folder/card.py"
start_quietly
/usr/bin/python3 "$folder/card.py" 35963 &
await opensc-tool --reader 0 --atr
printf 'vpcd, a card that does not acknowledge at once: '
"$folder/measure" 'Virtual PCD 00 00' 50
stop_pcscd
start_quietly
printf 'our own socket: '
"$VIRTUALE" exec --card vitale2-martin -- "$folder/measure" 'Virtuale 00 00' 20000
eval "$("$VIRTUALE" serve --detach --card vitale2-martin --vpcd 127.0.0.1:35963)"
ours=$PCSCLITE_CSOCK_NAME
unset PCSCLITE_CSOCK_NAME
await opensc-tool --reader 0 --atr
printf 'vpcd, our card: '
"$folder/measure" 'Virtual PCD 00 00' 20000
"$VIRTUALE" stop --socket "$ours" 2> /dev/null
stop_pcscd

"$VIRTUALE" ifd install --root "$folder/root" --socket "$folder/ifd" > /dev/null 2>&1
sed "s#^LIBPATH #LIBPATH $folder/root#" "$folder/root/etc/reader.conf.d/virtuale" > "$folder/readers/reader"
start_quietly
eval "$("$VIRTUALE" serve --detach --card vitale2-martin --ifd "$folder/ifd")"
ours=$PCSCLITE_CSOCK_NAME
unset PCSCLITE_CSOCK_NAME
await opensc-tool --reader 0 --atr
printf 'our driver: '
"$folder/measure" 'Virtuale 00 00' 20000
/usr/bin/python3 "$here/events.py" "$VIRTUALE" "$ours" 'Virtuale 00 00' | grep 'after the verb'
"$VIRTUALE" stop --socket "$ours" 2> /dev/null
stop_pcscd
