//! PSO on the session that a card keeps for a terminal [ISO-7816-8 PERFORM SECURITY OPERATION]: ENCIPHER and COMPUTE
//! CRYPTOGRAPHIC CHECKSUM make the parts of a command to the other card, VERIFY CRYPTOGRAPHIC CHECKSUM and DECIPHER
//! take those of its answer.
//!
//! Names and P1-P2 are the standard's. That the session of device authentication is used so, and that its counter goes
//! up with each checksum, is this project's choice, modelled on German health cards [NOT-FOUND authentication].

use crate::{
    Response, StatusWord,
    apdu::Apdu,
    applet::Outcome,
    chip::Context,
    commands::sent,
    crypto::Crypto,
    sm::{Session, SmError},
    tlv::{self, Tag},
};

/// The padding indicator in front of a cryptogram: padded [ISO-9797-1 method 2].
const PADDED: u8 = 0x01;

/// What VERIFY CRYPTOGRAPHIC CHECKSUM takes: a plain value and its checksum.
const PLAIN: Tag = Tag(0x80);
const CHECKSUM: Tag = Tag(0x8E);

/// Which cryptogram goes out or comes in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Cryptogram {
    /// With the padding indicator: what stands in `87` of a protected message.
    Indicated,
    /// Without it: what stands in `85`.
    Bare,
}

/// Whether a command can be about a session that is kept for a terminal: the chip has keys for that.
pub(super) fn is_possible(context: &Context<'_>) -> bool {
    context.core.vault.has_proxies()
}

/// Whether the data of PSO DECIPHER are the cryptogram of the session that is kept: the keys of the card take no such
/// indicator.
pub(super) fn is_meant(command: &Apdu<'_>, context: &Context<'_>) -> bool {
    command.data().first() == Some(&PADDED) && context.channel().proxy_key().is_some()
}

/// ENCIPHER: the data of the next command, of any length.
pub(super) fn encipher(
    form: Cryptogram,
    command: &Apdu<'_>,
    context: &mut Context<'_>,
    response: &mut Response,
) -> Outcome {
    let data = sent(command)?;
    let cryptogram = with_session(context, |session, crypto| session.encipher(crypto, data))?;
    if form == Cryptogram::Indicated {
        response.extend(&[PADDED]);
    }
    response.extend(&cryptogram);
    Ok(StatusWord::SUCCESS)
}

/// COMPUTE CRYPTOGRAPHIC CHECKSUM of what a command authenticates: its header, padded if objects follow, and these.
pub(super) fn compute_checksum(command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response) -> Outcome {
    let data = sent(command)?;
    let checksum = with_session(context, |session, crypto| session.checksum(crypto, data))?;
    response.extend(&checksum);
    Ok(StatusWord::SUCCESS)
}

/// VERIFY CRYPTOGRAPHIC CHECKSUM of what an answer authenticates; a wrong one ends the session.
pub(super) fn verify_checksum(command: &Apdu<'_>, context: &mut Context<'_>) -> Outcome {
    let mut objects = tlv::objects(sent(command)?);
    let (Some(Ok(plain)), Some(Ok(checksum)), None) = (objects.next(), objects.next(), objects.next()) else {
        return Err(StatusWord::WRONG_DATA.into());
    };
    if (plain.tag, checksum.tag) != (PLAIN, CHECKSUM) {
        return Err(StatusWord::WRONG_DATA.into());
    }
    let checked = with_session(context, |session, crypto| Ok(session.check(crypto, plain.value, checksum.value)))?;
    match checked {
        Ok(()) => Ok(StatusWord::SUCCESS),
        Err(_) => {
            end(context);
            Err(StatusWord::AUTHENTICATION_FAILED.into())
        }
    }
}

/// DECIPHER: the data of the last answer.
pub(super) fn decipher(
    form: Cryptogram,
    command: &Apdu<'_>,
    context: &mut Context<'_>,
    response: &mut Response,
) -> Outcome {
    let cryptogram = match (form, sent(command)?) {
        (Cryptogram::Indicated, [PADDED, cryptogram @ ..]) | (Cryptogram::Bare, cryptogram) => cryptogram,
        (Cryptogram::Indicated, _) => return Err(StatusWord::WRONG_DATA.into()),
    };
    let plain = with_session(context, |session, crypto| session.decipher(crypto, cryptogram))?;
    response.extend(&plain);
    Ok(StatusWord::SUCCESS)
}

/// Does something with the session.
///
/// # Errors
///
/// `6985` if there is none, `6A80` if the data are not what it takes; the session ends then.
fn with_session<T>(
    context: &mut Context<'_>,
    work: impl FnOnce(&mut Session, &dyn Crypto) -> Result<T, SmError>,
) -> Result<T, StatusWord> {
    let proxy = context.dialogue_if_any().and_then(|dialogue| dialogue.proxy.take());
    let mut proxy = proxy.ok_or(StatusWord::CONDITIONS_NOT_SATISFIED)?;
    let worked = work(&mut proxy.session, &*context.core.platform.crypto).map_err(|_| StatusWord::WRONG_DATA)?;
    context.dialogue().proxy = Some(proxy);
    Ok(worked)
}

fn end(context: &mut Context<'_>) {
    if let Some(dialogue) = context.dialogue_if_any() {
        dialogue.proxy = None;
    }
}
