//! The reading itself: the files of the layout that the card has, the activities that its directory names, the billing
//! situation, the tries of its codes; then, if the holder gives the code, what it opens.

use jiff::civil::Date;
use virtuale_engine::{Aid, Fid, Interface, Reset, StatusWord};

use super::{
    Codes, Proof, Reading, billing, codes,
    directory::{self, Listed},
};
use crate::{
    profile::layout::Layout,
    terminal::{
        exchange::{Dialogue, Exchange, ExchangeError},
        files::{FileWalk, Lock, Pointer},
        holder::{Asked, Holder},
        remark::Remark,
        right::is_certificate,
        transport::{Transport, TransportError},
    },
};

/// The root application of every card of the family, and both applications below it [OPENSC-CPX trace].
const ROOT: &[u8] = b"\x80\x25\x00\x00\x01\xFF\x01\x00";
pub(super) const IAS: &[u8] = b"\xE8\x28\xBD\x08\x0F\x80\x25\x00\x00\x01\xFF\x00\x10";
const IAS_CONTACTLESS: &[u8] = b"\xE8\x28\xBD\x08\x0F\x80\x25\x00\x00\x01\xFF\x00\x20";

/// The names of files in layouts.
pub(super) const CERTIFICATE_DIRECTORIES: [&str; 2] = ["CDF", "CDF_CL"];
const DATA_DIRECTORY: &str = "DODF";
const CODE_DIRECTORY: &str = "AODF";
const ACTIVITY: &str = "ACTIVITY_";

/// How long a code is, if the card does not say.
const USUAL_DIGITS: std::ops::RangeInclusive<usize> = 4..=4;

/// Why a card gave no reading.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The transport to the card is gone.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The card has no root application of the family.
    #[error("this is no professional's card (CPS): SELECT CPS was answered {status}")]
    NotProfessional {
        /// What SELECT was answered.
        status: StatusWord,
    },
}

/// Reads a professional's card. The holder is asked for the code if the card takes it, and told whether something on
/// the card needs it; the card is reset behind a code that was right, so that nobody else finds it proved.
///
/// # Errors
///
/// [`ReadError`] if the transport fails or the card is something else. Whatever a card of the family answers gives a
/// [`Reading`].
pub fn read(
    transport: &mut dyn Transport,
    layout: &Layout,
    today: Date,
    holder: &mut dyn Holder,
) -> Result<Reading, ReadError> {
    let atr = transport.atr().to_vec();
    let files = FileWalk::new(Dialogue::new(transport), layout, application_name).of_card(&atr);
    let mut walk = Walk { files, codes: Codes::default(), listed: None };
    let outcome = walk.whole_card(holder);
    if matches!(outcome, Err(Stop::Exchange(_))) && walk.files.interface == Interface::Contact {
        holder.passed_over();
    }
    let cut_short = match outcome {
        Ok(()) => false,
        Err(Stop::NotProfessional(status)) => return Err(ReadError::NotProfessional { status }),
        Err(Stop::Exchange(ExchangeError::Transport(error))) => return Err(error.into()),
        Err(Stop::Exchange(ExchangeError::Endless | ExchangeError::Unsendable(_))) => true,
    };
    let Walk { files, mut codes, .. } = walk;
    let (interface, mut found, mut exchanges) = (files.interface, files.found, files.dialogue.into_log());
    let mut failures = std::mem::take(&mut found.failures);
    if codes.proof == Proof::Proved {
        // A card that does not come back has forgotten the code too.
        let is_back = transport.reset(Reset::Warm).is_ok();
        if is_back && codes.holder.left.is_none() {
            exchanges.extend(count_again(transport, layout, &mut codes, &mut failures)?);
        }
    }
    let mut reading = Reading {
        today: today.into(),
        atr,
        layout: layout.name().to_owned(),
        family: layout.family().name(),
        interface,
        codes,
        data: found.data,
        files: found.files,
        closed: found.closed,
        contradictions: found.contradictions,
        failures,
        cut_short,
        exchanges,
        ..Reading::default()
    };
    reading.conclude();
    Ok(reading)
}

/// Counts the tries of the holder's code on a card that was reset: some cards tell none of a code that is proved. Gives
/// what went over the transport.
fn count_again(
    transport: &mut dyn Transport,
    layout: &Layout,
    codes: &mut Codes,
    failures: &mut Vec<Remark>,
) -> Result<Vec<Exchange>, TransportError> {
    let mut files = FileWalk::new(Dialogue::new(transport), layout, application_name);
    let counted = Aid::new(ROOT).map(|root| {
        let status = files.select_application(&root)?;
        failures.extend((!status.is_processed()).then(|| Remark::refused("SELECT CPS", status)));
        codes::tries(&mut files.dialogue, failures)
    });
    match counted {
        Some(Ok([holder, _])) => codes.holder.left = holder.left,
        Some(Err(ExchangeError::Transport(error))) => return Err(error),
        Some(Err(_)) | None => {}
    }
    Ok(files.dialogue.into_log())
}

/// Which of the sixteen places for activities a file has, from 1; `None` for another file.
pub(super) fn activity_number(file: &str) -> Option<usize> {
    file.strip_prefix(ACTIVITY)?.parse().ok().filter(|&number| number > 0)
}

/// What people call an application.
fn application_name(aid: &Aid) -> String {
    match aid.as_bytes() {
        ROOT => "CPS".into(),
        IAS => "CPX IAS".into(),
        IAS_CONTACTLESS => "CPX IAS CL".into(),
        _ => aid.to_string(),
    }
}

