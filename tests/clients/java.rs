//! javax.smartcardio, the PC/SC of the Java world: source files that `java` runs as they are.

use std::fs;

use libtest_mimic::{Failed, Trial};

use crate::harness::{Sandbox, card, file, programs::JAVA, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial(&[&JAVA], "java::reads_the_identity", reads_the_identity),
        trial(&[&JAVA], "java::the_guide_does_what_it_says", the_guide_does_what_it_says),
        trial(&[&JAVA], "java::sees_insertion_and_removal", sees_insertion_and_removal),
    ]
}

fn reads_the_identity(sandbox: &Sandbox) -> Result<(), Failed> {
    let program = file("java/ReadIdentity.java");
    let outcome = sandbox.exec(&[&card("vitale2-martin")], &["java", &program])?.run()?;
    outcome.exits_with(0)?.says("Virtuale 00 00")?.says("T=0")?.says("MARTIN")?;
    Ok(())
}

/// The program of docs/attach.md, as it stands there.
fn the_guide_does_what_it_says(sandbox: &Sandbox) -> Result<(), Failed> {
    let guide = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/attach.md"))?;
    let block = guide.split("```java\n").nth(1).and_then(|rest| rest.split("```").next());
    let program = sandbox.home().join("Read.java");
    fs::write(&program, block.ok_or("no program in the guide")?)?;
    let outcome = sandbox.exec(&["vitale2-martin"], &["java", &program.display().to_string()])?.run()?;
    outcome.exits_with(0)?.says("Virtuale 00 00 62")?.says("9000")?;
    Ok(())
}

fn sees_insertion_and_removal(sandbox: &Sandbox) -> Result<(), Failed> {
    let program = file("java/Events.java");
    let outcome = sandbox.exec(&["-", "-"], &["java", &program, &card("vitale2-martin")])?.run()?;
    outcome.exits_with(0)?.says("inserted")?.says("removed")?;
    Ok(())
}
