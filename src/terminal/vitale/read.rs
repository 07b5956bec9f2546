//! The reading itself. Of a Vitale 2: SELECT VITALE, POINTERS, then each file that POINTERS names, and those that it
//! does not because every card has them.

use jiff::civil::Date;
use virtuale_engine::{Aid, Fid, Reset, StatusWord, image::Condition};

use super::{ClosedFile, Lock, Model, Pointer, Pointers, Reading, Remark, application_name, order, words};
use crate::{
    profile::{families::vitale::word_memory, layout::Layout},
    terminal::{
        exchange::{Dialogue, ExchangeError, Unsendable},
        files::{FileWalk, Found},
        right::{Beside, BetweenCards, Broken, Denial, Look, Manner, Right, prove, prove_secured},
        transport::{Transport, TransportError},
    },
};

/// The application `VITALE` [CARDPEEK-VITALE2 AIDs].
const VITALE: &[u8] = b"\xD2\x50\x00\x00\x02VITALE";

/// The application `MF_VITALE` [CARDPEEK-VITALE2 AIDs].
const MF_VITALE: &[u8] = b"\xD2\x50\x00\x00\x02MF_VITALE";

/// What MF_VITALE has though POINTERS does not say so [CARDPEEK-VITALE2 create_card_map].
const UNLISTED: [(&str, Fid); 2] = [("DIR", Fid(0x2F00)), ("PAN", Fid(0x2F02))];

/// EF POINTERS [CARDPEEK-VITALE2 create_card_map].
const POINTERS: Fid = Fid(0x2001);

/// Why a card gave no reading.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The transport to the card is gone.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The layout has something where no command can read it.
    #[error(transparent)]
    Unsendable(#[from] Unsendable),
    /// The card has no application `VITALE`.
    #[error("this is not a Vitale 2: SELECT VITALE was answered {status}")]
    NotVitale {
        /// What its ATR says.
        model: Model,
        /// What SELECT was answered.
        status: StatusWord,
    },
    /// The card has no memory of words.
    #[error("this is not a Vitale 1: instruction C0 was answered {status}")]
    NotWordMemory {
        /// What its ATR says.
        model: Model,
        /// What the instruction was answered.
        status: StatusWord,
    },
}

/// Reads a Vitale without any other card: what stays closed to that is listed as closed. The layout says whether it is
/// a word memory or a card of files.
///
/// # Errors
///
/// [`ReadError`] if the transport fails or the card is something else. Whatever a Vitale answers gives a [`Reading`].
pub fn read(transport: &mut dyn Transport, layout: &Layout, today: Date) -> Result<Reading, ReadError> {
    read_beside(transport, layout, today, &mut [])
}

