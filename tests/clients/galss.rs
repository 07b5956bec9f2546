//! GALSS: a program in C that is as old billing software is, and calls every function; and the PKCS#11 library of the
//! agency that issues professionals' cards, where somebody has it.

use std::{
    env, fs,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use libtest_mimic::{Failed, Trial};

use crate::harness::{
    Sandbox, file, left_out,
    programs::{CC, OPENSC},
    recording, trial,
};

const CARDS: [&str; 2] = ["vitale2-martin", "cps-lefevre"];

/// How long a program may take that nobody waits for.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn trials() -> Vec<Trial> {
    let bodies: [(&str, Body); 10] = [
        ("galss::every_function_does_and_refuses_what_it_should", |sandbox| goes_well(sandbox, "functions")),
        ("galss::cards_come_and_go", |sandbox| goes_well(sandbox, "cards")),
        ("galss::processes_share_the_readers_and_one_is_killed", |sandbox| goes_well(sandbox, "shared")),
        ("galss::threads_share_the_readers", |sandbox| goes_well(sandbox, "threads")),
        ("galss::no_program_ends_where_no_readers_are", no_program_ends_where_no_readers_are),
        ("galss::no_program_ends_when_the_readers_go", no_program_ends_when_the_readers_go),
        ("galss::no_program_hangs_when_the_readers_stand_still", |sandbox| goes_well(sandbox, "silent")),
        ("galss::a_vitale_is_read_whole", |sandbox| is_read_whole(sandbox, CARDS[0], "Vitale", None)),
        ("galss::a_professionals_card_is_read_whole", |sandbox| is_read_whole(sandbox, CARDS[1], "CPS", Some("1234"))),
        ("galss::slots_are_called_as_asked", slots_are_called_as_asked),
    ];
    let trials = bodies.into_iter().map(|(name, body)| trial(&[&CC], name, body));
    trials.chain([agency()]).collect()
}

type Body = fn(&Sandbox) -> Result<(), Failed>;

/// What the C compiler is asked, before the source and what is linked.
const COMPILE: [&str; 7] = ["cc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-o", "client"];

/// The program, which looks for the library when it runs.
fn compiled(sandbox: &Sandbox) -> Result<String, Failed> {
    let source = file("galss/client.c");
    let words = [&COMPILE[..], &["-DLOADED", &source, "-ldl", "-lpthread"]].concat();
    sandbox.program(&words)?.run()?.exits_with(0)?;
    Ok(sandbox.home().join("client").display().to_string())
}

/// `exec --galss` with a Vitale in slot 0 and a professional's card in slot 1.
fn exec(sandbox: &Sandbox, words: &[&str]) -> Result<crate::harness::Guest, Failed> {
    let exec = [env!("CARGO_BIN_EXE_virtuale"), "exec", "--galss", "--card", CARDS[0], "--card", CARDS[1], "--"];
    let lengths = format!("{}/fixtures/layouts/deplace-roux.toml", env!("CARGO_MANIFEST_DIR"));
    Ok(sandbox.program(&[&exec, words].concat())?.variable("LENGTHS", &lengths))
}

/// Goes through one part of the program, loaded and linked.
fn goes_well(sandbox: &Sandbox, mode: &str) -> Result<(), Failed> {
    let right = format!("{mode}: all as they should be");
    let loaded = compiled(sandbox)?;
    exec(sandbox, &[&loaded, mode])?.run()?.exits_with(0)?.says(&right)?;
    // Who compiles such a program has the library at hand then.
    let source = file("galss/client.c");
    let link = format!(
        r#"{} {source} -L"${{LD_LIBRARY_PATH%%:*}}" -lgalcllux -lgalinlux -lpthread && exec ./client {mode}"#,
        COMPILE.join(" ")
    );
    exec(sandbox, &["sh", "-c", &link])?.run()?.exits_with(0)?.says(&right)?;
    Ok(())
}

fn no_program_ends_where_no_readers_are(sandbox: &Sandbox) -> Result<(), Failed> {
    let client = compiled(sandbox)?;
    // A library that is kept from an earlier run finds nothing any more.
    let keep = r#"cp -L "${LD_LIBRARY_PATH%%:*}"/*.so ."#;
    exec(sandbox, &["sh", "-c", keep])?.run()?.exits_with(0)?;
    let home = sandbox.home().display().to_string();
    let alone = sandbox.program(&[&client, "alone"])?.variable("LD_LIBRARY_PATH", &home).run()?;
    alone.exits_with(0)?.says("alone: all as they should be")?;
    sandbox.program(&[&client, "alone"])?.run()?.exits_with(3)?.says("cannot open shared object file")?;
    Ok(())
}

