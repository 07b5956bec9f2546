//! Why readers cannot run, or a running one did not do as asked.

use std::{
    io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{control::Refusal, folder::LONGEST_SOCKET, running::HostNameError, state::StateError};
use crate::{
    layer::fault::{FaultMistake, NotArmed},
    profile::{LoadError, said::Bilingual},
    reader::{NameError, SlotError, pad::NotAPin},
    shown::{self, reason},
    terminal::transport::real::RealReaderError,
    trace::Unnamable,
};

/// Where the driver of pcscd looks, if nothing is said: `virtuale ifd install` makes it.
const FOLDER_OF_PCSCD: &str = "/run/virtuale";

/// Whose fault it is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// It was asked for something that cannot be: a slot that is not there, a path at which there is no file.
    Usage,
    /// A card file or layout has mistakes.
    Invalid,
    /// A socket, a reader, a file or the system failed.
    Environment,
}

/// Why readers cannot run, or a running one did not do as asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HostError {
    /// A card file cannot be read, or has mistakes.
    #[error(transparent)]
    Card(#[from] LoadError),
    /// There are more slots than programs can see.
    #[error("{slots} slots are too many: programs see {most}")]
    TooManySlots {
        /// How many were asked for.
        slots: usize,
        /// How many programs see at most.
        most: usize,
    },
    /// More cards than a model has slots.
    #[error("there are {cards} places for cards, and the model of the reader has {slots}")]
    NoPlaceInModel {
        /// How many cards, and places without one, were asked for.
        cards: usize,
        /// How many slots the model has.
        slots: usize,
    },
    /// What is to be typed is no PIN.
    #[error(transparent)]
    NotAPin(#[from] NotAPin),
    /// No reader has a PIN pad.
    #[error("none of these readers has a PIN pad")]
    NobodyHasAPad,
    /// Several readers have a PIN pad, and it was not said which is meant.
    #[error("several slots have a PIN pad, and it is not said which is meant")]
    WhichPad,
    /// PINs are to be typed, and the model has no pad.
    #[error("PINs cannot be typed: the model of the reader has no PIN pad")]
    ModelWithoutPad,
    /// There are more names than slots.
    #[error("{names} names are too many for {slots} {}", if *slots == 1 { "slot" } else { "slots" })]
    TooManyNames {
        /// How many names there are.
        names: usize,
        /// How many slots there are.
        slots: usize,
    },
    /// A reader cannot have this name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// Readers cannot be called so.
    #[error(transparent)]
    HostName(#[from] HostNameError),
    /// Readers of this name run already.
    #[error("readers named {0} run already")]
    NameTaken(String),
    /// There is no such slot.
    #[error("there is no slot {slot}: {}", numbers(*slots))]
    NoSlot {
        /// The slot that was meant.
        slot: usize,
        /// How many there are.
        slots: usize,
    },
    /// There is no such slot to have an antenna.
    #[error("slot {slot} cannot have an antenna, since there is none: {}", numbers(*slots))]
    NoPlaceForAntenna {
        /// The slot that was meant.
        slot: usize,
        /// How many there are.
        slots: usize,
    },
    /// There is no such slot to have a name in GALSS.
    #[error("there is no slot {slot}, which would be called {name} in GALSS: {}", numbers(*slots))]
    NoPlaceForName {
        /// The name.
        name: String,
        /// The slot that was meant.
        slot: usize,
        /// How many there are.
        slots: usize,
    },
    /// Two slots would have one name in GALSS.
    #[error("slots {} and {} would both be called {name} in GALSS", slots[0], slots[1])]
    TwoSlotsNamed {
        /// The name.
        name: String,
        /// The slots.
        slots: [usize; 2],
    },
    /// A slot would have two names in GALSS.
    #[error("slot {slot} would be called both {} and {} in GALSS", names[0], names[1])]
    TwoNamesOfSlot {
        /// The slot.
        slot: usize,
        /// The names.
        names: [String; 2],
    },
    /// Cards cannot be kept, or a kept card does not come.
    #[error(transparent)]
    State(#[from] StateError),
    /// A card cannot come into a slot or leave it.
    #[error(transparent)]
    Slot(#[from] SlotError),
    /// A card cannot come out of the slot that it comes into.
    #[error("the card of slot {0} cannot come out of the same slot")]
    SameSlot(usize),
    /// What is to be armed is no fault.
    #[error(transparent)]
    NotAFault(#[from] FaultMistake),
    /// A fault is not armed.
    #[error(transparent)]
    NotArmed(#[from] NotArmed),
    /// A fault is for a file that only a card can tell, and there is none.
    #[error("slot {slot} is empty: no card says which of its files is {}", shown::line(file))]
    NoCardForFile {
        /// The slot.
        slot: usize,
        /// The file, as it was named.
        file: String,
    },
    /// There is no card of a real reader.
    #[error(transparent)]
    Real(#[from] RealReaderError),
    /// The card of a real reader is in a slot already.
    #[error("the card of {} is in slot {slot} already", shown::line(reader))]
    RealInSlot {
        /// The reader, as it is named where cards are.
        reader: String,
        /// The slot.
        slot: usize,
    },
    /// No card is in the slot.
    #[error("{reader} is empty already")]
    Empty {
        /// The slot, from 0.
        slot: usize,
        /// The reader's name.
        reader: String,
    },
    /// A folder or a socket could not be made.
    #[error("cannot make {what}: {}", reason(error))]
    Unmade {
        /// Which.
        what: String,
        /// Why.
        error: io::Error,
    },
    /// The slots cannot be shown to vpcd, or cannot await it.
    #[error("cannot serve vpcd: {}", reason(.0))]
    Vpcd(io::Error),
    /// The driver of pcscd cannot be awaited.
    #[error("cannot await pcscd at {}: {}", shown::path(path), reason(error))]
    Pcscd {
        /// The socket.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A file could not be used.
    #[error("cannot {did} {}: {}", shown::path(path), reason(error))]
    File {
        /// What was to be done with it, as a verb: `write`.
        did: &'static str,
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A socket, or the control socket beside it, would have too long a path.
    #[error("{} is {excess} characters too long for a socket", shown::path(path))]
    TooLong {
        /// The socket.
        path: PathBuf,
        /// How many characters are too many.
        excess: usize,
    },
    /// A socket cannot be called so: whoever prints its path, or hands it on by a shell, would change it.
    #[error("the path of a socket has no characters that are not seen: {}", shown::path(.0))]
    UnseenSocket(PathBuf),
    /// Where a socket was to be is something else.
    #[error("{} is there already, and is no socket", shown::path(.0))]
    NotASocket(PathBuf),
    /// Where a recording was to be is something else.
    #[error("{} is there already, and is no trace", shown::path(.0))]
    NotATrace(PathBuf),
    /// A card cannot be recorded under its name.
    #[error(transparent)]
    Unnamable(#[from] Unnamable),
    /// Where a socket was to be is another one's.
    #[error("somebody listens at {} already", shown::path(.0))]
    InUse(PathBuf),
    /// It cannot be told whether somebody uses a socket.
    #[error("cannot tell whether somebody listens at {}: {}", shown::path(path), reason(error))]
    Unclear {
        /// The socket.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The readers of this environment were meant, and it has none.
    #[error("this shell has no readers: PCSCLITE_CSOCK_NAME is not set in it")]
    NoneOwn,
    /// No readers of this name run.
    #[error("no readers named {0:?} run")]
    NoneNamed(String),
    /// There is no running reader at this socket, or it does not let us in.
    #[error("cannot control the reader at {}: {why}", shown::path(socket))]
    NotThere {
        /// The PC/SC socket.
        socket: PathBuf,
        /// In words.
        why: Bilingual,
        /// What the system said.
        kind: io::ErrorKind,
    },
    /// A running reader gave no answer, or none that can be understood.
    #[error("no answer of the reader at {}: {}", shown::path(socket), reason(error))]
    Lost {
        /// The PC/SC socket.
        socket: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Readers that were asked to stop are still there.
    #[error("the readers at {} were told to stop, and are still there after {seconds} s", shown::path(socket))]
    Lingers {
        /// The PC/SC socket.
        socket: PathBuf,
        /// For how long they were waited for.
        seconds: u64,
    },
    /// A running reader answered something else than it was asked.
    #[error("the reader at {} answered something else than it was asked", shown::path(.0))]
    Nonsense(PathBuf),
    /// A running reader refused.
    #[error("{}", .0.said())]
    Refused(Refusal),
}

impl HostError {
    /// Whose fault it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Card(LoadError::Invalid(_)) => Kind::Invalid,
            Self::Card(LoadError::Unknown(_))
            | Self::TooManySlots { .. }
            | Self::TooManyNames { .. }
            | Self::Name(_)
            | Self::HostName(_)
            | Self::NameTaken(_)
            | Self::InUse(_)
            | Self::NoSlot { .. }
            | Self::NoPlaceForAntenna { .. }
            | Self::NoPlaceForName { .. }
            | Self::TwoSlotsNamed { .. }
            | Self::TwoNamesOfSlot { .. }
            | Self::Empty { .. }
            | Self::NotATrace(_)
            | Self::Unnamable(_)
            | Self::Slot(
                SlotError::Unknown(_)
                | SlotError::Occupied(_)
                | SlotError::Empty(_)
                | SlotError::NeverHeld(_)
                | SlotError::NoPad(_)
                | SlotError::NotAllAsked { .. }
                | SlotError::TooManyPins { .. },
            )
            | Self::SameSlot(_)
            | Self::RealInSlot { .. }
            | Self::NoPlaceInModel { .. }
            | Self::ModelWithoutPad
            | Self::NotAPin(_)
            | Self::NotAFault(_)
            | Self::NotArmed(_)
            | Self::NoCardForFile { .. }
            | Self::NobodyHasAPad
            | Self::WhichPad
            | Self::TooLong { .. }
            | Self::UnseenSocket(_)
            | Self::NotASocket(_)
            | Self::NoneNamed(_) => Kind::Usage,
            Self::Card(LoadError::Io { error, .. }) | Self::File { error, .. } | Self::Unmade { error, .. }
                if is_wrong_path(error) =>
            {
                Kind::Usage
            }
            Self::Refused(refusal) => refusal.kind,
            Self::State(error) => error.kind(),
            Self::Vpcd(error) if error.kind() == io::ErrorKind::InvalidInput => Kind::Usage,
            Self::Pcscd { error, .. } if error.kind() == io::ErrorKind::InvalidFilename => Kind::Usage,
            _ => Kind::Environment,
        }
    }

    /// The same for who asks running readers: he did not say where they record, and keep what their cards commit.
    pub(crate) fn kind_for_guests(&self) -> Kind {
        match self {
            Self::File { .. } | Self::Unmade { .. } => Kind::Environment,
            other => other.kind(),
        }
    }

    /// What to do about it. A card file says so itself, mistake by mistake; and a running reader may refuse without.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Card(LoadError::Invalid(_)) => return None,
            Self::Card(LoadError::Unknown(unknown)) => unknown.hint(),
            Self::Card(LoadError::Io { error, .. }) => match error.kind() {
                io::ErrorKind::PermissionDenied => "let the user read it who runs this program".into(),
                io::ErrorKind::IsADirectory => "give the path of a card file".into(),
                _ => "look at the name and at the folder you are in".into(),
            },
            Self::TooManySlots { .. } => "ask for fewer, or say that programs have room for more: reader_slots".into(),
            Self::NoPlaceInModel { .. } => "leave some cards out, or take a model with more slots".into(),
            Self::NotAPin(_) => "type digits alone".into(),
            Self::NotAFault(_) => "`virtuale fault --help` shows the words of faults".into(),
            Self::NotArmed(NotArmed::TooMany) => "take some away first: virtuale fault SLOT --clear".into(),
            Self::NotArmed(NotArmed::NoFile { near: Some(near), .. }) => format!("did you mean {near}?"),
            Self::NotArmed(NotArmed::NoFile { near: None, .. }) => {
                "`virtuale card show` names the files of a card; one is also meant by D001, 3F00/D001 or sfi:2".into()
            }
            Self::NoCardForFile { slot, .. } => format!(
                "put a card in first: virtuale insert {slot} CARD; or mean the file by its identifier, such as \
                 file=D001"
            ),
            Self::NobodyHasAPad | Self::Slot(SlotError::NoPad(_)) => {
                "give the readers a model with a pad when they start: --model; `virtuale reader list` has some".into()
            }
            Self::WhichPad => "name the slot: --slot; `virtuale slots` shows which ask for a PIN".into(),
            Self::ModelWithoutPad => "take a model with a pad: `virtuale reader list` has some".into(),
            Self::TooManyNames { .. } => "give each slot one name at most".into(),
            Self::Name(NameError::Unprintable(_)) => "use characters that are seen".into(),
            Self::Name(NameError::TooLong { .. }) => "shorten it".into(),
            Self::Name(NameError::Twice(_)) => "give each slot a name of its own".into(),
            Self::HostName(_) => "choose another name, such as till-2".into(),
            Self::NameTaken(_) => "stop those, or choose another name".into(),
            Self::Real(error) => error.hint(),
            Self::RealInSlot { slot, .. } => {
                format!("a card is in one slot at a time; `virtuale insert OTHER --from {slot}` brings it over")
            }
            Self::SameSlot(slot) => format!("one that was taken out comes back by: virtuale insert {slot}"),
            Self::NoSlot { .. } | Self::Slot(SlotError::Unknown(_)) => "`virtuale slots` lists them".into(),
            Self::TwoSlotsNamed { .. } | Self::TwoNamesOfSlot { .. } => "give each slot one name of its own".into(),
            Self::NoPlaceForAntenna { .. } | Self::NoPlaceForName { .. } => {
                "each card, or place for one, makes a slot, unless a model says how many there are; the first is slot 0".into()
            }
            Self::Unmade { .. } => "see that the folder is there, and that this user may write to it".into(),
            Self::File { error, .. } => match error.kind() {
                io::ErrorKind::AlreadyExists => "give another name, or remove that file first".into(),
                io::ErrorKind::StorageFull => "make room there, or give another path".into(),
                io::ErrorKind::PermissionDenied => "see that this user may write there, or give another path".into(),
                io::ErrorKind::ResourceBusy => "end that recording, or give another path".into(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
                    "look at the path: its folder must be there".into()
                }
                _ => "give another path".into(),
            },
            Self::Pcscd { error, .. } if error.kind() == io::ErrorKind::AddrInUse => {
                "stop those first, or do without: `virtuale slots --all` lists yours".into()
            }
            Self::Pcscd { path, error } => pcscd_hint(path, error.kind()),
            Self::Vpcd(error) => match error.kind() {
                io::ErrorKind::InvalidInput => "give a lower port, or fewer cards".into(),
                io::ErrorKind::AddrInUse => "give another port, or stop who listens there".into(),
                io::ErrorKind::PermissionDenied => "give a port from 1024 on: those below are root's".into(),
                _ => "give an address of this machine".into(),
            },
            Self::TooLong { .. } => {
                format!("the system takes {LONGEST_SOCKET}, some of which the control socket needs")
            }
            Self::NotATrace(_) => "a recording takes the place of an earlier one only: name another file".into(),
            Self::Unnamable(_) => "give the file another name, or a link to it".into(),
            Self::UnseenSocket(_) => "give a path on one line".into(),
            Self::NotASocket(_) => "give another path, or remove that file first".into(),
            Self::InUse(_) => "stop who listens there, or give another path".into(),
            Self::Unclear { .. } => "remove that socket if nobody needs it, or give another path".into(),
            Self::NoneOwn => "say which are meant, by their name or socket: `virtuale slots --all` lists them".into(),
            Self::NoneNamed(_) => "`virtuale slots --all` lists those that run".into(),
            Self::NotThere { kind: io::ErrorKind::NotFound, .. } => {
                "start readers there, or mean others: `virtuale slots --all` lists those that run".into()
            }
            Self::NotThere { kind: io::ErrorKind::ConnectionRefused, .. } => {
                "the program that made the socket is gone: start it again".into()
            }
            Self::NotThere { kind: io::ErrorKind::PermissionDenied, .. } => {
                "only the user who started the reader may control it".into()
            }
            Self::NotThere { .. } => "see what stands in the way: virtuale doctor".into(),
            Self::Lost { .. } => "see which readers run and answer: virtuale slots --all".into(),
            Self::Lingers { .. } => "see whether their program goes on: virtuale slots --all".into(),
            Self::Nonsense(_) => "start it again, with this version of the program".into(),
            Self::Empty { slot, .. } => {
                format!("`virtuale insert {slot} -` leaves a slot empty, whether a card is in it or not")
            }
            Self::Slot(SlotError::Occupied(slot)) => format!(
                "take it out first: virtuale remove {slot}; or put another in its place: virtuale insert {slot} CARD"
            ),
            Self::Slot(SlotError::Empty(slot) | SlotError::NeverHeld(slot)) => {
                format!("name a card: virtuale insert {slot} CARD")
            }
            Self::Slot(SlotError::Busy(slot)) => {
                format!("try again when it is done, or insert another: virtuale insert {slot} CARD")
            }
            Self::Slot(SlotError::NotAsked(_)) => {
                "wait until a program asks, as `virtuale slots` shows; or type it for the next time: --ahead".into()
            }
            Self::Slot(SlotError::NothingToCancel(_)) => "`virtuale slots` shows who asks for a PIN, and what waits".into(),
            Self::Slot(SlotError::PromptOver(_)) => "what is asked for now is asked for by: virtuale pin".into(),
            Self::Slot(SlotError::NotAllAsked { .. }) => {
                "give what it asks for; with --ahead, the others wait until the next PIN is asked for, by whatever program"
                    .into()
            }
            Self::Slot(SlotError::TooManyPins { slot, .. }) => {
                format!("type fewer ahead; those that wait are forgotten by: virtuale pin --cancel --slot {slot}")
            }
            Self::State(error) => error.hint().to_string(),
            Self::Refused(refusal) => return refusal.hint.clone(),
        };
        Some(hint)
    }
}

/// What to do where the driver of pcscd cannot be awaited.
fn pcscd_hint(socket: &Path, kind: io::ErrorKind) -> String {
    let is_usual = socket.parent() == Some(Path::new(FOLDER_OF_PCSCD));
    match kind {
        io::ErrorKind::InvalidFilename => format!("the system takes {LONGEST_SOCKET}: name a shorter one with --ifd"),
        io::ErrorKind::AlreadyExists => "name another socket with --ifd, or remove that file first".into(),
        io::ErrorKind::NotFound if is_usual => {
            "`sudo virtuale ifd install` makes the folder, and tells pcscd of the driver; or name another socket, and \
             install the driver with it: --socket"
                .into()
        }
        io::ErrorKind::PermissionDenied if is_usual => {
            "the folder is another user's: `sudo virtuale ifd install --user NAME` gives it to the user of that name"
                .into()
        }
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            "make its folder first, or name another socket with --ifd".into()
        }
        io::ErrorKind::PermissionDenied => {
            "see that this user may write to its folder, or name another socket with --ifd".into()
        }
        _ => "name another socket with --ifd, and install the driver with it: virtuale ifd install --socket".into(),
    }
}

/// Whether the system says that a path means no file: that there is none, or what is none.
fn is_wrong_path(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidInput, IsADirectory, NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory | IsADirectory | InvalidInput)
}

fn numbers(slots: usize) -> String {
    match slots {
        1 => "the only slot is 0".to_owned(),
        slots => format!("slots are numbered from 0 to {}", slots.saturating_sub(1)),
    }
}
