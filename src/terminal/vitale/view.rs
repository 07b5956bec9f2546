//! The [`Volet`] of a data tree. All names of card-file keys that the terminal knows stand here.
//!
//! The tree comes from decoding, so it is the same for every generation of card and every layout. A key that is
//! missing, or holds another kind of value than expected, gives nothing.

use super::{Accident, Beneficiary, CardFacts, Complementary, Coverage, Dated, Europe, Insured, Period, Volet};
use crate::profile::tree::{CardDate, Data, Node};

/// What a tree says.
pub(super) fn volet(tree: &Node) -> Volet {
    let insured = View::of([tree.at("assure"), None]);
    let people = tree.at("beneficiaire").map(Node::list).unwrap_or_default();
    // The insured is the first beneficiary, and what is said of one is said of the other.
    let first = View::of([people.first(), tree.at("assure")]);
    let others = people.iter().skip(1).map(|person| View::of([Some(person), None]));
    let beneficiaries = std::iter::once(first).chain(others).map(beneficiary);
    Volet {
        card: card(View::of([tree.at("carte"), None])),
        insured: self::insured(insured),
        beneficiaries: beneficiaries.filter(|person| *person != Beneficiary::default()).collect(),
    }
}

fn card(card: View<'_>) -> CardFacts {
    CardFacts {
        kind: card.text("type"),
        serial: card.text("numero_serie"),
        issuer: card.text("numero_emetteur"),
        validity: Period { start: card.date("debut_validite"), end: card.date("fin_validite") },
        state: card.text("etat"),
        updated: card.date("mise_a_jour"),
    }
}

fn insured(insured: View<'_>) -> Insured {
    Insured {
        nir: insured.text("nir"),
        regime: insured.text("code_regime"),
        body: insured.text("caisse"),
        centre: insured.text("centre"),
        management: insured.text("code_gestion"),
        service: insured.table("service_amo_famille").map(dated),
        accidents: insured.list("accident_travail").map(accident).filter(Accident::is_one).collect(),
    }
}

fn accident(accident: View<'_>) -> Accident {
    Accident { body: accident.text("organisme"), code: accident.text("code"), number: accident.text("identifiant") }
}

fn beneficiary(person: View<'_>) -> Beneficiary {
    let address = person.table("adresse");
    let lines = ["ligne_1", "ligne_2", "ligne_3", "ligne_4", "commune"];
    Beneficiary {
        usual_name: person.text("nom_usage"),
        birth_name: person.text("nom"),
        first_name: person.text("prenom"),
        other_first_names: person.text("autres_prenoms"),
        nir: person.text("nir"),
        born: person.date("naissance"),
        rank: person.text("rang_gemellaire"),
        quality: person.text("qualite"),
        quality_end: person.date("fin_qualite"),
        pregnancy: person.date("grossesse"),
        country: person.text("pays"),
        address: address.into_iter().flat_map(|address| lines.map(|line| address.text(line))).flatten().collect(),
        service: person.table("service_amo").map(dated),
        rights: person.list("droits").map(period).filter(Period::is_given).collect(),
        coverage: person.list("couverture").map(coverage).collect(),
        exonerations: person.list("exoneration").map(dated).collect(),
        mutual: person.table("mutuelle").map(complementary),
        amc: person.table("amc").map(complementary),
        treating_doctor: person.flag("medecin_traitant"),
        organ_donation: person.flag("don_organes"),
        person_to_warn: person.table("personne_a_prevenir").and_then(person_to_warn),
        europe: person.table("europe").map(europe),
    }
}

fn person_to_warn(person: View<'_>) -> Option<String> {
    let parts: Vec<String> = ["prenom", "nom", "telephone"].iter().filter_map(|key| person.text(key)).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

fn europe(europe: View<'_>) -> Europe {
    let card_number = europe.text("numero_carte");
    Europe { institution: europe.text("institution"), card_number, period: period(europe) }
}

fn coverage(coverage: View<'_>) -> Coverage {
    Coverage { ald: coverage.text("ald"), situation: coverage.text("situation"), period: period(coverage) }
}

fn complementary(cover: View<'_>) -> Complementary {
    Complementary {
        number: cover.text("identifiant").or_else(|| cover.text("numero_b2")),
        member: cover.text("numero_adherent"),
        guarantees: cover.text("garanties"),
        treatment: cover.text("code_traitement"),
        sts: cover.text("sts"),
        routing: cover.text("code_routage"),
        period: period(cover),
    }
}

fn dated(entry: View<'_>) -> Dated {
    Dated { code: entry.text("code"), period: period(entry) }
}

fn period(entry: View<'_>) -> Period {
    Period { start: entry.date("debut"), end: entry.date("fin") }
}

/// One table, or two that say things of the same: the first that knows an answer gives it.
#[derive(Clone, Copy)]
struct View<'a>([Option<&'a Node>; 2]);

impl<'a> View<'a> {
    fn of(nodes: [Option<&'a Node>; 2]) -> Self {
        Self(nodes)
    }

    fn at(self, key: &str) -> Option<&'a Node> {
        self.0.into_iter().flatten().find_map(|node| node.at(key))
    }

    /// Text that says something; a number is text too.
    fn text(self, key: &str) -> Option<String> {
        let text = match &self.at(key)?.data {
            Data::Text(text) => text.trim().to_owned(),
            Data::Number(number) => number.to_string(),
            _ => return None,
        };
        (!text.is_empty()).then_some(text)
    }

    fn date(self, key: &str) -> Option<CardDate> {
        self.at(key)?.date()
    }

    fn flag(self, key: &str) -> Option<bool> {
        match self.at(key)?.data {
            Data::Flag(flag) => Some(flag),
            _ => None,
        }
    }

    fn table(self, key: &str) -> Option<View<'a>> {
        let node = self.at(key).filter(|node| matches!(&node.data, Data::Table(table) if !table.is_empty()))?;
        Some(Self::of([Some(node), None]))
    }

    fn list(self, key: &str) -> impl Iterator<Item = View<'a>> {
        let members = self.at(key).map(Node::list).unwrap_or_default();
        members.iter().map(|member| Self::of([Some(member), None]))
    }
}
