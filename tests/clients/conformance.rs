//! What each road to our cards tells a program, call by call: a program in C does the same on all of them, and its
//! outcomes are held against what is said of the interface, with the differences that have a reason.
//! `docs/conformance.md` is made of both: `SNAPSHOTS=overwrite cargo test --test clients conformance` writes it anew.
//! The two libraries are also compared in all that the program prints, down to bytes, names and counts.
//!
//! What this does not do: judge bytes of cards, or time anything.

mod differences;
mod page;

use std::{collections::BTreeMap, env, fs, path::Path};

use libtest_mimic::{Failed, Trial};

use crate::harness::{
    Ended, Sandbox, file, left_out, namespaces,
    programs::{CC, OPENSC, PCSC_HEADERS, PCSCD, PYTHON_ALONE, VALGRIND, VPCD, VPCD_DRIVER},
    trial, trial_unless,
};
use crate::library::with_cards;

/// The cases, as data: other programs can name the same ones.
const CASES: &str = include_str!("conformance/cases.txt");

/// What was read is said of this version.
const VERSION: &str = "1.9.9";

/// The library of the system.
const REAL: &str = "libpcsclite.so.1";

/// The parts of the program that run under memcheck.
const WATCHED: [&str; 5] = ["contexts", "connecting", "sharing", "commands", "readers"];

/// A way from a program to our cards.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Road {
    Vpcd,
    Driver,
    Socket,
    Library,
    InProcess,
    /// Its test is in the ring of Windows (`tests/windows/conformance.rs`), with what the page says of it.
    Windows,
}

/// A case, and what is said of it.
struct Case {
    section: &'static str,
    /// What is said of the section.
    remark: &'static str,
    name: &'static str,
    what: &'static str,
    expected: &'static str,
    by: &'static str,
    windows: Option<&'static str>,
}

impl Road {
    const ALL: [Self; 6] = [Self::Vpcd, Self::Driver, Self::Socket, Self::Library, Self::InProcess, Self::Windows];

    fn title(self) -> &'static str {
        match self {
            Self::Vpcd => "vpcd",
            Self::Driver => "driver",
            Self::Socket => "socket",
            Self::Library => "library",
            Self::InProcess => "in process",
            Self::Windows => "Windows",
        }
    }

    fn meaning(self) -> &'static str {
        match self {
            Self::Vpcd => "libpcsclite, pcscd and Debian's vpcd 3.3, with our card ([drivers.md](drivers.md#vpcd))",
            Self::Driver => "libpcsclite, pcscd and our driver ([drivers.md](drivers.md#pcscd))",
            Self::Socket => "libpcsclite and our own socket ([attach.md](attach.md))",
            Self::Library => "our library and our own socket ([pcsc-library.md](pcsc-library.md))",
            Self::InProcess => "our library with the cards in it",
            Self::Windows => {
                "`winscard.dll` and readers on Windows, with 64 and 32 bits; seen under Wine ([windows.md](windows.md))"
            }
        }
    }
}

pub(crate) fn trials() -> Vec<Trial> {
    let other = other_version();
    let mut trials = vec![
        trial(
            &[&CC, &PCSC_HEADERS],
            "conformance::over_our_socket_both_libraries_tell_programs_what_the_page_says",
            over_the_socket,
        ),
        with_cards(&[&CC, &PCSC_HEADERS], "conformance::in_process_programs_are_told_what_the_page_says", in_process),
        trial(
            &[&CC, &PCSC_HEADERS, &PYTHON_ALONE],
            "conformance::a_reader_that_is_unplugged_is_told_as_by_the_real_library",
            unplugged_is_told,
        ),
        trial(&[], "conformance::the_page_is_made_of_what_is_tested", |_| the_page_is_up_to_date()),
    ];
    // The library with the cards in it takes minutes there.
    trials.extend(WATCHED.map(|part| {
        let name = format!("conformance::our_library_keeps_to_its_memory_in_{part}");
        trial(&[&CC, &PCSC_HEADERS, &VALGRIND], &name, move |sandbox: &Sandbox| keeps_to_its_memory(sandbox, part))
    }));
    const OF_VPCD: &str = "conformance::through_vpcd_programs_are_told_what_the_page_says";
    const OF_DRIVER: &str = "conformance::through_our_driver_programs_are_told_what_the_page_says";
    trials.extend(match namespaces::apart() {
        None => [OF_VPCD, OF_DRIVER].map(|name| left_out(namespaces::NOT_PERMITTED, name)),
        Some(apart) => [
            trial_unless(other.as_deref(), &[&CC, &PCSC_HEADERS, &PCSCD, &VPCD, &OPENSC], OF_VPCD, |sandbox| {
                through_vpcd(sandbox, apart)
            }),
            trial_unless(other.as_deref(), &[&CC, &PCSC_HEADERS, &PCSCD, &OPENSC], OF_DRIVER, |sandbox| {
                through_our_driver(sandbox, apart)
            }),
        ],
    });
    trials
}

