# Two slots of ours in the readers of vpcd, which awaits its cards. The programs ask pcscd.
start_pcscd
eval "$("$VIRTUALE" serve --detach --card vitale2-martin --card - --vpcd 127.0.0.1:35963)"
ours=$PCSCLITE_CSOCK_NAME
unset PCSCLITE_CSOCK_NAME
await opensc-tool --reader 0 --atr
opensc-tool --list-readers
pcsc_scan -r
printf '00 A4 04 00 0B D2 50 00 00 02 56 49 54 41 4C 45\n' | scriptor -r 'Virtual PCD 00 00'
"$VIRTUALE" slots --socket "$ours"
"$VIRTUALE" read

"$VIRTUALE" insert --socket "$ours" 1 cps-lefevre
await opensc-tool --reader 1 --atr
opensc-tool --reader 1 --atr
"$VIRTUALE" remove --socket "$ours" 0
await_not opensc-tool --reader 0 --atr
echo "slot 0 was seen to be emptied"
"$VIRTUALE" insert --socket "$ours" 0
await opensc-tool --reader 0 --atr
echo "slot 0 was seen to be filled"

# A card keeps coming back to a pcscd that was started again.
stop_pcscd
start_pcscd
await opensc-tool --reader 1 --atr
echo "the cards came back"
"$VIRTUALE" stop --socket "$ours"
await_not opensc-tool --reader 1 --atr
