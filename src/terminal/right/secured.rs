//! The right to look under secure messaging: both cards prove their keys to each other and agree on a session, which
//! the professional's card keeps for the terminal.
//!
//! The terminal carries what one says to the other and never knows the keys: it has the parts of each command made by
//! the professional's card, and those of each answer checked by it. So nothing is read without that card, and what
//! went over the transport of the patient's card is of no use to who listens. How real cards do this is not public:
//! that a CPS can take a terminal's place is this project's choice [NOT-FOUND authentication].

use virtuale_engine::{
    Fid, Protocol, Reset, Response, StatusWord,
    apdu::{Apdu, Le},
    commands::INSTRUCTIONS,
    ins::Ins,
    sm,
    tlv::{self, Tag},
};

use super::{
    Denial, Doing, Form, Link, ROLE_KEY, Right, Side, Unproven,
    certificates::{self, Certificate},
    environment, sent,
};
use crate::terminal::{
    exchange::{Command, Dialogue, ExchangeError},
    holder::Holder,
    transport::{Transport, TransportError},
};

/// The certificate of a Vitale's key, in the application `VITALE`.
const CERTIF: Fid = Fid(0xD01A);

/// That key, which is the card's and no application's.
const CARD_KEY: u8 = 0x06;

/// All that there is of an answer.
const WHOLE: Option<usize> = Some(256);

/// Bytes of a padded header: a block of triple DES.
const BLOCK: usize = 8;

/// Objects of protected messages [ISO-7816-4 10].
const CRYPTOGRAM: Tag = Tag(0x87);
const CRYPTOGRAM_BER: Tag = Tag(0x85);
const EXPECTED: Tag = Tag(0x97);
const STATUS: Tag = Tag(0x99);
const CHECKSUM: Tag = Tag(0x8E);

/// A plain value, in what VERIFY CRYPTOGRAPHIC CHECKSUM takes.
const PLAIN: Tag = Tag(0x80);

/// P1-P2 of PSO [ISO-7816-8 PERFORM SECURITY OPERATION].
const ENCIPHER: [u8; 2] = [0x86, 0x80];
const ENCIPHER_BER: [u8; 2] = [0x84, 0x80];
const COMPUTE_CHECKSUM: [u8; 2] = [0x8E, 0x80];
const VERIFY_CHECKSUM: [u8; 2] = [0x00, 0xA2];
const DECIPHER: [u8; 2] = [0x80, 0x86];
const DECIPHER_BER: [u8; 2] = [0x80, 0x84];

/// Lets a professional's card prove its role to a patient's and the patient's card prove its own key in return, in the
/// application `VITALE`, which is selected then. Both go on under secure messaging: what comes next goes
/// [between the cards](BetweenCards). The holder of the professional's card is asked for the code unless it is proved
/// already.
///
/// # Errors
///
/// [`Unproven`]: which of the cards refused what; [`Denial::NoSession`] of a professional's card that cannot take a
/// terminal's place, such as a CPS4, [`Denial::NoCardKey`] of a patient's card without a certificate of its own. The
/// patient's card is then as closed as before, and may have another application selected.
pub fn prove_secured(
    patient: &mut Dialogue<'_>,
    professional: &mut Dialogue<'_>,
    holder: &mut dyn Holder,
) -> Result<Right, Unproven> {
    let capabilities = professional.ask_capabilities();
    capabilities.map_err(|error| Unproven::Exchange { side: Side::Professional, error })?;
    let (number, chain) = super::chain(professional)?;
    if chain.form != Form::Recovered {
        return Err(Denial::NoSession.into());
    }
    let own = super::number_of_patient(patient)?;
    let certificate = certificates::read_file(patient, Doing::ReadCard, "CERTIF", CERTIF)?;
    let certificate = certificate.filter(|certificate| certificate.form == Form::Recovered);
    let certificate = certificate.ok_or(Denial::NoCardKey)?;
    super::ask_code(professional, holder)?;
    super::show(patient, &chain)?;
    name_both(patient, Side::Patient, number.0, CARD_KEY)?;
    for (link, certificate) in [(Link::Authority, &chain.authority), (Link::Own, &certificate)] {
        show(professional, link, certificate)?;
    }
    name_both(professional, Side::Professional, own.0, ROLE_KEY)?;
    let challenge = super::challenge(professional, Side::Professional)?;
    let token = token(patient, Side::Patient, &[&challenge[..], &number.0].concat())?;
    take(professional, Side::Professional, &token)?;
    let challenge = super::challenge(patient, Side::Patient)?;
    let token = self::token(professional, Side::Professional, &[&challenge[..], &own.0].concat())?;
    take(patient, Side::Patient, &token)?;
    Ok(Right { professional: number, patient: own, form: chain.form, secured: true })
}

