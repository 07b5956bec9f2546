//! The PC/SC library of ours in the place of libpcsclite: unmodified programs find the cards by it, over the socket or
//! with the cards in their own process. That each call has the same outcome as with the real one is in `conformance`.

use std::{env, fs, path::PathBuf};

use libtest_mimic::{Failed, Trial};

use crate::harness::{
    Client, Sandbox, file, left_out, namespaces,
    programs::{OPENSC, PCSC_SCAN, PYSCARD, SCRIPTOR},
    trial,
};

/// The library of the system.
const REAL: &str = "libpcsclite.so.1";

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        in_a_place_without_programs(),
        trial(&[&PCSC_SCAN], "library::pcsc_scan_sees_readers_without_the_variable", sees_readers_without_the_variable),
        trial(&[&OPENSC], "library::galss_and_pc_sc_lie_side_by_side", lie_side_by_side),
        with_cards(&[&OPENSC], "library::opensc_reads_a_card_of_its_own_process", opensc_reads),
        with_cards(&[&OPENSC], "library::opensc_is_told_of_the_library_by_its_configuration", opensc_is_told),
        with_cards(&[&SCRIPTOR], "library::scriptor_runs_a_script_in_process", scriptor_runs),
        with_cards(&[&PYSCARD], "library::pyscard_reads_a_card_of_its_own_process", pyscard_reads),
        with_cards(&[&PYSCARD], "library::cards_outlive_the_closing_of_the_library", cards_outlive_its_closing),
        with_cards(&[&PCSC_SCAN], "library::mistakes_are_said_and_end_no_program", mistakes_are_said),
        with_cards(&[&PYSCARD], "library::a_mistake_that_nobody_hears_ends_no_program", a_mistake_is_not_heard),
    ]
}

/// The library with the cards in it, which `cargo build` puts beside the program.
fn library_with_cards() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_BIN_EXE_virtuale"));
    Some(folder.parent()?.join("libvirtuale_pcsc.so")).filter(|library| library.is_file())
}

/// A trial with that library.
pub(crate) fn with_cards<Body>(clients: &[&Client], name: &str, body: Body) -> Trial
where
    Body: FnOnce(&Sandbox, &str) -> Result<(), Failed> + Send + 'static,
{
    match library_with_cards() {
        Some(library) => trial(clients, name, move |sandbox| body(sandbox, &library.display().to_string())),
        None if env::var_os("VIRTUALE_REQUIRE_CLIENTS").is_some_and(|value| value == "1") => {
            Trial::test(name, || Err("libvirtuale_pcsc.so is not built; cargo build makes it".into()))
        }
        None => left_out("libvirtuale_pcsc.so is not built; cargo build makes it", name),
    }
}

fn sees_readers_without_the_variable(sandbox: &Sandbox) -> Result<(), Failed> {
    let exec = [env!("CARGO_BIN_EXE_virtuale"), "exec", "--library", "--card", "vitale2-martin", "--"];
    let words = [&exec[..], &["env", "-u", "PCSCLITE_CSOCK_NAME", "pcsc_scan", "-r"]].concat();
    sandbox.program(&words)?.run()?.exits_with(0)?.says("Virtuale 00 00")?;
    Ok(())
}

fn lie_side_by_side(sandbox: &Sandbox) -> Result<(), Failed> {
    let exec = [env!("CARGO_BIN_EXE_virtuale"), "exec", "--library", "--galss", "--card", "vitale2-martin", "--"];
    let look = r#"ls "${LD_LIBRARY_PATH%%:*}" && unset PCSCLITE_CSOCK_NAME && opensc-tool -l"#;
    let ended = sandbox.program(&[&exec[..], &["sh", "-c", look]].concat())?.run()?;
    ended.exits_with(0)?.says("libgalcllux.so")?.says("libpcsclite.so.1")?.says("Virtuale 00 00")?;
    Ok(())
}

/// What takes a mount of its own.
fn in_a_place_without_programs() -> Trial {
    let name = "library::a_place_without_programs_is_told_before_the_command_runs";
    match namespaces::apart() {
        Some(apart) => trial(&[], name, |sandbox| a_place_without_programs_is_told(sandbox, apart)),
        None => left_out(namespaces::NOT_PERMITTED, name),
    }
}

fn a_place_without_programs_is_told(sandbox: &Sandbox, apart: &[&str]) -> Result<(), Failed> {
    let exec = [env!("CARGO_BIN_EXE_virtuale"), "exec", "--library", "--card", "vitale2-martin", "--", "echo", "run"];
    let script = r#"mount -t tmpfs -o mode=700,noexec none "$XDG_RUNTIME_DIR" && exec "$@""#;
    let ended = sandbox.program(&[apart, &["sh", "-c", script, "sh"], &exec].concat())?.run()?;
    ended.exits_with(125)?.says("mounted noexec")?;
    Ok(())
}

