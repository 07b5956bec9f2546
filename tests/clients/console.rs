//! The page of running readers, in Debian's Chromium: what a person sees and does there, who is kept out, and that it
//! stays smooth.
//!
//! With `SNAPSHOTS=overwrite` the pictures of docs/console.md are made anew.

use std::{env, fs, path::Path};

use libtest_mimic::{Failed, Trial};
use virtuale::{
    engine::Response,
    terminal::transport::{Transport, pcsclite::Service},
};

use crate::harness::{
    Client, Sandbox, file,
    programs::{
        AXE, CHROMIUM, NODE, NODE_MODULES, OPENSC, PCSC_SCAN, PLAYWRIGHT, PYSCARD, PYTHON_ALONE, SCRIPTOR, SETPRIV,
    },
    trial,
};

/// A card file whose every text is hostile to a page.
const HOSTILE: &str = "# <img src=x onerror=hacked()>\u{202e}\nlayout = \"vitale2\"\n\n[assure]\nnir = \"1 90 19 99 999 005\"\n\
                       nom = \"<SCRIPT>\"\nprenom = \"<B>\"\nnaissance = \"1990-19-14\"\n";

/// How many commands one program sends, and how many programs: the list has to bear them all.
const MANY: usize = 20_000;
const SENDERS: usize = 5;

/// What they send: GET CHALLENGE.
const CHALLENGE: [u8; 5] = [0x00, 0x84, 0x00, 0x00, 0x08];

pub(crate) fn trials() -> Vec<Trial> {
    let looks = ["light", "dark", "narrow", "french"]
        .into_iter()
        .flat_map(|look| ["views", "dialogs"].map(|part| (look, part)));
    let looks = looks.map(|(look, part)| {
        trial(
            &[&NODE, &PLAYWRIGHT, &CHROMIUM, &AXE, &OPENSC],
            &format!("console::{part}_are_for_everybody_{look}"),
            move |sandbox| {
                let served = sandbox.serve(&["--console", "--model", "xiring-leo-v2", "--card", "vitale2-martin"])?;
                run(sandbox, &served.socket, &["looks", look, part])?;
                served.stop()
            },
        )
    });
    let browser: &[&Client] = &[&NODE, &PLAYWRIGHT, &CHROMIUM];
    let with = |more: &[&'static Client]| [browser, more].concat();
    let trials = vec![
        trial(
            &with(&[&PCSC_SCAN, &OPENSC, &PYSCARD, &SCRIPTOR]),
            "console::a_person_sees_and_does_all_there",
            |sandbox| visit(sandbox, "visit", &["--model", "xiring-leo-v2", "--card", "vitale2-martin"]),
        ),
        trial(&with(&[]), "console::strangers_are_kept_out", |sandbox| {
            visit(sandbox, "strangers", &["--card", "vitale2-martin"])
        }),
        trial(&with(&[&PYSCARD]), "console::a_hostile_card_is_text", hostile),
        trial(&with(&[&OPENSC, &AXE]), "console::the_page_says_what_became_of_its_readers", |sandbox| {
            // The script stops them.
            let served = sandbox.serve(&["--console", "127.0.0.1:0", "--card", "vitale2-martin"])?;
            run(sandbox, &served.socket, &["ends"])
        }),
        trial(&with(&[]), "console::a_hundred_thousand_commands_are_smooth", many),
        trial(&[&PYTHON_ALONE, &SETPRIV], "console::the_token_is_nowhere_to_be_read", token),
    ];
    trials.into_iter().chain(looks).collect()
}

/// Runs a script in a browser on the page of readers with these options.
fn visit(sandbox: &Sandbox, script: &str, options: &[&str]) -> Result<(), Failed> {
    let served = sandbox.serve(&[&["--console"], options].concat())?;
    run(sandbox, &served.socket, &[script])?;
    served.stop()
}

/// Runs a script with its arguments on a page.
fn run(sandbox: &Sandbox, socket: &str, words: &[&str]) -> Result<(), Failed> {
    let [script, arguments @ ..] = words else { return Err("no script".into()) };
    let script = file(&format!("console/{script}.js"));
    let mut guest = sandbox
        .program(&[&["node", &script], arguments].concat())?
        .variable("NODE_PATH", NODE_MODULES)
        .variable("CHROMIUM", CHROMIUM_PATH)
        .variable("PCSCLITE_CSOCK_NAME", socket);
    if env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite") {
        guest = guest.variable("IMAGES", concat!(env!("CARGO_MANIFEST_DIR"), "/docs/images"));
    }
    let ended = guest.run()?;
    ended.exits_with(0)?.says("all was well")?;
    ended.out.lines().filter(|line| line.starts_with("frames in ms")).for_each(|line| eprintln!("console: {line}"));
    Ok(())
}

