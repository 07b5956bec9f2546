//! OpenSC with a professional's card, which it knows by itself: what it lists, proves and deciphers, and the codes
//! [RUN-CPS operations].
//!
//! The commands are those of docs/cps.md up to the section on TLS, and what that guide has no room for.

use std::{fs, path::Path};

use libtest_mimic::{Failed, Trial};

use crate::{
    harness::{
        Sandbox,
        programs::{OPENSC, OPENSSL},
        trial_unless,
    },
    signing::{Body, commands, demand, opensc_cannot_log_in, shell},
};

/// The names of the card's keys: that of the application, and a byte.
const AUTHENTICATION: &str = "e828bd080f8025000001ff001002";

pub(crate) fn trials() -> Vec<Trial> {
    let bodies: [(&str, Body); 4] = [
        ("cps::the_guide_does_what_it_says", the_guide_does_what_it_says),
        ("cps::the_code_is_counted_blocked_and_unblocked", the_code_is_counted_blocked_and_unblocked),
        ("cps::activities_are_read_after_the_code", activities_are_read_after_the_code),
        ("cps::opensc_knows_no_card_of_the_next_generation", opensc_knows_no_card_of_the_next_generation),
    ];
    let reason = opensc_cannot_log_in();
    bodies.map(|(name, body)| trial_unless(reason.as_deref(), &[&OPENSC, &OPENSSL], name, body)).into()
}

fn the_guide_does_what_it_says(sandbox: &Sandbox) -> Result<(), Failed> {
    let guide = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/cps.md"))?;
    let (before, _) = guide.split_once("\n## TLS").ok_or("the guide has no section on TLS")?;
    let said = shell(sandbox, &commands(before).concat(), "")?;
    // As a real card is listed [OPENSC-CPX listing].
    for text in [
        "PKCS#15 Card [CPS3v3-9900012345]",
        "Manufacturer ID: ASIP SANTE",
        "Flags          : Read-only, Login required",
        "Private RSA Key [CPS_PRIV_SIG]",
        "Usage          : [0x200], nonRepudiation",
        "Private RSA Key [CPS_PRIV_AUT]",
        "Usage          : [0x06], decrypt, sign",
        "X.509 Certificate [Certificat d'Authentification CPS]",
        "Data object 'CPS_ACTIVITY_01_PS'",
        "Verified OK",
        "ACTIVITY_01  D120  closed over the antenna",
        // What `read` shows with the code and without it.
        "   1  needs the holder's code",
        "holder's code (PIN)       3 of 3 tries left",
        "signs lots            yes",
        "FINESS                0B0307377",
        "is wrong: 2 tries left",
        "The card in Virtuale 00 01",
        // The billing situation by class A0.
        "> A0 B0 00 00 7E  # READ BINARY at 0\n< EF 7C 80 0C 38 39 39 39 30",
        // A CPS4 on channel 1: closed, open, three tries, and a signature by PSS.
        "> 01 20 00 01  # VERIFY\n< 6881",
        "> 01 20 00 01  # VERIFY\n< 63C3",
        "> 01 22 81 B6 04 91 02 2C 90  # MANAGE SECURITY ENVIRONMENT\n< 9000",
        "card.crt.pem: OK",
        "certificate revoked",
        // The sessions of the agency's library.
        "3 traces, 196 commands, no finding",
        // Over the antenna, with OpenSC told of it.
        "(token not recognized)",
        "Private RSA Key [CPS_PRIV_TECH_AUT]",
    ] {
        demand(&said, text)?;
    }
    demand(&said, AUTHENTICATION)
}

/// The card keeps its memory from one program to the next.
fn the_code_is_counted_blocked_and_unblocked(sandbox: &Sandbox) -> Result<(), Failed> {
    let said = on_the_card(
        sandbox,
        "try() { pkcs11-tool --login --pin $1 --list-objects --type privkey 2>&1 || true; }
         echo one; try 0000
         echo two; pkcs11-tool --login --pin 1234 --change-pin --new-pin 4321
         echo three; try 1234
         try 4321
         echo four; for time in 1 2 3; do try 0000; done
         try 4321
         echo five; pkcs15-tool --aid E828BD080F8025000001FF0010 --unblock-pin --auth-id 01 --puk 12345678 --new-pin 1234
         try 1234",
    )?;
    let part = |from: &str, to: &str| -> Result<String, Failed> {
        let (_, rest) = said.split_once(&format!("{from}\n")).ok_or(format!("{from} is missing in\n{said}"))?;
        Ok(rest.split(&format!("\n{to}\n")).next().unwrap_or_default().to_owned())
    };
    demand(&part("one", "two")?, "CKR_PIN_INCORRECT")?;
    demand(&part("two", "three")?, "PIN successfully changed")?;
    let third = part("three", "four")?;
    demand(&third, "CKR_PIN_INCORRECT")?;
    demand(&third, "CPS_PRIV_AUT")?;
    demand(&part("four", "five")?, "CKR_PIN_LOCKED")?;
    demand(&part("five", "end")?, "CPS_PRIV_AUT")
}

fn activities_are_read_after_the_code(sandbox: &Sandbox) -> Result<(), Failed> {
    let said = on_the_card(
        sandbox,
        "read() { pkcs11-tool $2 $3 $4 --read-object --type data --label $1 --application-label CPS --output-file $1; }
         read CPS_NAME_PS
         if read CPS_ACTIVITY_01_PS; then exit 1; fi
         read CPS_ACTIVITY_01_PS --login --pin 1234
         od -An -c CPS_NAME_PS CPS_ACTIVITY_01_PS | tr -d ' \\n'",
    )?;
    demand(&said, "LEFEVRE")?;
    demand(&said, "CABINET")?;
    demand(&said, "SA07")
}

/// A CPS4: no driver of OpenSC 0.23 has its answer to reset, and the one for a CPS3 is not to be forced. A version that
/// can will make this fail: docs/cps.md says that there is none.
fn opensc_knows_no_card_of_the_next_generation(sandbox: &Sandbox) -> Result<(), Failed> {
    let script = "opensc-tool --name 2>&1 || true
         pkcs15-tool --dump 2>&1 || true
         pkcs11-tool --list-slots 2>&1 || true
         opensc-tool --card-driver iasecc --name 2>&1 || true";
    fs::write(sandbox.home().join("script"), script)?;
    let said = shell(sandbox, "virtuale exec --card cps4-lefevre -- sh script", "")?;
    for text in ["Unsupported card", "token not recognized", "Card does not support the requested operation"] {
        demand(&said, text)?;
    }
    Ok(())
}

/// What a script prints that has the card in a reader.
fn on_the_card(sandbox: &Sandbox, script: &str) -> Result<String, Failed> {
    fs::write(sandbox.home().join("script"), script)?;
    shell(sandbox, "virtuale exec --card cps-lefevre -- sh -e script", "")
}