/// A folder in which the library has the name that programs look for.
fn named(sandbox: &Sandbox, library: &str) -> Result<String, Failed> {
    let folder = sandbox.home().join("lib");
    fs::create_dir(&folder)?;
    std::os::unix::fs::symlink(library, folder.join(REAL))?;
    Ok(folder.display().to_string())
}

fn opensc_reads(sandbox: &Sandbox, library: &str) -> Result<(), Failed> {
    let tool = sandbox.program(&["opensc-tool", "-a", "-s", "00A4000C023F00"])?;
    let tool = tool.variable("LD_LIBRARY_PATH", &named(sandbox, library)?).variable("VIRTUALE_CARDS", "-:cps-lefevre");
    let tool = tool.variable("VIRTUALE_READERS", "First;Second");
    tool.run()?.exits_with(0)?.says("Second")?.says("SW1=0x90")?;
    let tool = sandbox.program(&["opensc-tool", "-a"])?.variable("LD_PRELOAD", library);
    // One that is empty says nothing.
    let tool =
        ["VIRTUALE_READERS", "VIRTUALE_SEED", "VIRTUALE_NOW"].iter().fold(tool, |tool, name| tool.variable(name, ""));
    tool.variable("VIRTUALE_CARDS", "vitale2-martin").run()?.exits_with(0)?.says("3b:75:13:00:00:44:09:ea:90:00")?;
    Ok(())
}

fn opensc_is_told(sandbox: &Sandbox, library: &str) -> Result<(), Failed> {
    let configuration = sandbox.home().join("opensc.conf");
    let text = format!("app default {{\n  reader_driver pcsc {{ provider_library = {library}; }}\n}}\n");
    fs::write(&configuration, text)?;
    let tool = sandbox.program(&["opensc-tool", "-l"])?.variable("OPENSC_CONF", &configuration.display().to_string());
    tool.variable("VIRTUALE_CARDS", "vitale2-martin:-").run()?.exits_with(0)?.says("Virtuale 00 01")?;
    Ok(())
}

fn scriptor_runs(sandbox: &Sandbox, library: &str) -> Result<(), Failed> {
    let scriptor = sandbox.program(&["scriptor", "-r", "Virtuale 00 00"])?.variable("LD_PRELOAD", library);
    let scriptor = scriptor.variable("VIRTUALE_CARDS", "vitale2-martin").input("00 A4 00 0C 02 3F 00\nreset\n");
    scriptor.run()?.exits_with(0)?.says("< 90 00")?.says("> RESET")?;
    Ok(())
}

fn pyscard_reads(sandbox: &Sandbox, library: &str) -> Result<(), Failed> {
    let script = "from smartcard.System import readers\n\
        connection = readers()[0].createConnection()\n\
        connection.connect()\n\
        print(connection.transmit([0, 0xA4, 0, 0x0C, 2, 0x3F, 0]))\n";
    let python = sandbox.program(&["/usr/bin/python3", "-c", script])?.variable("LD_PRELOAD", library);
    python.variable("VIRTUALE_CARDS", "vitale2-martin").run()?.exits_with(0)?.says("([], 144, 0)")?;
    Ok(())
}

/// As a PKCS#11 module does that is finished and initialized again.
fn cards_outlive_its_closing(sandbox: &Sandbox, library: &str) -> Result<(), Failed> {
    let python = sandbox.program(&["/usr/bin/python3", &file("library/reload.py"), library])?;
    python.variable("VIRTUALE_CARDS", "vitale2-martin").run()?.exits_with(0)?.says("63c2\n63c1")?;
    Ok(())
}

fn mistakes_are_said(sandbox: &Sandbox, library: &str) -> Result<(), Failed> {
    for (variable, value, said) in [
        ("VIRTUALE_CARDS", "no-such-card", "no-such-card"),
        ("VIRTUALE_SEED", "x", "VIRTUALE_SEED=x: "),
        ("VIRTUALE_NOW", "tomorrow", "VIRTUALE_NOW=tomorrow: "),
        ("VIRTUALE_READERS", "A;B;C", "3 names are too many"),
    ] {
        let scan = sandbox.program(&["pcsc_scan", "-r"])?.variable("LD_PRELOAD", library);
        let ended = scan.variable("VIRTUALE_CARDS", "vitale2-martin").variable(variable, value).run()?;
        let count = ended.err.matches("virtuale: ").count();
        if count != 1 || !ended.err.contains(said) {
            return Err(ended.failed(&format!("{said:?}, once")));
        }
    }
    Ok(())
}

fn a_mistake_is_not_heard(sandbox: &Sandbox, library: &str) -> Result<(), Failed> {
    let python = sandbox.program(&["/usr/bin/python3", &file("library/unheard.py"), library])?;
    python.variable("VIRTUALE_CARDS", "no-such-card").run()?.exits_with(0)?.says("8010001D")?;
    Ok(())
}
