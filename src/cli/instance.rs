//! Readers that run in this process: the readers, their PC/SC socket, their control, and the folder that holds both.

use std::{
    fs, io, mem,
    os::unix::{
        fs::{FileTypeExt, symlink},
        net::UnixStream,
    },
    path::{self, Path, PathBuf},
    process,
    sync::{Arc, Mutex, PoisonError},
};

use virtuale_engine::Card;

use super::{
    Failure, cards,
    control::{self, Handler, Refusal, Reply, Request, SlotStatus, Status},
    exit,
    failure::reason,
    folder::{Folder, LONGEST_SOCKET},
    options::{Reproducible, Slots},
    recording::Recording,
};
use crate::reader::{
    Model, ModelError, Readers,
    pcsclite::{self, ServerOptions},
};

/// A card and where it comes from.
pub(super) struct Loaded {
    pub(super) file: PathBuf,
    pub(super) card: Box<dyn Card>,
}

/// Readers that run. They stop, and nothing of them is left, when this is dropped.
#[derive(Debug)]
pub(super) struct Instance {
    // In the order in which they go.
    control: control::Server,
    server: pcsclite::Server,
    folder: Folder,
    socket: PathBuf,
}

/// What a running instance does when it is asked to stop.
pub(super) enum Stop {
    /// It does not: it lives as long as something else, which is said.
    Refuse(&'static str),
    /// It calls this, and its process comes to an end.
    Call(Box<dyn Fn() + Send + Sync>),
}

impl Instance {
    /// Loads the cards, and opens the readers to programs.
    ///
    /// The PC/SC socket stands in a private folder, or at `place`.
    ///
    /// # Errors
    ///
    /// What is wrong with a card file; that the sockets cannot be made.
    pub(super) fn start(
        slots: &Slots,
        place: Option<&Path>,
        stop: Stop,
        recording: Option<Arc<Recording>>,
    ) -> Result<Self, Failure> {
        let load = |file: Option<&Path>| match file {
            Some(file) => loaded(file, &slots.reproducible).map(Some),
            None => Ok(None),
        };
        let loaded = slots.cards().into_iter().map(load).collect::<Result<Vec<_>, _>>()?;
        Self::open(loaded, slots, place, stop, recording)
    }

    /// As [`Instance::start`], with cards that are loaded already, one for each slot.
    ///
    /// # Errors
    ///
    /// That the sockets cannot be made.
    pub(super) fn with_cards(
        cards: Vec<Option<Loaded>>,
        slots: &Slots,
        place: Option<&Path>,
        stop: Stop,
    ) -> Result<Self, Failure> {
        Self::open(cards, slots, place, stop, None)
    }

    fn open(
        cards: Vec<Option<Loaded>>,
        slots: &Slots,
        place: Option<&Path>,
        stop: Stop,
        recording: Option<Arc<Recording>>,
    ) -> Result<Self, Failure> {
        let readers = readers(slots, cards.len())?;
        let mut files = Vec::new();
        for (slot, loaded) in cards.into_iter().enumerate() {
            files.push(loaded.as_ref().map(|loaded| loaded.file.clone()));
            if let Some(Loaded { file, card }) = loaded {
                let card = match &recording {
                    Some(recording) => recording.begin(slot, &file, card)?,
                    None => card,
                };
                readers.insert(slot, card).map_err(|error| Failure::Environment(error.to_string(), None))?;
            }
        }
        let folder = Folder::create().map_err(|error| unmade("a private folder", &error))?;
        let socket = place.map_or_else(|| Ok(folder.socket()), |place| claim(place, &folder))?;
        let options = ServerOptions { reader_slots: slots.reader_slots };
        let server = pcsclite::Server::start(Arc::clone(&readers), &socket, options);
        let server = server.map_err(|error| unmade(&socket.display().to_string(), &error))?;
        let control = control::beside(&socket);
        let reproducible = slots.reproducible.clone();
        let files = Mutex::new(files);
        let desk = Desk { readers, files, reproducible, socket: socket.clone(), stop, recording };
        let control = control::Server::start(&control, desk);
        let control = control.map_err(|error| unmade("the control socket", &error))?;
        Ok(Self { control, server, folder, socket })
    }

    /// Stops as this process ends right after: what is in the file system goes now; threads and connections are left to
    /// the system, since it ends them without anybody waiting for anybody.
    pub(super) fn leave(self) {
        mem::forget((self.control, self.server));
        drop(self.folder);
    }

