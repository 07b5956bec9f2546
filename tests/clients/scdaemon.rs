//! GnuPG's card daemon: it knows no application of the card, says so, and passes commands on.

use std::fs;

use libtest_mimic::{Failed, Trial};

use crate::harness::{Client, Presence, Sandbox, card};

const PROGRAM: &str = "/usr/lib/gnupg/scdaemon";
const SCDAEMON: Client = Client { name: "scdaemon", package: "scdaemon", presence: Presence::File(PROGRAM) };

pub(crate) fn trials() -> Vec<Trial> {
    vec![SCDAEMON.trial("scdaemon::finds_no_application_and_passes_commands_on", passes_commands_on)]
}

fn passes_commands_on(sandbox: &Sandbox) -> Result<(), Failed> {
    let home = sandbox.home().join("gnupg");
    fs::create_dir(&home)?;
    // Its own CCID driver would look for readers on USB.
    fs::write(home.join("scdaemon.conf"), "disable-ccid\n")?;
    let folder = home.display().to_string();
    let daemon = sandbox.exec(&[&card("vitale2-martin")], &[PROGRAM, "--homedir", &folder, "--server"])?;
    let outcome = daemon.input("SERIALNO\nGETINFO reader_list\nAPDU 00A4000C023F00\nBYE\n").run()?;
    outcome.exits_with(0)?.says("Virtuale 00 00")?.says("D \u{fffd}")?;
    Ok(())
}
