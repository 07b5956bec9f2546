//! The pages of one reading, as people see them.

use jiff::civil::date;
use serde_json::json;
use snapbox::{assert_data_eq, file};
use virtuale_engine::{Aid, Fid, StatusWord};

use super::{Format, Lang, NARROWEST, PaperCopy, Report, WIDEST, demo, exchanges, paper_copy, professional, reading};
use crate::{
    profile::map::Shares,
    terminal::{
        cps,
        exchange::Exchange,
        remark::Remark,
        toy::tree,
        vitale::{ClosedFile, Lock, Model, Pointer, Reading},
    },
};

fn sample() -> Reading {
    let atr = vec![0x3B, 0x75, 0x13, 0x00, 0x00, 0x44, 0x09, 0xEA, 0x90, 0x00];
    let mut sample = Reading::empty(atr, Model::Vitale2, date(2026, 1, 15));
    sample.data = tree(&json!({
        "carte": {
            "type": "T", "numero_serie": "10000001", "debut_validite": "2025-01-15", "fin_validite": "2030-01-14",
            "mise_a_jour": "2025-12-15",
        },
        "assure": { "nir": "172192B99900224", "code_regime": "01", "caisse": "349", "centre": "9881", "code_gestion": "10" },
        "beneficiaire": [
            {
                "nom": "MARTIN", "prenom": "ANDRÉ\u{1b}[2J", "naissance": "1972-19-03", "qualite": "0",
                "droits": [{ "debut": "2025-01-15" }],
                "couverture": [{ "debut": "2025-01-15", "ald": "1", "situation": "0100" }],
                "adresse": { "ligne_1": "1 RUE DE LA PAIX", "commune": "99999 VILLE-TEST" },
            },
            {
                "nom": "DURAND", "nom_usage": "MARTIN", "prenom": "ZOÉ", "naissance": "1974-13-21", "qualite": "2",
                "droits": [{ "debut": "2024-01-01", "fin": "2025-12-31" }],
                "amc": { "numero_b2": "99999999", "code_traitement": "99", "sts": "M", "debut": "2025-01-01" },
            },
            { "nom": "MARTIN", "prenom": "LOU", "naissance": "2015-05-05", "qualite": "6", "rang_gemellaire": "1",
              "droits": [{ "debut": "2025-01-15" }] },
            { "nom": "MARTIN", "prenom": "SAM", "naissance": "2015-05-05", "qualite": "6", "rang_gemellaire": "2",
              "droits": [{ "debut": "2025-01-15" }] },
        ],
    }));
    let vitale = Aid::new(b"\xD2\x50\x00\x00\x02VITALE").expect("11 bytes");
    let pointer = Pointer { name: "EXONERAT".into(), application: Some(vitale), fid: Fid(0xD012) };
    let status = StatusWord::SECURITY_NOT_SATISFIED;
    sample.closed.push(ClosedFile { pointer, status, lock: Lock::ProfessionalCard, condition: None });
    sample.exchanges = vec![
        exchange("SELECT VITALE", b"\x00\xA4\x04\x00\x0B\xD2\x50\x00\x00\x02VITALE", 0, 0x611E),
        exchange("GET RESPONSE", b"\x00\xC0\x00\x00\x1E", 30, 0x9000),
    ];
    sample.exchanges.extend((0..12).map(|_| exchange("READ BINARY DROITS", b"\x00\xB0\x00\x00\x00", 0, 0x6982)));
    sample.conclude(Model::Vitale2);
    sample.shares = Shares { public: 300, inferred: 100, invented: 600, unused: 2000 };
    sample
}

fn exchange(name: &str, command: &[u8], length: usize, status: u16) -> Exchange {
    let data = vec![0xAA; length];
    Exchange { name: name.into(), command: command.to_vec(), data, length, status: StatusWord(status) }
}

#[test]
fn the_pages_of_a_family() {
    let (family, place) = (sample(), "Virtuale 00 00");
    let attach = ["virtuale exec --card my.toml -- my-program", "eval \"$(virtuale serve --card my.toml --detach)\""];
    let (english, french) = (Format::new(Lang::En), Format::new(Lang::Fr));
    let copy = |exoneration| paper_copy(&family, PaperCopy { exoneration }, french).plain();
    assert_data_eq!(demo(&family, place, &attach, english).plain(), file!["snapshots/demo.en.txt"].raw());
    assert_data_eq!(demo(&family, place, &attach, french).plain(), file!["snapshots/demo.fr.txt"].raw());
    assert_data_eq!(reading(&family, place, english).plain(), file!["snapshots/reading.en.txt"].raw());
    assert_data_eq!(reading(&family, place, french).plain(), file!["snapshots/reading.fr.txt"].raw());
    assert_data_eq!(copy(true), file!["snapshots/paper.fr.txt"].raw());
    assert_data_eq!(copy(false), file!["snapshots/paper_without_exoneration.fr.txt"].raw());
}