    /// The private folder, which goes when the readers go.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The PC/SC socket: the value of `PCSCLITE_CSOCK_NAME`.
    pub(super) fn socket(&self) -> &Path {
        &self.socket
    }
}

fn loaded(file: &Path, reproducible: &Reproducible) -> Result<Loaded, Failure> {
    let card = cards::card(file, reproducible)?;
    Ok(Loaded { file: path::absolute(file).unwrap_or_else(|_| file.into()), card })
}

fn readers(slots: &Slots, number: usize) -> Result<Arc<Readers>, Failure> {
    let most = slots.reader_slots;
    let few = u8::try_from(number).ok().filter(|_| number <= most);
    let number = few.ok_or_else(|| {
        Failure::usage(format!("{number} slots are too many"), format!("programs see {most} at most (--reader-slots)"))
    })?;
    let wrong = |error: ModelError| Failure::usage(error.to_string(), "give another name with --reader");
    let model = Model::new(&slots.reader, number).map_err(wrong)?;
    Readers::new(&[model]).map_err(wrong)
}

fn unmade(what: &str, error: &io::Error) -> Failure {
    Failure::environment(
        format!("cannot make {what}: {}", reason(error)),
        "see what stands in the way: virtuale doctor",
    )
}

/// Makes sure that a socket can stand where the user wants it, and leaves a link to it in the private folder.
fn claim(place: &Path, folder: &Folder) -> Result<PathBuf, Failure> {
    let place = path::absolute(place).map_err(|error| Failure::file("use", place, &error))?;
    let length = control::beside(&place).as_os_str().len();
    if length > LONGEST_SOCKET {
        let spare = length - LONGEST_SOCKET;
        return Err(Failure::usage(
            format!("{} is {spare} characters too long for a socket", place.display()),
            format!("the system takes {LONGEST_SOCKET}, some of which the control socket needs"),
        ));
    }
    for socket in [place.clone(), control::beside(&place)] {
        clear(&socket)?;
    }
    symlink(&place, folder.socket()).map_err(|error| unmade("a link to the socket", &error))?;
    Ok(place)
}

/// Removes a socket at which nobody listens any more, and nothing else.
fn clear(socket: &Path) -> Result<(), Failure> {
    match fs::symlink_metadata(socket) {
        Err(_) => return Ok(()),
        Ok(found) if !found.file_type().is_socket() => {
            return Err(Failure::environment(
                format!("{} is there already, and is no socket", socket.display()),
                "give another path with --socket",
            ));
        }
        Ok(_) => {}
    }
    match UnixStream::connect(socket) {
        Ok(_) => Err(Failure::environment(
            format!("somebody listens at {} already", socket.display()),
            "stop that reader with `virtuale stop`, or give another path with --socket",
        )),
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            fs::remove_file(socket).map_err(|error| Failure::file("remove", socket, &error))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Failure::environment(
            format!("cannot tell whether somebody listens at {}: {}", socket.display(), reason(&error)),
            "remove that socket if nobody needs it, or give another path with --socket",
        )),
    }
}

/// What stands behind the control socket.
struct Desk {
    readers: Arc<Readers>,
    /// Where the card in each slot comes from. Held while a card is put in or taken out.
    files: Mutex<Vec<Option<PathBuf>>>,
    reproducible: Reproducible,
    socket: PathBuf,
    stop: Stop,
    recording: Option<Arc<Recording>>,
}

impl Desk {
    fn status(&self) -> Status {
        let files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let slots = self.readers.states().into_iter().zip(files.iter()).enumerate();
        let slots = slots.map(|(slot, (state, file))| SlotStatus {
            slot,
            reader: state.name.to_string(),
            card: file.clone(),
            atr: state.atr.map(|atr| hex::encode_upper(atr.as_bytes())),
        });
        Status { socket: self.socket.clone(), pid: process::id(), slots: slots.collect(), not_whole: self.not_whole() }
    }

    /// Which recordings are not whole: nobody may see the standard error of this process.
    fn not_whole(&self) -> Vec<String> {
        self.recording.iter().flat_map(|recording| recording.complaints()).collect()
    }

    /// The reader of a slot.
    fn reader(&self, slot: usize) -> Result<String, Refusal> {
        let names: Vec<_> = self.readers.states().into_iter().map(|state| state.name.to_string()).collect();
        names.get(slot).cloned().ok_or_else(|| {
            let there = match names.len() {
                1 => "the only slot is 0".to_owned(),
                number => format!("slots are numbered from 0 to {}", number.saturating_sub(1)),
            };
            refusal(exit::USAGE, format!("there is no slot {slot}: {there}"))
        })
    }

    fn insert(&self, slot: usize, file: &Path) -> Result<Reply, Refusal> {
        let reader = self.reader(slot)?;
        let Loaded { file, card } = loaded(file, &self.reproducible).map_err(|failure| Refusal {
            code: failure.code(),
            message: failure.to_string(),
            hint: failure.hint().map(str::to_owned),
        })?;
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = files.get_mut(slot).ok_or_else(|| refusal(exit::ENVIRONMENT, "the slot is gone"))?;
        let replaced = entry.take().is_some();
        let failed = |error: &dyn ToString| refusal(exit::ENVIRONMENT, error.to_string());
        if replaced {
            self.readers.remove(slot).map_err(|error| failed(&error))?;
            self.recording.iter().for_each(|recording| recording.remove(slot));
        }
        let card = match &self.recording {
            Some(recording) => {
                recording.insert(slot, &file, card).map_err(|failure| refusal(failure.code(), failure.to_string()))?
            }
            None => card,
        };
        self.readers.insert(slot, card).map_err(|error| failed(&error))?;
        *entry = Some(file);
        Ok(Reply::Inserted { reader, replaced })
    }

    fn remove(&self, slot: usize) -> Result<Reply, Refusal> {
        let reader = self.reader(slot)?;
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if files.get_mut(slot).and_then(Option::take).is_none() {
            return Err(refusal(exit::ENVIRONMENT, format!("{reader} is empty already")));
        }
        self.readers.remove(slot).map_err(|error| refusal(exit::ENVIRONMENT, error.to_string()))?;
        self.recording.iter().for_each(|recording| recording.remove(slot));
        Ok(Reply::Removed { reader })
    }
}

impl Handler for Desk {
    fn handle(&self, request: Request) -> Result<Reply, Refusal> {
        match request {
            Request::Slots => Ok(Reply::Slots(self.status())),
            Request::Insert { slot, card } => self.insert(slot, &card),
            Request::Remove { slot } => self.remove(slot),
            Request::Stop => match self.stop {
                Stop::Refuse(why) => Err(refusal(exit::USAGE, why)),
                Stop::Call(_) => Ok(Reply::Stopping { pid: process::id(), not_whole: self.not_whole() }),
            },
        }
    }

    fn stop(&self) {
        if let Stop::Call(stop) = &self.stop {
            stop();
        }
    }
}

fn refusal(code: u8, message: impl Into<String>) -> Refusal {
    Refusal { code, message: message.into(), hint: None }
}
