//! What slots are called in GALSS, where nobody says so.
//!
//! Old billing software knows two resources: that of the professional's card and that of the patient's. So a slot is
//! called after the card that is in it as the host starts; where none is, or one of another kind, the names go on in
//! turn. What a card is to others, the terminal's guides know: without them all names are given in turn.

use super::HostError;
#[cfg(feature = "cli")]
use crate::terminal::guides::{Guides, Seat};
use crate::{
    profile::families::Families,
    reader::{
        SlotState,
        galss::{Resource, ResourceName},
    },
};

/// The names of the field [DOPS-CRYPTOLIB GALSS], the patient's first, as slots have it. Further slots have a number
/// behind the name.
const NAMES: [&str; 2] = ["Vitale", "CPS"];

/// What each slot has for a second name, with a number from 1 to 9 behind it: the name of a transparent slot.
const ALIAS: &str = "TRANSPA";

/// The names that slots were given, of a host that has so many.
///
/// # Errors
///
/// That there is no such slot, or that a name or a slot is named twice.
pub(super) fn named(names: &[(ResourceName, usize)], slots: usize) -> Result<Vec<Resource>, HostError> {
    for (index, (name, slot)) in names.iter().enumerate() {
        if *slot >= slots {
            return Err(HostError::NoPlaceForName { name: name.to_string(), slot: *slot, slots });
        }
        let mut earlier = names.iter().take(index);
        if let Some((_, other)) = earlier.clone().find(|(other, _)| other == name) {
            return Err(HostError::TwoSlotsNamed { name: name.to_string(), slots: [*other, *slot] });
        }
        if let Some((other, _)) = earlier.find(|(_, other)| other == slot) {
            return Err(HostError::TwoNamesOfSlot { slot: *slot, names: [other.to_string(), name.to_string()] });
        }
    }
    let is_free = |alias: &ResourceName| names.iter().all(|(name, _)| name != alias);
    let resource = |(name, slot): &(ResourceName, usize)| Resource {
        name: name.clone(),
        alias: alias(*slot).filter(is_free),
        slot: *slot,
    };
    Ok(names.iter().map(resource).collect())
}

/// A name for each slot, after the cards that are in.
pub(super) fn by_cards(states: &[SlotState], families: &Families) -> Vec<Resource> {
    let known = |state: &SlotState| state.atr.and_then(|atr| name_of(atr.as_bytes(), families));
    by_names(&states.iter().map(known).collect::<Vec<_>>())
}

/// Which of the names is that of the card with this answer to reset; `None` for one that is not known.
#[cfg(feature = "cli")]
fn name_of(atr: &[u8], families: &Families) -> Option<usize> {
    let source = families.layout_of(atr).and_then(|layout| families.layout_source(layout))?;
    let layout = families.layout(&std::sync::Arc::new(source)).ok()?;
    match Guides::built_in().seat(&layout) {
        Seat::Patient => Some(0),
        Seat::Professional => Some(1),
        Seat::Alone => None,
    }
}

/// There are no guides without the program.
#[cfg(not(feature = "cli"))]
fn name_of(_: &[u8], _: &Families) -> Option<usize> {
    None
}

fn by_names(known: &[Option<usize>]) -> Vec<Resource> {
    // How many have each name: those with a card of the kind, then the others as they come.
    let mut taken = [0, 1].map(|name| known.iter().filter(|&&known| known == Some(name)).count());
    let mut given = [0; NAMES.len()];
    let mut resources = Vec::new();
    for (slot, known) in known.iter().enumerate() {
        let name = known.unwrap_or_else(|| {
            let fewest = usize::from(taken[0] > taken[1]);
            taken[fewest] += 1;
            fewest
        });
        given[name] += 1;
        resources.extend(numbered(NAMES[name], given[name]).map(|name| Resource { name, alias: alias(slot), slot }));
    }
    resources
}

/// A name, with a number from the second one on. It loses letters where there is no room for both.
fn numbered(name: &str, number: usize) -> Option<ResourceName> {
    let number = if number == 1 { String::new() } else { number.to_string() };
    let lengths = (1..=name.len()).rev();
    let names = lengths.filter_map(|length| name.get(..length));
    names.map(|name| format!("{name}{number}")).find_map(|name| ResourceName::new(&name).ok())
}

