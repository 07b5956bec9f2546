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
    if template.algorithm.is_some_and(|byte| Algorithm(byte).scheme() != Some(Scheme::Decipher)) {
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
