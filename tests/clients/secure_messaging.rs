//! Secure messaging of OpenSC's driver for IAS ECC and of its module, `libsmm-local`, neither of which was written
//! here.
//!
//! The module's MAC is wrong, so no card can take it. `opensc/retail_mac.c` stands in for the one function that
//! computes it; the rest is OpenSC's. The commands are those of docs/signing.md, and what that guide has no room for.

use std::{fs, path::Path};

use libtest_mimic::{Failed, Trial};

use crate::{
    harness::{
        Sandbox, card,
        programs::{CC, LIBSMM, OPENSC},
        recording, trial_unless,
    },
    signing::{Body, demand, guide, opensc_minor, shell},
};

/// The version in which the function can be replaced: others call it otherwise.
const VERSION: u32 = 23;

/// The variables with which OpenSC's secure messaging works (docs/signing.md).
const REPAIRED: &str = r#"LD_BIND_NOW=1 LD_PRELOAD="$PWD/retail_mac.so""#;

pub(crate) fn trials() -> Vec<Trial> {
    let bodies: [(&str, Body); 4] = [
        ("secure_messaging::opensc_reads_and_writes_as_the_guide_says", reads_and_writes_as_the_guide_says),
        ("secure_messaging::opensc_proves_keys_and_gives_pins", proves_keys_and_gives_pins),
        ("secure_messaging::opensc_makes_files_as_the_issuer", makes_files_as_the_issuer),
        ("secure_messaging::opensc_alone_is_refused", is_refused_alone),
    ];
    let other = opensc_minor().filter(|&minor| minor != VERSION);
    let reason = other.map(|minor| format!("OpenSC 0.{minor}: its MAC can be put right in 0.{VERSION} only"));
    bodies.map(|(name, body)| trial_unless(reason.as_deref(), &[&LIBSMM, &OPENSC, &CC], name, body)).into()
}

fn reads_and_writes_as_the_guide_says(sandbox: &Sandbox) -> Result<(), Failed> {
    let said = shell(sandbox, &guide(true)?.concat(), "")?;
    demand(&said, "S.TEST secure me")?;
    demand(&said, "Total of 64 bytes read from E001")?;
    demand(&said, "\na sealed form\n")?;
    let trace = trace(sandbox)?;
    // Read, written, read: one authentication for each, and a command of class 0C.
    let exchanges = ["\n> 00 82 00 00 48 ", "\n> 0C B0 00 00 18 87 09 01 ", "\n> 0C D6 00 00 20 87 11 01 "];
    let counts = exchanges.map(|exchange| trace.matches(exchange).count());
    if counts != [3, 2, 1] {
        return Err(format!("{counts:?} of {exchanges:?} in\n{trace}").into());
    }
    for plain in ["TEST secure messaging", "a sealed form"] {
        let bytes: Vec<String> = plain.bytes().map(|byte| format!("{byte:02X}")).collect();
        if trace.contains(&bytes.join(" ")) {
            return Err(format!("{plain:?} was sent in clear:\n{trace}").into());
        }
    }
    Ok(())
}

/// On a card that takes its PIN under secure messaging only. The issuer's keys also prove a role without it.
fn proves_keys_and_gives_pins(sandbox: &Sandbox) -> Result<(), Failed> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let layout = fs::read_to_string(root.join("applets/layouts/vitale2.toml"))?;
    let (open, sealed) = ("verify = \"always\"\nreset = ", "verify = \"role:issuer+sm\"\nreset = ");
    fs::write(sandbox.home().join("sealed-pin.toml"), layout.replacen(open, sealed, 1))?;
    let data = fs::read_to_string(card("vitale2-martin"))?;
    fs::write(sandbox.home().join("card.toml"), data.replacen("\"vitale2\"", "\"sealed-pin.toml\"", 1))?;
    // OpenSC goes back to the file that was selected last, and E001 is one that it finds.
    let script = "info E001\nverify CHV129 31:32:33:35\nverify CHV129 31:32:33:34\nverify AUT1 00\n";
    let said = explore(sandbox, "card.toml", REPAIRED, script)?;
    demand(&said, "Incorrect code, 2 tries left.")?;
    if said.matches("Code correct.").count() != 2 {
        return Err(format!("the right PIN and the keys were not taken:\n{said}").into());
    }
    let trace = trace(sandbox)?;
    demand(&trace, "\n> 0C 20 00 81 18 87 09 01 ")?;
    demand(&trace, "\n> 00 22 81 A4 06 80 01 1C 83 01 01\n")?;
    if trace.contains("\n> 00 20 00 81 04") { Err(format!("a PIN was sent in clear:\n{trace}").into()) } else { Ok(()) }
}

/// In an application whose rule lets only the issuer make files; whoever made them may do with them what it likes.
fn makes_files_as_the_issuer(sandbox: &Sandbox) -> Result<(), Failed> {
    fs::write(sandbox.home().join("given"), "what the issuer adds")?;
    let script = "create 7777 20\nput 7777 given\nget 7777 found\nrm 7777\n";
    let said = explore(sandbox, &card("vitale2-martin"), REPAIRED, script)?;
    if fs::read(sandbox.home().join("found"))? != b"what the issuer adds" {
        return Err(format!("other bytes were read than were written:\n{said}").into());
    }
    let trace = trace(sandbox)?;
    demand(&trace, "\n> 0C E0 00 00 38 87 29 01 ")?;
    demand(&trace, "\n> 00 E4 00 00 00\n< 90 00")?;
    if trace.contains("\n> 00 E0 ") { Err(format!("a file was made in clear:\n{trace}").into()) } else { Ok(()) }
}

/// With the wrong MAC: the card counts a failed authentication, and nothing is protected.
fn is_refused_alone(sandbox: &Sandbox) -> Result<(), Failed> {
    explore(sandbox, &card("vitale2-martin"), "LD_BIND_NOW=1", "cat E001\n")?;
    let trace = trace(sandbox)?;
    let refused = trace.trim_end().ends_with("\n< 63 C9") && !trace.contains("\n> 0C ");
    if refused { Ok(()) } else { Err(format!("the card took the MAC of OpenSC's module:\n{trace}").into()) }
}

/// Gives the explorer a script, with the guide's configuration and these variables, and says what it printed.
fn explore(sandbox: &Sandbox, card: &str, variables: &str, script: &str) -> Result<String, Failed> {
    let blocks = guide(true)?;
    let [configuration, repair, _] = &blocks[..] else { return Err("the guide's section has other blocks".into()) };
    fs::write(sandbox.home().join("sealed.script"), script)?;
    let explorer = format!(
        r#"OPENSC_CONF="$PWD/sealed.conf" virtuale exec --record sealed.apdu --card "{card}" -- \
            env {variables} opensc-explorer --mf aid:D2500000044164E86C650101 sealed.script"#
    );
    shell(sandbox, &[configuration, repair, &explorer[..]].concat(), "")
}

fn trace(sandbox: &Sandbox) -> Result<String, Failed> {
    recording(sandbox, "sealed.apdu")
}
