//! Who stays in a list of people that a change names anew, and keeps what the change does not say of them.
//!
//! A list of people names all who are on the card then. Who was there is known by the NIR; else by the birth date with
//! the first name, or with the rank among those born that day, which is how a card tells people apart.

use super::overlay::Overlay;
use crate::{
    profile::{
        schema::{Fields, Kind, Presence, scalar},
        tree::Data,
        written::{Entry, Value, Written},
    },
    work,
};

/// What tells people apart, as card files call it.
const NIR: &str = "nir";
const BIRTH: &str = "naissance";
const RANK: &str = "rang_gemellaire";
const FIRST_NAME: &str = "prenom";

/// The rank of who shares the birth date with nobody.
const ONLY: &str = "1";

/// How somebody is known.
#[derive(Debug, PartialEq)]
struct Who {
    nir: Option<Data>,
    birth: Option<Data>,
    rank: Option<Data>,
    first_name: Option<Data>,
}

/// In which ways who is named may be who was there, the surest first.
const WAYS: [fn(&Who, &Who) -> bool; 3] = [
    |old, new| old.nir.is_some() && old.nir == new.nir,
    |old, new| old.is_born_with(new) && old.first_name == new.first_name && (new.rank.is_none() || old.ranks_as(new)),
    |old, new| old.is_born_with(new) && old.ranks_as(new),
];

/// The people whom a change names, each over who was there. Somebody new has nothing in the lists that the change does
/// not say: no periods of rights, no coverage.
pub(super) fn people<'s>(
    overlay: Overlay<'s>,
    before: &[Written],
    named: &[Written],
    fields: &'s Fields,
) -> Vec<Written> {
    let known = |person: &Written| Who::of(person, fields, overlay);
    let (old, new): (Vec<Who>, Vec<Who>) = (before.iter().map(known).collect(), named.iter().map(known).collect());
    let (mut stays, mut free) = (vec![None; new.len()], vec![true; old.len()]);
    for is_same in WAYS {
        for (who, stay) in new.iter().zip(&mut stays).filter(|(who, stay)| stay.is_none() && who.is_known()) {
            work::step(old.len() + 1);
            let found = old.iter().zip(&free).position(|(old, is_free)| *is_free && is_same(old, who));
            if let Some(is_free) = found.and_then(|at| free.get_mut(at)) {
                (*stay, *is_free) = (found, false);
            }
        }
    }
    let member = |(person, stays): (&Written, Option<usize>)| match stays.and_then(|at| before.get(at)) {
        Some(old) => overlay.table(old, person, &[fields]),
        None => overlay.table(&nobody(person), &somebody_new(person, fields), &[fields]),
    };
    named.iter().zip(stays).map(member).collect()
}

/// A table of which nothing is said.
fn nobody(person: &Written) -> Written {
    Written { value: Value::Table(Vec::new()), span: person.span.clone() }
}

/// Who was not on the card: of rights and coverage, has those that are said.
fn somebody_new(person: &Written, fields: &Fields) -> Written {
    let mut person = person.clone();
    let Value::Table(entries) = &mut person.value else { return person };
    let lists = fields.0.iter().filter(|key| {
        matches!((&key.kind, &key.presence), (Kind::List { .. }, Presence::Default(_)))
            && entries.iter().all(|entry| entry.key != key.name)
    });
    let none = |key: &str| Entry {
        key: key.to_owned().into(),
        span: person.span.clone(),
        value: Written { value: Value::List(Vec::new()), span: person.span.clone() },
    };
    let lists: Vec<Entry> = lists.map(|key| none(&key.name)).collect();
    entries.extend(lists);
    person
}

impl Who {
    fn of(person: &Written, fields: &Fields, overlay: Overlay<'_>) -> Self {
        let read = |name: &str| {
            let (key, written) = (fields.key(name)?, person.key(name)?);
            scalar::read(&key.kind, &written.value, overlay.today).ok().flatten()
        };
        Self { nir: read(NIR), birth: read(BIRTH), rank: read(RANK), first_name: read(FIRST_NAME) }
    }

    /// Whether enough is said to know who it is.
    fn is_known(&self) -> bool {
        self.birth.is_some() || self.nir.is_some()
    }

    fn is_born_with(&self, other: &Self) -> bool {
        // Of two NIRs that differ, each is of somebody else.
        let may_be = self.nir.is_none() || other.nir.is_none() || self.nir == other.nir;
        may_be && self.birth.is_some() && self.birth == other.birth
    }

    fn ranks_as(&self, other: &Self) -> bool {
        fn rank(who: &Who) -> &str {
            match &who.rank {
                Some(Data::Text(rank)) => rank,
                _ => ONLY,
            }
        }
        rank(self) == rank(other)
    }
}
