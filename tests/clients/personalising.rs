//! Cards that OpenSC changes: its explorer makes and deletes files, `pkcs15-init` and `pkcs11-tool` add and delete
//! certificates, data and keys. What they read back must be equal, and what they sign OpenSSL must verify.
//!
//! The commands are those of docs/personalising.md, and what that guide has no room for.

use std::{fs, path::Path};

use libtest_mimic::{Failed, Trial};

use crate::{
    harness::{
        Sandbox,
        programs::{OPENSC, OPENSSL},
        recording, trial_unless,
    },
    signing::{Body, commands, demand, opensc_cannot_log_in, shell},
};

pub(crate) fn trials() -> Vec<Trial> {
    let bodies: [(&str, Body); 7] = [
        ("personalising::the_guide_does_what_it_says", the_guide_does_what_it_says),
        ("personalising::opensc_explorer_makes_and_deletes_files", makes_and_deletes_files),
        ("personalising::opensc_keeps_directories_of_what_it_adds", keeps_directories),
        ("personalising::opensc_puts_a_key_part_by_part", puts_a_key_part_by_part),
        ("personalising::opensc_generates_keys_through_pkcs11", generates_keys_through_pkcs11),
        ("personalising::opensc_is_told_that_no_key_object_can_be_made", no_key_object_can_be_made),
        ("personalising::nothing_changes_without_the_pin", nothing_changes_without_the_pin),
    ];
    let reason = opensc_cannot_log_in();
    bodies.map(|(name, body)| trial_unless(reason.as_deref(), &[&OPENSC, &OPENSSL], name, body)).into()
}

fn the_guide_does_what_it_says(sandbox: &Sandbox) -> Result<(), Failed> {
    let said = shell(sandbox, &guide()?.concat(), "")?;
    for text in ["Data object 'note'", "X.509 Certificate [own]", "Total of 7 bytes written to 7777", "a note...."] {
        demand(&said, text)?;
    }
    let verified = said.matches("Verified OK").count();
    if verified == 2 { Ok(()) } else { Err(format!("{verified} of 2 signatures verified\n{said}").into()) }
}

/// Two sittings with one card: what the first made is there in the second, and gone after it.
fn makes_and_deletes_files(sandbox: &Sandbox) -> Result<(), Failed> {
    let content: Vec<u8> = (0..=u8::MAX).cycle().take(700).collect();
    fs::write(sandbox.home().join("given"), &content)?;
    let verify = "info A001\nverify CHV129 31:32:33:34\n";
    fs::write(sandbox.home().join("first"), format!("{verify}create 7777 700\nput 7777 given\ncreate 7777 10\n"))?;
    fs::write(sandbox.home().join("second"), "get 7777 found\nrm 7777\n")?;
    fs::write(sandbox.home().join("third"), "info 7777\n")?;
    let said = on_the_card(
        sandbox,
        "for sitting in first second third; do
           opensc-explorer --mf aid:D2500000044164E86C650101 $sitting || echo failed: $sitting
         done",
    )?;
    // The second `create` is refused, and a third sitting finds nothing.
    demand(&said, "CREATE FILE failed: File already exists")?;
    demand(&said, "unable to select file: File not found")?;
    if fs::read(sandbox.home().join("found"))? != content {
        return Err(format!("other bytes were read than were written:\n{said}").into());
    }
    let trace = trace(sandbox)?;
    demand(&trace, "\n> 00 E0 00 00 24 62 22 80 02 02 BC 82 01 01 83 02 77 77 ")?;
    demand(&trace, "\n> 00 E4 00 00 00\n< 90 00\n")
}

/// OpenSC makes the directory of data objects, adds it to the ODF, and changes the others.
fn keeps_directories(sandbox: &Sandbox) -> Result<(), Failed> {
    let said = on_the_card(
        sandbox,
        r#"for name in one two three; do
             echo "data $name" > $name
             pkcs15-init --pin 1234 --store-data $name --label $name --application-name test
           done
           openssl req -x509 -newkey rsa:2048 -nodes -keyout key -out crt.pem -subj "/CN=TEST"
           pkcs15-init --pin 1234 --store-certificate crt.pem --id 60 --label ours
           pkcs15-init --pin 1234 --delete-objects data --label two --application-name test
           pkcs15-init --pin 1234 --delete-objects cert --id 46
           for name in one three; do
             pkcs15-tool --read-data-object $name --raw --output found
             cmp $name found
           done
           pkcs15-tool --read-certificate 60 --output found
           cmp crt.pem found
           pkcs15-tool --list-data-objects --list-certificates"#,
    )?;
    for text in ["Data object 'one'", "Data object 'three'", "[AUTH key]", "[DEC key]", "[ours]"] {
        demand(&said, text)?;
    }
    for text in ["Data object 'two'", "[SIGN key]"] {
        if said.contains(text) {
            return Err(format!("{text:?} is still there\n{said}").into());
        }
    }
    // [7] dataObjects, behind the entries that were there.
    demand(&trace(sandbox)?, " 04 02 70 05 A7 08 30 06 04 04 44 01 70 06 00 00 ")
}

