//! From the data of a card to its zone.
//!
//! The data are a tree under the keys of card files, be it of a card file or of a reading: both give the same bytes.
//! Text that ISO 8859-1 does not have, and values wider than their fields, are errors that say where: nothing is cut
//! or replaced.

mod error;
mod fields;
mod patient;
mod professional;
#[cfg(test)]
pub(super) mod tests;

use crate::{
    billing::groups::zone::Zone,
    profile::{
        Profile,
        families::{Family, cps::Cps},
        layout::Layout,
        tree::{Data, Node},
    },
};

pub use error::{WriteError, WriteErrorKind};
pub use patient::of_vitale;
pub use professional::of_professional;

pub(super) use professional::PLACES;

/// The zone of the card that a card file makes: what the card has no place for is not in it, so that a terminal's
/// reading of the card gives the same.
///
/// # Errors
///
/// Those of [`of_vitale`] and [`of_professional`].
pub fn of_profile(profile: &Profile) -> Result<Zone, WriteError> {
    let data = on_card(profile.data(), profile.layout());
    if profile.layout().family().name() == Cps.name() { of_professional(&data) } else { of_vitale(&data) }
}

/// The data of a card that a layout has a place for.
#[must_use]
pub fn on_card(data: &Node, layout: &Layout) -> Node {
    placed(data, "", layout).unwrap_or_else(|| Node { data: Data::Table(Default::default()), span: data.span.clone() })
}

/// What of a node has a place; nothing if it has none.
fn placed(node: &Node, path: &str, layout: &Layout) -> Option<Node> {
    let inside = |table: &crate::profile::tree::Table| {
        let kept = table.iter().filter_map(|(key, node)| {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            Some((key.clone(), placed(node, &path, layout)?))
        });
        Data::Table(kept.collect())
    };
    let data = match &node.data {
        Data::Table(table) => match inside(table) {
            Data::Table(kept) if kept.is_empty() && !table.is_empty() => return None,
            kept => kept,
        },
        Data::List(members) => {
            let member = |member: &Node| Some(Node { data: inside(member.table()?), span: member.span.clone() });
            Data::List(members.iter().filter_map(member).collect())
        }
        _ if layout.has_place(path).unwrap_or(true) => node.data.clone(),
        _ => return None,
    };
    Some(Node { data, span: node.span.clone() })
}
