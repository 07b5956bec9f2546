//! How much memory long traces take. Not a clock but a limit says so: what needs more than it is aborted.

use std::{fmt::Write, fs};

use crate::sandbox::{DURAND, MARTIN, Sandbox, run};

/// What the program takes however short the trace is, in kB, with room for a machine of another kind.
const PROGRAM: usize = 20_000;

/// How many times the length of a trace what is kept of it may take.
const TIMES: usize = 5;

#[test]
fn long_traces_take_memory_by_their_length() {
    let sandbox = Sandbox::new();
    let mut text = format!("virtuale-trace 1\ncard {MARTIN}\n");
    for _ in 0..20_000 {
        text += "> 00 A4 02 0C 02 D0 01\n< 90 00\n";
        for offset in [2, 4] {
            let value = if offset == 2 { "80 06 4D 41 52 54 49 4E" } else { "4D 41 52 54 49 4E 81 07" };
            writeln!(text, "> 00 B0 00 {offset:02X} 08\n< {value} 90 00").expect("memory");
        }
    }
    let trace = sandbox.path().join("long.apdu");
    fs::write(&trace, &text).expect("a trace");
    let limit = PROGRAM + TIMES * text.len() / 1024;
    for verb in [
        format!("redact long.apdu --as '{DURAND}' -o redacted.apdu"),
        "replay long.apdu".to_owned(),
        "convert long.apdu -o again.apdu".to_owned(),
        "convert long.apdu --to json -o long.json".to_owned(),
    ] {
        let script = format!("cd '{}' && ulimit -d {limit} && virtuale {verb}", sandbox.path().display());
        let (code, out, error) = run(&mut sandbox.shell(&script));
        assert_eq!(code, 0, "{verb}: {out}{error}");
    }
}
