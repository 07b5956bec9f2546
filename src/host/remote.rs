//! A hand on a running host for another part of its program, such as a page that shows it: it asks what may be asked
//! over the control socket, listens, and looks at cards. It keeps no host running.

use std::{
    fmt,
    sync::{Arc, Weak},
    time::Duration,
};

use virtuale_engine::Card;

use super::{
    Kind, Listener,
    control::{Handler, Refusal, Reply, Request},
    desk::Desk,
};
use crate::{profile::Profile, reader::CardError};

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

    /// Looks at the card of a slot; programs wait for it meanwhile. One that is busy is waited for, but not long.
    ///
    /// # Errors
    ///
    /// That there is no such card, that it is busy, or that the host is gone.
    pub fn look<T>(&self, slot: usize, look: impl FnOnce(&dyn Card) -> T) -> Result<T, Refusal> {
        let seen = self.desk()?.readers.look(slot, PATIENCE, look);
        seen.map_err(|error| {
            let (kind, hint) = match error {
                CardError::InUse => (Kind::Environment, Some("look again when its command is over".into())),
                _ => (Kind::Usage, None),
            };
            let message = match error {
                CardError::InUse => format!("the card in slot {slot} is busy"),
                _ => format!("there is no card in slot {slot}"),
            };
            Refusal { kind, message, hint }
        })
    }

    /// Says where the page of these readers is, for who asks over the control socket.
    pub fn tell_page(&self, url: Option<String>) {
        if let Some(desk) = self.0.upgrade() {
            desk.tell_page(url);
        }
    }

    fn desk(&self) -> Result<Arc<Desk>, Refusal> {
        let gone = || Refusal { kind: Kind::Environment, message: "the readers are gone".into(), hint: None };
        self.0.upgrade().ok_or_else(gone)
    }
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remote").finish_non_exhaustive()
    }
}
