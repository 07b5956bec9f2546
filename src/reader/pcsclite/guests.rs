//! Who may use readers: the user whose they are, and whom he lets in.
//!
//! What decides is what the system says of who connects; modes of sockets and folders only let somebody come so far.
//!
//! The rule upheld here: whatever guests do, the user whose readers they are has all of his own connections left, and
//! no guest has those of all guests.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, io,
    mem::discriminant,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::system::{
    guests::{Peer, own_user},
    socket::Stream,
};

/// How many connections all guests have together.
pub const MOST_OF_GUESTS: usize = 200;

/// How many of them one guest has.
pub const MOST_OF_A_GUEST: usize = 100;

/// How many users that were turned away are remembered, for each reason: strangers hide no guest who crowds.
const MOST_REFUSED: usize = 16;

/// Users and groups, beside the user whose readers they are, whose programs may use them.
#[derive(Default)]
pub struct Guests {
    users: Vec<u32>,
    groups: Vec<u32>,
    /// The connections of each guest who has some.
    visits: Mutex<BTreeMap<u32, usize>>,
    turned_away: Mutex<BTreeSet<TurnedAway>>,
    tell: Option<Box<dyn Fn(TurnedAway) + Send + Sync>>,
}

/// A user who was hung up on, by his number, and why.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum TurnedAway {
    /// Nobody let him in.
    Stranger(u32),
    /// He may come in, and has [`MOST_OF_A_GUEST`] connections already, or all guests have [`MOST_OF_GUESTS`].
    Crowding(u32),
}

/// A connection of a guest. His place is free again when it is dropped.
pub(super) struct Visit {
    guests: Arc<Guests>,
    user: u32,
}

impl Guests {
    /// These users and the members of these groups, by their numbers.
    #[must_use]
    pub fn new(users: Vec<u32>, groups: Vec<u32>) -> Self {
        Self { users, groups, ..Self::default() }
    }

    /// Calls this with each user that is turned away, once for each reason.
    #[must_use]
    pub fn on_refusal(self, tell: impl Fn(TurnedAway) + Send + Sync + 'static) -> Self {
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

    /// Who was turned away since nobody let him in, as far as is remembered.
    #[must_use]
    pub fn refused(&self) -> Vec<u32> {
        let stranger = |away: &TurnedAway| if let TurnedAway::Stranger(user) = *away { Some(user) } else { None };
        lock(&self.turned_away).iter().filter_map(stranger).collect()
    }

    /// Which guests were turned away since they had, or all had, as many connections as there are for them.
    #[must_use]
    pub fn crowding(&self) -> Vec<u32> {
        let crowding = |away: &TurnedAway| if let TurnedAway::Crowding(user) = *away { Some(user) } else { None };
        lock(&self.turned_away).iter().filter_map(crowding).collect()
    }

    /// Whether somebody else than the own user may use the readers, who is at the other end. Whoever may not is
    /// remembered, and told of once.
    pub(super) fn let_in(&self, stream: &Stream) -> bool {
        let Some(peer) = Peer::of(stream) else { return false };
        let is_guest = self.users.contains(&peer.user)
            || !self.groups.is_empty() && peer.groups().iter().any(|group| self.groups.contains(group));
        if !is_guest {
            self.note(TurnedAway::Stranger(peer.user));
        }
        is_guest
    }

    /// A place for who was let in, if he is a guest; `None` for the user whose readers they are.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::QuotaExceeded`] if there is none left for him, which is told of once.
    pub(super) fn place(self: &Arc<Self>, stream: &Stream) -> io::Result<Option<Visit>> {
        let guest = Peer::of(stream).map(|peer| peer.user).filter(|&user| user != own_user());
        guest.map(|user| self.seat(user).ok_or_else(|| io::ErrorKind::QuotaExceeded.into())).transpose()
    }

    fn seat(self: &Arc<Self>, user: u32) -> Option<Visit> {
        {
            let mut visits = lock(&self.visits);
            let all: usize = visits.values().sum();
            let own = visits.get(&user).copied().unwrap_or_default();
            if all < MOST_OF_GUESTS && own < MOST_OF_A_GUEST {
                visits.insert(user, own + 1);
                return Some(Visit { guests: Arc::clone(self), user });
            }
        }
        self.note(TurnedAway::Crowding(user));
        None
    }

    fn note(&self, away: TurnedAway) {
        let is_new = {
            let mut known = lock(&self.turned_away);
            let alike = known.iter().filter(|other| discriminant(*other) == discriminant(&away)).count();
            alike < MOST_REFUSED && known.insert(away)
        };
        if let Some(tell) = self.tell.as_ref().filter(|_| is_new) {
            tell(away);
        }
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        let mut visits = lock(&self.guests.visits);
        if let Some(own) = visits.get_mut(&self.user) {
            *own -= 1;
            if *own == 0 {
                visits.remove(&self.user);
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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

    use super::{Guests, MOST_OF_A_GUEST, MOST_OF_GUESTS, TurnedAway};

    /// Guests, and how often somebody was told of who was turned away.
    fn counting() -> (Guests, Arc<AtomicU32>) {
        let told = Arc::new(AtomicU32::new(0));
        let guests = Guests::new(vec![7], vec![]).on_refusal({
            let told = Arc::clone(&told);
            move |_| {
                told.fetch_add(1, Ordering::Relaxed);
            }
        });
        (guests, told)
    }

    #[test]
    fn who_is_turned_away_is_told_of_once_and_not_without_end() {
        let (guests, told) = counting();
        (0..3).for_each(|_| guests.note(TurnedAway::Stranger(8)));
        assert_eq!((guests.refused(), told.load(Ordering::Relaxed)), (vec![8], 1));
        (100..200).for_each(|user| guests.note(TurnedAway::Stranger(user)));
        assert_eq!((guests.refused().len(), told.load(Ordering::Relaxed)), (16, 16));
        guests.note(TurnedAway::Crowding(7));
        assert_eq!((guests.crowding(), told.load(Ordering::Relaxed)), (vec![7], 17), "strangers hide no guest");
    }

    #[test]
    fn no_guest_takes_the_places_of_all_guests_and_each_place_comes_back() {
        let (guests, told) = counting();
        let guests = Arc::new(guests);
        let take = |user| (0..1000).map_while(|_| guests.seat(user)).collect::<Vec<_>>();
        let mut first = take(7);
        assert_eq!((first.len(), guests.crowding(), told.load(Ordering::Relaxed)), (MOST_OF_A_GUEST, vec![7], 1));
        let second = take(8);
        assert_eq!(first.len() + second.len(), MOST_OF_GUESTS);
        assert!(guests.seat(9).is_none(), "all are taken");
        first.pop();
        assert!(guests.seat(9).is_some());
        drop((first, second));
        assert_eq!(take(9).len(), MOST_OF_A_GUEST);
        assert!(super::lock(&guests.visits).is_empty());
        assert_eq!((guests.crowding(), guests.refused()), (vec![7, 8, 9], vec![]));
    }

    #[test]
    fn a_group_alone_has_the_place_for_itself() {
        assert_eq!(Guests::new(vec![], vec![5]).only_group(), Some(5));
        assert_eq!(Guests::new(vec![1], vec![5]).only_group(), None);
        assert_eq!(Guests::new(vec![], vec![5, 6]).only_group(), None);
        assert!(Guests::default().is_none());
    }
}
