//! Sessions, exclusivities and contexts: one state for all programs.
//!
//! The rule upheld here: nobody waits for a card with the books locked.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use virtuale_galss::{
    Code,
    wire::{ClientId, LONGEST_APPLICATION, LONGEST_CONTEXT, LONGEST_RESOURCE},
};

use super::{
    Resource,
    lad::{Lad, Owner, Trouble, Work},
    message::{AnswerCode, Question, SHORTEST_ANSWER, SHORTEST_QUESTION, SHORTEST_RESPONSE, State},
};
use crate::reader::{Readers, sync::lock};

/// How many sessions there may be at once.
pub(super) const MOST_SESSIONS: usize = 256;

/// All that is known of GALSS on these readers.
pub(super) struct Desk {
    pub(super) resources: Vec<Resource>,
    /// One for each resource.
    lads: Vec<Arc<Lad>>,
    books: Mutex<Books>,
}

#[derive(Default)]
struct Books {
    sessions: BTreeMap<u16, Session>,
    /// The last number that was given.
    last: u16,
    /// The contexts of resources.
    contexts: BTreeMap<usize, Vec<u8>>,
    /// How many connections each process has.
    clients: BTreeMap<ClientId, usize>,
}

struct Session {
    client: ClientId,
    application: Vec<u8>,
    /// Its index.
    resource: usize,
    context: Option<Vec<u8>>,
    exclusivity: Option<(u16, Level)>,
}

/// Why an exclusivity did not begin.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) code: Code,
    /// The application and the resource of the one that is in the way, if it is one of GALSS.
    pub(super) by: Option<(Vec<u8>, String)>,
}

impl From<Code> for Refused {
    fn from(code: Code) -> Self {
        Self { code, by: None }
    }
}

/// How much an exclusivity takes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Level {
    /// All slots: there is one channel, and one reader on it.
    All,
    /// The slot of its session.
    Lad,
}

/// Where a context is kept.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Place {
    Session,
    Resource,
}

impl Desk {
    pub(super) fn new(readers: &Arc<Readers>, resources: Vec<Resource>) -> Self {
        let lads = resources.iter().map(|resource| Lad::new(readers, resource.slot)).collect();
        Self { resources, lads, books: Mutex::default() }
    }

    /// A process has one more connection.
    pub(super) fn arrive(&self, client: ClientId) {
        *lock(&self.books).clients.entry(client).or_default() += 1;
    }

    /// A process has one connection less. With the last one, its sessions end; a card in the middle of an exclusivity
    /// is reset, as PC/SC has it.
    pub(super) fn leave(&self, client: ClientId) {
        let mut books = lock(&self.books);
        match books.clients.get_mut(&client) {
            Some(count) if *count > 1 => *count -= 1,
            _ => {
                books.clients.remove(&client);
                let (left, stay): (BTreeMap<_, _>, _) =
                    std::mem::take(&mut books.sessions).into_iter().partition(|(_, each)| each.client == client);
                books.sessions = stay;
                left.into_values().for_each(|session| self.end(&session, true));
            }
        }
    }

    /// Lets go of all cards.
    pub(super) fn close(&self) {
        self.lads.iter().for_each(|lad| lad.close());
    }

    /// What a session had is given back. Under the lock of the books, so that the next one does not begin before.
    fn end(&self, session: &Session, client_is_gone: bool) {
        let own = session.resource;
        if let Some((_, level)) = session.exclusivity {
            let lads = self.covered(level, own).filter_map(|resource| self.lads.get(resource));
            lads.for_each(|lad| if client_is_gone { lad.forget() } else { lad.unlock() });
        }
        self.lads[own].detach();
    }

    /// The resources that an exclusivity takes.
    fn covered(&self, level: Level, own: usize) -> impl Iterator<Item = usize> {
        (0..self.resources.len()).filter(move |&resource| level == Level::All || resource == own)
    }

    fn unlock(&self, level: Level, own: usize) {
        self.covered(level, own).for_each(|resource| self.lads[resource].unlock());
    }

