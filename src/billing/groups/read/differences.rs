//! What the zone of the card that was made says otherwise than the zone that it was made of.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    decode::{latin1, plain},
    loss::{Loss, LossKind},
};
use crate::{
    billing::groups::{
        table::{self, FieldSpec},
        zone::{Placed, Zone},
    },
    profile::layout::Layout,
};

/// Which group it is, however many others were lost before it: of which person, which number, and which of them.
type Which = (usize, u16, usize);

/// Adds what the card's own zone has otherwise, but for what is among the losses already.
pub(super) fn add(zone: &Zone, written: &Zone, layout: &Layout, losses: &mut Vec<Loss>) {
    let is_whole = |loss: &&Loss| loss.place.field.is_none();
    let lost: BTreeSet<usize> = losses.iter().filter(is_whole).map(|loss| loss.place.position).collect();
    let told: BTreeSet<usize> = losses.iter().map(|loss| loss.place.position).collect();
    let theirs = numbered(written.placed());
    for (which, placed) in numbered(zone.placed().filter(|placed| !lost.contains(&placed.place.position))) {
        let Some(other) = theirs.get(&which) else {
            losses.push(Loss::of_group(&placed, LossKind::Gone));
            continue;
        };
        let spec = table::group(placed.group.number);
        for (place, bytes) in placed.fields().filter(|(place, _)| !told.contains(&place.position)) {
            let number = place.field.unwrap_or_default();
            let written = other.group.fields.get(number.saturating_sub(1));
            let kind = match written {
                None => LossKind::Beyond,
                Some(written) if written == bytes => continue,
                Some(written) => {
                    let field = spec.and_then(|spec| spec.field(number));
                    let has_place = |key| layout.has_place(&plain(key)).unwrap_or(true);
                    match field.and_then(|field| field.key) {
                        None if field.is_some_and(FieldSpec::is_reserved) => LossKind::Reserved(latin1(written)),
                        Some(key) if !has_place(key) => LossKind::Layout(layout.name().into()),
                        _ => LossKind::Otherwise(latin1(written)),
                    }
                }
            };
            losses.push(Loss { place, value: latin1(bytes), kind });
        }
    }
}

/// Groups by which they are.
fn numbered<'z>(groups: impl Iterator<Item = Placed<'z>>) -> BTreeMap<Which, Placed<'z>> {
    let (mut person, mut counted) = (0, BTreeMap::new());
    let which = groups.map(|placed| {
        let number = placed.group.number;
        person += usize::from(number == 104);
        let count: &mut usize = counted.entry((person, number)).or_default();
        *count += 1;
        ((person, number, *count), placed)
    });
    which.collect()
}