#[test]
fn json_has_the_keys_of_card_files() {
    let report =
        serde_json::to_string_pretty(&Report::of(&sample(), "Virtuale 00 00", Lang::En)).expect("no map has odd keys");
    assert_data_eq!(report, file!["snapshots/report.json"].raw());
}

#[test]
fn an_empty_card_has_pages_too() {
    let mut empty = Reading::empty(Vec::new(), Model::Unknown, date(2026, 1, 15));
    empty.conclude(Model::Vitale2);
    for format in [Format::new(Lang::En), Format::new(Lang::Fr)] {
        for page in [demo(&empty, "", &[], format), reading(&empty, "", format), exchanges(&empty.exchanges, format)] {
            assert!(!page.lines.is_empty());
        }
    }
    let text = reading(&empty, "a reader", Format::default()).plain();
    assert!(text.contains("Nothing on the card says whose it is."), "{text}");
}

#[test]
fn pages_are_narrow_whatever_is_on_the_card() {
    let mut wide = sample();
    let long = "x".repeat(300);
    wide.data = tree(&json!({
        "carte": { "numero_serie": long, "numero_emetteur": long },
        "assure": { "nir": long, "code_regime": long, "accident_travail": [{ "identifiant": long, "code": long }] },
        "beneficiaire": [{
            "nom": long, "qualite": long, "autres_prenoms": long, "adresse": { "ligne_1": long },
            "couverture": [{ "ald": long, "situation": long }], "amc": { "numero_b2": long, "numero_adherent": long },
        }],
    }));
    wide.remarks.clear();
    wide.conclude(Model::Vitale2);
    let formats = |width| [Lang::En, Lang::Fr].map(|lang| Format { lang, width });
    for format in [NARROWEST, 60, 80, WIDEST].into_iter().flat_map(formats) {
        let copy = paper_copy(&wide, PaperCopy { exoneration: true }, format);
        let commands = exchanges(&wide.exchanges, format);
        for page in [demo(&wide, &long, &[], format), reading(&wide, &long, format), commands, copy] {
            let widest = page.plain().lines().map(|line| line.chars().count()).max();
            assert!(widest <= Some(format.width), "{}", page.plain());
        }
    }
}

#[test]
fn everybody_has_a_whole_number_however_many_they_are() {
    let mut many = sample();
    let person = |index: usize| {
        json!({ "nom": format!("MARTIN-DE-LA-TRES-LONGUE-FAMILLE-{index}"), "naissance": "2015-05-05", "qualite": "6",
                "rang_gemellaire": "1", "droits": [{ "debut": "2025-01-15" }], "pays": "FR" })
    };
    many.data = tree(&json!({ "beneficiaire": (1..=12).map(person).collect::<Vec<_>>() }));
    many.remarks.clear();
    many.conclude(Model::Vitale2);
    for width in [60, 80, 120] {
        let format = Format { lang: Lang::Fr, width };
        let (page, copy) =
            (reading(&many, "a file", format), paper_copy(&many, PaperCopy { exoneration: true }, format));
        for (page, parts) in [(page.plain(), 3), (copy.plain(), 1)] {
            for number in 1..=12 {
                let named = format!("  {number:>2}  MARTIN-DE");
                assert_eq!(page.matches(&named).count(), parts, "{named} in\n{page}");
            }
            assert!(page.contains("      droits AMO            depuis le 15/01/2025, sans fin\n"), "{page}");
        }
    }
}

#[test]
fn a_narrow_page_wraps_its_tables() {
    let format = Format { lang: Lang::Fr, width: 60 };
    assert_data_eq!(
        demo(&sample(), "Virtuale 00 00", &[], format).plain(),
        file!["snapshots/demo.narrow.fr.txt"].raw()
    );
}

#[test]
fn where_both_codes_are_blocked_no_page_says_what_opens_the_card() {
    let mut blocked = cps::Reading { remarks: vec![Remark::BothCodesBlocked], ..cps::Reading::default() };
    blocked.codes.proof = cps::Proof::Blocked;
    (blocked.codes.holder.left, blocked.codes.unblocking.left) = (Some(0), Some(0));
    for (lang, dead, unblock) in [(Lang::En, "nothing opens", "sets a new"), (Lang::Fr, "plus rien n'ouvre", "en fixe")]
    {
        let text = professional(&blocked, "a", Format { lang, width: 100 }).plain();
        assert!(text.contains(dead) && !text.contains(unblock), "{text}");
    }
}
