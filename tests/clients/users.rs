//! Other users, containers and sandboxes: a program of another user, in a user namespace, in another root or in a
//! sandbox like Flatpak's sees the readers that let it in, and nothing of the others.
//!
//! Only root may become somebody else; for anybody else these tests are reported as ignored. There is no container
//! engine here: the namespaces and mounts are those that engines make.

use libtest_mimic::{Failed, Trial};

use crate::harness::{
    Sandbox,
    programs::{BWRAP, OPENSC, PYTHON_ALONE, SETPRIV, SUDO},
    trial_unless,
};

/// What each script begins with: `guests OPTION...` starts readers with these options and sets `$folder`, `as UID ...`
/// runs a program as another user, `sees` and `sees_nothing` demand what a program of the rest of the line finds.
const BEGINNING: &str = r#"
    set -eu
    guests() {
        line=$("$VIRTUALE" serve --detach --name "guests-$$" --card vitale2-martin "$@")
        eval "$line"
        folder=${PCSCLITE_CSOCK_NAME%/*}
        trap '"$VIRTUALE" stop > stopped 2>&1' EXIT
    }
    as() { user=$1; shift; setpriv --reuid "$user" --regid "$user" --clear-groups "$@"; }
    sees() { "$@" opensc-tool -a > seen 2>&1 || { cat seen; echo "saw nothing: $*"; exit 9; }; grep -q '^3b:75:13' seen; }
    sees_nothing() { if "$@" opensc-tool -a > seen 2>&1; then cat seen; echo "saw something: $*"; exit 8; fi; }
    told() { "$VIRTUALE" slots 2>&1 | grep -q "$1" || { "$VIRTUALE" slots; echo "not told: $1"; exit 7; }; }
"#;

pub(crate) fn trials() -> Vec<Trial> {
    let reason = (!rustix::process::geteuid().is_root()).then_some("only root may become another user");
    let of = |name: &str, clients: &[&crate::harness::Client], script: &'static str| {
        trial_unless(reason, clients, &format!("users::{name}"), move |sandbox| runs(sandbox, script))
    };
    vec![
        of("who_is_allowed_is_let_in_and_nobody_else", &[&OPENSC, &SETPRIV], ALLOWED),
        of("members_of_a_group_are_let_in", &[&OPENSC, &SETPRIV], GROUP),
        of("no_guest_takes_the_owners_connections", &[&OPENSC, &SETPRIV, &PYTHON_ALONE], CROWDED),
        of("the_control_stays_the_owners", &[&OPENSC, &SETPRIV], CONTROL),
        of("a_user_namespace_is_of_the_user_who_made_it", &[&OPENSC, &SETPRIV], NAMESPACE),
        of("a_folder_can_be_mounted_into_another_root", &[&OPENSC, &SETPRIV], MOUNTED),
        of("a_sandbox_sees_what_is_let_into_it", &[&OPENSC, &SETPRIV, &BWRAP], SANDBOXED),
        of("sudo_is_told_what_to_keep", &[&OPENSC, &SUDO], SUDOED),
        of("a_program_that_runs_as_its_owner_is_his", &[&OPENSC, &SETPRIV], SET_USER_ID),
    ]
}

fn runs(sandbox: &Sandbox, script: &str) -> Result<(), Failed> {
    sandbox.program(&["sh", "-c", &format!("{BEGINNING}{script}")])?.run()?.exits_with(0)?;
    Ok(())
}

const ALLOWED: &str = r#"
    guests --allow-user 64001
    sees env
    sees as 64001
    sees_nothing as 64002
    sees_nothing as 64002
    told '^user 64002 was turned away'
    test "$(stat -c %a "$folder" "$PCSCLITE_CSOCK_NAME" "$PCSCLITE_CSOCK_NAME.ctl" | tr '\n' ' ')" = '711 666 600 '
    "$VIRTUALE" stop > stopped
    test ! -e "$folder"
    guests
    sees_nothing as 64001
"#;

const GROUP: &str = r#"
    guests --allow-group 64010
    test "$(stat -c '%a %g' "$folder" "$PCSCLITE_CSOCK_NAME" | tr '\n' ' ')" = '710 64010 660 64010 '
    sees setpriv --reuid 64001 --regid 64010 --clear-groups
    sees setpriv --reuid 64001 --regid 64001 --groups 64010
    sees_nothing as 64001
    "$VIRTUALE" stop > stopped
    guests --allow-group 64010 --allow-user 64003
    sees setpriv --reuid 64001 --regid 64001 --groups 64009,64010
    sees as 64003
    sees_nothing as 64001
"#;

const CONTROL: &str = r#"
    guests --allow-user 64001
    for verb in slots 'remove 0' stop; do
        as 64001 "$VIRTUALE" $verb > said 2>&1 && exit 3
        grep -q 'only the user who started the reader may control it' said || { cat said; exit 4; }
    done
    as 64001 ls "$folder" > said 2>&1 && exit 5
    sees as 64001
"#;

/// Guests that hold what they get, connections first and then handles of the reader.
const CROWDED: &str = r#"
    guests --allow-user 64001 --allow-user 64002
    cat > crowd.py << 'END'
import os, socket, struct, sys
held = []
def connect():
    one = socket.socket(socket.AF_UNIX)
    one.settimeout(20)
    one.connect(os.environ["PCSCLITE_CSOCK_NAME"])
    held.append(one)
    return one
def ask(one, command, body):
    one.sendall(struct.pack("=II", len(body), command) + body)
    return one.recv(len(body), socket.MSG_WAITALL)
for _ in range(300):
    connect()
try:
    context = struct.unpack("=III", ask(held[0], 1, struct.pack("=III", 2, 0, 0)))[1]
    name = b"Virtuale 00 00".ljust(128, b"\0")
    while True:
        reply = ask(held[0], 4, struct.pack("=I128sIIIII", context, name, 2, 3, 0, 0, 0))
        if struct.unpack("=I", reply[-4:])[0]:
            break
except (OSError, struct.error):
    pass
print("there", flush=True)
sys.stdin.read()
END
    mkfifo hold
    as 64001 /usr/bin/python3 crowd.py < hold > first &
    as 64002 /usr/bin/python3 crowd.py < hold > second &
    exec 3> hold
    for said in first second; do until grep -q there "$said"; do sleep 0.05; done; done
    told '^user 64001 was turned away at times'
    sees env
    exec 3>&-
    wait
    sees as 64001
"#;

const NAMESPACE: &str = r#"
    guests --allow-user 64001
    sees as 64001 unshare --user --map-root-user
    sees as 64001 unshare --user
    sees_nothing as 64002 unshare --user --map-root-user
"#;

const MOUNTED: &str = r#"
    guests --allow-user 64001
    cat > inside << 'END'
        mkdir /run/other
        mount --rbind / /run/other
        mount -t tmpfs none /run/other/tmp
        test ! -e "/run/other$PCSCLITE_CSOCK_NAME"
        mkdir /run/other/tmp/cards
        mount --bind "$folder" /run/other/tmp/cards
        exec chroot --userspec=64001:64001 --groups= /run/other env PCSCLITE_CSOCK_NAME=/tmp/cards/pcsc "$@"
END
    export folder
    sees unshare -m sh -e -c 'mount -t tmpfs none /run; . ./inside' sh
"#;

const SANDBOXED: &str = r#"
    guests --allow-user 64001
    sandboxed() { as 64001 bwrap --ro-bind / / --dev /dev --proc /proc --tmpfs /tmp --unshare-all --chdir / "$@"; }
    sees_nothing sandboxed
    sees sandboxed --ro-bind "$folder" "$folder"
    sees sandboxed --ro-bind "$folder" /tmp/cards --setenv PCSCLITE_CSOCK_NAME /tmp/cards/pcsc
    sees_nothing sandboxed --ro-bind "$folder" "$folder" --unsetenv PCSCLITE_CSOCK_NAME
"#;

const SUDOED: &str = r#"
    guests --allow-user nobody
    sees_nothing sudo -n -u nobody
    sees sudo -n -u nobody --preserve-env=PCSCLITE_CSOCK_NAME
    sees sudo -n -u nobody "PCSCLITE_CSOCK_NAME=$PCSCLITE_CSOCK_NAME"
    "$VIRTUALE" stop > stopped
    guests
    sees_nothing sudo -n -u nobody --preserve-env=PCSCLITE_CSOCK_NAME
"#;

/// The library of Debian 12 hears the variable in such a program, later ones do not.
const SET_USER_ID: &str = r#"
    guests --allow-user 64002
    place=$(mktemp -d /tmp/virtuale-set-user-id.XXXXXX)
    trap 'rm -rf "$place"; "$VIRTUALE" stop > stopped 2>&1' EXIT
    chmod 755 "$place"
    cp "$(command -v opensc-tool)" "$place/other"
    chown 64001 "$place/other"
    chmod u+s "$place/other"
    if findmnt -n -o OPTIONS -T "$place" | grep -q nosuid; then exit 0; fi
    "$place/other" -a > seen 2>&1 && exit 3
    dpkg --compare-versions "$(dpkg-query -W -f '${Version}' libpcsclite1)" lt 2 || exit 0
    told '^user 64001 was turned away'
    "$VIRTUALE" stop > stopped
    eval "$("$VIRTUALE" serve --detach --name "guests-$$" --card vitale2-martin --allow-user 64001)"
    "$place/other" -a > seen 2>&1 || { cat seen; exit 4; }
    cp "$place/other" "$place/copy"
    test ! -u "$place/copy"
    "$place/copy" -a > seen 2>&1 || { cat seen; exit 5; }
"#;
