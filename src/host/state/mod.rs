//! Cards that are kept from run to run: a folder with a database, and which card of it goes into which slot.
//!
//! A [`State`] is opened once by a process, and no other process opens it meanwhile. It hands out cards that were made
//! of a card file before, as they were left, and new ones. docs/state.md says for users what is kept and which card is
//! which.
//!
//! - `store` is the database, `records` are its tables;
//! - a `Claim` finds the card that a card file means, and holds its card file against that of its first day
//!   (`compare`);
//! - a `Lease` stands for a card that lives: where its commits go, and how far its random numbers were given out;
//! - a `Kept` card is the card itself, which keeps what is not its memory, such as its wear, before it answers.
//!
//! The rule upheld here: what a card has answered is on the disk, and a card never lives twice.

mod claim;
mod compare;
mod error;
mod kept;
mod lease;
#[cfg(feature = "cli")]
mod look;
#[cfg(feature = "cli")]
mod migrate;
mod records;
mod remark;
mod store;

use std::{
    env, fmt, fs, io,
    path::{Path, PathBuf},
    process,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak},
    thread,
    time::{Duration, Instant},
};

pub(crate) use self::{claim::Claimant, kept::Kept, lease::Watch};
pub use self::{compare::Differences, error::StateError, remark::StateRemark};
use self::{lease::Lease, store::Store};
#[cfg(feature = "cli")]
pub(crate) use self::{
    look::{Look, Made, elsewhere},
    migrate::{Migrated, Moved},
};
use crate::{
    shown,
    system::folder,
    writing::{self, Held},
};

/// The database in a folder.
const DATABASE: &str = "cards.redb";
/// The same before it is whole.
const DRAFT: &str = "cards.new";
/// What is locked while a program has the folder.
const LOCK: &str = "lock";
/// Which program that is, in words.
const HOLDER: &str = "holder";

/// How long another program may take to end that has the folder: one that was told to stop a moment ago.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often it is looked whether it has ended.
const BREATH: Duration = Duration::from_millis(5);

/// A folder in which cards are kept. Clones are the same folder; it is closed with the last of them and of its cards.
#[derive(Clone)]
pub struct State(Arc<Shared>);

/// What a folder's cards share.
struct Shared {
    folder: PathBuf,
    books: Mutex<Books>,
    /// Who is told of what there is to know of cards that come.
    told: OnceLock<Box<Tell>>,
    /// Locked as long as this is here: it goes after the database does.
    _lock: Held,
}

/// Whom to tell.
type Tell = dyn Fn(&StateRemark) + Send + Sync;

/// What is known of the cards of a folder.
struct Books {
    store: Store,
    /// The cards that live, or wait to be put back.
    leases: Vec<Weak<Lease>>,
    /// Those of them that may write, by the number of the card.
    current: Vec<(u64, Weak<Lease>)>,
    remarks: Vec<StateRemark>,
    is_closed: bool,
}

/// Which kept cards begin anew as they come: what is kept of them is dropped then.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Resets {
    all: bool,
    named: Vec<String>,
}

