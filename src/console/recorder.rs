//! Listens to the host, and writes what happens into the ring.
//!
//! A thread of its own does so: the cards wait for nobody, and what it cannot keep up with is told as lost.

use std::{
    collections::BTreeMap,
    io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use virtuale_engine::{Fault, Interface, Protocol, chip::view::ContentView, image::FileIndex};

use super::{
    entry::{Deed, Entry, Exchange, Note, Program, Traced},
    explain::Partner,
    ring::Ring,
    underway::{Command, Underway},
};
use crate::{
    host::{CardIn, Event, Remote, What},
    layer::events::{CommandBytes, Listener, ResponseBytes},
    profile::said::{Bilingual, said},
    shown,
    system::process::name_of,
};

/// How many events may wait for us.
const BOUND: usize = 65_536;

/// How many are taken before who waits is told.
const BATCH: usize = 512;

/// Writes until the host goes, or until nobody needs it any more.
#[derive(Debug)]
pub(super) struct Recorder {
    ring: Arc<Ring>,
    baselines: Arc<Baselines>,
    underway: Arc<Underway>,
    is_over: Arc<AtomicBool>,
}

/// What the files of each card held when it came in.
#[derive(Debug, Default)]
pub(super) struct Baselines(Mutex<BTreeMap<usize, Baseline>>);

/// What the files of a card held when it came in.
#[derive(Clone, Debug, Default)]
pub(super) struct Baseline {
    /// The generation of its stay.
    pub(super) stay: u64,
    pub(super) files: BTreeMap<FileIndex, ContentView>,
}

impl Baselines {
    /// That of the card in a slot, if it is of that stay.
    pub(super) fn of(&self, slot: usize, stay: u64) -> Option<Baseline> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&slot).filter(|baseline| baseline.stay == stay).cloned()
    }

    fn put(&self, slot: usize, baseline: Baseline) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(slot, baseline);
    }
}

impl Recorder {
    /// Begins to listen.
    ///
    /// # Errors
    ///
    /// That the system gives no thread.
    pub(super) fn start(remote: Remote) -> io::Result<Self> {
        let recorder = Self {
            ring: Arc::default(),
            baselines: Arc::default(),
            underway: Arc::default(),
            is_over: Arc::new(AtomicBool::new(false)),
        };
        let Some(listener) = remote.events(BOUND) else { return Ok(recorder) };
        let (is_over, baselines) = (Arc::clone(&recorder.is_over), Arc::clone(&recorder.baselines));
        let (ring, underway) = (recorder.ring(), recorder.underway());
        let mut writer =
            Writer { remote, ring, baselines, underway, slots: BTreeMap::new(), sessions: BTreeMap::new() };
        writer.look_at_all();
        let write = move || writer.write(&listener, &is_over);
        thread::Builder::new().name("console recorder".into()).spawn(write)?;
        Ok(recorder)
    }

    /// Where it writes.
    pub(super) fn ring(&self) -> Arc<Ring> {
        Arc::clone(&self.ring)
    }

    /// What cards held when they came in.
    pub(super) fn baselines(&self) -> Arc<Baselines> {
        Arc::clone(&self.baselines)
    }

    /// The commands that have no answer yet.
    pub(super) fn underway(&self) -> Arc<Underway> {
        Arc::clone(&self.underway)
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        // The next event ends it, or the end of the host.
        self.is_over.store(true, Ordering::Relaxed);
    }
}

/// Makes entries of events.
struct Writer {
    remote: Remote,
    ring: Arc<Ring>,
    baselines: Arc<Baselines>,
    underway: Arc<Underway>,
    slots: BTreeMap<usize, Slot>,
    sessions: BTreeMap<u64, Program>,
}

/// What is known of a slot.
#[derive(Default)]
struct Slot {
    stay: u64,
    partner: Partner,
    program: Option<Program>,
    /// The command under way, and when it began.
    asked: Option<(Duration, CommandBytes)>,
    committed: usize,
    struck: Vec<String>,
    /// What happened to a card that is not told to be in yet: it gets its power first, and may be struck by faults.
    coming: Vec<(Duration, Note)>,
}

impl Writer {
    fn write(&mut self, listener: &Listener, is_over: &AtomicBool) {
        while let Some(event) = listener.wait() {
            self.hear(event);
            for event in std::iter::from_fn(|| listener.now()).take(BATCH) {
                self.hear(event);
            }
            self.ring.tell();
            if is_over.load(Ordering::Relaxed) {
                return;
            }
        }
        self.ring.tell();
    }

    /// Notes the cards that are in already.
    fn look_at_all(&mut self) {
        for slot in 0..usize::from(u8::MAX) {
            let Some(card) = self.remote.card(slot) else { continue };
            let note = self.arrives(slot, card.generation, &card);
            let atr = self.remote.look(slot, |card| card.atr().as_bytes().to_vec()).ok();
            self.note(Duration::ZERO, Note { atr, ..note });
        }
    }

