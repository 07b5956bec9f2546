//! The PC/SC library of ours in the place of libpcsclite: every call of a program in C has the same outcome as with the
//! real one, and unmodified programs find the cards by it, over the socket or with the cards in their own process.

use std::{env, fs, path::PathBuf};

use libtest_mimic::{Failed, Trial};

use crate::harness::{
    Client, Sandbox, file, left_out,
    programs::{CC, OPENSC, PCSC_HEADERS, PCSC_SCAN, PYSCARD, PYTHON_ALONE, SCRIPTOR, VALGRIND},
    trial,
};

/// The parts of the program that calls everything.
const PARTS: [&str; 9] =
    ["contexts", "connecting", "transactions", "statuses", "transmitting", "controls", "changes", "forked", "threads"];

/// The library of the system.
const REAL: &str = "libpcsclite.so.1";

pub(crate) fn trials() -> Vec<Trial> {
    let compared = |place: &'static str| {
        move |part: &'static str| (format!("library::{place}_{part}_are_those_of_the_real_library"), part)
    };
    let over_the_socket = PARTS.map(compared("over_the_socket")).into_iter().map(|(name, part)| {
        trial(&[&CC, &PCSC_HEADERS], &name, move |sandbox: &Sandbox| is_the_same_over_the_socket(sandbox, part))
    });
    let in_process = PARTS.map(compared("in_process")).into_iter().map(|(name, part)| {
        with_cards(&[&CC, &PCSC_HEADERS], &name, move |sandbox, library| is_the_same_in_process(sandbox, part, library))
    });
    // The library with the cards in it takes minutes there.
    let watched = PARTS.map(|part| {
        let name = format!("library::over_the_socket_{part}_keep_to_their_memory");
        trial(&[&CC, &PCSC_HEADERS, &VALGRIND], &name, move |sandbox: &Sandbox| keeps_to_its_memory(sandbox, part))
    });
    let programs = [
        trial(&[&CC, &PCSC_HEADERS], "library::a_service_that_goes_is_told_as_by_the_real_library", goes_is_told),
        trial(
            &[&CC, &PCSC_HEADERS, &PYTHON_ALONE],
            "library::a_reader_that_is_unplugged_is_told_as_by_the_real_library",
            unplugged_is_told,
        ),
        trial(&[&PCSC_SCAN], "library::pcsc_scan_sees_readers_without_the_variable", sees_readers_without_the_variable),
        trial(&[&OPENSC], "library::galss_and_pc_sc_lie_side_by_side", lie_side_by_side),
        with_cards(&[&OPENSC], "library::opensc_reads_a_card_of_its_own_process", opensc_reads),
        with_cards(&[&OPENSC], "library::opensc_is_told_of_the_library_by_its_configuration", opensc_is_told),
        with_cards(&[&SCRIPTOR], "library::scriptor_runs_a_script_in_process", scriptor_runs),
        with_cards(&[&PYSCARD], "library::pyscard_reads_a_card_of_its_own_process", pyscard_reads),
        with_cards(&[&PCSC_SCAN], "library::mistakes_are_said_and_end_no_program", mistakes_are_said),
    ];
    over_the_socket.chain(in_process).chain(watched).chain(programs).collect()
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

/// The program that calls everything.
fn compiled(sandbox: &Sandbox) -> Result<String, Failed> {
    let source = file("library/matrix.c");
    let words = ["cc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-I/usr/include/PCSC", "-o", "matrix", &source];
    sandbox.program(&[&words[..], &["-ldl", "-lpthread"]].concat())?.run()?.exits_with(0)?;
    Ok(sandbox.home().join("matrix").display().to_string())
}

/// What the program prints with the real library; where it asks for one.
fn real(sandbox: &Sandbox, matrix: &str, part: &str) -> Result<String, Failed> {
    let ended = sandbox.exec(&["vitale2-martin", "-"], &[matrix, REAL, part])?.run()?;
    ended.exits_with(0)?.says(&format!("{part}: done"))?;
    Ok(ended.out)
}

fn is_the_same_over_the_socket(sandbox: &Sandbox, part: &str) -> Result<(), Failed> {
    let matrix = compiled(sandbox)?;
    let expected = real(sandbox, &matrix, part)?;
    let exec = [env!("CARGO_BIN_EXE_virtuale"), "exec", "--library", "--card", "vitale2-martin", "--card", "-", "--"];
    // The library finds the readers by its own place.
    let words = [&exec[..], &["env", "-u", "PCSCLITE_CSOCK_NAME", &matrix, REAL, part]].concat();
    let ended = sandbox.program(&words)?.run()?;
    same(&expected, &ended.exits_with(0).map(|_| ended.out.clone())?)
}

