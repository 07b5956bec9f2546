//! Perl's PC/SC, by which pcsc-tools and many scripts of integrators speak to readers.

use libtest_mimic::{Failed, Trial};

use crate::harness::{Sandbox, card, file, programs::PERL_PCSC, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial(&[&PERL_PCSC], "perl::reads_the_identity", reads_the_identity)]
}

fn reads_the_identity(sandbox: &Sandbox) -> Result<(), Failed> {
    let script = file("perl/read.pl");
    let outcome = sandbox.exec(&[&card("vitale2-martin")], &["perl", &script])?.run()?;
    outcome.exits_with(0)?.says("Virtuale 00 00\n286197599900277\n")?;
    sandbox.exec(&["-"], &["perl", &script])?.run()?.refuses()?.says("no card: ")?;
    Ok(())
}
