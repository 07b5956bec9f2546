//! What contradicts itself in the copies of care forms that a card file gives, though each value for itself could be.

use std::collections::HashSet;

use super::super::{Contradiction, Note};
use crate::profile::{
    schema::Doc,
    tree::{CardDate, Data, Node, Span},
};

/// All that contradicts itself.
pub(super) fn contradictions(data: &Node) -> Vec<Contradiction> {
    let people = people(data);
    let of_copy = |copy| [acts(copy), sum(copy), share(copy), nature(copy), stranger(copy, &people)];
    objection(data).into_iter().chain(copies(data).flat_map(of_copy).flatten()).collect()
}

/// Copies that stand before older ones: the card takes the last one for the newest.
pub(super) fn notes(data: &Node) -> Vec<Note> {
    let dates: Vec<(CardDate, Span)> = copies(data)
        .filter_map(|copy| copy.at("date"))
        .filter_map(|date| Some((date.date()?, date.span.clone())))
        .collect();
    let older = dates.iter().zip(dates.iter().skip(1)).filter(|(before, after)| after.0 < before.0);
    let note = |(before, after): (&(CardDate, Span), &(CardDate, Span))| Note {
        at: after.1.clone(),
        message: said(
            format!("copies go from the oldest to the newest, and the one before is of {}", before.0),
            format!("les copies vont de la plus ancienne à la plus récente, et celle d'avant est du {}", before.0),
        ),
    };
    older.map(note).collect()
}

fn copies(data: &Node) -> impl Iterator<Item = &Node> {
    data.at("copie").map(Node::list).unwrap_or_default().iter()
}

/// Who objects to copies has none [CSS-R161 33-1].
fn objection(data: &Node) -> Option<Contradiction> {
    let objects = matches!(data.at("assure.opposition_copies")?.data, Data::Flag(true));
    let first = copies(data).next().filter(|_| objects)?;
    Some(Contradiction {
        at: first.span.clone(),
        also: None,
        message: said(
            "the insured objects to copies, so that the card has none (R.161-33-1, 2° d)",
            "l'assuré s'oppose aux copies, la carte n'en a donc aucune (R.161-33-1, 2° d)",
        ),
        hint: said("leave the copies out, or opposition_copies", "enlever les copies, ou la clé opposition_copies"),
    })
}

/// A form is for something.
fn acts(copy: &Node) -> Option<Contradiction> {
    let is_empty = copy.at("acte").is_none_or(|acts| acts.list().is_empty());
    is_empty.then(|| Contradiction {
        at: copy.span.clone(),
        also: None,
        message: said("this copy has no act", "cette copie n'a aucun acte"),
        hint: said(
            "write [[copie.acte]] below it, with code and montant",
            "écrire [[copie.acte]] sous elle, avec code et montant",
        ),
    })
}

/// The total is that of the acts.
fn sum(copy: &Node) -> Option<Contradiction> {
    let total = copy.at("total")?;
    let said_total = number(total)?;
    let acts = copy.at("acte").map(Node::list).filter(|acts| !acts.is_empty())?;
    let amounts: Option<Vec<u64>> = acts.iter().map(|act| act.at("montant").and_then(number)).collect();
    let sum: u64 = amounts?.iter().sum();
    (sum != said_total).then(|| Contradiction {
        at: total.span.clone(),
        also: None,
        message: said(
            format!("the acts of this copy add up to {sum} cents, not {said_total}"),
            format!("les actes de cette copie font {sum} centimes, et non {said_total}"),
        ),
        hint: said(
            format!("write total = {sum}, or look for a wrong montant"),
            format!("écrire total = {sum}, ou chercher un montant faux"),
        ),
    })
}

/// Nobody pays more for the patient than the whole.
fn share(copy: &Node) -> Option<Contradiction> {
    let (paid, total) = (copy.at("tiers_payant")?, copy.at("total").and_then(number)?);
    (number(paid)? > total).then(|| Contradiction {
        at: paid.span.clone(),
        also: None,
        message: said(
            format!("this is more than the total of {total} cents"),
            format!("c'est plus que le total de {total} centimes"),
        ),
        hint: said(
            format!("write 0 to {total}: what the patient did not pay"),
            format!("écrire de 0 à {total} : ce dont le patient n'a pas fait l'avance"),
        ),
    })
}

