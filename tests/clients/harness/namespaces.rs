//! Places of their own for services that have one place only: namespaces, where they may be made.

use std::process::{Command, Stdio};

use libtest_mimic::Failed;

use super::{Ended, Sandbox, file};

/// Ways to get namespaces of one's own: as root, and as anybody.
const APART: [&[&str]; 2] = [&["unshare", "-m", "-n"], &["unshare", "-r", "-m", "-n"]];

/// Why a test is left out where there is no such way.
pub(crate) const NOT_PERMITTED: &str = "network and mount namespaces of one's own are not permitted here";

/// The words that run a command where network and mounts are its own. `None` where that is not permitted.
pub(crate) fn apart() -> Option<&'static [&'static str]> {
    APART.into_iter().find(|words| may(words))
}

fn may(apart: &[&str]) -> bool {
    let [program, arguments @ ..] = apart else { return false };
    let mut command = Command::new(program);
    command.args(arguments).args(["mount", "-t", "tmpfs", "none", "/run"]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|it| it.success())
}

/// Runs a script of `drivers` with a place for a pcscd of its own, which has this fragment of reader.conf.
pub(crate) fn beside_pcscd(sandbox: &Sandbox, apart: &[&str], reader: &str, script: &str) -> Result<Ended, Failed> {
    let folder = sandbox.home();
    std::fs::create_dir(folder.join("readers"))?;
    std::fs::write(folder.join("readers/reader"), reader)?;
    let (folder, service, script) = (folder.display().to_string(), file("drivers/service.sh"), file(script));
    let outcome = sandbox.program(&[apart, &["sh", &service, &folder, &script]].concat())?.run()?;
    if outcome.exits_with(0).is_err() {
        let log = std::fs::read_to_string(sandbox.home().join("pcscd.log")).unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        let last = lines.len().saturating_sub(40);
        return Err(format!("{outcome}\n-- the end of pcscd's log\n{}", lines[last..].join("\n")).into());
    }
    Ok(outcome)
}
