//! The station itself: it proves the issuer's keys, reads, writes in one transaction, and reads again.

use std::fmt;

use jiff::civil::Date;
use virtuale_engine::{
    Fid, Interface, StatusWord,
    crypto::{CipherKey, Crypto, HashAlgorithm, RustCrypto},
    ins::Ins,
    platform::Random,
    sm::{Session, Suite},
};
use zeroize::Zeroizing;

use super::{
    IssuerKeys, Plan, Step, UpdateError,
    plan::{ErasedPlan, FilePlan},
    secured::Secured,
};
use crate::{
    profile::layout::Layout,
    terminal::{
        exchange::{Command, Dialogue, Exchange, ExchangeError, Reply},
        transport::Transport,
        vitale::{self, Reading, application_name},
    },
};

/// The algorithm of a mutual authentication: 3DES with SHA-1, and AES with SHA-256 [OPENSC-IASECC algorithms].
const ALGORITHMS: [u8; 2] = [0x0C, 0x8C];

/// Bytes of a challenge and of a serial number.
const PART: usize = 8;

/// Bytes of either half of the secret.
const SECRET: usize = 32;

/// Bytes of a MAC.
const MAC: usize = 8;

/// The name of the file with the serial number that a card proves keys with, in layouts.
const SERIAL_NUMBER: &str = "SN";

/// An update station that a card has proved itself to.
pub struct Station<'a> {
    card: Secured<'a>,
    layout: &'a Layout,
    today: Date,
    exchanges: Vec<Exchange>,
}

impl<'a> Station<'a> {
    /// Proves the issuer's keys to a card, and the card's to the station. `chance` is the station's own.
    ///
    /// # Errors
    ///
    /// [`UpdateError`] if either does not prove them, or the transport fails.
    pub fn open(
        transport: &'a mut dyn Transport,
        layout: &'a Layout,
        keys: &IssuerKeys,
        today: Date,
        chance: &mut dyn Random,
    ) -> Result<Self, UpdateError> {
        let mut dialogue = Dialogue::new(transport);
        let session = authenticate(&mut dialogue, layout, keys, chance)?;
        let exchanges = dialogue.into_log();
        Ok(Self { card: Secured::new(transport, session), layout, today, exchanges })
    }

    /// Reads all of the card that its issuer may read. What the card failed at is a remark of the reading.
    ///
    /// # Errors
    ///
    /// [`UpdateError::Unread`] if the transport fails, [`UpdateError::Ended`] if the card ended secure messaging.
    pub fn read(&mut self) -> Result<Reading, UpdateError> {
        let reading = vitale::read(&mut self.card, self.layout, self.today)?;
        self.exchanges.extend(reading.exchanges.iter().cloned());
        match self.card.ended() {
            Some(status) => Err(UpdateError::Ended { step: Step::Read, status }),
            None => Ok(reading),
        }
    }

    /// Writes what is planned, in one transaction. Up to its end the card is as it was.
    ///
    /// # Errors
    ///
    /// [`UpdateError`] if the card refuses, or the transport fails; [`UpdateError::Unsure`] and [`UpdateError::Ended`]
    /// if that was at the very end, so that the card may be as it is to be.
    pub fn write(&mut self, plan: &Plan) -> Result<(), UpdateError> {
        let mut dialogue = Dialogue::new(&mut self.card);
        let written = write(&mut dialogue, plan);
        self.exchanges.extend(dialogue.into_log());
        match (written, self.card.ended()) {
            // What was said in clear may be anybody's word.
            (Err(UpdateError::Refused { step, .. }), Some(status)) => Err(UpdateError::Ended { step, status }),
            (written, _) => written,
        }
    }

    /// Reads the card once more and compares the files that were written.
    ///
    /// # Errors
    ///
    /// [`UpdateError::Differs`] if one is not what was written, [`UpdateError::UnreadBack`] if the transport fails,
    /// [`UpdateError::Ended`] if the card ended secure messaging, [`UpdateError::NotWhole`] if it failed at something.
    pub fn check(&mut self, plan: &Plan) -> Result<Reading, UpdateError> {
        let reading = self.read().map_err(|error| match error {
            UpdateError::Unread(why) => UpdateError::UnreadBack(why),
            UpdateError::Ended { status, .. } => UpdateError::Ended { step: Step::ReadBack, status },
            other => other,
        })?;
        let differs = |file: &&FilePlan| {
            let found = reading.files.iter().find(|open| open.pointer.name == file.name);
            found.is_none_or(|open| open.content != file.after)
        };
        let stays = |erased: &&ErasedPlan| {
            let found = reading.files.iter().find(|open| open.pointer.name == erased.file.name);
            found.is_none_or(|open| open.content != erased.after)
        };
        let wrong = plan.files.iter().find(differs).map(|file| &file.name);
        match wrong.or_else(|| plan.erased.iter().find(stays).map(|erased| &erased.file.name)) {
            Some(file) => Err(UpdateError::Differs { file: file.clone() }),
            None => whole(reading, Step::ReadBack),
        }
    }

