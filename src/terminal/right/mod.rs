//! The right to look into a patient's card, which a professional's card proves to it [CSS-R161 33-2].
//!
//! The two cards never speak to each other: the terminal carries what one says to the other. The professional's card
//! has card-verifiable certificates (`certificates`); the patient's card checks them up to the root that it knows and
//! gives a challenge, which the professional's card signs together with the number of the patient's card. What that
//! opens, the patient's card alone decides.
//!
//! The right ends with the professional's card: [`Right::holds`] asks whether it is still there, with its code
//! proved, and a terminal that hears no resets the patient's card. How real cards do this is not public: files,
//! references and what is signed are this project's choice [NOT-FOUND authentication]. Both cards can also go on
//! under secure messaging ([`prove_secured`]).

mod beside;
mod certificates;
mod error;
mod secured;
#[cfg(test)]
mod secured_tests;
#[cfg(test)]
mod tests;

use serde::Serialize;
use virtuale_engine::{
    Aid, StatusWord,
    crypto::{Crypto, HashAlgorithm, RustCrypto},
    ins::Ins,
};

pub use self::{
    beside::{Bearer, Beside, Look, Manner},
    certificates::Form,
    error::{Denial, Doing, Link, Side, Unproven},
    secured::{BetweenCards, Broken, prove_secured},
};

pub(super) use self::certificates::is_certificate;

use self::certificates::Certificate;
use super::{
    cps::codes::{self, Verdict},
    exchange::{Command, Dialogue, ExchangeError, Reply},
    holder::{Asked, Holder},
};

/// The root application of professionals' cards [OPENSC-CPX trace].
const CPS: &[u8] = b"\x80\x25\x00\x00\x01\xFF\x01\x00";

/// The applications of a Vitale: the one whose number it has, the one whose files a role opens [CARDPEEK-VITALE2 AIDs].
const MF_VITALE: &[u8] = b"\xD2\x50\x00\x00\x02MF_VITALE";
const VITALE: &[u8] = b"\xD2\x50\x00\x00\x02VITALE";

/// EF.SN by its short identifier, in P1 of READ BINARY [RUN-OPENSC commands].
const EF_SN: u8 = 0x9C;

/// The key of the role on a CPS3, which proves it itself, and by which algorithm: message recovery with SHA-256.
const ROLE_KEY: u8 = 0x15;
const RECOVERY: u8 = 0x41;

/// The key of the role on a CPS4, which signs a hash of what is to be proved, and by which algorithm.
const ROLE_KEY_OF_HASHES: u8 = 0xF0;
const ECDSA: u8 = 0x44;

/// How many digits the code of a professional's card has [OPENSC-CPX trace].
const CODE_DIGITS: std::ops::RangeInclusive<usize> = 4..=4;

/// Bytes of a challenge.
const CHALLENGE: usize = 8;

/// All that there is of an answer.
const WHOLE: Option<usize> = Some(256);

/// The number of a card: the last eight bytes of its serial number.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CardNumber(pub [u8; 8]);

/// The right to look into a card: a role was proved to it.
///
/// It lasts until the patient's card is reset or leaves the application `VITALE`; the terminal ends it, by a reset of
/// that card, as soon as it does not [hold](Self::holds) any more.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Right {
    /// Whose right it is.
    pub professional: CardNumber,
    /// Into which card.
    pub patient: CardNumber,
    /// The form of the certificates that were checked.
    pub form: Form,
    /// Whether the patient's card proved itself too, and both go on under secure messaging. The right is then bound to
    /// that session: a plain command ends it.
    pub secured: bool,
}

impl CardNumber {
    /// Of a serial number as EF.SN has it: `5A`, length, bytes.
    fn of(serial: &[u8]) -> Option<Self> {
        let [0x5A, length, value @ ..] = serial else { return None };
        value.get(..usize::from(*length))?.last_chunk().copied().map(Self)
    }
}

impl std::fmt::Display for CardNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