    /// Opens a session: its number, and the address of the slot.
    ///
    /// # Errors
    ///
    /// [`Code::PARAMETER`] for a name that is none, [`Code::UNKNOWN_RESOURCE`], [`Code::OPEN`] if the application has a
    /// session on the resource already, [`Code::NONE_LEFT`].
    pub(super) fn open(&self, client: ClientId, application: &[u8], resource: &[u8]) -> Result<(u16, u8), Code> {
        let is_name = |name: &[u8], longest: usize| (1..=longest).contains(&name.len());
        if !is_name(application, LONGEST_APPLICATION) || !is_name(resource, LONGEST_RESOURCE) {
            return Err(Code::PARAMETER);
        }
        let index = self.resources.iter().position(|each| each.is_called(resource)).ok_or(Code::UNKNOWN_RESOURCE)?;
        let mut books = lock(&self.books);
        if books.sessions.values().any(|each| each.resource == index && each.application == application) {
            return Err(Code::OPEN);
        }
        let number = books.number().ok_or(Code::NONE_LEFT)?;
        let application = application.to_owned();
        books
            .sessions
            .insert(number, Session { client, application, resource: index, context: None, exclusivity: None });
        // Under the lock, since the session may end at once.
        self.lads[index].attach();
        Ok((number, self.resources[index].address()))
    }

    /// Closes a session: the number of the exclusivity that ended with it, or 0.
    ///
    /// # Errors
    ///
    /// [`Code::UNKNOWN_SESSION`].
    pub(super) fn shut(&self, client: ClientId, number: u16) -> Result<u16, Code> {
        let mut books = lock(&self.books);
        books.session(client, number)?;
        let session = books.sessions.remove(&number).ok_or(Code::UNKNOWN_SESSION)?;
        self.end(&session, false);
        Ok(session.exclusivity.map_or(0, |(exclusivity, _)| exclusivity))
    }

    /// Begins an exclusivity: its number. `wish` is the session and the level, as in `12:3`.
    ///
    /// # Errors
    ///
    /// [`Code::PARAMETER`] for another text, [`Code::UNKNOWN_SESSION`], [`Code::ORDER`] if the session has an
    /// exclusivity already, or its application one of the slots, [`Code::EXCLUSIVITY`] if another application or a
    /// PC/SC program has one of them, [`Code::NONE_LEFT`].
    pub(super) fn begin(&self, client: ClientId, wish: &[u8]) -> Result<u16, Refused> {
        let (number, level) = parse_wish(wish).ok_or(Code::PARAMETER)?;
        let mut books = lock(&self.books);
        let session = books.session(client, number)?;
        let own = session.resource;
        let owner = session.owner();
        let covers =
            |each: &&Session| each.exclusivity.is_some_and(|(_, other)| other.meets(level, each.resource, own));
        let in_the_way = books.sessions.iter().find(|(each, other)| **each == number && other.exclusivity.is_some());
        let in_the_way = in_the_way.map(|(_, own)| own).or_else(|| books.sessions.values().find(covers));
        match in_the_way {
            Some(other) if other.owner() == owner => return Err(Code::ORDER.into()),
            Some(other) => {
                let resource = self.resources[other.resource].name.to_string();
                return Err(Refused { code: Code::EXCLUSIVITY, by: Some((other.application.clone(), resource)) });
            }
            None => {}
        }
        let exclusivity = books.number().ok_or(Code::NONE_LEFT)?;
        books.session(client, number)?.exclusivity = Some((exclusivity, level));
        drop(books);
        let mut locked = Vec::new();
        for resource in self.covered(level, own) {
            if !self.lads[resource].lock(owner.clone()) {
                locked.into_iter().for_each(|resource: usize| self.lads[resource].unlock());
                if let Ok(session) = lock(&self.books).session(client, number) {
                    session.exclusivity = None;
                }
                return Err(Code::EXCLUSIVITY.into());
            }
            locked.push(resource);
        }
        let mut books = lock(&self.books);
        let session = books.session(client, number).ok();
        if session.is_some_and(|session| session.exclusivity == Some((exclusivity, level))) {
            return Ok(exclusivity);
        }
        // Another thread of the program closed the session meanwhile.
        self.unlock(level, own);
        Err(Code::UNKNOWN_SESSION.into())
    }