/// Why a walk over a card ends early.
enum Stop {
    NotProfessional(StatusWord),
    Exchange(ExchangeError),
}

impl From<ExchangeError> for Stop {
    fn from(error: ExchangeError) -> Self {
        Self::Exchange(error)
    }
}

/// A card that is being read.
struct Walk<'a> {
    files: FileWalk<'a>,
    codes: Codes,
    /// The data objects that the card's directory names; `None` until it was read.
    listed: Option<Vec<Listed>>,
}

impl Walk<'_> {
    fn whole_card(&mut self, holder: &mut dyn Holder) -> Result<(), Stop> {
        let Some(root) = Aid::new(ROOT) else { return Ok(()) };
        let status = self.files.select_application(&root)?;
        if !status.is_processed() {
            return Err(Stop::NotProfessional(status));
        }
        for pointer in self.files.of_layout().into_iter().filter(|file| !is_certificate(file)) {
            self.file(pointer)?;
        }
        self.forget_what_is_not_there();
        let by_contact = self.files.interface == Interface::Contact;
        if by_contact && self.files.layout.has_side(billing::CLASS) {
            billing::read(&mut self.files)?;
        }
        self.count_tries()?;
        if by_contact {
            self.ask(holder)?;
        } else {
            self.codes.proof = Proof::NotTaken;
        }
        Ok(())
    }

    /// Reads a file, but for an activity that the card's directory does not name.
    fn file(&mut self, pointer: Pointer) -> Result<(), ExchangeError> {
        if activity_number(&pointer.name).is_some() && self.names(pointer.fid) == Some(false) {
            return Ok(());
        }
        let is_directory = pointer.name == DATA_DIRECTORY;
        self.files.file(pointer)?;
        if is_directory {
            self.listed = self.content(DATA_DIRECTORY).map(directory::listed);
        }
        Ok(())
    }

    /// Whether the directory of data objects names a file; `None` if it was not read.
    fn names(&self, fid: Fid) -> Option<bool> {
        self.listed.as_ref().map(|listed| listed.iter().any(|object| object.fid == fid))
    }

    fn content(&self, name: &str) -> Option<&[u8]> {
        let file = self.files.found.files.iter().find(|file| file.pointer.name == name)?;
        Some(&file.content)
    }

    /// The layout has files that not every card has. What the card itself names stays: a person shall see it missing.
    fn forget_what_is_not_there(&mut self) {
        let listed = self.listed.as_deref().unwrap_or_default();
        let is_named = |fid| listed.iter().any(|object| object.fid == fid);
        self.files.found.closed.retain(|file| file.lock != Lock::Absent || is_named(file.pointer.fid));
    }

    /// Counts the tries of both codes.
    fn count_tries(&mut self) -> Result<(), ExchangeError> {
        self.files.selected_elsewhere();
        let FileWalk { dialogue, found, .. } = &mut self.files;
        [self.codes.holder, self.codes.unblocking] = codes::tries(dialogue, &mut found.failures)?;
        Ok(())
    }

    /// Asks for the code as long as somebody gives one that is wrong and the card takes another.
    fn ask(&mut self, holder: &mut dyn Holder) -> Result<(), ExchangeError> {
        let opens = self.files.found.closed.iter().any(|file| file.lock == Lock::HolderCode);
        let FileWalk { dialogue, found, .. } = &mut self.files;
        self.codes.proof = match opens {
            true => Proof::NotGiven,
            false if codes::is_proved(dialogue, &mut found.failures)? => Proof::ProvedBefore,
            false => Proof::NotNeeded,
        };
        let digits = self.content(CODE_DIRECTORY).and_then(directory::digits).unwrap_or(USUAL_DIGITS);
        loop {
            let tries = self.codes.holder.left;
            if tries == Some(0) {
                if opens || self.codes.proof == Proof::Wrong {
                    self.codes.proof = Proof::Blocked;
                }
                holder.blocked(self.codes.is_blocked_for_good());
                return Ok(());
            }
            let again = self.codes.proof == Proof::Wrong;
            let asked = Asked { digits: digits.clone(), tries, again, opens };
            let Some(code) = holder.code(&asked) else { return Ok(()) };
            self.codes.before = self.codes.before.or(tries);
            match codes::verify(&mut self.files.dialogue, &code)? {
                codes::Verdict::Right => {
                    self.codes.proof = Proof::Proved;
                    self.read_what_was_opened()?;
                    return self.count_tries();
                }
                codes::Verdict::Wrong(left) => {
                    self.codes.proof = Proof::Wrong;
                    self.codes.holder.left = left.or(tries.map(|tries| tries.saturating_sub(1)));
                }
                codes::Verdict::Refused(status) => {
                    holder.refused(status);
                    return Ok(());
                }
            }
        }
    }

    fn read_what_was_opened(&mut self) -> Result<(), ExchangeError> {
        let closed = std::mem::take(&mut self.files.found.closed);
        let (opened, closed) = closed.into_iter().partition(|file| file.lock == Lock::HolderCode);
        let opened: Vec<_> = opened;
        self.files.found.closed = closed;
        for file in opened {
            match file.pointer.application {
                Some(_) => self.files.file(file.pointer)?,
                None => billing::read(&mut self.files)?,
            }
        }
        // The code is proved, and nothing else was asked for.
        let found = &mut self.files.found;
        let still = found.closed.iter().filter(|file| file.lock == Lock::HolderCode);
        let refused: Vec<_> = still.map(|file| Remark::file_refused(&file.pointer.name, file.status)).collect();
        found.failures.extend(refused);
        Ok(())
    }
}
