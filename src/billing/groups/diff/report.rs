//! Differences for programs. Sentences are in English.

use serde::Serialize;

use super::{Change, Difference};
use crate::billing::groups::{
    describe::{Described, DescribedField},
    zone::Place,
};

/// A difference for programs.
#[derive(Debug, Serialize)]
pub struct DifferenceReport<'d> {
    /// `field`, `only`, `moved` or `order`.
    pub kind: &'static str,
    /// Which card it is about, from 1.
    pub card: usize,
    /// Who it is about.
    pub person: Option<&'d str>,
    /// The number of the group; `None` if it is about none alone.
    pub group: Option<u16>,
    /// What the group is, if that is known.
    pub about: Option<&'static str>,
    /// The number of the field.
    pub field: Option<usize>,
    /// What it is called, if that is known.
    pub name: Option<&'static str>,
    /// What it is, if that is known.
    pub meaning: Option<&'static str>,
    /// In the first zone; `None` if that has none such.
    pub left: Option<SideReport>,
    /// The same in the second.
    pub right: Option<SideReport>,
}

/// One side of a difference.
#[derive(Debug, Serialize)]
pub struct SideReport {
    /// Where the field or the group stands.
    pub position: usize,
    /// Which occurrence of the group it is of, or is.
    pub occurrence: usize,
    /// The characters of the field; of a group on one side, those of all its fields.
    pub values: Vec<String>,
    /// What the value of a field means, if that is known.
    pub meaning: Option<String>,
}

impl<'d> DifferenceReport<'d> {
    /// That of a difference.
    #[must_use]
    pub fn of(difference: &'d Difference<'_>) -> Self {
        let Difference { card, person, change } = difference;
        let (kind, group, field) = match change {
            Change::Field { groups, fields } => ("field", groups.first(), fields.iter().flatten().next()),
            Change::Only { group, .. } => ("only", Some(&group.head), None),
            Change::Moved { groups } => ("moved", groups.first(), None),
            Change::Order { .. } => ("order", None, None),
        };
        let [left, right] = sides(change);
        Self {
            kind,
            card: *card,
            person: person.as_deref(),
            group: group.map(|group| group.number),
            about: group.and_then(|group| group.spec).map(|spec| spec.en),
            field: field.map(|field| field.number),
            name: field.and_then(|field| field.spec).map(|spec| spec.name),
            meaning: field.and_then(|field| field.spec).map(|spec| spec.en),
            left,
            right,
        }
    }
}

fn sides(change: &Change<'_>) -> [Option<SideReport>; 2] {
    match change {
        Change::Field { fields, .. } => fields.each_ref().map(|field| field.as_ref().map(SideReport::of_field)),
        Change::Only { side: 0, group } => [Some(SideReport::of_group(group)), None],
        Change::Only { group, .. } => [None, Some(SideReport::of_group(group))],
        Change::Moved { groups } => groups.each_ref().map(|group| Some(SideReport::of_place(group.place))),
        Change::Order { places } => places.map(|place| Some(SideReport::of_place(place))),
    }
}

impl SideReport {
    fn of_place(place: Place) -> Self {
        Self { position: place.position, occurrence: place.occurrence, values: Vec::new(), meaning: None }
    }

    fn of_field(field: &DescribedField<'_>) -> Self {
        let meaning = field.meaning().map(|meaning| meaning.english.into_owned());
        Self { values: vec![field.text()], meaning, ..Self::of_place(field.place) }
    }

    fn of_group(group: &Described<'_>) -> Self {
        Self { values: group.fields.iter().map(DescribedField::text).collect(), ..Self::of_place(group.head.place) }
    }
}
