# What each way from a program to a card costs, as docs/performance.md has it: a READ BINARY of 200 bytes, with all ways there at the same
# time and taking turns; the time from the start of what it needs to an answer to reset; and memory. As root, where nothing else runs:
#   cargo build --release --workspace
#   VIRTUALE=target/release/virtuale LIBRARY=target/release/libvirtuale_pcsc.so \
#     unshare -m -n sh tests/clients/drivers/service.sh DIR tests/clients/drivers/measure.sh
# DIR is an empty folder, by its whole path. ROUNDS and SECONDS_EACH say how often and how long each way has its turn.
here=$(dirname "$script")
rounds=${ROUNDS:-15}
seconds=${SECONDS_EACH:-0.3}
export XDG_RUNTIME_DIR="$folder"
real=libpcsclite.so.1
cc -O2 -I /usr/include/PCSC -o "$folder/measure" "$here/measure.c" -ldl
cc -O2 -o "$folder/null" "$here/null.c" -lpthread
measure=$folder/measure

# pcscd writes no log here: that would be measured. The folder says which readers it has.
start_quietly() {
  $pcscd --foreground $polkit --config "$folder/$1" > /dev/null 2>&1 &
  service=$!
}
end() {
  kill "$1" 2> /dev/null
  wait "$1" 2> /dev/null || true
}
# The readers of a `serve` are known by their socket afterwards.
serve() {
  eval "$("$VIRTUALE" serve --detach --card vitale2-martin "$@")"
  served=$PCSCLITE_CSOCK_NAME
  unset PCSCLITE_CSOCK_NAME
}
stop() { "$VIRTUALE" stop --socket "$1" 2> /dev/null; }
median() { sort -n "$1" | sed -n "$(( ($(wc -l < "$1") + 1) / 2 ))p"; }
mega() { awk -v kilo="$1" 'BEGIN { printf "%.1f MB", kilo / 1000 }'; }
resident() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$1/status"; }
pid_of() { "$VIRTUALE" slots --socket "$1" --json | sed -n 's/.*"pid": *\([0-9]*\).*/\1/p' | head -n 1; }