fn alias(slot: usize) -> Option<ResourceName> {
    ResourceName::new(&format!("{ALIAS}{}", slot.saturating_add(1))).ok()
}

#[cfg(test)]
mod tests {
    use super::{by_names, named};
    #[cfg(all(feature = "cli", unix))]
    use crate::host::{GALSS_VARIABLE, Host};
    use crate::reader::galss::ResourceName;

    const PATIENT: Option<usize> = Some(0);
    const PROFESSIONAL: Option<usize> = Some(1);

    fn names(known: &[Option<usize>]) -> Vec<String> {
        by_names(known).into_iter().map(|resource| resource.name.to_string()).collect()
    }

    #[test]
    fn a_slot_is_called_after_its_card() {
        assert_eq!(names(&[PATIENT, PROFESSIONAL]), ["Vitale", "CPS"]);
        assert_eq!(names(&[PROFESSIONAL, PATIENT]), ["CPS", "Vitale"]);
        assert_eq!(names(&[None, None]), ["Vitale", "CPS"]);
        assert_eq!(names(&[None, PATIENT]), ["CPS", "Vitale"]);
        assert_eq!(names(&[PROFESSIONAL, None]), ["CPS", "Vitale"]);
        assert_eq!(names(&[PATIENT, PATIENT, None]), ["Vitale", "Vitale2", "CPS"]);
        assert_eq!(names(&[None, None, None]), ["Vitale", "CPS", "Vitale2"]);
        let many = names(&[PATIENT; 255]);
        assert_eq!((many[9].as_str(), many[98].as_str(), many[99].as_str()), ("Vitale10", "Vitale99", "Vital100"));
        let aliases: Vec<_> = by_names(&[PATIENT; 10]).into_iter().map(|resource| resource.alias).collect();
        assert_eq!(aliases[8].as_ref().map(ResourceName::as_str), Some("TRANSPA9"));
        assert_eq!(aliases[9], None);
    }

    #[cfg(all(feature = "cli", unix))]
    #[test]
    fn a_host_serves_galss_if_it_is_asked_to() {
        let host = Host::builder().card("cps-lefevre").card("vitale2-martin");
        let host = host.galss().start().expect("it starts");
        let names: Vec<_> = host.galss_resources().iter().map(|each| (each.name.to_string(), each.slot)).collect();
        assert_eq!(names, [("CPS".to_owned(), 0), ("Vitale".to_owned(), 1)]);
        let environment = host.environment();
        let socket = environment.iter().find(|(name, _)| *name == GALSS_VARIABLE).map(|(_, socket)| socket.clone());
        let socket = std::path::PathBuf::from(socket.expect("its socket"));
        assert!(std::os::unix::net::UnixStream::connect(&socket).is_ok());
        host.stop();
        assert!(!socket.exists());
        let host = Host::builder().start().expect("it starts");
        assert_eq!((host.galss_resources().len(), host.environment().len()), (0, 1));
    }

    #[test]
    fn names_that_were_given_are_held_against_slots_and_each_other() {
        let name = |name: &str| ResourceName::new(name).expect("a name");
        let said = |names: &[(ResourceName, usize)]| named(names, 2).expect_err("it is refused").to_string();
        assert!(said(&[(name("CPS"), 2)]).contains("there is no slot 2, which would be called CPS"));
        assert!(said(&[(name("CPS"), 0), (name("cps"), 1)]).contains("slots 0 and 1 would both be called cps"));
        assert!(said(&[(name("A"), 1), (name("B"), 1)]).contains("slot 1 would be called both A and B"));
        let resources = named(&[(name("CPS"), 1), (name("transpa2"), 0)], 2).expect("two names");
        let aliases: Vec<_> = resources.iter().map(|each| each.alias.as_ref().map(ResourceName::as_str)).collect();
        assert_eq!(aliases, [None, Some("TRANSPA1")], "one that is a name already is no alias");
    }
}
