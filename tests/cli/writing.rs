//! Files that verbs write where the user said: nothing is lost that was there, and what has codes is the owner's.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use crate::sandbox::{DURAND, MARTIN, Sandbox, run};

const LOG: &str = "=> 00 A4 04 00\n<= 6A 82\n";

/// A sandbox in whose folder verbs run.
struct Folder(Sandbox);

impl Folder {
    fn new() -> Self {
        Self(Sandbox::new())
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        run(self.0.virtuale(arguments).current_dir(self.0.path()))
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.file(name), text).expect("room");
    }

    fn holds(&self, name: &str) -> String {
        fs::read_to_string(self.file(name)).expect("text")
    }
}

fn mode(file: &Path) -> u32 {
    fs::metadata(file).expect("a file").permissions().mode() & 0o777
}

#[test]
fn a_file_that_is_there_is_written_over_only_by_force_and_what_is_read_never() {
    let folder = Folder::new();
    fs::copy(MARTIN, folder.file("card.toml")).expect("a card file");
    let layout = concat!(env!("CARGO_MANIFEST_DIR"), "/applets/layouts/vitale2.toml");
    fs::copy(layout, folder.file("own.toml")).expect("a layout");
    folder.write("visit.log", LOG);
    folder.write("visit.apdu", "virtuale-trace 1\n> 00 A4 04 00\n< 6A 82\n");
    let verbs: [(&[&str], &str, &[&str]); 3] = [
        (&["redact", "visit.apdu", "--as", "card.toml", "-o"], "redacted.apdu", &["visit.apdu", "card.toml"]),
        (&["convert", "visit.log", "-o"], "converted.apdu", &["visit.log"]),
        (&["card", "new", "--layout", "own.toml"], "new.toml", &["own.toml"]),
    ];
    // What `redact` takes the place of is a trace.
    let earlier = "virtuale-trace 1\n# earlier\n";
    for (verb, file, inputs) in verbs {
        let to = |file: &str, force: &[&str]| folder.run(&[verb, &[file], force].concat());
        folder.write(file, earlier);
        let (code, out, error) = to(file, &[]);
        assert_eq!((code, out.as_str(), folder.holds(file).as_str()), (2, "", earlier), "{verb:?}: {error}");
        assert!(error.contains(&format!("{file} is there already")) && error.contains("--force"), "{error}");
        let (code, _, error) = to(file, &["--force"]);
        assert_eq!(code, 0, "{verb:?}: {error}");
        assert_ne!(folder.holds(file), earlier);
        folder.write(file, "");
        assert_eq!(to(file, &[]).0, 0, "nothing is lost in an empty file");
        for input in inputs {
            let before = folder.holds(input);
            let (code, _, error) = to(&format!("./{input}"), &["--force"]);
            assert_eq!((code, folder.holds(input)), (2, before), "{verb:?}: {error}");
            assert!(error.contains("is read here, and would be lost"), "{error}");
        }
        let (code, _, error) = to("/dev/full", &[]);
        assert!(code == 4 && error.contains("cannot write /dev/full: No space left"), "{verb:?}: {error}");
    }
}

#[test]
fn a_report_takes_the_place_of_an_earlier_one_only() {
    let folder = Folder::new();
    let trace = format!("virtuale-trace 1\ncard {MARTIN}\n> 00 A4 04 00\n< 90 00\n");
    folder.write("visit.apdu", &trace);
    let junit = |file: &str| folder.run(&["replay", "visit.apdu", "--junit", file]);
    for _ in 0..2 {
        assert_eq!(junit("report.xml").0, 1);
        assert!(folder.holds("report.xml").ends_with("</testsuites>\n"));
    }
    let (code, _, error) = junit("visit.apdu");
    assert_eq!((code, folder.holds("visit.apdu")), (2, trace), "{error}");
    assert!(error.contains("visit.apdu is there already, and is no report"), "{error}");
    let (code, out, error) = junit("/dev/full");
    assert!(code == 4 && error.contains("cannot write /dev/full: No space left"), "{error}");
    assert!(out.contains("1 finding in 1 trace"), "what was found is said all the same: {out}");
}

#[test]
fn what_may_have_codes_is_its_owners() {
    let folder = Folder::new();
    let program = env!("CARGO_BIN_EXE_virtuale");
    let recorded = folder.run(&["exec", "--card", DURAND, "--record", "visit.apdu", "--", program, "read"]);
    assert_eq!(recorded.0, 0, "{recorded:?}");
    folder.write("visit.log", LOG);
    folder.write("converted.apdu", "");
    assert_eq!(folder.run(&["convert", "visit.log", "-o", "converted.apdu"]).0, 0);
    for file in ["visit.apdu", "converted.apdu"] {
        assert_eq!(mode(&folder.file(file)), 0o600, "{file}");
    }
}