/// Why the page does not hold for the libpcsclite of this machine, if it does not.
fn other_version() -> Option<String> {
    let header = fs::read_to_string("/usr/include/PCSC/pcsclite.h").ok()?;
    let version = header.split_once("PCSCLITE_VERSION_NUMBER")?.1.split('"').nth(1)?;
    (version != VERSION).then(|| format!("docs/conformance.md is of pcsc-lite {VERSION}, and here is {version}"))
}

/// The cases, in the order of the page.
fn cases() -> Vec<Case> {
    let (mut section, mut remark, mut cases) = ("", "", Vec::new());
    for line in CASES.lines().filter(|line| !line.is_empty()) {
        let fields: Vec<_> = line.split(" | ").collect();
        match fields.as_slice() {
            [title] if title.starts_with("## ") => (section, remark) = (&title[3..], ""),
            [comment] if comment.starts_with('#') => {}
            [text] => remark = *text,
            [name, what, expected, by, rest @ ..] if !name.starts_with('#') => {
                assert!(["library", "service", "driver", "run", "Windows"].contains(by), "{line}");
                cases.push(Case { section, remark, name, what, expected, by, windows: rest.first().copied() });
            }
            _ => {}
        }
    }
    cases
}

/// Holds what was printed on a road against what it is said to give, but for the differences that are known.
fn judge(road: Road, ended: &Ended) -> Result<(), Failed> {
    ended.exits_with(0)?;
    let mut given: BTreeMap<_, _> = outcomes(&ended.out).map(|(name, gives, _)| (name, gives)).collect();
    let mut wrong = Vec::new();
    for Case { name, expected, .. } in cases() {
        let expected = differences::difference(name, road).map_or(expected, |(_, gives)| gives);
        let got = given.remove(name).unwrap_or(differences::NOTHING);
        if got != expected {
            wrong.push(format!("{name} should give {expected}\n    and gives {got}"));
        }
    }
    wrong.extend(given.iter().map(|(name, gives)| format!("no case is called {name}, which gives {gives}")));
    if wrong.is_empty() {
        return Ok(());
    }
    Err(format!("{road:?}: say why in conformance/differences.rs, or mend it\n{}", wrong.join("\n")).into())
}

/// What came of each case: its name, what it gives, and the lines before it that tell more.
fn outcomes(said: &str) -> impl Iterator<Item = (&str, &str, Vec<&str>)> {
    let mut more = Vec::new();
    said.lines().filter_map(move |line| match line.split_once(": ") {
        Some((name, gives)) if !line.starts_with(' ') => Some((name, gives, std::mem::take(&mut more))),
        _ => {
            more.push(line);
            None
        }
    })
}

