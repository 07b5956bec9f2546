# The driver is installed, below a folder of its own: its readers hold our cards. The programs ask pcscd.
socket=$folder/ifd
"$VIRTUALE" ifd install --root "$folder/root" --socket "$socket" --slots 2 > "$folder/installed"
sed "s#^LIBPATH #LIBPATH $folder/root#" "$folder/root/etc/reader.conf.d/virtuale" > "$folder/readers/reader"
start_pcscd
opensc-tool --list-readers
eval "$("$VIRTUALE" serve --detach --card vitale2-martin --card - --ifd "$socket")"
ours=$PCSCLITE_CSOCK_NAME
unset PCSCLITE_CSOCK_NAME
await opensc-tool --reader 0 --atr
pcsc_scan -r
printf '00 A4 04 00 0B D2 50 00 00 02 56 49 54 41 4C 45\n' | scriptor -r 'Virtuale 00 00'
"$VIRTUALE" slots --socket "$ours"
"$VIRTUALE" read

"$VIRTUALE" insert --socket "$ours" 1 cps-lefevre
await opensc-tool --reader 1 --atr
opensc-tool --reader 1 --atr
/usr/bin/python3 "$(dirname "$script")/events.py" "$VIRTUALE" "$ours" 'Virtuale 00 00'

# Readers that end and begin again.
"$VIRTUALE" stop --socket "$ours"
await_not opensc-tool --reader 0 --atr
echo "the readers were seen to go"
eval "$("$VIRTUALE" serve --detach --card cps-lefevre --card vitale2-martin --ifd "$socket")"
ours=$PCSCLITE_CSOCK_NAME
unset PCSCLITE_CSOCK_NAME
await opensc-tool --reader 1 --atr
opensc-tool --reader 0 --atr
echo "the readers came back"
pid_of() {
  "$VIRTUALE" slots --socket "$ours" --json | sed -n 's/.*"pid": *\([0-9]*\).*/\1/p'
}
kill -9 "$(pid_of)"
await_not opensc-tool --reader 1 --atr
echo "readers that were killed are gone"

# Readers that are stopped, and a program that is killed while a person types.
eval "$("$VIRTUALE" serve --detach --model xiring-leo-v2 --card vitale2-martin --ifd "$socket")"
ours=$PCSCLITE_CSOCK_NAME
unset PCSCLITE_CSOCK_NAME
await opensc-tool --reader 0 --atr
/usr/bin/python3 "$(dirname "$script")/stopped.py" "$VIRTUALE" "$ours" 'Virtuale 00 00' "$(pid_of)"
"$VIRTUALE" stop --socket "$ours"
stop_pcscd
# What they left behind goes as others come.
rm -f "$socket"
"$VIRTUALE" exec -- true