#[test]
fn a_recording_takes_the_place_of_a_trace_only() {
    let folder = Folder::new();
    fs::copy(MARTIN, folder.file("card.toml")).expect("a card file");
    let before = folder.holds("card.toml");
    let (code, _, error) = folder.run(&["exec", "--card", "card.toml", "--record", "card.toml", "--", "true"]);
    assert_eq!((code, folder.holds("card.toml")), (125, before), "{error}");
    assert!(error.contains("card.toml is there already, and is no trace"), "{error}");
    let program = env!("CARGO_BIN_EXE_virtuale");
    let (code, _, error) = folder.run(&["exec", "--card", MARTIN, "--record", "/dev/full", "--", program, "read"]);
    assert!(code == 125 && error.contains("cannot write /dev/full: No space left"), "{error}");
}

#[test]
fn what_a_shell_has_opened_is_not_written_over_while_it_is_read() {
    let folder = Folder::new();
    folder.write("a.log", LOG);
    let log = fs::File::open(folder.file("a.log")).expect("the log");
    let mut convert = folder.0.virtuale(&["convert", "-", "-o", "a.log", "--force"]);
    let output = convert.current_dir(folder.0.path()).stdin(log).output().expect("it ends");
    assert_eq!((output.status.code(), folder.holds("a.log")), (Some(2), LOG.to_owned()));
}

#[test]
fn a_redacted_trace_takes_the_place_of_no_layout() {
    let folder = Folder::new();
    folder.write("a.apdu", "virtuale-trace 1\ncard vitale2-martin\n> 00 A4 04 00\n< 6A 82\n");
    folder.write("layout.toml", "not to be lost");
    let redact = ["redact", "a.apdu", "--as", "vitale2-martin", "-o", "layout.toml", "--force"];
    let (code, _, error) = folder.run(&redact);
    assert_eq!((code, folder.holds("layout.toml").as_str()), (2, "not to be lost"), "{error}");
    assert!(error.contains("layout.toml is there already, and is no trace"), "{error}");
}

#[test]
fn a_card_that_no_replay_could_read_again_is_not_recorded() {
    let folder = Folder::new();
    let script = "cat \"$MARTIN\" | virtuale exec --card /dev/stdin --record a.apdu -- true";
    let (code, _, error) = run(folder.0.shell(script).current_dir(folder.0.path()));
    assert!(code == 125 && error.contains("nothing behind it any more") && !folder.file("a.apdu").exists(), "{error}");
}

#[test]
fn readers_that_do_not_start_leave_no_recording() {
    let folder = Folder::new();
    folder.write("socket", "no socket");
    for refused in [["--socket", "socket"], ["--name", "4711"]] {
        let arguments = [&["serve", "--card", "vitale2-martin", "--record", "a.apdu"][..], &refused].concat();
        let (code, _, error) = folder.run(&arguments);
        assert!(code != 0 && !folder.file("a.apdu").exists(), "{code} {error}");
    }
}

#[test]
fn two_recordings_do_not_share_a_file() {
    let folder = Folder::new();
    let file = folder.file("both.apdu");
    let file = file.to_str().expect("its path");
    let inner = [env!("CARGO_BIN_EXE_virtuale"), "exec", "--card", "vitale2-durand", "--record", file, "--", "true"];
    let outer = [&["exec", "--card", "vitale2-martin", "--record", file, "--"], &inner[..]].concat();
    let (code, _, error) = folder.run(&outer);
    assert_eq!(code, 125, "{error}");
    assert!(error.contains("both.apdu: another recording is being written to it"), "{error}");
}

#[test]
fn a_card_that_a_trace_cannot_name_is_not_recorded() {
    let folder = Folder::new();
    for (name, flaw) in [
        ("a #1.toml", "`#` first or behind a blank"),
        ("a.toml ", "a blank at an end"),
        ("a\nb.toml", "a line end or another control character"),
    ] {
        fs::copy(MARTIN, folder.file(name)).expect("a card file");
        let (code, _, error) = folder.run(&["exec", "--card", name, "--record", "visit.apdu", "--", "true"]);
        assert!(code == 125 && error.contains(flaw), "{name:?}: {error}");
        assert!(!folder.file("visit.apdu").exists(), "{name:?}");
        let program = env!("CARGO_BIN_EXE_virtuale");
        let arguments = ["exec", "--record", "other.apdu", "--", program, "insert", "0", name];
        let (code, _, error) = folder.run(&arguments);
        assert!(code == 2 && error.contains(flaw), "{name:?}: {error}");
    }
}

#[test]
fn man_pages_take_the_place_of_man_pages_of_this_program_only() {
    let folder = Folder::new();
    assert_eq!(folder.run(&["man", "man1"]).0, 0);
    let (code, _, error) = folder.run(&["man", "man1"]);
    assert_eq!(code, 0, "{error}");
    let foreign = folder.holds("man1/virtuale.1").replace(".TH virtuale ", ".TH virtuale-of-others ");
    folder.write("man1/virtuale-exec.1", &foreign);
    let (code, _, error) = folder.run(&["man", "man1"]);
    assert!(code == 2 && error.contains("virtuale-exec.1 is there already, and is no man page"), "{code} {error}");
    assert_eq!(folder.holds("man1/virtuale-exec.1"), foreign);
}