    fn hear(&mut self, event: Event) {
        let Event { at, what } = event;
        let (slot, stay) = match &what {
            What::Command { slot, bytes, .. } => {
                self.unanswered(*slot);
                return self.asked(*slot, at, bytes);
            }
            What::Response { slot, bytes, took, .. } => return self.answered(*slot, Ok(bytes.clone()), *took),
            What::Silence { slot, fault, took, .. } => return self.answered(*slot, Err(*fault), *took),
            What::Committed { slot, bytes, .. } if self.slot(*slot).asked.is_some() => {
                self.slot(*slot).committed += bytes;
                return;
            }
            What::Fault { slot, strike, .. } if self.slot(*slot).asked.is_some() => {
                self.slot(*slot).struck.push(strike.fault.to_string());
                return;
            }
            What::Turn { slot, session, .. } => {
                let known = |session| self.sessions.get(&session).cloned().unwrap_or_else(|| program(session, None));
                let program = session.map(known).unwrap_or_default();
                self.slot(*slot).program = Some(program);
                return;
            }
            What::SessionOpened { session, process } => {
                let program = program(*session, *process);
                self.note(at, session_note("session_opened", &program));
                self.sessions.insert(*session, program);
                return;
            }
            What::SessionClosed { session } => {
                let program = self.sessions.remove(session).unwrap_or_else(|| program(*session, None));
                return self.note(at, session_note("session_closed", &program));
            }
            What::Lost(lost) => {
                self.slots.values_mut().for_each(|slot| slot.asked = None);
                self.underway.forget();
                let slots: Vec<_> = self.slots.keys().copied().collect();
                slots.into_iter().for_each(|slot| self.let_out(slot));
                return self.note(at, Note { kind: "lost", said: Some(lost.to_string()), ..Note::default() });
            }
            What::Inserted { slot, generation, atr } => {
                let coming = std::mem::take(&mut self.slot(*slot).coming);
                let note = match self.remote.card(*slot).filter(|card| card.generation == *generation) {
                    Some(card) => self.arrives(*slot, *generation, &card),
                    None => Note { kind: "inserted", traced: Some(Traced::Inserted(None)), ..Note::default() },
                };
                let atr = atr.map(|atr| atr.as_bytes().to_vec());
                // It went in before it got its power.
                let began = coming.first().map_or(at, |(began, _)| *began);
                self.note(began, Note { slot: Some(*slot), stay: Some(*generation), atr, ..note });
                coming.into_iter().for_each(|(at, note)| self.note(at, note));
                return;
            }
            What::Removed { slot, generation }
            | What::Powered { slot, generation, .. }
            | What::Reset { slot, generation, .. }
            | What::PowerOff { slot, generation }
            | What::Rested { slot, generation }
            | What::Protocol { slot, generation, .. }
            | What::Fault { slot, generation, .. }
            | What::Committed { slot, generation, .. } => (*slot, *generation),
        };
        self.unanswered(slot);
        if let Some(note) = note_of(&what) {
            if matches!(what, What::Powered { .. } | What::Reset { .. }) {
                self.slot(slot).partner.reset();
            }
            self.note_in_stay(at, Note { slot: Some(slot), stay: Some(stay), ..note }, slot, stay);
        }
    }

    /// Notes what happened to a card. A card is told to be in once it has its power, and a person puts it in first:
    /// what comes of that waits until then.
    fn note_in_stay(&mut self, at: Duration, note: Note, number: usize, stay: u64) {
        let slot = self.slot(number);
        let has_power = slot.coming.last().is_some_and(|(_, last)| last.kind == "powered");
        if slot.stay != stay && !has_power && matches!(note.kind, "powered" | "fault" | "committed") {
            slot.coming.push((at, note));
            return;
        }
        self.let_out(number);
        self.note(at, note);
    }

    /// Notes what waits for a card that is not told to be in, and will not be.
    fn let_out(&mut self, slot: usize) {
        let coming = std::mem::take(&mut self.slot(slot).coming);
        coming.into_iter().for_each(|(at, note)| self.note(at, note));
    }

    /// A card came in: who it is, and what its files hold.
    fn arrives(&mut self, slot: usize, stay: u64, card: &CardIn) -> Note {
        let files = self.remote.look(slot, |card| {
            let files = card.chip().map(|chip| chip.files().map(|file| (file.index, file.content)).collect());
            files.unwrap_or_default()
        });
        self.baselines.put(slot, Baseline { stay, files: files.unwrap_or_default() });
        let before = self.slots.get(&slot).and_then(|before| before.partner.profile.as_ref());
        let is_back = before.zip(card.profile.as_ref()).is_some_and(|(before, now)| Arc::ptr_eq(before, now));
        let partner = Partner::new(card.profile.clone());
        self.slots.insert(slot, Slot { stay, partner, ..Slot::default() });
        let traced = card.profile.as_ref().map(|profile| {
            let options = profile.options();
            (card.name.clone(), options.today, options.seed)
        });
        Note {
            kind: "inserted",
            slot: Some(slot),
            stay: Some(stay),
            said: Some(shown::line(&card.name).into_owned()),
            is_back,
            traced: Some(Traced::Inserted(traced)),
            ..Note::default()
        }
    }

