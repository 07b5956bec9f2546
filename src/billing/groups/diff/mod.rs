//! Two zones, field by field: what one says otherwise than the other.
//!
//! Cards, people and periods are paired first, by what tells them apart, so that one more person moves no other; what
//! has no partner is told as a whole. The rule that this file upholds: nothing differs exactly if the bytes are equal.
//! The work grows with the bytes of both.

#[cfg(feature = "cli")]
mod page;
mod pairs;
#[cfg(feature = "cli")]
mod report;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::{
    describe::{Described, DescribedField, Heading, described},
    zone::{Place, Zone},
};
use crate::work::step;
#[cfg(feature = "cli")]
pub use page::differences_page;
use pairs::{Key, Pairs, pair};
#[cfg(feature = "cli")]
pub use report::{DifferenceReport, SideReport};

/// A difference between two zones.
#[derive(Clone, Debug)]
pub struct Difference<'z> {
    /// Which card of the first zone it is about, or of the second where the first has none such, from 1.
    pub card: usize,
    /// Who it is about, if it is about a person.
    pub person: Option<String>,
    /// What differs.
    pub change: Change<'z>,
}

/// What may differ.
#[derive(Clone, Debug)]
pub enum Change<'z> {
    /// A field says something else, or only one of two groups has it.
    Field {
        /// The two groups.
        groups: [Heading; 2],
        /// The field in each of them.
        fields: [Option<DescribedField<'z>>; 2],
    },
    /// Only one zone has the group.
    Only {
        /// Which zone: 0 or 1.
        side: usize,
        /// The group.
        group: Described<'z>,
    },
    /// Two groups that belong together stand in another order among their like.
    Moved {
        /// The two groups.
        groups: [Heading; 2],
    },
    /// All that one card has the other has too, in another order.
    Order {
        /// Where the two cards begin.
        places: [Place; 2],
    },
}

/// All that differs between two zones, in the order of the first; what only the second has stands behind its like.
#[must_use]
pub fn differences<'z>(first: &'z Zone, second: &'z Zone) -> Vec<Difference<'z>> {
    let [left, right] = [first, second].map(cards);
    let mut found = Vec::new();
    let Pairs { both, only } = pair(&left, &right, &[Card::number, Card::about]);
    for &(a, b) in &both {
        of_cards(a + 1, [&left[a], &right[b]], &mut found);
    }
    for (side, (cards, only)) in [&left, &right].into_iter().zip(&only).enumerate() {
        for &index in only {
            let groups = cards[index].groups();
            found.extend(groups.map(|(person, group)| only_in(index + 1, person, side, group)));
        }
    }
    if found.is_empty() && first != second {
        let places = [&left, &right].map(|cards| cards.first().map(Card::place).unwrap_or_default());
        found.push(Difference { card: 1, person: None, change: Change::Order { places } });
    }
    found
}

/// The groups of one card, or of the readers.
struct Card<'z> {
    /// Those before the first person.
    head: Vec<Described<'z>>,
    people: Vec<Person<'z>>,
}

/// A person: group 104 and those behind it.
struct Person<'z> {
    group: Described<'z>,
    rest: Vec<Described<'z>>,
}

/// The cards of a zone: each begins with group 101, 1 or 60.
fn cards(zone: &Zone) -> Vec<Card<'_>> {
    let mut cards: Vec<Card<'_>> = Vec::new();
    for group in described(zone) {
        let number = group.head.number;
        let begins = matches!(number, 101 | 1 | 60);
        if begins || cards.is_empty() {
            cards.push(Card { head: Vec::new(), people: Vec::new() });
        }
        let Some(card) = cards.last_mut() else { continue };
        match (number, card.people.last_mut()) {
            (104, _) => card.people.push(Person { group, rest: Vec::new() }),
            (_, Some(person)) => person.rest.push(group),
            (_, None) => card.head.push(group),
        }
    }
    cards
}

impl<'z> Card<'z> {
    /// By which number the card is known.
    fn number(&self) -> Option<Key<'z>> {
        let first = self.head.first()?;
        key(first, &["numero_serie"]).or_else(|| key(first, &["identifiant"]))
    }

    /// What kind of card it is.
    fn about(&self) -> Option<Key<'z>> {
        Some(Key::of_number(self.head.first().map_or(0, |group| group.head.number)))
    }

    fn place(&self) -> Place {
        self.head
            .first()
            .or(self.people.first().map(|person| &person.group))
            .map(|group| group.head.place)
            .unwrap_or_default()
    }

    /// All groups, with the person that they are about.
    fn groups(&self) -> impl Iterator<Item = (Option<String>, &Described<'z>)> {
        let of_people = self.people.iter().flat_map(Person::groups);
        self.head.iter().map(|group| (None, group)).chain(of_people)
    }
}

impl<'z> Person<'z> {
    fn groups(&self) -> impl Iterator<Item = (Option<String>, &Described<'z>)> {
        let name = self.group.person();
        [&self.group].into_iter().chain(&self.rest).map(move |group| (name.clone(), group))
    }