/// A form is for maternity or for an accident. That an accident has a number or a date, its keys say.
fn nature(copy: &Node) -> Option<Contradiction> {
    let (_, date) = copy.at("maternite").zip(copy.at("accident_date"))?;
    Some(Contradiction {
        at: date.span.clone(),
        also: None,
        message: said(
            "a form is for maternity or for an accident, not for both",
            "une feuille relève de la maternité ou d'un accident, et non des deux",
        ),
        hint: said("leave maternite out, or accident_date", "enlever maternite, ou accident_date"),
    })
}

/// How somebody on the card is named.
#[derive(Debug, Eq, Hash, PartialEq)]
enum Name<'d> {
    Nir(&'d str),
    Born(CardDate, &'d str),
}

/// By which names the people on the card are known.
fn people(data: &Node) -> HashSet<Name<'_>> {
    let people = data.at("beneficiaire").map(Node::list).unwrap_or_default();
    let nirs = people.iter().chain(data.at("assure")).filter_map(|person| person.at("nir")?.text()).map(Name::Nir);
    let born = people.iter().filter_map(|person| Some(Name::Born(person.at("naissance")?.date()?, rank(person))));
    nirs.chain(born).collect()
}

/// The form is for somebody on the card.
fn stranger(copy: &Node, people: &HashSet<Name<'_>>) -> Option<Contradiction> {
    let (at, name) = match (copy.at("nir"), copy.at("naissance")) {
        (Some(nir), _) => (nir, Name::Nir(nir.text()?)),
        (None, born) => (born?, Name::Born(born?.date()?, rank(copy))),
    };
    if people.contains(&name) {
        return None;
    }
    let message = match name {
        Name::Nir(_) => said("nobody on the card has this NIR", "personne sur la carte n'a ce NIR"),
        Name::Born(day, rank) => said(
            format!("nobody on the card was born on {day} with rank {rank}"),
            format!("personne sur la carte n'est né le {day} au rang {rank}"),
        ),
    };
    Some(Contradiction {
        at: at.span.clone(),
        also: None,
        message,
        hint: said(
            "write the nir of the insured or of a beneficiary, or naissance and rang_gemellaire as they stand there",
            "écrire le nir de l'assuré ou d'un bénéficiaire, ou naissance et rang_gemellaire comme ils y sont écrits",
        ),
    })
}

/// The rank of birth, which goes without saying where nobody shares the day.
fn rank(person: &Node) -> &str {
    person.at("rang_gemellaire").and_then(Node::text).unwrap_or("1")
}

fn number(node: &Node) -> Option<u64> {
    match node.data {
        Data::Number(number) => Some(number),
        _ => None,
    }
}