    /// A card was sent a command.
    fn asked(&mut self, number: usize, at: Duration, bytes: &CommandBytes) {
        self.let_out(number);
        let slot = self.slot(number);
        slot.asked = Some((at, bytes.clone()));
        let (stay, program, profile) = (slot.stay, slot.program.clone(), slot.partner.profile.clone());
        self.underway
            .begin(number, Command { since: Instant::now(), at, stay, program, bytes: bytes.clone(), profile });
    }

    /// A command was answered, or the card was silent.
    fn answered(&mut self, slot: usize, answer: Result<ResponseBytes, Fault>, took: Duration) {
        let fault = answer.as_ref().err().copied();
        self.conclude(slot, answer.map_err(silence), fault, took);
    }

    /// The command under way, if there is one, gets no answer any more.
    fn unanswered(&mut self, slot: usize) {
        let gone = said!(en: "the card was gone before it answered", fr: "la carte est partie avant de répondre");
        self.conclude(slot, Err(gone), None, Duration::ZERO);
    }

    /// The command under way, if there is one, is over.
    fn conclude(
        &mut self,
        number: usize,
        answer: Result<ResponseBytes, Bilingual>,
        fault: Option<Fault>,
        took: Duration,
    ) {
        self.underway.end(number);
        let slot = self.slot(number);
        let (committed, struck) = (std::mem::take(&mut slot.committed), std::mem::take(&mut slot.struck));
        let Some((at, command)) = slot.asked.take() else { return };
        let known = slot.partner.hear(&command, answer.as_deref().ok());
        let (stay, program) = (slot.stay, slot.program.clone());
        let exchange = Exchange { slot: number, stay, program, command, answer, fault, took, committed, struck, known };
        self.ring.push(|seq| Entry { seq, at, deed: Deed::Exchange(Box::new(exchange)) });
    }

    fn note(&mut self, at: Duration, note: Note) {
        self.ring.push(|seq| Entry { seq, at, deed: Deed::Note(Box::new(note)) });
    }

    fn slot(&mut self, slot: usize) -> &mut Slot {
        self.slots.entry(slot).or_default()
    }
}

/// A session's program.
fn program(session: u64, process: Option<u32>) -> Program {
    let name = process.and_then(name_of).map(|name| shown::line(&name).into());
    Program { session: Some(session), process, name }
}

/// That a program came or went.
fn session_note(kind: &'static str, program: &Program) -> Note {
    let Program { session, process, name } = program;
    let program = name.as_deref().map(str::to_owned);
    Note { kind, session: *session, process: *process, program, ..Note::default() }
}

/// Why a card is silent.
fn silence(fault: Fault) -> Bilingual {
    let french = match fault {
        Fault::Mute => "la carte est muette",
        Fault::PowerLost => "l'alimentation a été coupée pendant la commande",
        Fault::ProtocolRefused => "la carte ne parle pas ce protocole",
        Fault::Unpowered => "la carte n'est pas alimentée",
    };
    Bilingual::new(fault.to_string(), french)
}

/// What is noted of an event that is about a card and nothing else.
fn note_of(what: &What) -> Option<Note> {
    let silent = |fault: &Option<Fault>| fault.map(silence);
    let plain = |text: String| Some(Bilingual::new(text.clone(), text));
    let (kind, said, traced) = match what {
        What::Removed { .. } => ("removed", None, Some(Traced::Removed)),
        What::Powered { interface, fault, .. } => {
            let traced = match interface {
                Interface::Contact => Traced::ColdReset,
                Interface::Contactless => Traced::ContactlessReset,
            };
            ("powered", silent(fault), Some(traced))
        }
        What::Reset { fault, .. } => ("reset", silent(fault), Some(Traced::WarmReset)),
        What::PowerOff { .. } => ("power_off", None, Some(Traced::PowerOff)),
        What::Rested { .. } => ("rested", None, None),
        What::Protocol { protocol, fault, .. } => {
            let name = if *protocol == Protocol::T0 { "T=0" } else { "T=1" };
            let said = match silent(fault) {
                Some(why) => Some(said!(with why; en: "{name}: {why}", fr: "{name} : {why}")),
                None => plain(name.to_owned()),
            };
            ("protocol", said, Some(Traced::Protocol(*protocol)))
        }
        What::Fault { strike, .. } => ("fault", plain(strike.fault.to_string()), Some(Traced::Fault)),
        What::Committed { bytes, .. } => ("committed", plain(bytes.to_string()), None),
        _ => return None,
    };
    let said_fr = said.as_ref().and_then(Bilingual::other_french).map(str::to_owned);
    let said = said.map(|said| said.english.into_owned());
    Some(Note { kind, said, said_fr, traced, ..Note::default() })
}