    fn whole(&self) -> Option<Key<'z>> {
        whole(&self.group)
    }

    fn nir(&self) -> Option<Key<'z>> {
        key(&self.group, &["nir"])
    }

    fn birth_and_first_name(&self) -> Option<Key<'z>> {
        key(&self.group, &["naissance", "rang_gemellaire", "prenom"])
    }

    fn names(&self) -> Option<Key<'z>> {
        key(&self.group, &["nom_usage", "prenom"])
    }

    fn birth(&self) -> Option<Key<'z>> {
        key(&self.group, &["naissance", "rang_gemellaire"])
    }
}

/// What fields of these names say; `None` where one says nothing.
fn key<'z>(group: &Described<'z>, names: &[&str]) -> Option<Key<'z>> {
    let value = |name: &&str| group.named(name).map(|field| field.bytes).filter(|bytes| !bytes.is_empty());
    names.iter().map(value).collect::<Option<Vec<_>>>().map(Key::of_fields)
}

fn of_cards<'z>(card: usize, sides: [&Card<'z>; 2], found: &mut Vec<Difference<'z>>) {
    let before = found.len();
    of_groups(card, None, sides.map(|card| &*card.head), found);
    let [left, right] = sides.map(|card| &*card.people);
    let keys = [Person::whole, Person::nir, Person::birth_and_first_name, Person::names, Person::birth];
    let pairs = pair(left, right, &keys);
    let moved = pairs.moved();
    for (&(a, b), is_moved) in pairs.both.iter().zip(moved) {
        let (name, groups) = (left[a].group.person(), [&left[a].group, &right[b].group]);
        of_pair(card, name.as_deref(), groups, is_moved, found);
        of_groups(card, name.as_deref(), [&left[a].rest, &right[b].rest], found);
    }
    for (side, (people, only)) in [left, right].into_iter().zip(&pairs.only).enumerate() {
        for &index in only {
            found.extend(people[index].groups().map(|(name, group)| only_in(card, name, side, group)));
        }
    }
    let is_same = sides[0].groups().map(content).eq(sides[1].groups().map(content));
    if found.len() == before && !is_same {
        found.push(Difference { card, person: None, change: Change::Order { places: sides.map(Card::place) } });
    }
}

/// What a group says, wherever it stands.
fn content<'z>((_, group): (Option<String>, &Described<'z>)) -> (u16, Vec<&'z [u8]>) {
    (group.head.number, group.fields.iter().map(|field| field.bytes).collect())
}

/// Groups of one card or one person: each number for itself.
fn of_groups<'z>(card: usize, person: Option<&str>, sides: [&[Described<'z>]; 2], found: &mut Vec<Difference<'z>>) {
    let mut numbers: BTreeMap<u16, [Vec<&Described<'z>>; 2]> = BTreeMap::new();
    for (side, groups) in sides.into_iter().enumerate() {
        for group in groups {
            numbers.entry(group.head.number).or_default()[side].push(group);
        }
    }
    for [left, right] in numbers.into_values() {
        let pairs =
            pair(&left, &right, &[|group| whole(group), |group| first_of_its_kind(group), |group| in_order(group)]);
        for (&(a, b), is_moved) in pairs.both.iter().zip(pairs.moved()) {
            of_pair(card, person, [left[a], right[b]], is_moved, found);
        }
        for (side, (groups, only)) in [&left, &right].into_iter().zip(&pairs.only).enumerate() {
            found.extend(only.iter().map(|&index| only_in(card, person.map(Into::into), side, groups[index])));
        }
    }
}

/// Two groups that say the same.
fn whole<'z>(group: &Described<'z>) -> Option<Key<'z>> {
    Some(Key::of_fields(group.fields.iter().map(|field| field.bytes).collect()))
}

/// Two periods with the same first day, two places of the same number, two components of the same identifier.
fn first_of_its_kind<'z>(group: &Described<'z>) -> Option<Key<'z>> {
    let names = ["debut", "identifiant_structure", "identifiant", "nom"];
    names.iter().find_map(|name| key(group, &[name]))
}

/// What is left, one after the other.
fn in_order<'z>(_: &Described<'z>) -> Option<Key<'z>> {
    Some(Key::of_number(0))
}

fn of_pair<'z>(
    card: usize,
    person: Option<&str>,
    [left, right]: [&Described<'z>; 2],
    is_moved: bool,
    found: &mut Vec<Difference<'z>>,
) {
    let mut add = |change| found.push(Difference { card, person: person.map(Into::into), change });
    let groups = [left.head, right.head];
    if is_moved {
        add(Change::Moved { groups });
    }
    for index in 0..left.fields.len().max(right.fields.len()) {
        step(1);
        let fields = [left, right].map(|group| group.fields.get(index).copied());
        if fields[0].map(|field| field.bytes) != fields[1].map(|field| field.bytes) {
            add(Change::Field { groups, fields });
        }
    }
}

fn only_in<'z>(card: usize, person: Option<String>, side: usize, group: &Described<'z>) -> Difference<'z> {
    Difference { card, person, change: Change::Only { side, group: group.clone() } }
}
