//! Readers that run in this process: the readers, their PC/SC socket, their control, their recordings, and the private
//! folder that holds the sockets.
//!
//! A [`Host`] is what `virtuale exec` and `virtuale serve` start, and what a test starts that wants cards for a
//! program. docs/library.md is the guide.
//!
//! The rule upheld here: nothing of a host outlives it, and two hosts of one process share nothing.

mod builder;
mod commons;
pub mod control;
mod desk;
mod drivers;
mod error;
mod folder;
mod galss;
mod keys;
mod making;
pub mod model;
mod real;
mod recording;
mod remote;
mod running;
mod said;
mod socket;
pub mod state;
mod texts;
pub mod timing;
mod trace_file;

use std::{
    ffi::OsString,
    fmt, mem,
    net::SocketAddr,
    ops::Deref,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::Duration,
};

use virtuale_engine::Card;

use crate::{
    layer::fault::{ArmedFault, Fault},
    profile::Provision,
    reader::{Taken, galss::Resource, pad::Prompt},
};
pub use builder::Builder;
pub use control::{Refusal, SlotStatus};
pub use error::{HostError, Kind};

pub use crate::layer::events::{CommandBytes, Event, Listener, ResponseBytes, What};
use commons::Commons;
use desk::Desk;
use drivers::Drivers;
use folder::Folder;
pub use folder::{LONGEST_SOCKET, place};
use making::Content;
pub use remote::{CardIn, NotSeen, Remote};
pub use running::{HostName, HostNameError, LONGEST_HOST_NAME, Running, running};
use state::Resets;

/// The variable that tells programs which are linked to libpcsclite where the readers are.
pub const VARIABLE: &str = "PCSCLITE_CSOCK_NAME";

/// The variable that tells the library of GALSS where the readers are.
pub use virtuale_galss::VARIABLE as GALSS_VARIABLE;

/// Readers that run. They stop, and nothing of them is left, when this is dropped.
///
/// A host opens one PC/SC service of its own, at a socket that nobody but this user may use, unless it is told of
/// others ([`Builder::allow_user`]). A program finds the readers through its [environment](Host::environment); any
/// number of hosts may run side by side, in one process or in many.
///
/// ```
/// use std::process::Command;
///
/// use virtuale::host::{Host, What};
///
/// let host = Host::builder().card("vitale2-martin").empty_slot().start()?;
/// let events = host.events(100);
///
/// // Any program that is linked to libpcsclite finds the two slots.
/// let mut program = Command::new("sh");
/// let status = host.attach(program.args(["-c", "test -S $PCSCLITE_CSOCK_NAME"])).status()?;
/// assert!(status.success());
///
/// host.remove(0)?;
/// host.insert(1, "vitale2-durand")?;
/// assert!(host.slots()[0].card.is_none() && host.slots()[1].card.is_some());
/// assert!(events.wait().is_some_and(|event| matches!(event.what, What::Removed { slot: 0, .. })));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Host {
    // In the order in which they go.
    control: control::Server,
    drivers: Arc<Drivers>,
    galss: Option<crate::reader::galss::Server>,
    server: crate::reader::pcsclite::Server,
    commons: Option<Commons>,
    folder: Folder,
    desk: End,
    calls: Callers,
}

/// Whichever way a host goes, its recordings are closed and its listeners hear the end.
struct End(Arc<Desk>);

impl Drop for End {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Who is connected to the control socket. They are hung up on when all else is over: who asked for the end waits for
/// that.
struct Callers(Arc<control::Calls>);

impl Drop for Callers {
    fn drop(&mut self) {
        self.0.hang_up();
    }
}

impl Deref for End {
    type Target = Desk;

    fn deref(&self) -> &Desk {
        &self.0
    }
}

/// A card to be put into a slot: a path is the card of a card file, a name a card that is part of the program
/// ([`Families::find_card`](crate::profile::families::Families::find_card)), and `reader:NAME` the card in a real
/// reader ([`Builder::card`]).
pub struct NewCard(Content);

impl NewCard {
    /// The card of this text of a card file; `name` is what people are told of it.
    #[must_use]
    pub fn text(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self(Content::Text { name: name.into(), text: text.into() })
    }

    /// Any card; `name` is what people are told of it. Where its commits go is its own affair: nobody is told of them.
    #[must_use]
    pub fn made(name: impl Into<String>, card: Box<dyn Card>) -> Self {
        Self(Content::Made { name: name.into(), card })
    }

