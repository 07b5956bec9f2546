//! PSO DECIPHER (ISO 7816-8, 11.11; facts/ias.md 4).

use zeroize::Zeroizing;

use crate::{
    Answer, StatusWord,
    apdu::Apdu,
    applet::Outcome,
    chip::{Context, dialogue::Direction},
    commands::{
        algorithm::{Algorithm, Scheme},
        operation::sign::power,
        padding,
    },
    image::TemplateKind,
    vault::{Access, KeyPair},
};

/// Deciphers what comes after a padding indicator and takes the padding of PKCS#1 away.
pub(super) fn decipher(command: &Apdu<'_>, context: &mut Context<'_>, answer: &mut Answer) -> Outcome {
    let template = context.dialogue().environment.template(TemplateKind::Confidentiality, Direction::Compute).clone();
    let key = template.object.ok_or(StatusWord::CONDITIONS_NOT_SATISFIED)?;
    context.allow(key, Access::Decipher)?;
    if Algorithm(template.algorithm).scheme(Scheme::Decipher) != Some(Scheme::Decipher) {
        return Err(StatusWord::INCOMPATIBLE_WITH_FILE.into());
    }
    // OpenSC says 81, other programs 00 or 02.
    let [0x00 | 0x02 | 0x81, cryptogram @ ..] = command.data() else { return Err(StatusWord::WRONG_DATA.into()) };
    context.count_use(key)?;
    let core = &mut *context.core;
    let KeyPair::Rsa(pair) = core.vault.key_pair(key, &core.memory, &*core.crypto)? else {
        return Err(StatusWord::INCOMPATIBLE_WITH_FILE.into());
    };
    let block = Zeroizing::new(power(pair, cryptogram)?);
    answer.extend(padding::unpad_deciphered(&block).ok_or(StatusWord::WRONG_DATA)?);
    Ok(StatusWord::SUCCESS)
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use crate::{
        Protocol,
        testing::keys::{VERIFY, card},
    };

    const SET: (&str, &str) = ("00 22 41 B8 06 84 01 81 80 01 1A", "9000");

    // Padded with 01, 02, 03, ... and enciphered with Python's three-argument pow.
    /// "secret" for private key 1.
    const SECRET: &str = "9EF64B9EB41D83F38F9A254E26C4E6199B885B8D63A4D67BEA9B6671F1D9AFEE545DBD8805B4FE917A4BC79067FC7025C7657024\
        E45C8D24814B21629D97209ED37044E559A642AC91D60BC0EAB081E0CA5DAB11FEB65AC613BE606ECE86CD1DD67B86E23679B3A3\
        BBDA2AAA92D6043F679C3A37443F35F993AE267E1ED11E4A";

    #[test]
    fn a_cryptogram_may_come_in_parts() {
        let whole = format!("00 2A 80 86 81 81 {SECRET} 00");
        let first = format!("10 2A 80 86 40 81 {}", &SECRET[..126]);
        let last = format!("00 2A 80 86 41 {} 00", &SECRET[126..]);
        let mut card = card(Protocol::T1);
        card.plays(&[VERIFY, SET, (&whole, "736563726574 9000"), (&first, "9000"), (&last, "736563726574 9000")]);
    }

    #[test]
    fn what_is_no_cryptogram_is_refused() {
        let block = format!("00 2A 80 86 81 81 {} 00", "01".repeat(128));
        let other_padding = format!("00 2A 80 86 81 83 {SECRET} 00");
        card(Protocol::T1).plays(&[
            (&block, "6985"),
            SET,
            (&block, "6982"),
            VERIFY,
            (&block, "6A80"),
            (&other_padding, "6A80"),
            ("00 2A 80 86 02 81 00 00", "6A80"),
            ("00 2A 80 86 00", "6A80"),
            ("00 22 41 B8 06 84 01 81 80 01 42", "9000"),
            (&block, "6981"),
            ("00 22 41 B8 03 84 01 82", "9000"),
            (&block, "6981"),
        ]);
    }
}
