# The cases through a real pcscd, started with the words of the file `shown` behind `virtuale serve`. The program asks pcscd.
start_pcscd
eval "$("$VIRTUALE" serve --detach --card vitale2-martin --card - $(cat "$folder/shown"))"
OURS=$PCSCLITE_CSOCK_NAME
unset PCSCLITE_CSOCK_NAME
await opensc-tool --reader 0 --atr
# vpcd takes what a driver looks for as one that has looked for its card some times: see docs/drivers.md.
sleep 2
export OURS service REMOVE='"$VIRTUALE" remove --socket "$OURS" 0 > /dev/null 2>&1'
export INSERT='"$VIRTUALE" insert --socket "$OURS" 0 > /dev/null 2>&1'
export STOP='kill "$service"; while test -S /run/pcscd/pcscd.comm; do sleep 0.01; done; sleep 0.1'
PCSCLITE_NO_BLOCKING=1 "$folder/program" libpcsclite.so.1 unblocked
"$folder/program" libpcsclite.so.1
service=
"$VIRTUALE" stop --socket "$OURS" 2> /dev/null