    /// Every command so far, as it was before it was protected, and what was answered.
    #[must_use]
    pub fn exchanges(&self) -> &[Exchange] {
        &self.exchanges
    }
}

/// A reading at which the card failed nowhere.
///
/// # Errors
///
/// [`UpdateError::NotWhole`] of another.
pub fn whole(reading: Reading, step: Step) -> Result<Reading, UpdateError> {
    match reading.remarks.iter().find(|remark| remark.is_failure()) {
        Some(remark) => Err(UpdateError::NotWhole { step, remark: remark.clone() }),
        None => Ok(reading),
    }
}

/// One transaction.
fn write(dialogue: &mut Dialogue<'_>, plan: &Plan) -> Result<(), UpdateError> {
    let transaction =
        |name: &str, p2| Command::new(name, [0x00, Ins::PERFORM_TRANSACTION_OPERATION.0, 0x00, p2], &[], None);
    let mut send = |step, command: &Command| {
        let sent = dialogue.send(command);
        let Reply { status, .. } = sent.map_err(|error| match step {
            Step::Commit => UpdateError::Unsure(error),
            _ => error.into(),
        })?;
        if status == StatusWord::SUCCESS { Ok(()) } else { Err(UpdateError::Refused { step, status }) }
    };
    send(Step::Begin, &transaction("BEGIN", 0x80))?;
    let mut selected = None;
    for file in &plan.files {
        if selected != Some(&file.application) {
            let name = application_name(&file.application);
            send(Step::Write, &Command::select_application(&name, &file.application))?;
            selected = Some(&file.application);
        }
        send(Step::Write, &Command::select_file(&file.name, file.fid))?;
        for (offset, bytes) in &file.writes {
            let [high, low] = offset.to_be_bytes();
            let name = format!("UPDATE BINARY {}+{offset}", file.name);
            send(Step::Write, &Command::new(&name, [0x00, Ins::UPDATE_BINARY.0, high, low], bytes, None))?;
        }
    }
    for ErasedPlan { file, records, .. } in &plan.erased {
        let name = application_name(&file.application);
        send(Step::Write, &Command::select_application(&name, &file.application))?;
        send(Step::Write, &Command::select_file(&file.name, file.fid))?;
        for &record in records {
            let name = format!("UPDATE RECORD {} {record}", file.name);
            let header = [0x00, Ins::UPDATE_RECORD.0, record, 0x04];
            send(Step::Write, &Command::new(&name, header, &vec![0; file.length], None))?;
        }
    }
    send(Step::Commit, &transaction("COMMIT", 0x81))
}

