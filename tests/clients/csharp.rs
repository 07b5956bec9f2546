//! C#, as .NET programs reach PC/SC: through P/Invoke of libpcsclite. Mono compiles and runs it.

use libtest_mimic::{Failed, Trial};

use crate::harness::{
    Sandbox, card, file,
    programs::{MCS, MONO, MONO_SYSTEM},
    trial,
};

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial(&[&MCS, &MONO, &MONO_SYSTEM], "csharp::reads_the_identity", reads_the_identity)]
}

fn reads_the_identity(sandbox: &Sandbox) -> Result<(), Failed> {
    let program = sandbox.home().join("ReadIdentity.exe").display().to_string();
    sandbox.program(&["mcs", &format!("-out:{program}"), &file("csharp/ReadIdentity.cs")])?.run()?.exits_with(0)?;
    let outcome = sandbox.exec(&[&card("vitale2-martin")], &["mono", &program])?.run()?;
    outcome.exits_with(0)?.says("Virtuale 00 00: T=0")?.says("MARTIN")?;
    Ok(())
}