driver=$(ls /usr/lib/pcsc/drivers/serial/libifdvpcd.so /usr/lib/*/pcsc/drivers/serial/libifdvpcd.so 2> /dev/null | head -n 1)
mkdir -p "$folder/vpcd" "$folder/ifd" "$folder/sixteen" "$folder/all"
printf 'FRIENDLYNAME "Virtual PCD"\nDEVICENAME /dev/null:0x8C7B\nLIBPATH %s\nCHANNELID 0x8C7B\n' "$driver" > "$folder/vpcd/vpcd"
for readers in ifd sixteen; do
  slots=1
  [ $readers = ifd ] || slots=16
  "$VIRTUALE" ifd install --root "$folder/root-$readers" --socket "$folder/$readers.socket" --slots $slots > /dev/null 2>&1
  sed "s#^LIBPATH #LIBPATH $folder/root-$readers#" "$folder/root-$readers/etc/reader.conf.d/virtuale" > "$folder/$readers/ifd"
done
cp "$folder/vpcd/vpcd" "$folder/ifd/ifd" "$folder/all"
# A card as any other would be one: it acknowledges when the system does.
sed -e '/TCP_QUICKACK/d' -e "s/^ANSWERS = {/ANSWERS = {\"00b08200c8\": \"90\" * 202, /" "$here/../pcscd/card.py" > "$folder/card.py"
"$VIRTUALE" exec --library -- sh -c 'cp "${LD_LIBRARY_PATH%%:*}/libpcsclite.so.1" "$0"' "$folder/ours.so"

# All ways at once.
start_quietly all
/usr/bin/python3 "$folder/card.py" 35964 &
naive=$!
"$folder/null" "$folder/null.socket" &
null=$!
serve --vpcd 127.0.0.1:35963
of_vpcd=$served
serve --ifd "$folder/ifd.socket"
of_driver=$served
serve
ours=$served
turn() {
  case $1 in
    process) VIRTUALE_CARDS=vitale2-martin "$measure" "$LIBRARY" Virtuale $seconds ;;
    null) PCSCLITE_CSOCK_NAME=$folder/null.socket "$measure" $real Virtuale $seconds ;;
    socket) PCSCLITE_CSOCK_NAME=$ours "$measure" $real Virtuale $seconds ;;
    library) PCSCLITE_CSOCK_NAME=$ours "$measure" "$folder/ours.so" Virtuale $seconds ;;
    driver) "$measure" $real Virtuale $seconds ;;
    vpcd) "$measure" $real 'Virtual PCD 00 00' $seconds ;;
    naive) "$measure" $real 'Virtual PCD 00 01' $seconds ;;
  esac
}
ways='process null socket library driver vpcd naive'
for round in $(seq "$rounds"); do
  for way in $ways; do turn $way >> "$folder/$way.us"; done
done
title() {
  case $1 in
    process) echo 'our library, the card in process' ;;
    null) echo 'libpcsclite and a null service' ;;
    socket) echo 'libpcsclite and our socket' ;;
    library) echo 'our library and our socket' ;;
    driver) echo 'libpcsclite, pcscd and our driver' ;;
    vpcd) echo 'libpcsclite, pcscd and vpcd, our card' ;;
    naive) echo 'the same with a card that does not acknowledge at once' ;;
  esac
}
least=$(median "$folder/null.us")
printf '| the way | time | commands/s | of the null service |\n| --- | --- | --- | --- |\n'
for way in $ways; do
  median "$folder/$way.us" | awk -v title="$(title $way)" -v least="$least" '{
    time = $1 < 10 ? sprintf("%.2f µs", $1) : $1 < 1000 ? sprintf("%.0f µs", $1) : sprintf("%.1f ms", $1 / 1000)
    rate = 1e6 / $1
    rate = rate < 1000 ? sprintf("%.0f", rate) : rate < 1e6 ? sprintf("%.1f k", rate / 1000) : sprintf("%.2f M", rate / 1e6)
    printf "| %s | %s | %s | %.1f %% |\n", title, time, rate, 100 * $1 / least
  }'
done
for socket in "$of_vpcd" "$of_driver" "$ours"; do stop "$socket"; done
end $naive
end $null
stop_pcscd

# From nothing to an answer to reset.
begun() { date +%s%N; }
took() { awk -v from="$begin" -v to="$(date +%s%N)" 'BEGIN { printf "%.1f\n", (to - from) / 1e6 }'; }
for round in $(seq 7); do
  begin=$(begun)
  VIRTUALE_CARDS=vitale2-martin "$measure" "$LIBRARY" Virtuale > /dev/null
  took >> "$folder/process.ms"
  begin=$(begun)
  "$VIRTUALE" exec --card vitale2-martin -- "$measure" $real Virtuale > /dev/null
  took >> "$folder/socket.ms"
  begin=$(begun)
  "$VIRTUALE" exec --library --card vitale2-martin -- "$measure" "$real" Virtuale > /dev/null
  took >> "$folder/library.ms"
  for way in driver vpcd; do
    shown="--ifd $folder/ifd.socket"
    readers=ifd
    [ $way = driver ] || { shown="--vpcd 127.0.0.1:35963" readers=vpcd; }
    begin=$(begun)
    start_quietly $readers
    serve $shown
    "$measure" $real Virtual > /dev/null
    took >> "$folder/$way.ms"
    stop "$served"
    stop_pcscd
  done
done
printf '\n| the way | from nothing to an answer to reset |\n| --- | --- |\n'
for way in process socket library driver vpcd; do
  printf '| %s | %s ms |\n' "$(title $way)" "$(median "$folder/$way.ms")"
done

# Memory: what a program has more than with no card, what serves the cards, and pcscd.
sixteen=$(printf ' --card vitale2-martin%.0s' $(seq 15))
printf '\n| the way | 1 card | 16 cards |\n| --- | --- | --- |\n'
one=$(VIRTUALE_CARDS=vitale2-martin "$measure" "$LIBRARY" Virtuale | cut -d ' ' -f 2)
all=$(VIRTUALE_CARDS=vitale2-martin$(printf ':vitale2-martin%.0s' $(seq 15)) "$measure" "$LIBRARY" Virtuale | cut -d ' ' -f 2)
printf '| in process: the whole program | %s | %s |\n' "$(mega "$one")" "$(mega "$all")"
serve
one=$(resident "$(pid_of "$served")")
none=$(PCSCLITE_CSOCK_NAME=$served "$measure" $real Virtuale | cut -d ' ' -f 2)
printf '| the same program with libpcsclite, for comparison | %s | |\n' "$(mega "$none")"
stop "$served"
serve $sixteen
all=$(resident "$(pid_of "$served")")
printf '| our socket: `virtuale serve` | %s | %s |\n' "$(mega "$one")" "$(mega "$all")"
stop "$served"
for readers in ifd sixteen; do
  cards=
  [ $readers = ifd ] || cards=$sixteen
  start_quietly $readers
  serve --ifd "$folder/$readers.socket" $cards
  "$measure" $real Virtuale > /dev/null
  resident "$(pid_of "$served")" > "$folder/$readers.serve"
  resident "$service" > "$folder/$readers.pcscd"
  stop "$served"
  stop_pcscd
done
of() { mega "$(cat "$folder/$1")"; }
printf '| our driver: `virtuale serve` | %s | %s |\n' "$(of ifd.serve)" "$(of sixteen.serve)"
printf '| our driver: pcscd | %s | %s |\n' "$(of ifd.pcscd)" "$(of sixteen.pcscd)"
start_quietly vpcd
serve --vpcd 127.0.0.1:35963
"$measure" $real Virtual > /dev/null
ours=$(resident "$(pid_of "$served")")
printf '| vpcd: `virtuale serve` | %s | two slots at most |\n' "$(mega "$ours")"
printf '| vpcd: pcscd | %s | |\n' "$(mega "$(resident "$service")")"
stop "$served"
stop_pcscd
