//! GnuPG and its card daemon: they know no application of the card, say so at once, and pass commands on.

use std::fs;

use libtest_mimic::{Failed, Trial};

use crate::harness::{Client, Presence, Sandbox, card};

const PROGRAM: &str = "/usr/lib/gnupg/scdaemon";
const SCDAEMON: Client = Client { name: "scdaemon", package: "scdaemon", presence: Presence::File(PROGRAM) };
const GPG: Client = Client { name: "gpg", package: "gnupg", presence: Presence::Program("gpg") };

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        SCDAEMON.trial("scdaemon::finds_no_application_and_passes_commands_on", passes_commands_on),
        GPG.trial("gpg::says_that_it_is_no_openpgp_card", says_that_it_is_no_openpgp_card),
    ]
}

fn passes_commands_on(sandbox: &Sandbox) -> Result<(), Failed> {
    let home = home(sandbox)?;
    let daemon = sandbox.exec(&[&card("vitale2-martin")], &[PROGRAM, "--homedir", &home, "--server"])?;
    let talk = "SERIALNO\nGETINFO reader_list\nSERIALNO undefined\nAPDU --atr\nAPDU 00A4000C023F00\nBYE\n";
    let outcome = daemon.input(talk).run()?;
    outcome.exits_with(0)?.says("no supported card application found")?.says("D Virtuale 00 00")?;
    // The status word is sent as it is: 90, which is no text, and 00.
    outcome.says("S CARD-ATR 3B751300004")?.says("D \u{fffd}\0\n")?;
    Ok(())
}

/// gpg starts an agent, which starts the card daemon; both are asked to go afterwards.
fn says_that_it_is_no_openpgp_card(sandbox: &Sandbox) -> Result<(), Failed> {
    let home = home(sandbox)?;
    let script = format!("export GNUPGHOME={home}; gpg --card-status; code=$?; gpgconf --kill all; exit $code");
    let outcome = sandbox.exec(&[&card("vitale2-martin")], &["sh", "-c", &script])?.run()?;
    outcome.refuses()?.says("OpenPGP card not available")?;
    Ok(())
}

/// A home of their own, in which they look for readers nowhere but in PC/SC.
fn home(sandbox: &Sandbox) -> Result<String, Failed> {
    let home = sandbox.home().join("gnupg");
    fs::create_dir(&home)?;
    fs::write(home.join("scdaemon.conf"), "disable-ccid\n")?;
    Ok(home.display().to_string())
}