/// No call, right or wrong, reads or writes where it may not, or goes by what nobody wrote.
fn keeps_to_its_memory(sandbox: &Sandbox, part: &str) -> Result<(), Failed> {
    let matrix = compiled(sandbox)?;
    let exec = [env!("CARGO_BIN_EXE_virtuale"), "exec", "--library", "--card", "vitale2-martin", "--card", "-", "--"];
    let watched = ["valgrind", "--quiet", "--leak-check=no", "--error-exitcode=77", &matrix, REAL, part];
    let ended = sandbox.program(&[&exec[..], &watched].concat())?.run()?;
    ended.exits_with(0)?.says(&format!("{part}: done"))?;
    Ok(())
}

fn is_the_same_in_process(sandbox: &Sandbox, part: &str, library: &str) -> Result<(), Failed> {
    let matrix = compiled(sandbox)?;
    let expected = real(sandbox, &matrix, part)?;
    let program = sandbox.program(&[&matrix, library, part])?.variable("VIRTUALE_CARDS", "vitale2-martin:-");
    let ended = program.run()?;
    ended.exits_with(0)?;
    if part == "forked" {
        // A process that is forked off has cards of its own; over the socket it takes its parent's context with it.
        let untouched = |text: &str| text.lines().take(10).map(str::to_owned).collect::<Vec<_>>().join("\n");
        return same(&untouched(&expected), &untouched(&ended.out));
    }
    same(&expected, &ended.out)
}

fn goes_is_told(sandbox: &Sandbox) -> Result<(), Failed> {
    compiled(sandbox)?;
    // A copy of the library outlives its run.
    let keep = r#"cp "${LD_LIBRARY_PATH%%:*}/libpcsclite.so.1" ours.so"#;
    let exec = [env!("CARGO_BIN_EXE_virtuale"), "exec", "--library", "--", "sh", "-c", keep];
    sandbox.program(&exec)?.run()?.exits_with(0)?;
    let serve = r#"eval "$("$VIRTUALE" serve --detach --card vitale2-martin --card -)" && exec ./matrix "$0" gone"#;
    let said = |library: &str| {
        let program = sandbox.program(&["sh", "-c", serve, library])?;
        let ended = program.variable("STOP", r#""$VIRTUALE" stop > stopped 2>&1"#).run()?;
        ended.exits_with(0).map(|_| ended.out.clone())
    };
    same(&said(REAL)?, &said("./ours.so")?)
}

fn unplugged_is_told(sandbox: &Sandbox) -> Result<(), Failed> {
    let matrix = compiled(sandbox)?;
    // Our library asks the relay as well, which the variable names.
    let script = r#"
python3 "$RELAY" "$1" "$PCSCLITE_CSOCK_NAME" & relay=$!
until test -S "$1.orders" && test -S "$1"; do kill -0 $relay || exit 1; sleep 0.05; done
export PCSCLITE_CSOCK_NAME=$PWD/$1 UNPLUG="python3 '$RELAY' unplug $1" PLUG="python3 '$RELAY' plug $1"
"$0" libpcsclite.so.1 unplugged
ended=$?
kill $relay
rm "$1" "$1.orders"
exit $ended"#;
    let said = |library: &[&str], place: &str| {
        let exec = [&[env!("CARGO_BIN_EXE_virtuale"), "exec"], library].concat();
        let cards = ["--card", "vitale2-martin", "--card", "-", "--", "sh", "-c", script, &matrix, place];
        let ended =
            sandbox.program(&[&exec[..], &cards].concat())?.variable("RELAY", &file("library/relay.py")).run()?;
        ended.exits_with(0)?.says("unplugged 0: event 0000000E")?.says("unplugged: done").map(|_| ended.out.clone())
    };
    same(&said(&[], "beside-the-real")?, &said(&["--library"], "beside-ours")?)
}

fn same(expected: &str, got: &str) -> Result<(), Failed> {
    let other = expected.lines().zip(got.lines()).find(|(expected, got)| expected != got);
    match other {
        Some((expected, got)) => Err(format!("the real library: {expected}\nours: {got}").into()),
        None if expected.lines().count() != got.lines().count() => Err("one says more than the other".into()),
        None => Ok(()),
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
