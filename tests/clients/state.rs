//! Kept cards (docs/state.md) on disks that are full or read-only: file systems of their own, in a namespace.

use libtest_mimic::{Failed, Trial};

use crate::harness::{Sandbox, left_out, namespaces, trial};

const FULL: &str = "state::a_full_disk_leaves_the_card_whole";
const READ_ONLY: &str = "state::a_read_only_disk_is_said_and_changes_nothing";

pub(crate) fn trials() -> Vec<Trial> {
    let Some(apart) = namespaces::apart() else {
        return [FULL, READ_ONLY].map(|name| left_out(namespaces::NOT_PERMITTED, name)).into();
    };
    let of = |name, script| trial(&[], name, move |sandbox: &Sandbox| runs(sandbox, apart, script));
    vec![of(FULL, IS_FULL), of(READ_ONLY, IS_READ_ONLY)]
}

fn runs(sandbox: &Sandbox, apart: &[&str], script: &str) -> Result<(), Failed> {
    let script = format!("{BEGINNING}{script}");
    sandbox.program(&[apart, &["sh", "-c", &script]].concat())?.run()?.exits_with(0)?;
    Ok(())
}

/// `cps` sends commands to a kept card and prints the answers, `is` holds that the last answers were these.
const BEGINNING: &str = r#"
    set -eu
    mkdir disk
    cps() { "$VIRTUALE" apdu --now 2026-01-15 --state disk/cards --card cps-lefevre "$@" 2> why > all || { echo "rc $?" > told; return 0; }
        grep '^<' all | sed 's/^< //; s/ *#.*//' | tr '\n' ';' > told; }
    is() { [ "$(cat told)" = "$1" ] || { echo "not $1, but: $(cat told)"; cat why; exit 9; }; }
    says() { grep -q "$1" why || { echo "not said: $1"; cat why; exit 8; }; }
    PIN='00 20 00 01 04 31323334' FILE='00 A4 09 0C 06 3F0000 01D107' TRIES='00 20 00 01'
"#;

/// A file of zeros takes the room that is left, and is taken away again.
const IS_FULL: &str = r#"
    mount -t tmpfs -o size=8m none disk
    cps "$PIN" "$FILE" '00 D6 00 00 02 CAFE'
    is '9000;9000;9000;'
    dd if=/dev/zero of=disk/zeros bs=4k 2> /dev/null || true
    cps "$TRIES" "$FILE" '00 B0 00 00 02'
    is '63C3;9000;CA FE 9000;'
    rm disk/zeros
    cps "$TRIES" "$PIN" "$FILE" '00 D6 00 00 02 BEEF' '00 B0 00 00 02'
    is '63C3;9000;9000;9000;BE EF 9000;'
    # One that comes to a full disk.
    mkdir other; mount -t tmpfs -o size=16k none other
    ! "$VIRTUALE" apdu --state other/cards --card cps-lefevre 00 2> why || exit 7
    says 'error: '
    umount disk; umount other
"#;

const IS_READ_ONLY: &str = r#"
    mount -t tmpfs none disk
    cps "$PIN" "$FILE" '00 D6 00 00 02 CAFE'
    is '9000;9000;9000;'
    before=$(cksum < disk/cards/cards.redb)
    mount -o remount,ro disk
    cps "$TRIES"
    is 'rc 4'
    says 'disk/cards'
    says 'help: '
    [ "$before" = "$(cksum < disk/cards/cards.redb)" ]
    mount -o remount,rw disk
    cps "$TRIES" "$FILE" '00 B0 00 00 02'
    is '63C3;9000;CA FE 9000;'
    umount disk
"#;
