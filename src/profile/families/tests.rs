//! The list of families, and what each of them must be.

use std::collections::BTreeSet;

use super::{Families, Family};
use crate::profile::schema::Schema;

#[test]
fn names_of_families_and_layouts_are_unique() {
    let families = Families::built_in();
    let names: BTreeSet<_> = families.iter().map(Family::name).collect();
    assert_eq!(names.len(), families.iter().count());
    let layouts: BTreeSet<_> = families.layouts().map(|layout| layout.name).collect();
    assert_eq!(layouts.len(), families.layouts().count());
}

#[test]
fn built_in_layouts_are_of_their_family() {
    let families = Families::built_in();
    for family in families.iter() {
        Schema::of_family(family).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        for known in family.layouts() {
            let source = families.layout_source(known.name).expect("it is built in");
            let layout = families.layout(&source.into()).unwrap_or_else(|mistakes| panic!("{mistakes}"));
            assert_eq!((layout.family().name(), layout.name()), (family.name(), known.name));
            layout.schema().unwrap_or_else(|mistakes| panic!("{mistakes}"));
        }
    }
}
