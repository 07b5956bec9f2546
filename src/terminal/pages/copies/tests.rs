//! What is said of copies, in both languages, and what programs get.

use std::num::NonZeroU16;

use jiff::civil::date;

use super::CopiesReport;
use crate::{
    profile::nir::Nir,
    terminal::{
        amount::Cents,
        copies::{
            Accident, AccidentNumber, Act, ActCode, Acts, BillingNumber, Body, Copies, Copy, FormNumber, Nature,
            Patient, Shown,
        },
        files::Lock,
        pages::{self, Format, Lang},
        vitale::{Beneficiary, Model, Reading},
    },
};

fn copy(number: u32, days_ago: i32) -> Copy {
    let act = |code: &str, amount, coefficient| Act {
        date: None,
        code: ActCode::read(code).expect("a code"),
        coefficient: NonZeroU16::new(coefficient).expect("not zero"),
        amount: Cents(amount),
        exoneration: 0,
    };
    Copy {
        date: date(2026, 1, 15) - jiff::Span::new().days(days_ago),
        number: FormNumber::new(number).expect("six digits"),
        patient: Patient::Nir(Nir::read("1 90 19 99 999 005").expect("a NIR")),
        body: Body::read("013499881").expect("nine digits"),
        author: BillingNumber::read("999100019").expect("a number with its key"),
        nature: Nature::Accident(Accident::Numbered(AccidentNumber::read("99990001").expect("its digits"))),
        acts: Acts::new(vec![act("G", 3_000, 100), act("K", 2_505, 1_050)]).expect("two"),
        third_party: Cents(3_000),
    }
}

fn reading(copies: Copies, model: Model) -> Reading {
    let mut reading = Reading::empty(Vec::new(), model, date(2026, 1, 15));
    reading.copies = copies;
    reading.conclude(model);
    let person = Beneficiary {
        first_name: Some("ALIX".into()),
        birth_name: Some("PETIT".into()),
        nir: Some("190199999900556".into()),
        ..Beneficiary::default()
    };
    reading.volet.beneficiaries = vec![person];
    reading
}

/// What a page has under the title of copies.
fn said(shown: Shown, objection: Option<bool>, model: Model, lang: Lang) -> String {
    let page = pages::reading(&reading(Copies { objection, shown }, model), "a place", Format::new(lang)).plain();
    let title = if lang == Lang::En { "Copies of care forms\n" } else { "Copies des feuilles de soins\n" };
    let (_, behind) = page.split_once(title).unwrap_or_else(|| panic!("{page}"));
    behind.split("\n\n").next().unwrap_or_default().to_owned()
}

#[test]
fn copies_are_listed_with_their_time() {
    let copies = vec![copy(9, 0), copy(8, 14), copy(7, 15), copy(6, 90), copy(5, 91), copy(4, -1)];
    let of = |lang| said(Shown::Open { copies: copies.clone(), unreadable: 0 }, Some(false), Model::Vitale2, lang);
    let english = of(Lang::En);
    for part in [
        "2026-01-15  000009  55.05 €",
        "ALIX PETIT, accident at work 99990001: G 30.00 €; K × 10.5 25.05 €; third party 30.00 €",
        "may be used from 2026-01-30 on",
        "may be used until 2026-03-31",
        "may be used until 2026-01-15",
        "could be used until 2026-01-14",
        "the form is of a later day",
        "from 15 to 90 days after it was made (R.161-47, III)",
    ] {
        assert!(in_one_line(&english).contains(part), "{part} is missing in\n{english}");
    }
    let french = of(Lang::Fr);
    for part in [
        "accident du travail 99990001 : G 30,00 € ; K × 10,5 25,05 € ; tiers payant 30,00 €",
        "délai passé le 14/01/2026",
    ] {
        assert!(in_one_line(&french).contains(part), "{part} is missing in\n{french}");
    }
}

/// A table whose third column goes on below itself, with each of its cells in one line.
fn in_one_line(table: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in table.lines() {
        match lines.last_mut() {
            Some(row) if line.starts_with("          ") => *row = format!("{row} {}", line.trim()),
            _ => {
                let mut cells: Vec<&str> =
                    line.trim().split("  ").filter(|cell| !cell.is_empty()).map(str::trim).collect();
                // What goes on comes last.
                if cells.len() > 2 {
                    let what = cells.remove(2);
                    cells.push(what);
                }
                lines.push(cells.join("  "));
            }
        }
    }
    lines.join("\n")
}

#[test]
fn why_there_are_none_is_said_with_the_article() {
    let empty = || Shown::Open { copies: vec![], unreadable: 0 };
    for (shown, objection, model, english, french) in [
        (empty(), Some(false), Model::Vitale2, "None yet.", "Aucune pour l'instant."),
        (empty(), Some(true), Model::Vitale2, "objects to copies on the card (R.161-33-1, 2° d)", "l'assuré s'oppose"),
        (
            Shown::Closed(Lock::ProfessionalCard),
            Some(true),
            Model::Vitale2,
            "objects to copies on the card (R.161-33-1, 2° d)",
            "l'assuré s'oppose",
        ),
        (Shown::Closed(Lock::ProfessionalCard), None, Model::Vitale2, "(R.161-33-2)", "carte de professionnel (CPS)"),
        (Shown::Closed(Lock::Never), None, Model::Vitale2, "keeps them to itself: ", "les garde pour elle : "),
        (Shown::NoFile, None, Model::Vitale2, "has no place for them", "n'a pas de place pour elles"),
        (Shown::NoFile, None, Model::Vitale1, "(decree 98-275, article 3)", "(décret 98-275, article 3)"),
    ] {
        let en = said(shown.clone(), objection, model, Lang::En).replace("\n  ", " ");
        assert!(en.contains(english), "{english} is missing in\n{en}");
        let fr = said(shown, objection, model, Lang::Fr).replace("\n  ", " ");
        assert!(fr.contains(french), "{french} is missing in\n{fr}");
    }
}

#[test]
fn copies_against_the_law_and_records_that_are_none_are_remarked() {
    let shown = Shown::Open { copies: vec![copy(1, 20)], unreadable: 2 };
    let reading = reading(Copies { objection: Some(true), shown }, Model::Vitale2);
    let page = |lang| pages::reading(&reading, "a place", Format::new(lang)).plain();
    assert!(page(Lang::En).contains("2 records in the place of copies of care forms are none."));
    assert!(page(Lang::En).contains("though the insured objects to them"));
    assert!(page(Lang::Fr).contains("bien que l'assuré s'y oppose"));
}

#[test]
fn programs_get_the_keys_of_card_files() {
    let shown = Shown::Open { copies: vec![copy(8, 20)], unreadable: 0 };
    let reading = reading(Copies { objection: Some(false), shown }, Model::Vitale2);
    let report = serde_json::to_value(CopiesReport::of(&reading.copies, reading.today)).expect("a document");
    let copy = &report["copie"][0];
    assert_eq!((&report["shown"], &report["lock"]), (&"open".into(), &serde_json::Value::Null));
    assert_eq!(
        (&copy["date"], &copy["numero"], &copy["total"]),
        (&"2025-12-26".into(), &"000008".into(), &5_505.into())
    );
    assert_eq!((&copy["nir"], &copy["naissance"]), (&"190199999900556".into(), &serde_json::Value::Null));
    assert_eq!(copy["usage"]["stage"], "usable");
    assert_eq!((&copy["usage"]["debut"], &copy["usage"]["fin"]), (&"2026-01-10".into(), &"2026-03-26".into()));
    assert_eq!(copy["acte"][1]["coefficient"], 1_050);
}
