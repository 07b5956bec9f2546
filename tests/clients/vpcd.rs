//! A real pcscd whose readers are those of Debian's vpcd: programs that ask it read our cards.

use libtest_mimic::{Failed, Trial};

use crate::harness::{
    Sandbox, left_out, namespaces,
    programs::{OPENSC, PCSC_SCAN, PCSCD, SCRIPTOR, VPCD, VPCD_DRIVER},
    trial,
};

const COME: &str = "vpcd::cards_come_and_go_in_the_readers_of_a_real_pcscd";
const REVERSED: &str = "vpcd::a_driver_that_comes_to_its_cards_has_them";

pub(crate) fn trials() -> Vec<Trial> {
    let Some(apart) = namespaces::apart() else {
        return [COME, REVERSED].map(|name| left_out(namespaces::NOT_PERMITTED, name)).into();
    };
    let clients = [&PCSCD, &VPCD, &OPENSC, &PCSC_SCAN, &SCRIPTOR];
    vec![
        trial(&clients, COME, |sandbox| cards_come_and_go_in_the_readers_of_a_real_pcscd(sandbox, apart)),
        trial(&clients, REVERSED, |sandbox| a_driver_that_comes_to_its_cards_has_them(sandbox, apart)),
    ]
}

/// The readers of vpcd, as its package has them but for the place of the card.
fn reader(device: &str, port: &str) -> String {
    format!("FRIENDLYNAME \"Virtual PCD\"\nDEVICENAME {device}:{port}\nLIBPATH {VPCD_DRIVER}\nCHANNELID {port}\n")
}

fn cards_come_and_go_in_the_readers_of_a_real_pcscd(sandbox: &Sandbox, apart: &[&str]) -> Result<(), Failed> {
    let outcome = namespaces::beside_pcscd(sandbox, apart, &reader("/dev/null", "0x8C7B"), "drivers/vpcd.sh")?;
    outcome
        .says("0    Yes             Virtual PCD 00 00\n1    No              Virtual PCD 00 01")?
        .says("0: Virtual PCD 00 00\n1: Virtual PCD 00 01")?
        .says("< 61 20 : 0x20 bytes of response still available.")?
        .says("Virtuale 00 00  vitale2-martin  (shown by vpcd)")?
        .says("The card in Virtual PCD 00 00")?
        .says("CAMILLE MARTIN")?
        .says("3b:ac:00:40:2a:00:12:25:00:64:80:00:03:10:00:90:00")?
        .says("slot 0 was seen to be emptied\nslot 0 was seen to be filled\nthe cards came back")?;
    Ok(())
}

fn a_driver_that_comes_to_its_cards_has_them(sandbox: &Sandbox, apart: &[&str]) -> Result<(), Failed> {
    let outcome = namespaces::beside_pcscd(sandbox, apart, &reader("127.0.0.1", "0x8CA1"), "drivers/reversed.sh")?;
    outcome
        .says("Virtuale 00 00  vitale2-martin  (shown by vpcd)")?
        .says("Virtuale 00 01  cps-lefevre  (shown by vpcd)")?
        .says("The card in Virtual PCD 00 00")?
        .says("The card in Virtual PCD 00 01")?
        .says("CAMILLE MARTIN")?;
    Ok(())
}