/// As the guide does: a key is deleted, and another takes its place.
fn puts_a_key_part_by_part(sandbox: &Sandbox) -> Result<(), Failed> {
    let blocks = guide()?;
    let own = blocks.iter().find(|block| block.contains("--store-private-key")).ok_or("the guide puts no key")?;
    let before = "echo a note > note.txt; openssl genrsa -out own.key.pem 2048\n";
    let own = own.replace("virtuale exec", "virtuale exec --record card.apdu");
    demand(&shell(sandbox, &[&setup()?, before, &own[..]].concat(), "")?, "Verified OK")?;
    let trace = trace(sandbox)?;
    let parts: Vec<&str> = trace.lines().filter_map(part).collect();
    let each = ["92", "93", "94", "95", "96", "82", "81"];
    if parts == [each, each].concat() { Ok(()) } else { Err(format!("{parts:?} were put\n{trace}").into()) }
}

/// The part of a key that a PUT DATA has: the tag in template `7F48` or `7F49`.
fn part(line: &str) -> Option<&str> {
    let command = line.strip_prefix("> ")?.get(3..)?;
    let (_, value) = command.strip_prefix("DB 3F FF ")?.split_once(" 7F 4")?;
    // Behind the length of the template, of one to three bytes.
    let skip = match value.get(2..4)? {
        "82" => 11,
        "81" => 8,
        _ => 5,
    };
    value.get(skip..skip + 2)
}

fn generates_keys_through_pkcs11(sandbox: &Sandbox) -> Result<(), Failed> {
    let said = on_the_card(
        sandbox,
        r"printf 'made on the card' > message
          {
            printf '\060\061\060\015\006\011\140\206\110\001\145\003\004\002\001\005\000\004\040'
            openssl dgst -sha256 -binary message
          } > digest
          pkcs15-tool --read-public-key 45 --output before.pem
          pkcs11-tool --login --pin 1234 --keypairgen --key-type rsa:2048 --id 61 --label made --usage-sign
          pkcs15-tool --read-public-key 61 --output made.pem
          pkcs11-tool --login --pin 1234 --sign --mechanism RSA-PKCS --id 61 -i digest -o signature
          openssl dgst -sha256 -verify made.pem -signature signature message
          if cmp before.pem made.pem; then exit 1; fi",
    )?;
    demand(&said, "Key pair generated:")?;
    demand(&said, "Verified OK")?;
    // OpenSC names the key by its tag alone.
    demand(&trace(sandbox)?, "\n> 00 47 00 00 05 70 03 BF 90 01\n")
}

/// No key of this card has 1024 bits, and number 4 is free.
fn no_key_object_can_be_made(sandbox: &Sandbox) -> Result<(), Failed> {
    let said = on_the_card(
        sandbox,
        "openssl genrsa -out key.pem 1024
         if pkcs15-init --pin 1234 --store-private-key key.pem --auth-id 01 --id 60 --key-usage sign; then exit 1; fi
         pkcs15-tool --list-keys",
    )?;
    demand(&said, "Failed to store private key: Data object not found")?;
    demand(
        &trace(sandbox)?,
        "\n> 00 DB 3F FF 18 70 16 BF 90 04 12 A0 10 A1 07 8C 05 AB 13 13 13 00 9E 01 00 80 02 00 80\n< 6A 88\n",
    )?;
    let keys = said.matches("Private RSA Key").count();
    if keys == 3 { Ok(()) } else { Err(format!("{keys} keys are listed\n{said}").into()) }
}

fn nothing_changes_without_the_pin(sandbox: &Sandbox) -> Result<(), Failed> {
    let said = on_the_card(
        sandbox,
        "echo data > data
         for what in '--store-data data --label ours --application-name test' '--delete-objects cert --id 45'; do
           if pkcs15-init --pin 9999 $what; then exit 1; fi
         done
         pkcs15-tool --list-data-objects --list-certificates",
    )?;
    demand(&said, "[AUTH key]")?;
    let trace = trace(sandbox)?;
    let changes = ["E0 00 00", "E4 00 00", "D6 00 00"].map(|command| format!("\n> 00 {command}"));
    let changed = said.contains("Data object") || changes.iter().any(|change| trace.contains(change));
    if changed { Err(format!("a card was changed without its PIN:\n{said}\n{trace}").into()) } else { Ok(()) }
}

/// The blocks of the guide.
fn guide() -> Result<Vec<String>, Failed> {
    Ok(commands(&fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/personalising.md"))?))
}

/// The guide's card, and the configuration with which OpenSC changes it.
fn setup() -> Result<String, Failed> {
    let blocks = guide()?;
    let [card, configuration, ..] = &blocks[..] else { return Err("the guide has no card".into()) };
    Ok([card.as_str(), configuration].concat())
}

/// Runs a script while that card is in a reader, and gives what it printed.
fn on_the_card(sandbox: &Sandbox, script: &str) -> Result<String, Failed> {
    fs::write(sandbox.home().join("script"), script)?;
    let run = "virtuale exec --record card.apdu --card card.toml -- sh -e script\n";
    shell(sandbox, &[&setup()?, run].concat(), "")
}

fn trace(sandbox: &Sandbox) -> Result<String, Failed> {
    recording(sandbox, "card.apdu")
}
