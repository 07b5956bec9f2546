//! What differs is told, who belongs together is found, and nothing differs in what is equal.

use proptest::prelude::*;

use super::{Change, Difference, differences};
use crate::billing::groups::{Group, Zone};

/// A group from texts.
fn group(number: u16, fields: &[&str]) -> Group {
    Group { number, fields: fields.iter().map(|field| field.as_bytes().to_vec()).collect() }
}

fn person(name: &str, first: &str, nir: &str, birth: &str) -> Group {
    let mut fields = vec![""; 18];
    (fields[0], fields[2], fields[8], fields[11], fields[12]) = (name, first, nir, birth, "1");
    group(104, &fields)
}

fn family() -> Vec<Group> {
    vec![
        group(101, &["T", "10000002"]),
        person("MARTIN", "CAMILLE", "2861975999002", "198619150000"),
        group(105, &["202601010000", ""]),
        person("MARTIN", "LEO", "", "201503210000"),
        group(105, &["202601010000", "202612312359"]),
        person("MARTIN", "LEA", "", "201503210000"),
    ]
}

/// Each difference in a word and its place.
fn told(left: &[Group], right: &[Group]) -> Vec<String> {
    let [left, right] = [left, right].map(|groups| Zone { groups: groups.to_vec() });
    let told = differences(&left, &right);
    let one = |Difference { person, change, .. }: &Difference<'_>| {
        let what = match change {
            Change::Field { groups, fields } => {
                let name = fields.iter().flatten().next().map(|field| field.name()).unwrap_or_default();
                format!("{} {name}", groups[0].number)
            }
            Change::Only { side, group } => format!("{} only {side}", group.head.number),
            Change::Moved { groups } => format!("{} moved", groups[0].number),
            Change::Order { .. } => "order".into(),
        };
        [person.as_deref().unwrap_or_default(), &what].join(" ").trim().to_owned()
    };
    told.iter().map(one).collect()
}

#[test]
fn one_person_less_moves_nobody() {
    let (whole, mut less) = (family(), family());
    less.drain(1..3);
    assert_eq!(told(&whole, &less), ["CAMILLE MARTIN 104 only 0", "CAMILLE MARTIN 105 only 0"]);
    assert_eq!(told(&less, &whole), ["CAMILLE MARTIN 104 only 1", "CAMILLE MARTIN 105 only 1"]);
}

#[test]
fn people_are_known_by_what_stays_of_them() {
    let mut changed = family();
    // Another name, a NIR that is certified now, another first name.
    changed[1].fields[0] = b"DURAND".to_vec();
    changed[3].fields[8] = b"1151975999002".to_vec();
    changed[5].fields[2] = b"LOU".to_vec();
    changed[4].fields[1] = b"202701312359".to_vec();
    let right = ["CAMILLE MARTIN 104 nom_usage", "LEO MARTIN 104 nir", "LEO MARTIN 105 fin", "LEA MARTIN 104 prenom"];
    assert_eq!(told(&family(), &changed), right);
}

#[test]
fn who_stands_elsewhere_is_told() {
    let mut swapped = family();
    swapped.swap(3, 5);
    swapped.swap(4, 5);
    let right = ["LEO MARTIN 104 moved", "LEO MARTIN 105 only 0", "LEA MARTIN 104 moved", "LEA MARTIN 105 only 1"];
    let mut rights_stay = swapped.clone();
    rights_stay.swap(4, 5);
    assert_eq!(told(&family(), &swapped), ["LEO MARTIN 104 moved", "LEA MARTIN 104 moved"]);
    assert_eq!(told(&family(), &rights_stay), right);
    let mut unknown = family();
    unknown.insert(3, group(110, &["A"]));
    let mut before = family();
    before.insert(2, group(110, &["A"]));
    assert_eq!(told(&unknown, &before), ["order"]);
    assert_eq!(told(&family(), &unknown), ["CAMILLE MARTIN 110 only 1"]);
}

#[test]
fn cards_are_paired_by_their_numbers() {
    let other = [group(101, &["T", "10000003"]), person("DURAND", "MAX", "", "201503210000")];
    let [one_two, two_one] = [[family(), other.to_vec()].concat(), [other.to_vec(), family()].concat()];
    assert_eq!(told(&one_two, &two_one), ["order"]);
    assert_eq!(told(&family(), &one_two), ["101 only 1", "MAX DURAND 104 only 1"]);
    assert_eq!(
        told(&family()[..2], &other),
        ["101 numero_serie", "CAMILLE MARTIN 104 only 0", "MAX DURAND 104 only 1"]
    );
}

fn any_groups() -> impl Strategy<Value = Vec<Group>> {
    let number = prop::sample::select(vec![1_u16, 2, 60, 101, 104, 105, 106, 110]);
    let field = prop::collection::vec(prop::sample::select(b"AB".to_vec()), 0..2);
    let group = (number, prop::collection::vec(field, 0..4));
    prop::collection::vec(group.prop_map(|(number, fields)| Group { number, fields }), 0..8)
}

proptest! {
    #[test]
    fn nothing_differs_exactly_if_all_is_equal(left in any_groups(), right in any_groups()) {
        prop_assert_eq!(told(&left, &left), Vec::<String>::new());
        prop_assert_eq!(told(&left, &right).is_empty(), left == right);
    }
}
