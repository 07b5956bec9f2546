//! A hand on a running host for another part of its program, such as a page that shows it: it asks what may be asked
//! over the control socket, listens, and looks at cards. It keeps no host running.

use std::{
    fmt,
    sync::{Arc, Weak},
    time::Duration,
};

use virtuale_engine::Card;

#[cfg(any(test, feature = "console"))]
use super::HostError;
use super::{
    Kind, Listener,
    control::{Handler, Refusal, Reply, Request},
    desk::Desk,
};
use crate::{
    profile::{Profile, said::said},
    reader::CardError,
};

/// How long a card that is busy is waited for by who only wants to look at it.
const PATIENCE: Duration = Duration::from_millis(250);

/// A hand on a host, which may be gone. Cheap to clone.
#[derive(Clone)]
pub struct Remote(Weak<Desk>);

/// The card in a slot, as its host knows it.
#[derive(Clone, Debug)]
pub struct CardIn {
    /// The generation of the slot: it tells this card from others, and from itself when it comes back.
    pub generation: u64,
    /// What people are told of it.
    pub name: String,
    /// Its card file and its layout, if it was made of one and the host keeps them
    /// ([`Builder::keep_profiles`](super::Builder::keep_profiles)).
    pub profile: Option<Arc<Profile>>,
}

/// Why nobody looks at a card.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NotSeen {
    /// It works on a command, longer than who only wants to look waits.
    #[error("the card in slot {0} is busy")]
    Busy(usize),
    /// There is none in the slot, or no such slot.
    #[error("there is no card in slot {0}")]
    NoCard(usize),
    /// The host is gone.
    #[error("the readers are gone")]
    Gone,
}

impl Remote {
    pub(super) fn new(desk: &Arc<Desk>) -> Self {
        Self(Arc::downgrade(desk))
    }

    /// Does as asked, as if it came over the control socket. A stop is only announced: who wants it done asks over the
    /// socket.
    ///
    /// # Errors
    ///
    /// The [`Refusal`], also if the host is gone.
    pub fn ask(&self, request: Request) -> Result<Reply, Refusal> {
        self.desk()?.handle(request)
    }

    /// As [`Host::events`](super::Host::events); `None` if the host is gone.
    #[must_use]
    pub fn events(&self, bound: usize) -> Option<Listener> {
        Some(self.0.upgrade()?.listen(bound))
    }

    /// The card in a slot. `None` without one, or if the host is gone.
    #[must_use]
    pub fn card(&self, slot: usize) -> Option<CardIn> {
        self.0.upgrade()?.card_in(slot)
    }

    /// The slots whose reader has a PIN pad.
    #[must_use]
    pub fn slots_with_pad(&self) -> Vec<usize> {
        self.0.upgrade().map(|desk| desk.readers.slots_with_pad()).unwrap_or_default()
    }

    /// The same, with why not in both languages.
    #[cfg(any(test, feature = "console"))]
    pub(crate) fn carry_out(&self, request: Request) -> Result<Reply, HostError> {
        self.desk().map_err(HostError::Refused)?.carry_out(request)
    }

    /// Looks at the card of a slot; programs wait for it meanwhile. One that is busy is waited for, but not long.
    ///
    /// # Errors
    ///
    /// [`NotSeen`].
    pub fn look<T>(&self, slot: usize, look: impl FnOnce(&dyn Card) -> T) -> Result<T, NotSeen> {
        let desk = self.0.upgrade().ok_or(NotSeen::Gone)?;
        desk.readers.look(slot, PATIENCE, look).map_err(|error| match error {
            CardError::InUse => NotSeen::Busy(slot),
            _ => NotSeen::NoCard(slot),
        })
    }

    /// Says where the page of these readers is, for who asks over the control socket.
    pub fn tell_page(&self, url: Option<String>) {
        if let Some(desk) = self.0.upgrade() {
            desk.tell_page(url);
        }
    }

    fn desk(&self) -> Result<Arc<Desk>, Refusal> {
        let gone =
            || Refusal::new(Kind::Environment, said!(en: "the readers are gone", fr: "les lecteurs sont partis"), None);
        self.0.upgrade().ok_or_else(gone)
    }
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remote").finish_non_exhaustive()
    }
}
