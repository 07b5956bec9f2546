//! What is printed on a Vitale 2 [CSS-R161 33-1]: the issuer's number, the card's number and validity; the holder's
//! NIR, name and first name; a photo, and a V in braille.

use super::super::{Face, face::text};
use crate::profile::tree::Node;

/// The face of a Vitale with these data.
pub(super) fn face(data: &Node) -> Face {
    let people = data.at("beneficiaire").map(Node::list).unwrap_or_default();
    let nir = value(data, "assure.nir").map(spaced_nir).unwrap_or_default();
    let validity = [value(data, "carte.debut_validite"), value(data, "carte.fin_validite")];
    let [from, to] = validity.map(|date| date.and_then(|date| date.get(..10).map(str::to_owned)).unwrap_or_default());
    let numbers = ["carte.numero_emetteur", "carte.numero_serie"].map(|path| value(data, path).unwrap_or_default());
    let lines = vec![
        format!("{:<40}vitale  ⠧", "carte d'assurance maladie"),
        String::new(),
        "┌───────┐".to_owned(),
        format!("│       │  {}", people.first().map(name).unwrap_or_default()),
        format!("│ photo │  {nir}"),
        format!("└───────┘  {} {}", numbers[0], numbers[1]),
        format!("           {from} / {to}"),
    ];
    let person = |person: &Node| (name(person), value(person, "naissance").unwrap_or_default());
    Face { lines, people: people.iter().map(person).collect() }
}

/// First name and name; the usual name where there is one.
fn name(person: &Node) -> String {
    let family = value(person, "nom_usage").or_else(|| value(person, "nom"));
    [value(person, "prenom"), family].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// `1 85 19 75 999 001 23`.
fn spaced_nir(nir: String) -> String {
    let mut rest = nir.as_str();
    let mut groups = Vec::new();
    for length in [1, 2, 2, 2, 3, 3] {
        let Some((group, tail)) = rest.split_at_checked(length) else { return nir };
        groups.push(group);
        rest = tail;
    }
    groups.push(rest);
    groups.join(" ").trim_end().to_owned()
}

/// A value as text, if it is there.
fn value(node: &Node, path: &str) -> Option<String> {
    node.at(path).and_then(text)
}

#[cfg(test)]
mod tests {
    use super::spaced_nir;

    #[test]
    fn a_nir_is_read_in_groups() {
        assert_eq!(spaced_nir("185197599900123".into()), "1 85 19 75 999 001 23");
        assert_eq!(spaced_nir("165192A99900150".into()), "1 65 19 2A 999 001 50");
        assert_eq!(spaced_nir("18519".into()), "18519");
    }
}
