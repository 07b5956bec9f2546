//! A real pcscd that has our driver: programs that ask it read our cards, and learn at once which are in.

use libtest_mimic::{Failed, Trial};

use crate::harness::{
    Sandbox, left_out, namespaces,
    programs::{OPENSC, PCSC_SCAN, PCSCD, PYSCARD, SCRIPTOR},
    trial,
};

const NAME: &str = "ifd::cards_come_and_go_in_the_readers_of_a_real_pcscd";

pub(crate) fn trials() -> Vec<Trial> {
    let Some(apart) = namespaces::apart() else { return vec![left_out(namespaces::NOT_PERMITTED, NAME)] };
    let clients = [&PCSCD, &OPENSC, &PCSC_SCAN, &SCRIPTOR, &PYSCARD];
    vec![trial(&clients, NAME, |sandbox| cards_come_and_go_in_the_readers_of_a_real_pcscd(sandbox, apart))]
}

fn cards_come_and_go_in_the_readers_of_a_real_pcscd(sandbox: &Sandbox, apart: &[&str]) -> Result<(), Failed> {
    let outcome = namespaces::beside_pcscd(sandbox, apart, "", "drivers/ifd.sh")?;
    outcome
        .says("0    No              Virtuale 00 00\n1    No              Virtuale 00 01")?
        .says("0: Virtuale 00 00\n1: Virtuale 00 01")?
        .says("< 61 20 : 0x20 bytes of response still available.")?
        .says("Virtuale 00 00  vitale2-martin  (shown by pcscd)")?
        .says("The card in Virtuale 00 00")?
        .says("CAMILLE MARTIN")?
        .says("3b:ac:00:40:2a:00:12:25:00:64:80:00:03:10:00:90:00")?
        .says("an unknown control code gives 8010001F\nSELECT gives 6120\n")?
        .says("a card that came back gives 80100069\n")?
        .says("a command of 65544 bytes gives 0 6700\n")?
        .says("the readers were seen to go\n3b:ac:00:40:2a:00:12:25:00:64:80:00:03:10:00:90:00\nthe readers came back")?
        .says("readers that were killed are gone")?
        .says("with 8010000C, the card is gone\nthey went on: 6120\n")?
        .says("a pad asks on for a program that is gone, until the key that cancels\n")?;
    Ok(())
}
