//! Who may use readers: the user whose they are, and whom he lets in.
//!
//! What decides is what the system says of who connects; modes of sockets and folders only let somebody come so far.

use std::{
    collections::BTreeSet,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::system::{guests::Peer, socket::Stream};

/// How many users that were turned away are remembered.
const MOST_REFUSED: usize = 16;

/// Users and groups, beside the user whose readers they are, whose programs may use them.
#[derive(Default)]
pub struct Guests {
    users: Vec<u32>,
    groups: Vec<u32>,
    refused: Mutex<BTreeSet<u32>>,
    tell: Option<Box<dyn Fn(u32) + Send + Sync>>,
}

impl Guests {
    /// These users and the members of these groups, by their numbers.
    #[must_use]
    pub fn new(users: Vec<u32>, groups: Vec<u32>) -> Self {
        Self { users, groups, ..Self::default() }
    }

    /// Calls this with each user that is turned away, once.
    #[must_use]
    pub fn on_refusal(self, tell: impl Fn(u32) + Send + Sync + 'static) -> Self {
        Self { tell: Some(Box::new(tell)), ..self }
    }

    /// The users, by their numbers.
    #[must_use]
    pub fn users(&self) -> &[u32] {
        &self.users
    }

    /// The groups, by their numbers.
    #[must_use]
    pub fn groups(&self) -> &[u32] {
        &self.groups
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.users.is_empty() && self.groups.is_empty()
    }

    /// The group whose members are the only guests.
    #[must_use]
    pub fn only_group(&self) -> Option<u32> {
        match (self.users.as_slice(), self.groups.as_slice()) {
            ([], &[group]) => Some(group),
            _ => None,
        }
    }

    /// Who was turned away, as far as is remembered.
    #[must_use]
    pub fn refused(&self) -> Vec<u32> {
        self.turned_away().iter().copied().collect()
    }

    /// Whether somebody else than the own user may use the readers, who is at the other end. Whoever may not is
    /// remembered, and told of once.
    pub(super) fn let_in(&self, stream: &Stream) -> bool {
        let Some(peer) = Peer::of(stream) else { return false };
        let is_guest = self.users.contains(&peer.user)
            || !self.groups.is_empty() && peer.groups().iter().any(|group| self.groups.contains(group));
        if !is_guest {
            self.note(peer.user);
        }
        is_guest
    }

    fn note(&self, user: u32) {
        let is_new = {
            let mut refused = self.turned_away();
            refused.len() < MOST_REFUSED && refused.insert(user)
        };
        if let Some(tell) = self.tell.as_ref().filter(|_| is_new) {
            tell(user);
        }
    }

    fn turned_away(&self) -> MutexGuard<'_, BTreeSet<u32>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Guests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guests").field("users", &self.users).field("groups", &self.groups).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    };

    use super::Guests;

    #[test]
    fn who_is_turned_away_is_told_of_once_and_not_without_end() {
        let told = Arc::new(AtomicU32::new(0));
        let guests = Guests::new(vec![7], vec![]).on_refusal({
            let told = Arc::clone(&told);
            move |_| {
                told.fetch_add(1, Ordering::Relaxed);
            }
        });
        (0..3).for_each(|_| guests.note(8));
        assert_eq!((guests.refused(), told.load(Ordering::Relaxed)), (vec![8], 1));
        (100..200).for_each(|user| guests.note(user));
        assert_eq!((guests.refused().len(), told.load(Ordering::Relaxed)), (16, 16));
    }

    #[test]
    fn a_group_alone_has_the_place_for_itself() {
        assert_eq!(Guests::new(vec![], vec![5]).only_group(), Some(5));
        assert_eq!(Guests::new(vec![1], vec![5]).only_group(), None);
        assert_eq!(Guests::new(vec![], vec![5, 6]).only_group(), None);
        assert!(Guests::default().is_none());
    }
}