/// Reads a Vitale with professionals' cards beside it. What waits for one is opened by the first of them whose role
/// opens something; those behind it are not asked then. The card is reset behind what it opened, so that nobody else
/// finds it open.
///
/// # Errors
///
/// As for [`read`]. A professional's card that proves nothing, or goes, makes no error.
pub fn read_beside(
    transport: &mut dyn Transport,
    layout: &Layout,
    today: Date,
    beside: &mut [Beside<'_>],
) -> Result<Reading, ReadError> {
    if let Some(memory) = word_memory(layout) {
        return words::read(transport, layout, &memory, today);
    }
    let atr = transport.atr().to_vec();
    let model = Model::of(&atr);
    let files = FileWalk::new(Dialogue::new(transport), layout, application_name);
    let mut walk = Walk { files, remarks: Vec::new(), looks: Vec::new(), was_open: false };
    let cut_short = match walk.whole_card().and_then(|()| Ok(walk.look(beside)?)) {
        Ok(()) => None,
        Err(Stop::NotVitale(status)) => return Err(ReadError::NotVitale { model, status }),
        Err(Stop::Exchange(ExchangeError::Transport(error))) => return Err(error.into()),
        Err(Stop::Exchange(ExchangeError::Unsendable(why))) => return Err(why.into()),
        Err(Stop::Exchange(ExchangeError::Endless)) => Some(Remark::CutShort),
    };
    let Found { data, files, closed, contradictions, failures } = walk.files.found;
    let disagree = contradictions.into_iter().map(|key| Remark::FilesDisagree { key });
    let remarks = walk.remarks.into_iter().chain(failures).chain(disagree).chain(cut_short).collect();
    let (looks, was_open, exchanges) = (walk.looks, walk.was_open, walk.files.dialogue.into_log());
    if was_open {
        // A card that does not come back has forgotten the right too.
        let _ = transport.reset(Reset::Warm);
    }
    let reading = Reading { data, files, closed, looks, remarks, exchanges, ..Reading::empty(atr, model, today) };
    let mut reading = reading.with_copies(layout);
    reading.conclude(Model::Vitale2);
    Ok(reading)
}

/// Why a walk over a card ends early.
enum Stop {
    NotVitale(StatusWord),
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
    remarks: Vec<Remark>,
    /// What came of the professionals' cards beside it.
    looks: Vec<Look>,
    /// Whether one of them proved its role.
    was_open: bool,
}

impl Walk<'_> {
    fn whole_card(&mut self) -> Result<(), Stop> {
        let Some(vitale) = Aid::new(VITALE) else { return Ok(()) };
        let status = self.files.select_application(&vitale)?;
        if !status.is_processed() {
            return Err(Stop::NotVitale(status));
        }
        let mut files = self.pointers(vitale)?;
        files.retain(|file| file.fid != POINTERS);
        files.sort_by_key(|file| order::rank(&file.name));
        Ok(files.into_iter().try_for_each(|file| self.files.file(file))?)
    }

    /// The files that POINTERS names; where it names none, those of the layout.
    fn pointers(&mut self, application: Aid) -> Result<Vec<Pointer>, ExchangeError> {
        self.files.file(Pointer { name: "POINTERS".into(), application: Some(application), fid: POINTERS })?;
        let content = self.files.found.files.first().map(|file| file.content.as_slice()).unwrap_or_default();
        let Pointers { files, lost } = Pointers::parse(content);
        if lost > 0 {
            self.remarks.push(Remark::PointersLost { count: lost });
        }
        if !files.is_empty() {
            let master = Aid::new(MF_VITALE);
            let unlisted = UNLISTED.into_iter().filter(|(_, fid)| files.iter().all(|file| file.fid != *fid));
            let unlisted = unlisted.map(|(name, fid)| Pointer { name: name.into(), application: master.clone(), fid });
            return Ok(unlisted.chain(files.iter().cloned()).collect());
        }
        self.remarks.push(Remark::NoPointers);
        self.files.found.closed.retain(|file| file.lock != Lock::Absent);
        Ok(self.files.of_layout())
    }

    /// Lets professionals' cards open what waits for one, until one of them does: one that proves a role which opens
    /// nothing, or goes, is in nobody's way.
    fn look(&mut self, beside: &mut [Beside<'_>]) -> Result<(), ExchangeError> {
        for card in beside {
            if !self.files.found.closed.iter().any(|file| file.lock == Lock::ProfessionalCard) {
                break;
            }
            let dialogue = match &mut card.dialogue {
                Ok(dialogue) => dialogue,
                Err(denial) => {
                    self.looks.push(Look::denied(&card.bearer, denial.clone()));
                    continue;
                }
            };
            let proved = match card.manner {
                Manner::Plain => prove(&mut self.files.dialogue, dialogue, card.holder),
                Manner::Secured => prove_secured(&mut self.files.dialogue, dialogue, card.holder),
            };
            match proved {
                Ok(right) => {
                    self.was_open = true;
                    let look = Look { bearer: card.bearer.clone(), outcome: Ok(right), opened: Vec::new() };
                    let look = if right.secured {
                        self.read_between(look, dialogue)?
                    } else {
                        self.read_what_was_opened(right, look, dialogue)?
                    };
                    let has_opened = !look.opened.is_empty();
                    self.looks.push(look);
                    if has_opened {
                        break;
                    }
                }
                Err(unproven) => {
                    self.files.selected_elsewhere();
                    self.looks.push(Look::denied(&card.bearer, unproven.of_professional()?));
                }
            }
        }
        Ok(())
    }

    /// Reads the files that a right opens, as long as it holds.
    fn read_what_was_opened(
        &mut self,
        right: Right,
        mut look: Look,
        professional: &mut Dialogue<'_>,
    ) -> Result<Look, ExchangeError> {
        if let Some(vitale) = Aid::new(VITALE) {
            self.files.selected_as(vitale);
        }
        let (mut holds, mut doors) = (true, Doors::default());
        for file in self.take_closed() {
            if file.lock != Lock::ProfessionalCard {
                self.files.found.closed.push(file);
                continue;
            }
            holds = holds && right.holds(professional);
            if !holds {
                self.files.found.closed.push(file);
                continue;
            }
            read_opened(&mut self.files, file, (&mut look, &mut doors))?;
        }
        self.files.found.failures.extend(doors.contradictions());
        if !holds || !right.holds(professional) {
            look.outcome = Err(Denial::Gone);
        }
        Ok(look)
    }

    /// The same under secure messaging: each command takes both cards.
    fn read_between(&mut self, mut look: Look, professional: &mut Dialogue<'_>) -> Result<Look, ExchangeError> {
        let (closed, layout) = (self.take_closed(), self.files.layout);
        let mut between = BetweenCards::new(&mut self.files.dialogue, professional);
        let mut files = FileWalk::new(Dialogue::new(&mut between), layout, application_name);
        if let Some(vitale) = Aid::new(VITALE) {
            files.selected_as(vitale);
        }
        files.found = std::mem::take(&mut self.files.found);
        let (mut stopped, mut doors) = (None, Doors::default());
        for file in closed {
            if file.lock != Lock::ProfessionalCard || stopped.is_some() {
                files.found.closed.push(file);
                continue;
            }
            if let Err(error) = read_opened(&mut files, file.clone(), (&mut look, &mut doors)) {
                stopped = Some(error);
                files.found.closed.push(file);
            }
        }
        self.files.found = std::mem::take(&mut files.found);
        drop(files);
        self.files.found.failures.extend(doors.contradictions());
        let goes_on = between.goes_on();
        let broken = between.into_broken();
        self.files.selected_elsewhere();
        match (broken, stopped) {
            // It said something in clear, which may be anybody's word, and there was no command after that.
            (None, None) if !goes_on => look.outcome = Err(Denial::Unprotected),
            (_, None) => {}
            (Some(Broken::Professional(denial)), _) => look.outcome = Err(denial),
            (Some(Broken::Patient(error)), _) => return Err(error),
            (None, Some(ExchangeError::Transport(_))) => look.outcome = Err(Denial::Unprotected),
            (None, Some(error)) => return Err(error),
        }
        Ok(look)
    }

    fn take_closed(&mut self) -> Vec<ClosedFile> {
        std::mem::take(&mut self.files.found.closed)
    }
}

/// The files that waited for a professional's card, by what they asked for: of an application, those that ask for the
/// same open together.
#[derive(Default)]
struct Doors {
    opened: Vec<(Option<Aid>, Option<Condition>)>,
    refused: Vec<ClosedFile>,
}

impl Doors {
    /// What stayed closed, though it asks for what another file does that opened.
    fn contradictions(self) -> impl Iterator<Item = Remark> {
        let Self { opened, refused } = self;
        let asks_the_same = move |file: &ClosedFile| {
            file.condition.is_some() && opened.contains(&(file.pointer.application.clone(), file.condition))
        };
        refused.into_iter().filter(asks_the_same).map(|file| Remark::file_refused(&file.pointer.name, file.status))
    }
}

/// Reads a file that waited for a professional's card.
fn read_opened(
    files: &mut FileWalk<'_>,
    file: ClosedFile,
    (look, doors): (&mut Look, &mut Doors),
) -> Result<(), ExchangeError> {
    let ClosedFile { pointer, condition, .. } = file;
    let (name, application) = (pointer.name.clone(), pointer.application.clone());
    files.file(pointer)?;
    match files.found.closed.last() {
        _ if files.found.files.last().is_some_and(|read| read.pointer.name == name) => {
            look.opened.push(name);
            doors.opened.push((application, condition));
        }
        // Another reason than that it is closed is told already.
        Some(closed) if closed.lock == Lock::ProfessionalCard => doors.refused.push(closed.clone()),
        _ => {}
    }
    Ok(())
}
