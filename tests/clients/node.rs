//! Node, by the two packages of npm that speak PC/SC. Each waits for a card, reads who is on it, and sees it go.
//!
//! `.ci/run` puts the packages of `node/package-lock.json` into `target/clients/node`.

use libtest_mimic::{Failed, Trial};

use crate::harness::{
    Sandbox, file,
    programs::{NODE, NODE_MODULES, PCSC_MINI, PCSCLITE},
    trial,
};

pub(crate) fn trials() -> Vec<Trial> {
    let trials = [("pcsc-mini", &PCSC_MINI), ("pcsclite", &PCSCLITE)];
    let of_package = |(script, package)| {
        let sees = move |sandbox: &Sandbox| sees_insertion_and_removal(sandbox, script);
        trial(&[&NODE, package], &format!("node::{}_sees_insertion_and_removal", script.replace('-', "_")), sees)
    };
    trials.map(of_package).into()
}

fn sees_insertion_and_removal(sandbox: &Sandbox, script: &str) -> Result<(), Failed> {
    let script = file(&format!("node/{script}.js"));
    let guest = sandbox.exec(&["-"], &["node", &script, "vitale2-martin"])?.variable("NODE_PATH", NODE_MODULES);
    guest.run()?.exits_with(0)?.says("T=0 286197599900277\nremoved\n")?;
    Ok(())
}