/// Shows a certificate of the patient's chain to the professional's card.
fn show(professional: &mut Dialogue<'_>, link: Link, certificate: &Certificate) -> Result<(), Unproven> {
    let signer = [&[0x83, 0x08][..], &certificate.signed_by].concat();
    sent(professional, Doing::CheckCard(link), &environment("MSE SET DST", [0x81, 0xB6], &signer))?;
    let verify =
        operation("PSO VERIFY CERTIFICATE", [0x00, certificate.form.parameter()], certificate.presented(), None);
    sent(professional, Doing::CheckCard(link), &verify).map(|_| ())
}

/// Names to a card its own key and the other card's, which its certificate says.
fn name_both(card: &mut Dialogue<'_>, side: Side, other: [u8; 8], own: u8) -> Result<(), Unproven> {
    let both = [&[0x83, 0x0C, 0, 0, 0, 0][..], &other, &[0x84, 0x01, own]].concat();
    sent(card, Doing::NameKeys(side), &environment("MSE SET AT", [0xC1, 0xA4], &both)).map(|_| ())
}

fn token(card: &mut Dialogue<'_>, side: Side, asked: &[u8]) -> Result<Vec<u8>, Unproven> {
    let command = Command::new("INTERNAL AUTHENTICATE", [0, Ins::INTERNAL_AUTHENTICATE.0, 0, 0], asked, WHOLE);
    Ok(sent(card, Doing::MakeToken(side), &command)?.data)
}

fn take(card: &mut Dialogue<'_>, side: Side, token: &[u8]) -> Result<(), Unproven> {
    let command = Command::new("EXTERNAL AUTHENTICATE", [0, Ins::EXTERNAL_AUTHENTICATE.0, 0, 0], token, None);
    sent(card, Doing::TakeToken(side), &command).map(|_| ())
}

/// PERFORM SECURITY OPERATION.
fn operation(name: &str, [p1, p2]: [u8; 2], data: &[u8], le: Option<usize>) -> Command {
    Command::new(name, [0x00, Ins::PERFORM_SECURITY_OPERATION.0, p1, p2], data, le)
}

/// A transport to a patient's card under secure messaging with a professional's card, which makes and checks what
/// protects each command. Whoever speaks over it knows nothing of that.
///
/// The logs of both dialogues have what really went over their transports: commands to the patient's card are called
/// `SM` and their instruction's name.
pub struct BetweenCards<'b, 'p, 'q> {
    patient: &'b mut Dialogue<'p>,
    professional: &'b mut Dialogue<'q>,
    /// Whether the session goes on: the patient's card ends it by an answer in clear.
    goes_on: bool,
    broken: Option<Broken>,
}

/// Why nothing goes between the cards any more.
#[derive(Debug)]
pub enum Broken {
    /// The professional's card went, or refused what is asked of it; or the answer was not the patient's card's.
    Professional(Denial),
    /// No answer came from the patient's card.
    Patient(ExchangeError),
}

impl<'b, 'p, 'q> BetweenCards<'b, 'p, 'q> {
    /// Of two cards of which one proved a [secured](Right::secured) right to the other, in these dialogues: the
    /// professional's card is known to take what is longer than a command.
    pub fn new(patient: &'b mut Dialogue<'p>, professional: &'b mut Dialogue<'q>) -> Self {
        Self { patient, professional, goes_on: true, broken: None }
    }

    /// Whether the session goes on: an answer in clear ends it, and is not surely the patient's card's.
    #[must_use]
    pub fn goes_on(&self) -> bool {
        self.goes_on
    }

    /// Why a command had no answer, if one had none.
    #[must_use]
    pub fn into_broken(self) -> Option<Broken> {
        self.broken
    }

    /// What the professional's card makes of data.
    fn ask(&mut self, name: &str, parameters: [u8; 2], data: &[u8], le: Option<usize>) -> Result<Vec<u8>, Broken> {
        let command = operation(name, parameters, data, le);
        let asked = sent(self.professional, Doing::Serve, &command);
        asked.map(|reply| reply.data).map_err(|unproven| match unproven {
            Unproven::Denied(denial) => Broken::Professional(denial),
            Unproven::Exchange { .. } => Broken::Professional(Denial::Gone),
        })
    }