impl Serialize for CardNumber {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Right {
    /// Whether it holds: the professional's card is there, and its code still proved.
    #[must_use]
    pub fn holds(&self, professional: &mut Dialogue<'_>) -> bool {
        codes::is_proved(professional, &mut Vec::new()).unwrap_or(false)
    }
}

/// Lets a professional's card prove its role to a patient's, in the application `VITALE`, which is selected then. The
/// holder of the professional's card is asked for the code unless it is proved already.
///
/// # Errors
///
/// [`Unproven`]: which of the cards refused what. The patient's card is then as closed as before, and may have another
/// application selected.
pub fn prove(
    patient: &mut Dialogue<'_>,
    professional: &mut Dialogue<'_>,
    holder: &mut dyn Holder,
) -> Result<Right, Unproven> {
    let (number, chain) = chain(professional)?;
    let own = number_of_patient(patient)?;
    ask_code(professional, holder)?;
    show(patient, &chain)?;
    name_key(patient, chain.form, number)?;
    let challenge = challenge(patient, Side::Patient)?;
    let proof = sign(professional, chain.form, &[&challenge[..], &own.0].concat())?;
    let external = Command::new("EXTERNAL AUTHENTICATE", [0, Ins::EXTERNAL_AUTHENTICATE.0, 0, 0], &proof, None);
    sent(patient, Doing::TakeProof, &external)?;
    Ok(Right { professional: number, patient: own, form: chain.form, secured: false })
}

/// The number of the professional's card that is there, which tells it from another one in the same reader; `None` if
/// it has none. Its root is selected then.
///
/// # Errors
///
/// [`ExchangeError`] if it does not answer: it was pulled, or another stay began.
pub fn number_of_professional(professional: &mut Dialogue<'_>) -> Result<Option<CardNumber>, ExchangeError> {
    let found = select(professional, Doing::SelectProfessional, "CPS", CPS)
        .and_then(|()| number(professional, Doing::ReadProfessional));
    match found {
        Ok(number) => Ok(Some(number)),
        Err(Unproven::Denied(_)) => Ok(None),
        Err(Unproven::Exchange { error, .. }) => Err(error),
    }
}

/// The certificates of a professional's card.
struct Chain {
    form: Form,
    authority: Certificate,
    own: Certificate,
}

/// Sends a command that must be carried out.
fn sent(dialogue: &mut Dialogue<'_>, doing: Doing, command: &Command) -> Result<Reply, Unproven> {
    let reply = dialogue.send(command).map_err(|error| doing.failed(error))?;
    match reply.status {
        StatusWord::SUCCESS => Ok(reply),
        status => Err(Denial::Refused { doing, status }.into()),
    }
}

/// Selects an application by its name.
fn select(dialogue: &mut Dialogue<'_>, doing: Doing, name: &str, aid: &[u8]) -> Result<(), Unproven> {
    let Some(aid) = Aid::new(aid) else { return Ok(()) };
    sent(dialogue, doing, &Command::select_application(name, &aid)).map(|_| ())
}

/// The number of a card in whose root EF.SN can be read.
fn number(dialogue: &mut Dialogue<'_>, doing: Doing) -> Result<CardNumber, Unproven> {
    let read = Command::new("READ BINARY EF.SN", [0x00, Ins::READ_BINARY.0, EF_SN, 0x00], &[], WHOLE);
    // The card says that there is less than was asked for.
    let reply = dialogue.send(&read).map_err(|error| doing.failed(error))?;
    if !reply.status.is_processed() {
        return Err(Denial::Refused { doing, status: reply.status }.into());
    }
    CardNumber::of(&reply.data).ok_or(Denial::NoNumber { side: doing.side() }.into())
}

/// The number of a professional's card and its certificates.
fn chain(professional: &mut Dialogue<'_>) -> Result<(CardNumber, Chain), Unproven> {
    select(professional, Doing::SelectProfessional, "CPS", CPS)?;
    let number = number(professional, Doing::ReadProfessional)?;
    let [authority, own] = [Link::Authority, Link::Own].map(|link| certificates::read(professional, link));
    let (authority, own) = (authority?, own?);
    if authority.form != own.form {
        return Err(Denial::Malformed { link: Link::Authority }.into());
    }
    Ok((number, Chain { form: own.form, authority, own }))
}

/// The number of a patient's card, in whose application `VITALE` the proof comes to be.
fn number_of_patient(patient: &mut Dialogue<'_>) -> Result<CardNumber, Unproven> {
    // Certificates are longer than a command: the card says how it takes them.
    patient.ask_capabilities().map_err(|error| Unproven::Exchange { side: Side::Patient, error })?;
    select(patient, Doing::SelectPatient, "MF_VITALE", MF_VITALE)?;
    let own = number(patient, Doing::ReadPatient)?;
    select(patient, Doing::SelectPatient, "VITALE", VITALE)?;
    Ok(own)
}

/// Has the code of the professional's card proved.
fn ask_code(professional: &mut Dialogue<'_>, holder: &mut dyn Holder) -> Result<(), Unproven> {
    let exchange = |error: ExchangeError| Unproven::Exchange { side: Side::Professional, error };
    let mut again = false;
    loop {
        let status = professional.send(&Command::verify("PIN", codes::HOLDER, &[])).map_err(exchange)?.status;
        if status == StatusWord::SUCCESS {
            return Ok(());
        }
        let tries = codes::left(status);
        if tries == Some(0) {
            holder.blocked(false);
            return Err(Denial::CodeBlocked.into());
        }
        let Some(code) = holder.code(&Asked { digits: CODE_DIGITS, tries, again, opens: true }) else {
            let denial = if again { Denial::CodeWrong { left: tries } } else { Denial::CodeNotGiven };
            return Err(denial.into());
        };
        match codes::verify(professional, &code).map_err(exchange)? {
            Verdict::Right => return Ok(()),
            Verdict::Wrong(_) => again = true,
            Verdict::Refused(status) => {
                holder.refused(status);
                return Err(Denial::Refused { doing: Doing::VerifyCode, status }.into());
            }
        }
    }
}

/// Draws a challenge from a card. One of another length is none.
fn challenge(card: &mut Dialogue<'_>, side: Side) -> Result<Vec<u8>, Unproven> {
    let (doing, get) = (Doing::Challenge(side), [0, Ins::GET_CHALLENGE.0, 0, 0]);
    let Reply { data, status } = sent(card, doing, &Command::new("GET CHALLENGE", get, &[], Some(CHALLENGE)))?;
    if data.len() < CHALLENGE {
        return Err(Denial::Refused { doing, status }.into());
    }
    Ok(data.get(..CHALLENGE).unwrap_or_default().to_vec())
}

/// Shows the certificates to the patient's card.
fn show(patient: &mut Dialogue<'_>, chain: &Chain) -> Result<(), Unproven> {
    let checks = |authority: &[u8]| [&[0x83, 0x08][..], authority].concat();
    for (link, certificate) in [(Link::Authority, &chain.authority), (Link::Own, &chain.own)] {
        let set = environment("MSE SET DST", [0x81, 0xB6], &checks(&certificate.signed_by));
        sent(patient, Doing::NameSigner(link), &set)?;
        let header = [0x00, Ins::PERFORM_SECURITY_OPERATION.0, 0x00, chain.form.parameter()];
        let verify = Command::new("PSO VERIFY CERTIFICATE", header, certificate.presented(), None);
        sent(patient, Doing::CheckCertificate(link), &verify)?;
    }
    Ok(())
}

/// Names to the patient's card the key that will be proved.
fn name_key(patient: &mut Dialogue<'_>, form: Form, number: CardNumber) -> Result<(), Unproven> {
    let holder = match form {
        Form::Recovered => [&[0x83, 0x0C, 0, 0, 0, 0][..], &number.0].concat(),
        Form::Descriptive => [&[0x83, 0x08][..], &number.0].concat(),
    };
    sent(patient, Doing::NameKey, &environment("MSE SET AT", [0x81, 0xA4], &holder)).map(|_| ())
}

/// What the professional's card signs for a message. A card with self-descriptive certificates has no INTERNAL
/// AUTHENTICATE: it signs the hash, which gives the same on P-256.
fn sign(professional: &mut Dialogue<'_>, form: Form, message: &[u8]) -> Result<Vec<u8>, Unproven> {
    let (choice, signing) = match form {
        Form::Recovered => (
            environment("MSE SET AT", [0x41, 0xA4], &[0x84, 0x01, ROLE_KEY, 0x80, 0x01, RECOVERY]),
            Command::new("INTERNAL AUTHENTICATE", [0, Ins::INTERNAL_AUTHENTICATE.0, 0, 0], message, WHOLE),
        ),
        Form::Descriptive => {
            let hash = RustCrypto.hash(HashAlgorithm::Sha256, &[message]);
            let header = [0, Ins::PERFORM_SECURITY_OPERATION.0, 0x9E, 0x9A];
            (
                environment("MSE SET DST", [0x81, 0xB6], &[0x91, 0x02, ECDSA, ROLE_KEY_OF_HASHES]),
                Command::new("PSO COMPUTE DIGITAL SIGNATURE", header, hash.as_bytes(), WHOLE),
            )
        }
    };
    sent(professional, Doing::ChooseKey, &choice)?;
    Ok(sent(professional, Doing::Sign, &signing)?.data)
}

/// MANAGE SECURITY ENVIRONMENT, SET.
fn environment(name: &str, [p1, p2]: [u8; 2], objects: &[u8]) -> Command {
    Command::new(name, [0x00, Ins::MANAGE_SECURITY_ENVIRONMENT.0, p1, p2], objects, None)
}
