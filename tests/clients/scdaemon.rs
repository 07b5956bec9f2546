//! GnuPG and its card daemon: gpg is shown the PKCS#15 application, and the daemon passes commands on. How they sign is
//! in `signing`.

use std::fs;

use libtest_mimic::{Failed, Trial};

use crate::harness::{
    Sandbox, card,
    programs::{GPG, SCDAEMON, SCDAEMON_PROGRAM},
    trial,
};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial(&[&SCDAEMON], "scdaemon::passes_commands_on", passes_commands_on),
        trial(&[&GPG, &SCDAEMON], "gpg::shows_the_pkcs15_application", shows_the_pkcs15_application),
    ]
}

fn passes_commands_on(sandbox: &Sandbox) -> Result<(), Failed> {
    let home = home(sandbox)?;
    let daemon = sandbox.exec(&[&card("vitale2-martin")], &[SCDAEMON_PROGRAM, "--homedir", &home, "--server"])?;
    let talk = "SERIALNO undefined\nGETINFO reader_list\nAPDU --atr\nAPDU 00A4000C023F00\nBYE\n";
    let outcome = daemon.input(talk).run()?;
    // In the list; 2.4 has no list at that time, but says on standard error that it found the reader.
    let outcome = outcome.exits_with(0)?.says("Virtuale 00 00")?;
    // The status word is sent as it is: 90, which is no text, and 00.
    outcome.says("S CARD-ATR 3B751300004")?.says("D \u{fffd}\0\n")?;
    Ok(())
}

/// gpg starts an agent, which starts the card daemon; both are asked to go afterwards.
fn shows_the_pkcs15_application(sandbox: &Sandbox) -> Result<(), Failed> {
    let home = home(sandbox)?;
    let script = format!("export GNUPGHOME={home}; gpg --card-status; code=$?; gpgconf --kill all; exit $code");
    let outcome = sandbox.exec(&[&card("vitale2-martin")], &["sh", "-c", &script])?.run()?;
    outcome.exits_with(0)?.says("Application type .: PKCS#15")?;
    Ok(())
}

/// A home of their own, in which they look for readers nowhere but in PC/SC.
fn home(sandbox: &Sandbox) -> Result<String, Failed> {
    let home = sandbox.home().join("gnupg");
    fs::create_dir(&home)?;
    fs::write(home.join("scdaemon.conf"), "disable-ccid\n")?;
    Ok(home.display().to_string())
}