fn said(en: impl Into<String>, fr: impl Into<String>) -> Doc {
    Doc { en: en.into(), fr: fr.into() }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use jiff::civil::date;

    use crate::profile::{
        Options, Profile,
        diagnostic::{Diagnostics, Source},
        parse,
        schema::Language,
    };

    fn card(more: &str) -> Result<Profile, Diagnostics> {
        let text = format!(
            "layout = \"vitale2\"\n\n[assure]\nnir = \"1 90 19 99 999 005\"\nnom = \"PETIT\"\nprenom = \"ALIX\"\n\
             naissance = \"1990-19-14\"\n{more}"
        );
        let options = Options { today: date(2026, 1, 15), seed: 1 };
        parse(Source { name: "card.toml".into(), text }, None::<&Path>, &options)
    }

    /// A copy that is right but for what stands in the place of a line.
    fn copy(from: &str, to: &str) -> String {
        const RIGHT: &str = "\n[[copie]]\ndate = \"today-20d\"\nnumero = \"000001\"\nnaissance = \"1990-19-14\"\n\
                             professionnel = \"999100019\"\ntotal = 5500\ntiers_payant = 3000\n\
                             [[copie.acte]]\ncode = \"G\"\nmontant = 3000\n[[copie.acte]]\ncode = \"K\"\nmontant = 2500\n";
        assert!(RIGHT.contains(from), "{from}");
        RIGHT.replacen(from, to, 1)
    }

    #[test]
    fn a_right_copy_is_no_mistake() {
        let profile = card(&copy("\n", "\n")).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        assert_eq!(profile.notes(), []);
        let file = profile.map().file("COPIES").expect("it has one");
        assert_eq!((file.records.len(), file.records.first(), file.size), (1, Some(&(0..175)), 10 * 175));
    }

    #[test]
    fn each_mistake_is_said_at_its_place_in_both_languages() {
        for (from, to, at, english, french) in [
            (
                "total = 5500",
                "total = 5400",
                (14, 9),
                "add up to 5500 cents, not 5400",
                "font 5500 centimes, et non 5400",
            ),
            ("payant = 3000", "payant = 5501", (15, 16), "more than the total of 5500", "plus que le total de 5500"),
            ("1990-19-14", "1990-19-15", (12, 13), "born on 1990-19-15 with rank 1", "né le 1990-19-15 au rang 1"),
            (
                "naissance = \"1990-19-14\"",
                "nir = \"1 85 19 75 999 001\"",
                (12, 7),
                "nobody on the card has this NIR",
                "personne sur la carte n'a ce NIR",
            ),
            (
                "total",
                "maternite = \"today-90d\"\naccident_date = \"today-30d\"\ntotal",
                (15, 17),
                "for maternity or for an accident",
                "relève de la maternité ou d'un accident",
            ),
        ] {
            let mistakes = card(&copy(from, to)).expect_err(english);
            let [mistake] = &mistakes.0[..] else { panic!("{mistakes}") };
            assert_eq!(mistake.position(), at, "{mistakes}");
            assert!(mistake.message.to_string().contains(english), "{mistakes}");
            let told = mistakes.render_in(Language::French, false);
            assert!(told.contains(french), "{told}");
        }
    }

    #[test]
    fn a_copy_has_an_act() {
        let without = copy("\n", "\n");
        let without = without.split("[[copie.acte]]").next().unwrap_or_default();
        let mistakes = card(without).expect_err("no act");
        assert!(mistakes.to_string().contains("this copy has no act"), "{mistakes}");
    }

    #[test]
    fn who_objects_has_no_copies() {
        let mistakes = card(&format!("opposition_copies = true\n{}", copy("\n", "\n"))).expect_err("an objection");
        let [mistake] = &mistakes.0[..] else { panic!("{mistakes}") };
        assert_eq!(mistake.position().0, 10, "{mistakes}");
        assert!(mistake.message.to_string().contains("R.161-33-1, 2° d"), "{mistakes}");
        let profile = card("opposition_copies = true\n").unwrap_or_else(|mistakes| panic!("{mistakes}"));
        assert_eq!(profile.map().file("COPIES").map(|file| file.records.len()), Some(0));
    }

    #[test]
    fn more_copies_than_fit_are_a_mistake() {
        assert!(card(&copy("\n", "\n").repeat(10)).is_ok());
        let mistakes = card(&copy("\n", "\n").repeat(11)).expect_err("one too many");
        assert!(mistakes.to_string().contains("10"), "{mistakes}");
    }

    #[test]
    fn a_copy_behind_a_newer_one_is_noted() {
        let profile = card(&[copy("\n", "\n"), copy("today-20d", "today-21d")].concat());
        let profile = profile.unwrap_or_else(|mistakes| panic!("{mistakes}"));
        let notes: Vec<_> = profile.notes().iter().map(|note| (note.position().0, note.message.to_string())).collect();
        let [(24, note)] = &notes[..] else { panic!("{notes:?}") };
        assert!(note.contains("the one before is of 2025-12-26"), "{note}");
    }
}