impl State {
    /// Opens a folder, which is made if it is not there. It must be this user's alone: what is kept has PINs and keys
    /// in it.
    ///
    /// # Errors
    ///
    /// [`StateError`]: that another program has it open, that it is no such folder, or that the disk fails.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, StateError> {
        let folder = folder.as_ref();
        let disk = |error| StateError::Disk { path: folder.to_owned(), error };
        let folder = &make(folder).map_err(disk)?;
        if !folder.is_dir() {
            return Err(StateError::NotAFolder(folder.clone()));
        }
        if !folder::is_private(folder).map_err(disk)? {
            let whose = if folder::is_own(folder).map_err(disk)? { StateError::NotPrivate } else { StateError::NotOwn };
            return Err(whose(folder.clone()));
        }
        let lock = lock(folder)?;
        let (path, draft) = (folder.join(DATABASE), folder.join(DRAFT));
        if fs::symlink_metadata(&path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
            // What a program left that was killed as it made it.
            writing::remove(&draft).map_err(disk)?;
            // A copy of it that somebody makes elsewhere is not for others either.
            writing::replace_private(&draft, |_| Ok(())).map_err(disk)?;
            Store::create(&draft, &records::begin).inspect_err(|_| drop(writing::remove(&draft)))?;
            writing::give_name(&draft, &path).map_err(disk)?;
        }
        let mut store = Store::open(&path)?;
        store.check_version()?;
        // Whoever is refused is told no more than that somebody has it, if this fails.
        let _ = writing::replace_private(&folder.join(HOLDER), |out| out.write_all(holder().as_bytes()));
        let books = Books { store, leases: Vec::new(), current: Vec::new(), remarks: Vec::new(), is_closed: false };
        Ok(Self(Arc::new(Shared {
            folder: folder.clone(),
            books: Mutex::new(books),
            told: OnceLock::new(),
            _lock: lock,
        })))
    }

    /// Opens a folder to look at its cards: as [`State::open`], but for one that is not there.
    ///
    /// # Errors
    ///
    /// As there, and [`StateError::NoCards`] if no cards are kept in it.
    #[cfg(feature = "cli")]
    pub(crate) fn find(folder: &Path) -> Result<Self, StateError> {
        let is_none =
            |path: &Path| fs::symlink_metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound);
        if is_none(folder) || folder.is_dir() && is_none(&folder.join(DATABASE)) {
            return Err(StateError::NoCards(folder.to_owned()));
        }
        Self::open(folder)
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.0.folder
    }

    /// The cards that are kept: `vitale2-martin`, and `vitale2-martin#2` for the second of one card file.
    ///
    /// # Errors
    ///
    /// [`StateError`] if they cannot be read.
    pub fn cards(&self) -> Result<Vec<String>, StateError> {
        let all = self.0.books().store.all()?;
        Ok(all.iter().map(|(name, entry)| label(name, entry.copy)).collect())
    }

    /// What a person should know of the cards that came since this was asked last.
    pub fn remarks(&self) -> Vec<StateRemark> {
        std::mem::take(&mut self.0.books().remarks)
    }

    /// Calls this with what a person should know of each card that comes from now on, as it comes; [`State::remarks`]
    /// has it too. The first that asks is told.
    pub fn on_remark(&self, tell: impl Fn(&StateRemark) + Send + Sync + 'static) {
        let _ = self.0.told.set(Box::new(tell));
    }

    /// Ends the keeping of cards: how far their random numbers were given out is noted, so that the next run goes on
    /// right there. Cards that still live have no power to write from then on. It happens by itself as the last card
    /// goes; a process that ends with cards that are busy calls it.
    pub fn close(&self) {
        let mut books = self.0.books();
        let leases: Vec<_> = books.leases.iter().filter_map(Weak::upgrade).collect();
        leases.iter().for_each(|lease| lease.settle(&mut books));
        books.is_closed = true;
        drop(books);
    }
}

impl Resets {
    /// None of them.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// All that come.
    #[must_use]
    pub fn all() -> Self {
        Self { all: true, named: Vec::new() }
    }

    /// One more: `vitale2-martin`, or `vitale2-martin#2` for the second of one card file.
    #[must_use]
    pub fn with(mut self, card: impl Into<String>) -> Self {
        self.named.push(card.into());
        self
    }

    /// Whether there are none.
    pub(crate) fn is_none(&self) -> bool {
        !self.all && self.named.is_empty()
    }

    /// Whether a card begins anew now. One that was named does so once.
    fn takes(&mut self, card: &str) -> bool {
        let named = self.named.iter().position(|named| named == card);
        named.map(|index| self.named.swap_remove(index)).is_some() || self.all
    }

    /// Holds that all came that were named.
    pub(crate) fn end(&mut self) -> Result<(), StateError> {
        self.named.pop().map_or(Ok(()), |card| Err(StateError::NotHere { card }))
    }
}

impl Shared {
    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What people call a kept card.
pub(crate) fn label(name: &str, copy: u32) -> String {
    if copy == 1 { name.to_owned() } else { format!("{name}#{copy}") }
}

/// Makes a folder unless it is there; gives its path behind all links.
fn make(folder: &Path) -> io::Result<PathBuf> {
    if fs::symlink_metadata(folder).is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
        folder.parent().map_or(Ok(()), fs::create_dir_all)?;
        folder::create(folder).or_else(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => Ok(()),
            _ => Err(error),
        })?;
    }
    fs::canonicalize(folder)
}

/// Locks a folder.
fn lock(folder: &Path) -> Result<Held, StateError> {
    let until = Instant::now() + PATIENCE;
    loop {
        match Held::hold(&folder.join(LOCK)) {
            Ok(Some(lock)) => return Ok(lock),
            Ok(None) if Instant::now() < until => thread::sleep(BREATH),
            Ok(None) => {
                let holder = fs::read_to_string(folder.join(HOLDER)).ok();
                return Err(StateError::Held { path: folder.to_owned(), holder });
            }
            Err(error) => return Err(StateError::Disk { path: folder.to_owned(), error }),
        }
    }
}

/// This program, for others that want the folder. Of its arguments only the verb is said: there may be PINs among them.
fn holder() -> String {
    let program = env::current_exe().ok().and_then(|path| path.file_stem().map(|name| name.to_owned()));
    let program = program.map_or_else(|| "a program".into(), |name| name.to_string_lossy().into_owned());
    let is_verb = |word: &String| program == "virtuale" && word.chars().all(|letter| letter.is_ascii_lowercase());
    let verb = env::args_os().nth(1).and_then(|word| word.into_string().ok()).filter(is_verb);
    let verb = verb.map(|verb| format!(" {verb}")).unwrap_or_default();
    format!("{}{verb}, process {}", shown::line(&program), process::id())
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").field("folder", &self.0.folder).finish_non_exhaustive()
    }
}