    /// The card that `make` makes of what a card in its slot is provided with ([`Builder::card_provided`]).
    #[must_use]
    pub fn provided(name: impl Into<String>, make: impl FnOnce(Provision) -> Box<dyn Card> + Send + 'static) -> Self {
        Self(Content::Provided { name: name.into(), make: Box::new(make) })
    }
}

impl<P: Into<PathBuf>> From<P> for NewCard {
    fn from(file: P) -> Self {
        Self(Content::Written(file.into()))
    }
}

impl Host {
    /// A host to be.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// What a program must have in its environment to find the readers.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, OsString)> {
        let galss = self.galss.iter().map(|galss| (GALSS_VARIABLE, galss.path().as_os_str().to_owned()));
        [(VARIABLE, self.desk.socket.clone().into_os_string())].into_iter().chain(galss).collect()
    }

    /// Gives a program to be started the [environment](Self::environment) that it needs.
    pub fn attach<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.envs(self.environment())
    }

    /// The PC/SC socket.
    #[must_use]
    pub fn socket(&self) -> &Path {
        &self.desk.socket
    }

    /// Whether others than its user are let in ([`Builder::allow_user`], [`Builder::allow_group`]).
    #[must_use]
    pub fn has_guests(&self) -> bool {
        !self.desk.guests.is_none()
    }

    /// The nearest folder on the way to the PC/SC socket that those cannot go through who were let in
    /// ([`Builder::allow_user`]); `None` if they can, or if nobody was.
    #[must_use]
    pub fn closed_to_guests(&self) -> Option<PathBuf> {
        let guests = &*self.desk.guests;
        let folder = self.desk.socket.parent().filter(|_| !guests.is_none())?;
        commons::closed(folder, guests)
    }

    /// The slots that have a name in GALSS; none unless it is served ([`Builder::galss`]).
    #[must_use]
    pub fn galss_resources(&self) -> &[Resource] {
        self.galss.as_ref().map_or(&[], |galss| galss.resources())
    }

    /// Where the driver of each slot is awaited; nothing unless that was asked for ([`Builder::vpcd_listen`]).
    #[must_use]
    pub fn vpcd_addresses(&self) -> &[SocketAddr] {
        self.drivers.vpcd.as_ref().map_or(&[], |vpcd| vpcd.addresses())
    }

    /// The private folder, which goes when the readers go.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What the readers are called: the name that was chosen for them, else the number of this process.
    #[must_use]
    pub fn name(&self) -> String {
        self.folder.name()
    }

    /// The slots and what is in them, the first one being slot 0.
    #[must_use]
    pub fn slots(&self) -> Vec<SlotStatus> {
        self.desk.slots()
    }

    /// Puts a card into a slot, in place of the one that is there.
    ///
    /// # Errors
    ///
    /// What is wrong with its card file, that there is no such slot, or that its recording cannot be made.
    pub fn insert(&self, slot: usize, card: impl Into<NewCard>) -> Result<(), HostError> {
        self.desk.insert(slot, card.into().0, &mut Resets::none()).map(drop)
    }

    /// Puts the card back that was last taken out of a slot, with its memory and its counters.
    ///
    /// # Errors
    ///
    /// That there is no such slot, that it holds a card, that none was taken out of it, or that the card is still busy
    /// with a command.
    pub fn reinsert(&self, slot: usize) -> Result<(), HostError> {
        self.desk.reinsert(slot).map(drop)
    }

    /// Brings the card of the slot `from` into another slot, in place of the one that is there: the card that is in
    /// `from`, else the one that was last taken out of it. It keeps its memory, its counters and its UID, and is
    /// powered up as the other slot does it: one with an antenna by its antenna.
    ///
    /// What is around the card, its sink and its chance stay those of the slot that it was made for.
    ///
    /// # Errors
    ///
    /// That there are no such slots or that they are one, that there is no such card, or that it is still busy with a
    /// command: it is then out of its slot, and comes when this is called again.
    pub fn insert_from(&self, slot: usize, from: usize) -> Result<(), HostError> {
        self.desk.insert_from(slot, from).map(drop)
    }

    /// Takes the card out of a slot, where it stays at hand for [`Host::reinsert`] until another one comes.
    ///
    /// # Errors
    ///
    /// That there is no such slot, or no card in it.
    pub fn remove(&self, slot: usize) -> Result<(), HostError> {
        self.desk.remove(slot).map(drop)
    }

    /// Leaves a slot without a card, as [`Host::remove`] does, whether there is one in it or not; says whether there
    /// was one.
    ///
    /// # Errors
    ///
    /// That there is no such slot.
    pub fn empty(&self, slot: usize) -> Result<bool, HostError> {
        self.desk.empty(slot).map(|(_, removed)| removed)
    }

    /// Types PINs at the pad of a slot, one after the other: what the reader asks for now, and what the same program
    /// asks for next. Without a slot it is the only one that asks, else the only one with a pad. With `ahead`, those
    /// that are not asked for wait until they are, by whatever program. Says what became of them.
    ///
    /// # Errors
    ///
    /// That something is no PIN, that there is no such slot or no such pad, or that too many PINs wait to be asked for;
    /// without `ahead`, that it asks for none, or not for so many. Nothing is typed then.
    pub fn type_pins(&self, slot: Option<usize>, pins: &[impl AsRef<str>], ahead: bool) -> Result<Taken, HostError> {
        self.desk.type_pins(slot, pins, ahead).map(|(_, _, taken)| taken)
    }

    /// Presses the key that cancels at the pad of a slot, if it asks for a PIN, and forgets what was typed ahead there.
    /// Without a slot it is that of [`Host::type_pins`].
    ///
    /// # Errors
    ///
    /// That there is no such slot or no such pad, or that there is nothing to cancel or forget.
    pub fn cancel_pin(&self, slot: Option<usize>) -> Result<(), HostError> {
        self.desk.cancel_pin(slot).map(drop)
    }

    /// Arms a fault at a slot, behind those that are there: it strikes the card in the slot, and whatever card comes
    /// there after it, until [`Host::clear_faults`]. docs/faults.md has the kinds.
    ///
    /// ```
    /// use virtuale::host::Host;
    ///
    /// let host = Host::builder().card("vitale2-martin").start()?;
    /// host.fault(0, "sw=6F00 ins=B0 n=3".parse()?)?;
    /// assert_eq!(host.faults(0)?[0].struck, 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// That there is no such slot, that too many faults are armed there, or that the card has no such file.
    pub fn fault(&self, slot: usize, fault: Fault) -> Result<(), HostError> {
        self.desk.fault(slot, fault).map(drop)
    }

    /// The faults of a slot, those of the card file of its card included, in the order in which they were armed.
    ///
    /// # Errors
    ///
    /// That there is no such slot.
    pub fn faults(&self, slot: usize) -> Result<Vec<ArmedFault>, HostError> {
        self.desk.reader(slot)?;
        Ok(self.desk.faults(slot))
    }

    /// Takes the faults of a slot away, those of the card file of its card included; says how many could still strike.
    ///
    /// # Errors
    ///
    /// That there is no such slot.
    pub fn clear_faults(&self, slot: usize) -> Result<usize, HostError> {
        self.desk.clear_faults(slot).map(|(_, cleared)| cleared)
    }

    /// The slots whose reader has a PIN pad.
    #[must_use]
    pub fn slots_with_pad(&self) -> Vec<usize> {
        self.desk.readers.slots_with_pad()
    }

    /// Waits until a reader asks a person for a PIN, by a prompt with a number above `seen`, but not longer than
    /// `patience`; gives the slot and the prompt.
    #[must_use]
    pub fn await_prompt(&self, seen: u64, patience: Duration) -> Option<(usize, Prompt)> {
        self.desk.readers.await_prompt(seen, patience)
    }

    /// Hears what happens from now on, also to cards that are in already. A listener who is more than `bound` events
    /// behind loses some and is told how many; no card ever waits for one.
    #[must_use]
    pub fn events(&self, bound: usize) -> Listener {
        self.desk.listen(bound)
    }

    /// A hand on this host for another part of the program, which keeps it from nothing.
    #[must_use]
    pub fn remote(&self) -> Remote {
        Remote::new(&self.desk.0)
    }

    /// Stops, and gives what a person should know of the recordings: that one is not whole, or has no command.
    pub fn stop(self) -> Vec<String> {
        let Self { control, drivers, galss, server, commons, folder, desk, calls: _calls } = self;
        drop((control, drivers, galss, server, commons, folder));
        desk.close()
    }

    /// Stops as [`Host::stop`] does, in a process that ends right after: what is in the file system goes now; threads
    /// and connections are left to the system, since it ends them without anybody waiting for anybody. On Windows it is
    /// the same as [`Host::stop`]: what somebody has open there keeps the folder in which it lies.
    pub fn leave(self) -> Vec<String> {
        if cfg!(windows) {
            return self.stop();
        }
        let Self { control, drivers, galss, server, commons, folder, desk, calls: _calls } = self;
        mem::forget((control, drivers, galss, server));
        drop((commons, folder));
        desk.close()
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host").field("socket", &self.desk.socket).finish_non_exhaustive()
    }
}

impl fmt::Debug for NewCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("NewCard").field(&self.0.name()).finish()
    }
}
