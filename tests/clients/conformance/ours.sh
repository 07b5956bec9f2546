# The cases over our own socket: ours.sh LIBRARY.
eval "$("$VIRTUALE" serve --detach --card vitale2-martin --card -)"
export REMOVE='"$VIRTUALE" remove 0 > /dev/null 2>&1' INSERT='"$VIRTUALE" insert 0 > /dev/null 2>&1'
export STOP='"$VIRTUALE" stop > stopped 2>&1'
PCSCLITE_NO_BLOCKING=1 ./program "$1" unblocked
exec ./program "$1"