/// Holds what a program was told by a library of ours against what it was told by the real one, to the last byte, but
/// for the cases that are otherwise on this road.
fn same(road: Road, real: &Ended, ours: &Ended) -> Result<(), Failed> {
    let mut expected: BTreeMap<_, _> = outcomes(&real.out).map(|(name, gives, more)| (name, (gives, more))).collect();
    let mut wrong = Vec::new();
    for (name, gives, more) in outcomes(&ours.out) {
        let expected = expected.remove(name);
        if differences::difference(name, road).is_none() && expected.as_ref() != Some(&(gives, more.clone())) {
            wrong.push(format!("{name}: the real library {expected:?}\n    and ours {:?}", (gives, more)));
        }
    }
    wrong.extend(expected.keys().map(|name| format!("{name} is said by the real library alone")));
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

/// The program, in the sandbox's home.
fn compile(sandbox: &Sandbox) -> Result<String, Failed> {
    let sources = ["program", "contexts", "connecting", "sharing", "commands", "events", "unplugging", "windows"];
    let sources = sources.map(|name| file(&format!("conformance/{name}.c")));
    let words = ["cc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-I/usr/include/PCSC", "-o", "program"];
    let sources: Vec<_> = sources.iter().map(String::as_str).collect();
    sandbox.program(&[&words[..], &sources, &["-ldl", "-lpthread"]].concat())?.run()?.exits_with(0)?;
    Ok(sandbox.home().join("program").display().to_string())
}

fn over_the_socket(sandbox: &Sandbox) -> Result<(), Failed> {
    compile(sandbox)?;
    // A copy of the library outlives its run.
    let keep = r#"cp "${LD_LIBRARY_PATH%%:*}/libpcsclite.so.1" ours.so"#;
    let exec = [env!("CARGO_BIN_EXE_virtuale"), "exec", "--library", "--", "sh", "-c", keep];
    sandbox.program(&exec)?.run()?.exits_with(0)?;
    let told_by = |library| sandbox.program(&["sh", &file("conformance/ours.sh"), library])?.run();
    let (real, ours) = (told_by(REAL)?, told_by("./ours.so")?);
    if other_version().is_none() {
        judge(Road::Socket, &real)?;
        judge(Road::Library, &ours)?;
    }
    same(Road::Library, &real, &ours)
}

/// No call, right or wrong, reads or writes where it may not, or goes by what nobody wrote.
fn keeps_to_its_memory(sandbox: &Sandbox, part: &str) -> Result<(), Failed> {
    let program = compile(sandbox)?;
    let exec = [env!("CARGO_BIN_EXE_virtuale"), "exec", "--library", "--card", "vitale2-martin", "--card", "-", "--"];
    let watched = ["valgrind", "--quiet", "--leak-check=no", "--error-exitcode=77", &program, REAL, part];
    let ended = sandbox.program(&[&exec[..], &watched].concat())?.run()?;
    ended.exits_with(0)?.says("the library is closed: 0")?;
    Ok(())
}

fn unplugged_is_told(sandbox: &Sandbox) -> Result<(), Failed> {
    let program = compile(sandbox)?;
    // Our library asks the relay as well, which the variable names.
    let script = r#"
python3 "$RELAY" "$1" "$PCSCLITE_CSOCK_NAME" & relay=$!
until test -S "$1.orders" && test -S "$1"; do kill -0 $relay || exit 1; sleep 0.05; done
export PCSCLITE_CSOCK_NAME=$PWD/$1 UNPLUG="python3 '$RELAY' unplug $1" PLUG="python3 '$RELAY' plug $1"
"$0" libpcsclite.so.1 unplugging
ended=$?
kill $relay
rm "$1" "$1.orders"
exit $ended"#;
    let said = |library: &[&str], place: &str| {
        let exec = [&[env!("CARGO_BIN_EXE_virtuale"), "exec"], library].concat();
        let cards = ["--card", "vitale2-martin", "--card", "-", "--", "sh", "-c", script, &program, place];
        sandbox.program(&[&exec[..], &cards].concat())?.variable("RELAY", &file("conformance/relay.py")).run()
    };
    let (real, ours) = (said(&[], "beside-the-real")?, said(&["--library"], "beside-ours")?);
    real.exits_with(0)?.says("event 0000000E")?.says("unplugged_handle: ")?;
    ours.exits_with(0)?;
    same(Road::Library, &real, &ours)
}

fn in_process(sandbox: &Sandbox, library: &str) -> Result<(), Failed> {
    compile(sandbox)?;
    let both = r#"PCSCLITE_NO_BLOCKING=1 ./program "$0" unblocked && ./program "$0""#;
    let program = sandbox.program(&["sh", "-c", both, library])?.variable("VIRTUALE_CARDS", "vitale2-martin:-");
    let ours = program.run()?;
    if other_version().is_none() {
        judge(Road::InProcess, &ours)?;
    }
    same(Road::InProcess, &sandbox.exec(&["vitale2-martin", "-"], &["sh", "-c", both, REAL])?.run()?, &ours)
}

fn through_vpcd(sandbox: &Sandbox, apart: &[&str]) -> Result<(), Failed> {
    let reader =
        format!("FRIENDLYNAME \"Virtual PCD\"\nDEVICENAME /dev/null:0x8C7B\nLIBPATH {VPCD_DRIVER}\nCHANNELID 0x8C7B\n");
    judge(Road::Vpcd, &through_pcscd(sandbox, apart, &reader, "--vpcd 127.0.0.1:35963")?)
}

fn through_our_driver(sandbox: &Sandbox, apart: &[&str]) -> Result<(), Failed> {
    let home = sandbox.home();
    let (root, socket) = (home.join("root").display().to_string(), home.join("ifd").display().to_string());
    let install =
        [env!("CARGO_BIN_EXE_virtuale"), "ifd", "install", "--slots", "2", "--root", &root, "--socket", &socket];
    sandbox.program(&install)?.run()?.exits_with(0)?;
    let reader = fs::read_to_string(home.join("root/etc/reader.conf.d/virtuale"))?;
    let reader = reader.replace("LIBPATH ", &format!("LIBPATH {root}"));
    judge(Road::Driver, &through_pcscd(sandbox, apart, &reader, &format!("--ifd {socket}"))?)
}

/// Beside a pcscd with that reader, where our cards are shown so.
fn through_pcscd(sandbox: &Sandbox, apart: &[&str], reader: &str, shown: &str) -> Result<Ended, Failed> {
    compile(sandbox)?;
    fs::write(sandbox.home().join("shown"), shown)?;
    namespaces::beside_pcscd(sandbox, apart, reader, "conformance/pcscd.sh")
}

/// Holds the page against what is tested, and what the ring of Windows is given of it.
fn the_page_is_up_to_date() -> Result<(), Failed> {
    let on_windows = |case: &Case| match differences::difference(case.name, Road::Windows) {
        Some((_, gives)) if gives == differences::NOTHING => None,
        Some((_, gives)) => Some(format!("{}: {gives}\n", case.name)),
        None => Some(format!("{}: {}\n", case.name, case.windows.unwrap_or(case.expected))),
    };
    let windows: String = cases().iter().filter_map(on_windows).collect();
    for (path, made) in [("docs/conformance.md", page::page()), ("tests/windows/conformance.txt", windows)] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        if env::var("SNAPSHOTS").is_ok_and(|what| what == "overwrite") {
            fs::write(&path, &made)?;
        }
        if fs::read_to_string(&path)? != made {
            let again = "SNAPSHOTS=overwrite cargo test --test clients conformance";
            return Err(format!("{} is not what the test says: {again}", path.display()).into());
        }
    }
    Ok(())
}