const CHROMIUM_PATH: &str = "/usr/bin/chromium";

fn hostile(sandbox: &Sandbox) -> Result<(), Failed> {
    let folder = sandbox.home().join("cards");
    fs::create_dir(&folder)?;
    fs::write(folder.join("hostile.toml"), HOSTILE)?;
    fs::write(folder.join("<i>x<\u{202e}\n>.toml"), HOSTILE)?;
    let folder = folder.to_string_lossy().into_owned();
    visit(sandbox, "hostile", &["--reader", "<b>x</b>", "--card", "-", "--console-cards", &folder])
}

/// The programs are this one: what is tried is the page, and others take longer to say as much.
fn many(sandbox: &Sandbox) -> Result<(), Failed> {
    let served = sandbox.serve(&["--console", "--card", "vitale2-martin"])?;
    for _ in 0..SENDERS {
        let mut service = Service::establish(Path::new(&served.socket))?;
        let mut card = service.connect("Virtuale 00 00")?;
        for _ in 0..MANY {
            card.transmit(&CHALLENGE, &mut Response::new())?;
        }
    }
    run(sandbox, &served.socket, &["many"])?;
    served.stop()
}

/// No other user finds it: it is in no file that others can read, in no arguments, in no environment of a program.
fn token(sandbox: &Sandbox) -> Result<(), Failed> {
    let script = r#"
        set -eu
        eval "$("$VIRTUALE" serve --detach --console --card vitale2-martin 2> said)"
        trap '"$VIRTUALE" stop > stopped 2>&1' EXIT
        url=$("$VIRTUALE" console --url)
        grep -qF "$url" said
        token=${url##*token=}
        [ ${#token} = 64 ]
        rm said
        pid=$("$VIRTUALE" slots --json | tr -d ' \n' | sed 's/.*"pid":\([0-9]*\).*/\1/')
        for place in cmdline environ; do
            if tr '\0' '\n' < /proc/$pid/$place | grep -qF "$token"; then echo "it is in $place"; exit 9; fi
        done
        if grep -rqsF "$token" "$HOME" "$XDG_RUNTIME_DIR" "$TMPDIR" --devices=skip; then echo 'it is in a file'; exit 8; fi
        [ "$(stat -c %a "$PCSCLITE_CSOCK_NAME.ctl")" = 600 ]
        if [ "$(id -u)" = 0 ]; then
            as() { setpriv --reuid 64001 --regid 64001 --clear-groups "$@"; }
            if as "$VIRTUALE" console --url > other 2>&1; then exit 6; fi
            if as cat "/proc/$pid/environ" > other 2>&1; then exit 5; fi
            said=$(as /usr/bin/python3 -c "$ASK" "${url%%\?*}api/slots")
            if [ "$said" != 401 ]; then echo "another user is told: $said"; exit 4; fi
        fi
        if "$VIRTUALE" serve --console 0.0.0.0:0 2> refused; then exit 7; fi
        grep -q 'on this machine only' refused
    "#;
    sandbox.program(&["sh", "-c", script])?.variable("ASK", ASK).run()?.exits_with(0)?;
    Ok(())
}

/// How another user asks: gives the status of the answer.
const ASK: &str = "
import sys, urllib.error, urllib.request
try:
    print('let in', urllib.request.urlopen(sys.argv[1]).status)
except urllib.error.HTTPError as error:
    print(error.code)
";