fn no_program_ends_when_the_readers_go(sandbox: &Sandbox) -> Result<(), Failed> {
    let client = compiled(sandbox)?;
    let leave = format!(r#"{client} left > said & until grep -q open said; do sleep 0.02; done"#);
    exec(sandbox, &["sh", "-c", &leave])?.run()?.exits_with(0)?;
    let until = Instant::now() + PATIENCE;
    loop {
        let said = fs::read_to_string(sandbox.home().join("said"))?;
        if said.ends_with("alone: all as they should be\n") {
            return Ok(());
        }
        if Instant::now() > until {
            return Err(format!("it says no more than {said:?}").into());
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// What a terminal reads of a card over PC/SC is read again over GALSS, command by command: the answers are the same.
fn is_read_whole(sandbox: &Sandbox, card: &str, resource: &str, code: Option<&str>) -> Result<(), Failed> {
    let client = compiled(sandbox)?;
    let read = r#"exec "$VIRTUALE" read --reader "Virtuale 00 00""#;
    let read = code.map_or(read.to_owned(), |code| format!("printf {code} | {read} --pin-fd 0"));
    let virtuale = env!("CARGO_BIN_EXE_virtuale");
    let words = [virtuale, "exec", "--card", card, "--record", "read.apdu", "--", "sh", "-c", &read];
    sandbox.program(&words)?.run()?.exits_with(0)?;
    let (commands, answers) = conversation(&recording(sandbox, "read.apdu")?);
    if commands.lines().count() < 50 {
        return Err(format!("it is not read whole:\n{commands}").into());
    }
    let words = [virtuale, "exec", "--galss", "--card", card, "--", &client, "send", resource];
    let sent = sandbox.program(&words)?.input(&commands).run()?;
    if sent.exits_with(0)?.out == answers { Ok(()) } else { Err(sent.failed(&answers)) }
}

/// The commands of a recording and their answers, line by line, as digits.
fn conversation(recording: &str) -> (String, String) {
    let mut sides = [String::new(), String::new()];
    for line in recording.lines() {
        let side = match line.get(..2) {
            Some("> ") => 0,
            Some("< ") => 1,
            _ => continue,
        };
        sides[side].extend(line[2..].split(' ').chain(["\n"]));
    }
    sides.into()
}

fn slots_are_called_as_asked(sandbox: &Sandbox) -> Result<(), Failed> {
    let client = compiled(sandbox)?;
    let exec = [env!("CARGO_BIN_EXE_virtuale"), "exec", "--galss", "--card", CARDS[0], "--card", CARDS[1]];
    let send = ["--", &client, "send", "Autre"];
    let named = ["--galss-names", "Autre=1"];
    let words = [&exec[..], &named, &send].concat();
    // EF.SN.ICC is on the professional's card only.
    let ended = sandbox.program(&words)?.input("00A40904043F00D003\n").run()?;
    ended.exits_with(0)?.says("6127\n")?;
    sandbox.program(&[&exec[..], &send].concat())?.run()?.refuses()?.says("is 2000, not 0000")?;
    Ok(())
}

/// The library of the agency, which is carried by nobody but the agency.
const LIBRARY: &str = "libcps3_pkcs11_lux.so";

/// Where it may be.
fn library() -> Option<PathBuf> {
    let folders = ["/usr/lib", "/usr/lib64", "/usr/lib/x86_64-linux-gnu", "/usr/local/lib", "/usr/local/galss"];
    let named = env::var_os("VIRTUALE_CPS3_PKCS11").map(PathBuf::from);
    named.into_iter().chain(folders.map(|folder| Path::new(folder).join(LIBRARY))).find(|path| path.is_file())
}

fn agency() -> Trial {
    let name = "galss::the_agencys_library_logs_in_and_signs";
    let Some(library) = library() else {
        let reason = format!("{LIBRARY} of the agency is not here: VIRTUALE_CPS3_PKCS11 may name it (docs/galss.md)");
        return left_out(&reason, name);
    };
    trial(&[&OPENSC], name, move |sandbox| logs_in_and_signs(sandbox, &library.display().to_string()))
}

/// It calls a slot of GALSS after the resource.
fn logs_in_and_signs(sandbox: &Sandbox, library: &str) -> Result<(), Failed> {
    fs::write(sandbox.home().join("text"), "TEST")?;
    let tool = |words: &[&str]| {
        let tool = ["pkcs11-tool", "--module", library];
        let slot = ["--slot-description", "PSS Reader on CPS"];
        exec(sandbox, &[&tool[..], &slot, words].concat())?.run()
    };
    let listed = exec(sandbox, &["pkcs11-tool", "--module", library, "--list-slots"])?.run()?;
    listed.exits_with(0)?.says("PSS Reader on CPS")?;
    let pin = ["--login", "--pin", "1234"];
    tool(&[&pin[..], &["--list-objects"]].concat())?.exits_with(0)?;
    let sign = ["--sign", "--mechanism", "SHA256-RSA-PKCS", "--input-file", "text", "--output-file", "signature"];
    tool(&[&pin[..], &sign].concat())?.exits_with(0)?;
    let length = fs::metadata(sandbox.home().join("signature"))?.len();
    if length == 256 { Ok(()) } else { Err(format!("a signature of {length} bytes").into()) }
}