    /// Ends an exclusivity.
    ///
    /// # Errors
    ///
    /// [`Code::UNKNOWN_SESSION`] if there is none of this number.
    pub(super) fn finish(&self, client: ClientId, exclusivity: u16) -> Result<(), Code> {
        let mut books = lock(&self.books);
        let has_it = |each: &&mut Session| each.exclusivity.is_some_and(|(number, _)| number == exclusivity);
        let session = books.sessions.values_mut().filter(|each| each.client == client).find(has_it);
        let session = session.ok_or(Code::UNKNOWN_SESSION)?;
        let (own, ended) = (session.resource, session.exclusivity.take());
        ended.iter().for_each(|&(_, level)| self.unlock(level, own));
        Ok(())
    }

    /// Keeps a context.
    ///
    /// # Errors
    ///
    /// [`Code::PARAMETER`] for another place, [`Code::SIZE`] if it is empty or too long, [`Code::UNKNOWN_SESSION`],
    /// [`Code::EXCLUSIVITY`] for the resource's while another application has it for itself.
    pub(super) fn write(&self, client: ClientId, place: u16, number: u16, context: &[u8]) -> Result<(), Code> {
        let place = Place::of(place)?;
        if !(1..=LONGEST_CONTEXT).contains(&context.len()) {
            return Err(Code::SIZE);
        }
        let mut books = lock(&self.books);
        match place {
            Place::Session => books.session(client, number)?.context = Some(context.to_owned()),
            Place::Resource => {
                let (resource, _) = books.free_resource(client, number)?;
                books.contexts.insert(resource, context.to_owned());
            }
        }
        Ok(())
    }

    /// Gives a context that was kept.
    ///
    /// # Errors
    ///
    /// [`Code::PARAMETER`] for another place, [`Code::UNKNOWN_SESSION`], [`Code::NO_CONTEXT`], [`Code::SIZE`] if it is
    /// longer than the room.
    pub(super) fn read(&self, client: ClientId, place: u16, number: u16, room: u16) -> Result<Vec<u8>, Code> {
        let place = Place::of(place)?;
        let mut books = lock(&self.books);
        let session = books.session(client, number)?;
        let context = match place {
            Place::Session => session.context.clone(),
            Place::Resource => {
                let resource = session.resource;
                books.contexts.get(&resource).cloned()
            }
        };
        let context = context.ok_or(Code::NO_CONTEXT)?;
        if context.len() <= usize::from(room) { Ok(context) } else { Err(Code::SIZE) }
    }

    /// Sends a message to the slot of a session: its answer. `limit` is in seconds, 0 for as long as it takes;
    /// `is_gone` says whether nobody waits any more.
    ///
    /// # Errors
    ///
    /// [`Code::SIZE`] if the message is shorter than any, or the answer longer than the room; one that could hold no
    /// answer is seen before the card is asked. [`Code::UNKNOWN_SESSION`]; [`Code::EXCLUSIVITY`] if another application
    /// or a PC/SC program has the slot for itself; [`Code::TIME`].
    pub(super) fn exchange(
        &self,
        client: ClientId,
        number: u16,
        limit: u16,
        room: u32,
        message: &[u8],
        is_gone: &dyn Fn() -> bool,
    ) -> Result<Vec<u8>, Code> {
        let (resource, owner) = lock(&self.books).free_resource(client, number)?;
        let room = usize::try_from(room).unwrap_or(usize::MAX);
        if message.len() < SHORTEST_QUESTION || room < SHORTEST_ANSWER {
            return Err(Code::SIZE);
        }
        let lad = &self.lads[resource];
        let limit = Some(limit).filter(|&limit| limit > 0).map(|limit| Duration::from_secs(limit.into()));
        let question = Question::parse(message, self.resources[resource].address());
        let outcome = match question {
            Err(code) => Err(Trouble::Answer(code)),
            Ok(Question::Presence) => Ok(Vec::new()),
            Ok(Question::PowerUp) => lad.ask(owner, Work::PowerUp, limit, is_gone),
            Ok(Question::PowerOff { .. }) => lad.ask(owner, Work::PowerOff, limit, is_gone),
            Ok(Question::Order { .. }) if room < SHORTEST_RESPONSE => return Err(Code::SIZE),
            Ok(Question::Order { counter, command }) => {
                lad.ask(owner, Work::Order { counter, command: command.to_owned() }, limit, is_gone)
            }
        };
        let glance = lad.glance();
        let answer = match outcome {
            Err(Trouble::InUse) => return Err(Code::EXCLUSIVITY),
            Err(Trouble::Time) => return Err(Code::TIME),
            // Another card is there already.
            Err(Trouble::Answer(AnswerCode::ABSENT)) if glance.state != State::Empty => match question {
                Ok(Question::Order { .. }) => glance.answer(AnswerCode::COUNTER, &[]),
                _ => glance.answer(AnswerCode::REFUSED, &[]),
            },
            Err(Trouble::Answer(code)) => glance.answer(code, &[]),
            Ok(_) if question == Ok(Question::PowerOff { stays: false }) && glance.state != State::Empty => {
                glance.answer(AnswerCode::STILL_THERE, &[])
            }
            Ok(data) => glance.answer(AnswerCode::DONE, &data),
        };
        if answer.len() <= room { Ok(answer) } else { Err(Code::SIZE) }
    }
}

