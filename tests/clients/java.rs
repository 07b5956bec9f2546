//! javax.smartcardio, the PC/SC of the Java world: source files that `java` runs as they are.

use libtest_mimic::{Failed, Trial};

use crate::harness::{Sandbox, card, file, programs::JAVA, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial(&[&JAVA], "java::reads_the_identity", reads_the_identity),
        trial(&[&JAVA], "java::sees_insertion_and_removal", sees_insertion_and_removal),
    ]
}

fn reads_the_identity(sandbox: &Sandbox) -> Result<(), Failed> {
    let program = file("java/ReadIdentity.java");
    let outcome = sandbox.exec(&[&card("vitale2-martin")], &["java", &program])?.run()?;
    outcome.exits_with(0)?.says("Virtuale 00 00")?.says("T=0")?.says("MARTIN")?;
    Ok(())
}

fn sees_insertion_and_removal(sandbox: &Sandbox) -> Result<(), Failed> {
    let program = file("java/Events.java");
    let outcome = sandbox.exec(&["-", "-"], &["java", &program, &card("vitale2-martin")])?.run()?;
    outcome.exits_with(0)?.says("inserted")?.says("removed")?;
    Ok(())
}
