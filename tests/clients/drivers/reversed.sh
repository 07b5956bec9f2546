# vpcd comes to its cards. They are there before it, and stay: up to 3.3 it aborts pcscd when one of them is not
# [VSMARTCARD-VPCD protocol].
eval "$("$VIRTUALE" serve --detach --card vitale2-martin --card cps-lefevre --vpcd-listen 36001)"
ours=$PCSCLITE_CSOCK_NAME
unset PCSCLITE_CSOCK_NAME
start_pcscd
await opensc-tool --reader 0 --atr
await opensc-tool --reader 1 --atr
"$VIRTUALE" slots --socket "$ours"
"$VIRTUALE" read
stop_pcscd
"$VIRTUALE" stop --socket "$ours"
