//! The zone of a patient's card.

use super::{WriteError, WriteErrorKind, fields::Writer};
use crate::{
    billing::groups::{
        table,
        zone::{Group, Zone},
    },
    profile::tree::{Data, Node, Table},
};

/// What the card says in its first field if it is a test card.
const TEST: &str = "T";

/// The zone of a patient's card, Vitale 1 or 2: its data under the keys of card files, as a card file or a terminal's
/// reading has them. Groups 101 and 102 are always there; 103 with an accident; 104 for each person, with 105, 106,
/// and either 107 and 108 or 109 and 111.
///
/// The birth name is left out where it is the usual name. The NIR of the insured is certified if the card says when;
/// that of another person if the card has it.
///
/// # Errors
///
/// [`WriteError`] if the card is no test card, has no value where the groups always have one, has one that does not
/// fit, or both kinds of complementary cover.
pub fn of_vitale(data: &Node) -> Result<Zone, WriteError> {
    let mut zone = Zones { groups: Vec::new(), nothing: Node::unwritten(Data::Table(Table::new())) };
    let kind = data.at("carte.type").and_then(Node::text).unwrap_or(TEST);
    if kind != TEST {
        let key = Some("carte.type".into());
        let kind = WriteErrorKind::NoTestCard(kind.into());
        return Err(WriteError { kind, group: 101, occurrence: 1, field: Some(1), key });
    }
    zone.add(101, data, String::new())?;
    zone.add(
        102,
        data.at("assure.service_amo_famille").unwrap_or(&zone.nothing.clone()),
        "assure.service_amo_famille",
    )?;
    if let Some(insured) = data.at("assure").filter(|insured| has_members(insured, "accident_travail")) {
        zone.add(103, insured, "assure")?;
    }
    let people = data.at("beneficiaire").map(Node::list).unwrap_or_default();
    for (index, person) in people.iter().enumerate() {
        // One in which nothing stands is no person: a place that a card has and does not use.
        if person.table().is_some_and(|table| !table.is_empty()) {
            zone.person(index, person)?;
        }
    }
    Ok(Zone { groups: zone.groups })
}

/// A zone in the making.
struct Zones {
    groups: Vec<Group>,
    /// What a table that is not there says.
    nothing: Node,
}

impl Zones {
    /// Adds a group whose base is this table.
    fn add(&mut self, number: u16, node: &Node, path: impl Into<String>) -> Result<(), WriteError> {
        let Some(spec) = table::group(number) else { return Ok(()) };
        let occurrence = self.occurrences(number) + 1;
        let group = Writer { spec, occurrence, node, path: path.into() }.group(|_| None)?;
        self.groups.push(group);
        Ok(())
    }

    /// How many groups of a number there are so far.
    fn occurrences(&self, number: u16) -> usize {
        self.groups.iter().filter(|group| group.number == number).count()
    }

    /// Adds the groups of a person.
    fn person(&mut self, index: usize, person: &Node) -> Result<(), WriteError> {
        let path = format!("beneficiaire[{}]", index + 1);
        self.add(104, &as_the_interface_has(person, index == 0), &*path)?;
        for (number, list) in [(105, "droits"), (106, "couverture")] {
            let members = person.at(list).map(Node::list).unwrap_or_default();
            for (index, member) in members.iter().enumerate() {
                if member.table().is_some_and(|table| !table.is_empty()) {
                    self.add(number, member, format!("{path}.{list}[{}]", index + 1))?;
                }
            }
        }
        let cover = |key: &str| person.at(key).filter(|cover| cover.table().is_some_and(|table| !table.is_empty()));
        match (cover("mutuelle"), cover("amc")) {
            (Some(_), Some(_)) => {
                let (kind, occurrence) = (WriteErrorKind::BothCovers, self.occurrences(107) + 1);
                return Err(WriteError { kind, group: 107, occurrence, field: None, key: Some(path) });
            }
            (Some(mutual), None) => {
                self.add(107, mutual, format!("{path}.mutuelle"))?;
                if ["debut", "fin"].iter().any(|key| mutual.at(key).is_some_and(|node| node.date().is_some())) {
                    self.add(108, mutual, format!("{path}.mutuelle"))?;
                }
            }
            (None, Some(amc)) => {
                self.add(109, amc, format!("{path}.amc"))?;
                if amc.at("complement").and_then(Node::text).is_some_and(|text| !text.is_empty()) {
                    self.add(111, amc, format!("{path}.amc"))?;
                }
            }
            (None, None) => {}
        }
        Ok(())
    }
}

/// Whether a table has a list that is not empty.
fn has_members(node: &Node, list: &str) -> bool {
    node.at(list).is_some_and(|list| !list.list().is_empty())
}

/// A person as group 104 has one: the usual name always, the name at birth if it is another, and of the insured the
/// NIR only if it is certified.
fn as_the_interface_has(person: &Node, is_insured: bool) -> Node {
    let mut table = person.table().cloned().unwrap_or_default();
    let is_certified = table.get("date_certification").is_some_and(|node| node.date().is_some());
    if is_insured && !is_certified {
        table.remove("nir");
    }
    let usual = table.get("nom_usage").and_then(Node::text).filter(|name| !name.is_empty());
    let birth = table.get("nom").and_then(Node::text);
    if (usual.is_none() || usual == birth)
        && let Some(name) = table.remove("nom").or_else(|| table.remove("nom_usage"))
    {
        table.insert("nom_usage".into(), name);
    }
    Node::unwritten(Data::Table(table))
}
