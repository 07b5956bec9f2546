//! Whether the interface gives the rights on a Vitale: only beside a professional's card that may be billed with, whose
//! code was right, and for both generations of Vitale alike. What the chip itself opens is another matter: a Vitale
//! opens more, and has its own way to ask for a professional's card.
//!
//! Each question has a [`Code`] for an answer: [`Code::DONE`] is yes, any other says why not.

use super::{codes::Code, view::View};
use crate::{
    profile::said::{Bilingual, said},
    terminal::{cps::Proof, told::Told},
};

/// What a professional's card says of itself where it is a test card.
const TEST_CATEGORY: &str = "test";

/// What a Vitale says of itself where it is a test card.
const TEST_TYPE: &str = "T";

/// Whether a professional's card can be billed with.
#[must_use]
pub fn of_professional(card: &Told<'_>) -> Code {
    let data = View::of(card.data);
    match card.proof {
        Proof::Proved | Proof::ProvedBefore => {}
        Proof::Blocked => return Code::CODE_BLOCKED,
        Proof::NotNeeded | Proof::NotGiven | Proof::Wrong => return Code::CODE_WRONG,
        Proof::NotTaken => return Code::PROFESSIONAL_INVALID,
    }
    if card.is_cut_short {
        return Code::PROTOCOL;
    }
    let is_valid = data.period("carte.emission", "carte.fin_validite").covers(card.today);
    if is_valid && data.members("facturation").next().is_some() { Code::DONE } else { Code::PROFESSIONAL_INVALID }
}

/// Which of the reasons of [`Code::PROFESSIONAL_INVALID`] a professional's card has by itself; `None` if it has none.
#[must_use]
pub fn why_invalid(card: &Told<'_>) -> Option<Bilingual> {
    if of_professional(card) != Code::PROFESSIONAL_INVALID {
        return None;
    }
    let period = View::of(card.data).period("carte.emission", "carte.fin_validite");
    Some(if card.proof == Proof::NotTaken {
        said!(en: "it takes no code by its antenna", fr: "elle ne prend pas de code par son antenne")
    } else if period.is_over(card.today) {
        said!(en: "its last day is over", fr: "son dernier jour est passé")
    } else if period.is_to_come(card.today) {
        said!(en: "its first day is to come", fr: "son premier jour est à venir")
    } else {
        said!(en: "it has no billing situation", fr: "elle n'a pas de situation de facturation")
    })
}

/// Whether the rights on a Vitale are given beside a professional's card: one that can be billed with, or why there is
/// none.
#[must_use]
pub fn of_vitale(vitale: &Told<'_>, professional: Result<&Told<'_>, Code>) -> Code {
    let professional = match professional {
        Ok(professional) => professional,
        Err(code) => return code,
    };
    if vitale.is_cut_short {
        return Code::PROTOCOL;
    }
    if is_test(vitale, "carte.type", TEST_TYPE) != is_test(professional, "carte.categorie", TEST_CATEGORY) {
        return Code::TEST_WITH_REAL;
    }
    let opened = vitale.looks.iter().any(|look| look.outcome.is_ok());
    if let Some(denial) = vitale.looks.iter().find_map(|look| look.outcome.as_ref().err()).filter(|_| !opened) {
        return Code::of_denial(denial);
    }
    if vitale.is_sealed {
        return Code::PROFESSIONAL_INVALID;
    }
    let has_both = |person: View<'_>| person.table("mutuelle").is_some() && person.table("amc").is_some();
    if super::view::people(vitale.data).any(has_both) { Code::TWO_COVERS } else { Code::DONE }
}