impl Books {
    /// The session of a process.
    fn session(&mut self, client: ClientId, number: u16) -> Result<&mut Session, Code> {
        self.sessions.get_mut(&number).filter(|session| session.client == client).ok_or(Code::UNKNOWN_SESSION)
    }

    /// The resource of a session and whose that is, if no other application has it for itself.
    fn free_resource(&mut self, client: ClientId, number: u16) -> Result<(usize, Owner), Code> {
        let session = self.session(client, number)?;
        let (own, owner) = (session.resource, session.owner());
        let keeps_out = |other: &Session| {
            other.exclusivity.is_some_and(|(_, level)| level.meets(Level::Lad, other.resource, own))
                && other.owner() != owner
        };
        if self.sessions.values().any(keeps_out) { Err(Code::EXCLUSIVITY) } else { Ok((own, owner)) }
    }

    /// A number that no session and no exclusivity has; never 0, which programs take for none.
    fn number(&mut self) -> Option<u16> {
        if self.sessions.len() >= MOST_SESSIONS {
            return None;
        }
        loop {
            self.last = self.last.checked_add(1).unwrap_or(1);
            let last = self.last;
            let has_it = |session: &Session| session.exclusivity.is_some_and(|(number, _)| number == last);
            if !self.sessions.contains_key(&last) && !self.sessions.values().any(has_it) {
                return Some(last);
            }
        }
    }
}

impl Session {
    /// Whose it is: an exclusivity keeps others out, and no session of the same application.
    fn owner(&self) -> Owner {
        (self.client, self.application.clone())
    }
}

impl Level {
    /// Whether an exclusivity of this level on a resource takes what another one on another resource would.
    fn meets(self, other: Self, own: usize, others: usize) -> bool {
        self == Self::All || other == Self::All || own == others
    }
}

impl Place {
    fn of(place: u16) -> Result<Self, Code> {
        match place {
            1 => Ok(Self::Session),
            2 => Ok(Self::Resource),
            _ => Err(Code::PARAMETER),
        }
    }
}

/// The session and the level of a text such as `12:3`.
fn parse_wish(wish: &[u8]) -> Option<(u16, Level)> {
    let (session, level) = str::from_utf8(wish).ok()?.split_once(':')?;
    let is_number = !session.is_empty() && session.bytes().all(|digit| digit.is_ascii_digit());
    let level = match level {
        "1" | "2" => Level::All,
        "3" => Level::Lad,
        _ => return None,
    };
    Some((session.parse().ok().filter(|_| is_number)?, level))
}

#[cfg(test)]
mod tests {
    use super::{Level, parse_wish};

    #[test]
    fn a_wish_is_a_session_and_a_level() {
        for (wish, right) in [
            ("1:1", Some((1, Level::All))),
            ("65535:2", Some((65535, Level::All))),
            ("12:3", Some((12, Level::Lad))),
            ("12:4", None),
            ("12:0", None),
            ("12:", None),
            (":3", None),
            ("12", None),
            ("", None),
            ("+1:3", None),
            ("-1:3", None),
            (" 1:3", None),
            ("1:3 ", None),
            ("1:3:3", None),
            ("65536:3", None),
        ] {
            assert_eq!(parse_wish(wish.as_bytes()), right, "{wish:?}");
        }
        assert_eq!(parse_wish(b"\xFF:3"), None);
    }
}