/// Mutual authentication with a key set: both prove that they have it, and agree on the keys of a session.
fn authenticate(
    dialogue: &mut Dialogue<'_>,
    layout: &Layout,
    keys: &IssuerKeys,
    chance: &mut dyn Random,
) -> Result<Session, UpdateError> {
    let IssuerKeys { number, keys: [mac, encryption] } = keys;
    let serial = serial_number(dialogue, layout)?;
    let is_aes = !matches!(encryption, CipherKey::TripleDes(_));
    let template = [0x80, 0x01, ALGORITHMS[usize::from(is_aes)], 0x83, 0x01, *number];
    let set = Command::new("MSE SET", [0x00, Ins::MANAGE_SECURITY_ENVIRONMENT.0, 0xC1, 0xA4], &template, None);
    let Reply { status, .. } = dialogue.send(&set)?;
    match status {
        StatusWord::SUCCESS => {}
        StatusWord::REFERENCE_NOT_FOUND => {
            return Err(UpdateError::NoKeySet { number: *number, cipher: keys.cipher() });
        }
        status => return Err(UpdateError::Refused { step: Step::Authenticate, status }),
    }
    let Reply { data, status } =
        dialogue.send(&Command::new("GET CHALLENGE", [0x00, Ins::GET_CHALLENGE.0, 0x00, 0x00], &[], Some(PART)))?;
    let challenge: [u8; PART] =
        data.try_into().map_err(|_| UpdateError::Refused { step: Step::Authenticate, status })?;
    let (mut own, mut secret) = ([0; 2 * PART], Zeroizing::new([0; SECRET]));
    chance.fill(&mut own);
    chance.fill(&mut *secret);
    let request = Zeroizing::new([&own[..], &challenge, &serial, &*secret].concat());
    let request = seal(mac, encryption, &request).ok_or(UpdateError::CardUnproved)?;
    let prove =
        Command::new("MUTUAL AUTHENTICATE", [0x00, Ins::EXTERNAL_AUTHENTICATE.0, 0x00, 0x00], &request, Some(256));
    let Reply { data, status } = dialogue.send(&prove)?;
    match status {
        StatusWord::SUCCESS => {}
        StatusWord(0x63C0) | StatusWord::METHOD_BLOCKED => {
            return Err(UpdateError::KeysBlocked { number: *number, cipher: keys.cipher() });
        }
        StatusWord(refused) if refused & 0xFFF0 == 0x63C0 => {
            return Err(UpdateError::WrongKeys { left: u8::try_from(refused & 0x000F).ok() });
        }
        status => return Err(UpdateError::Refused { step: Step::Authenticate, status }),
    }
    let plain = open(mac, encryption, &data).ok_or(UpdateError::CardUnproved)?;
    let known = [&challenge[..], &serial, &own].concat();
    let theirs = plain.strip_prefix(&known[..]).filter(|theirs| theirs.len() == SECRET);
    let theirs = theirs.ok_or(UpdateError::CardUnproved)?;
    let shared = Zeroizing::new(secret.iter().zip(theirs).map(|(own, their)| own ^ their).collect::<Vec<u8>>());
    let (suite, hash, counter) = match encryption {
        CipherKey::TripleDes(_) => {
            let halves = challenge.iter().skip(4).chain(own.iter().skip(4).take(4));
            let counter = halves.fold(0, |counter, &byte| counter << 8 | u128::from(byte));
            (Suite::TripleDes, HashAlgorithm::Sha1, counter)
        }
        CipherKey::Aes128(_) => (Suite::Aes128, HashAlgorithm::Sha256, 0),
        CipherKey::Aes256(_) => (Suite::Aes256, HashAlgorithm::Sha256, 0),
    };
    Session::derive(&RustCrypto, suite, hash, &shared, counter).ok_or(UpdateError::CardUnproved)
}

/// What the card calls itself in authentications: the end of the serial number that it says.
fn serial_number(dialogue: &mut Dialogue<'_>, layout: &Layout) -> Result<[u8; PART], UpdateError> {
    let not_updatable = || UpdateError::NotUpdatable { layout: layout.name().into() };
    let place = layout.places(Interface::Contact).find(|(name, ..)| *name == SERIAL_NUMBER);
    let (name, _, fid) = place.ok_or_else(not_updatable)?;
    let mf = Command::new("SELECT MF", [0x00, Ins::SELECT.0, 0x00, 0x0C], &Fid::MF.0.to_be_bytes(), None);
    let read = Command::read_binary(name, 0).map_err(ExchangeError::from)?;
    let mut reply = Reply { data: Vec::new(), status: StatusWord::SUCCESS };
    for command in [mf, Command::select_file(name, fid), read] {
        reply = dialogue.send(&command)?;
        if !reply.status.is_processed() {
            break;
        }
    }
    let Reply { data, status } = reply;
    let data = if status.is_processed() { data } else { Vec::new() };
    data.last_chunk().copied().ok_or(UpdateError::Refused { step: Step::Open, status })
}

/// Enciphers and appends the MAC [OPENSC-IASECC sm]. `None` for a length that is no number of blocks.
fn seal(mac: &CipherKey, encryption: &CipherKey, plain: &[u8]) -> Option<Vec<u8>> {
    let mut sealed = plain.to_vec();
    RustCrypto.encrypt_cbc(encryption, &vec![0; encryption.block()], &mut sealed).ok()?;
    let mac = mac_of(mac, &sealed)?;
    sealed.extend_from_slice(&mac);
    Some(sealed)
}

/// What is in a cryptogram, if its MAC is right.
fn open(mac: &CipherKey, encryption: &CipherKey, data: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (cryptogram, given) = data.split_last_chunk::<MAC>()?;
    let right = mac_of(mac, cryptogram)?;
    if right != *given {
        return None;
    }
    let mut plain = Zeroizing::new(cryptogram.to_vec());
    RustCrypto.decrypt_cbc(encryption, &vec![0; encryption.block()], &mut plain).ok()?;
    Some(plain)
}

fn mac_of(key: &CipherKey, cryptogram: &[u8]) -> Option<[u8; MAC]> {
    let mut padding = vec![0x80];
    padding.resize(key.block(), 0);
    RustCrypto.mac(key, &[cryptogram, &padding]).ok()
}

impl fmt::Debug for Station<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Station").field("exchanges", &self.exchanges.len()).finish_non_exhaustive()
    }
}