fn is_test(card: &Told<'_>, key: &str, test: &str) -> bool {
    View::of(card.data).text(key).as_deref() == Some(test)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{of_professional, of_vitale};
    use crate::{
        billing::codes::Code,
        profile::tree::{CardDate, Node},
        terminal::{
            cps::Proof,
            right::{Bearer, Denial, Look},
            told::Told,
            toy::tree,
        },
    };

    const TODAY: CardDate = CardDate { year: 2026, month: 1, day: 15, hour: 0, minute: 0 };

    fn data(value: &Value) -> Node {
        tree(value)
    }

    fn cps(category: &str, end: &str, billing: usize) -> Node {
        let situations = vec![json!({ "numero_facturation": "999100019" }); billing];
        data(&json!({
            "carte": { "categorie": category, "emission": "2025-01-01", "fin_validite": end },
            "facturation": situations,
        }))
    }

    fn told(data: &Node, proof: Proof) -> Told<'_> {
        Told { proof, ..Told::alone(data, TODAY) }
    }

    #[test]
    fn a_professionals_card_bills_with_its_code_in_its_time() {
        let good = cps("test", "2028-01-01", 1);
        let of = |data: &Node, proof| of_professional(&told(data, proof));
        assert_eq!(of(&good, Proof::Proved), Code::DONE);
        assert_eq!(of(&good, Proof::ProvedBefore), Code::DONE);
        assert_eq!(of(&good, Proof::NotGiven), Code::CODE_WRONG);
        assert_eq!(of(&good, Proof::Wrong), Code::CODE_WRONG);
        assert_eq!(of(&good, Proof::Blocked), Code::CODE_BLOCKED);
        assert_eq!(of(&good, Proof::NotTaken), Code::PROFESSIONAL_INVALID);
        assert_eq!(of(&cps("test", "2026-01-14", 1), Proof::Proved), Code::PROFESSIONAL_INVALID);
        assert_eq!(of(&cps("test", "2028-01-01", 0), Proof::Proved), Code::PROFESSIONAL_INVALID);
        let why = |data: &Node, proof| super::why_invalid(&told(data, proof)).map(|why| why.english.into_owned());
        assert_eq!(why(&good, Proof::Proved), None);
        assert_eq!(why(&good, Proof::NotTaken).as_deref(), Some("it takes no code by its antenna"));
        assert_eq!(why(&cps("test", "2026-01-14", 1), Proof::Proved).as_deref(), Some("its last day is over"));
        assert_eq!(why(&cps("test", "2028-01-01", 0), Proof::Proved).as_deref(), Some("it has no billing situation"));
        let cut_short = Told { is_cut_short: true, ..told(&good, Proof::Proved) };
        assert_eq!(of_professional(&cut_short), Code::PROTOCOL);
    }

    #[test]
    fn rights_are_given_beside_a_card_of_the_same_kind() {
        let (test, real) = (cps("test", "2028-01-01", 1), cps("reelle", "2028-01-01", 1));
        let vitale = |kind: &str| data(&json!({ "carte": { "type": kind }, "assure": { "nir": "1" } }));
        let (of_tests, other) = (vitale("T"), vitale("R"));
        let of =
            |vitale: &Node, beside: &Node| of_vitale(&told(vitale, Proof::NotNeeded), Ok(&told(beside, Proof::Proved)));
        assert_eq!(of(&of_tests, &test), Code::DONE);
        assert_eq!(of(&of_tests, &real), Code::TEST_WITH_REAL);
        assert_eq!(of(&other, &test), Code::TEST_WITH_REAL);
        assert_eq!(of(&other, &real), Code::DONE);
        let none = of_vitale(&told(&of_tests, Proof::NotNeeded), Err(Code::NO_PROFESSIONAL));
        assert_eq!(none, Code::NO_PROFESSIONAL);
    }

    #[test]
    fn what_a_vitale_keeps_closed_is_not_given() {
        let (vitale, beside) = (data(&json!({ "carte": { "type": "T" } })), cps("test", "2028-01-01", 1));
        let beside = told(&beside, Proof::Proved);
        let sealed = Told { is_sealed: true, ..told(&vitale, Proof::NotNeeded) };
        assert_eq!(of_vitale(&sealed, Ok(&beside)), Code::PROFESSIONAL_INVALID);
        let looks = [Look { bearer: Bearer::default(), outcome: Err(Denial::Gone), opened: vec!["COUVERT".into()] }];
        let gone = Told { looks: &looks, ..told(&vitale, Proof::NotNeeded) };
        assert_eq!(of_vitale(&gone, Ok(&beside)), Code::NO_PROFESSIONAL);
        let endless = Told { is_cut_short: true, ..told(&vitale, Proof::NotNeeded) };
        assert_eq!(of_vitale(&endless, Ok(&beside)), Code::PROTOCOL);
    }

    #[test]
    fn both_covers_are_told() {
        let beside = cps("test", "2028-01-01", 1);
        let of = |people: Value| {
            let vitale = data(&json!({ "carte": { "type": "T" }, "assure": { "nir": "1" }, "beneficiaire": people }));
            of_vitale(&told(&vitale, Proof::NotNeeded), Ok(&told(&beside, Proof::Proved)))
        };
        let (mutual, amc) = (json!({ "identifiant": "99999999" }), json!({ "numero_b2": "99999999" }));
        assert_eq!(of(json!([{ "nom": "A", "mutuelle": mutual }, { "nom": "B", "amc": amc }])), Code::DONE);
        assert_eq!(of(json!([{ "nom": "A" }, { "nom": "B", "amc": amc, "mutuelle": mutual }])), Code::TWO_COVERS);
    }
}