    /// A command, protected.
    fn protect(&mut self, header: [u8; 4], plain: &Apdu<'_>) -> Result<Command, Broken> {
        let mut field = Vec::new();
        let is_odd = plain.ins().0 & 1 == 1;
        if !plain.data().is_empty() {
            let (parameters, tag) = if is_odd { (ENCIPHER_BER, CRYPTOGRAM_BER) } else { (ENCIPHER, CRYPTOGRAM) };
            let cryptogram = self.ask("PSO ENCIPHER", parameters, plain.data(), WHOLE)?;
            tlv::put(tag, &cryptogram, &mut field);
        }
        if let Some(le) = plain.le().map(Le::limit) {
            let [.., high, low] = le.to_be_bytes();
            let bytes = [high, low];
            tlv::put(EXPECTED, &bytes[usize::from(le <= 256)..], &mut field);
        }
        let mut authenticated = header.to_vec();
        if !field.is_empty() {
            authenticated.push(0x80);
            authenticated.resize(BLOCK, 0);
            authenticated.extend_from_slice(&field);
        }
        let checksum = self.ask("PSO COMPUTE CHECKSUM", COMPUTE_CHECKSUM, &authenticated, Some(BLOCK))?;
        tlv::put(CHECKSUM, &checksum, &mut field);
        Ok(Command::new(&name(plain), header, &field, WHOLE))
    }

    /// The data and the status word of an answer.
    fn reveal(&mut self, answer: &[u8]) -> Result<(Vec<u8>, StatusWord), Broken> {
        let nonsense = || Broken::Professional(Denial::Unprotected);
        let objects: Vec<_> = tlv::objects(answer).collect::<Result<_, _>>().map_err(|_| nonsense())?;
        let (checksum, before) = objects.split_last().ok_or_else(nonsense)?;
        if checksum.tag != CHECKSUM {
            return Err(nonsense());
        }
        let mut question = Vec::new();
        tlv::put(PLAIN, answer.get(..checksum.position).unwrap_or_default(), &mut question);
        tlv::put(CHECKSUM, checksum.value, &mut question);
        self.ask("PSO VERIFY CHECKSUM", VERIFY_CHECKSUM, &question, None)?;
        let (hidden, status) = match before {
            [status] => (None, status),
            [hidden, status] => (Some(hidden), status),
            _ => return Err(nonsense()),
        };
        let word: [u8; 2] = status.value.try_into().map_err(|_| nonsense())?;
        if status.tag != STATUS {
            return Err(nonsense());
        }
        let data = match hidden {
            None => Vec::new(),
            Some(hidden) if hidden.tag == CRYPTOGRAM => self.ask("PSO DECIPHER", DECIPHER, hidden.value, WHOLE)?,
            Some(hidden) if hidden.tag == CRYPTOGRAM_BER => {
                self.ask("PSO DECIPHER", DECIPHER_BER, hidden.value, WHOLE)?
            }
            Some(_) => return Err(nonsense()),
        };
        Ok((data, StatusWord(u16::from_be_bytes(word))))
    }

    /// Sends a command between the cards and gives what the patient's card says to it.
    fn carry(&mut self, plain: &Apdu<'_>) -> Result<(Vec<u8>, StatusWord), Broken> {
        let header = [plain.cla() | sm::CLASS_BITS, plain.ins().0, plain.p1(), plain.p2()];
        let command = self.protect(header, plain)?;
        let reply = self.patient.send(&command).map_err(Broken::Patient)?;
        if reply.data.is_empty() {
            // In clear: the card has ended the session.
            self.goes_on = false;
            return Ok((Vec::new(), reply.status));
        }
        self.reveal(&reply.data)
    }
}

/// What a protected command is called.
fn name(plain: &Apdu<'_>) -> String {
    let instruction = INSTRUCTIONS.find(plain.ins()).map(|row| row.instruction.name);
    format!("SM {}", instruction.unwrap_or("command"))
}

impl Transport for BetweenCards<'_, '_, '_> {
    fn atr(&self) -> &[u8] {
        self.patient.transport().atr()
    }

    /// What is inside a protected command has Lc and Le whatever the protocol is.
    fn protocol(&self) -> Protocol {
        Protocol::T1
    }

    fn reset(&mut self, kind: Reset) -> Result<(), TransportError> {
        self.goes_on = false;
        self.patient.transport_mut().reset(kind)
    }

    fn transmit(&mut self, command: &[u8], response: &mut Response) -> Result<(), TransportError> {
        response.clear();
        let plain = Apdu::parse(command, Protocol::T1).ok().filter(|_| self.goes_on && self.broken.is_none());
        let plain = plain.ok_or(TransportError::Unprotected)?;
        match self.carry(&plain) {
            Ok((data, status)) => {
                response.extend(&data);
                response.finish(status);
                Ok(())
            }
            Err(broken) => {
                self.broken = Some(broken);
                Err(TransportError::Unprotected)
            }
        }
    }
}

impl std::fmt::Debug for BetweenCards<'_, '_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { goes_on, broken, .. } = self;
        f.debug_struct("BetweenCards").field("goes_on", goes_on).field("broken", broken).finish_non_exhaustive()
    }
}
