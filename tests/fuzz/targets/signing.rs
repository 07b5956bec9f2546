//! A professional's card is read, and signs a care form with a patient's, and neither means well.
//!
//! The input says what happens to the answers of both, as in [`terminal`](super::terminal): its first byte says which
//! generation of professional's card it is, and how much of the rest is about the patient's card.

use std::sync::OnceLock;

use virtuale::{
    profile::{authority::Body, diagnostic::Source},
    terminal::{
        cps,
        form::{
            FormFile,
            fill::{self, Cards},
            signing::{Bench, Keeping, Patient, Professional},
            trust::Trust,
            verify::verify,
        },
        pages::{self, Format, Lang},
        vitale,
    },
};
use virtuale_engine::{Interface, Reset};

use super::{cards, decode, right::Knows, terminal::Hostile, text};

/// A form whose sensitive zones are enciphered too.
const FORM: &str = "numero = 1\n\n[[acte]]\ncode = \"PH7\"\nmontant = 35.00\ntaux = 65\nlpp = \"9999999\"\n";

/// Reads both cards, makes a form of what they say, has them sign it, and verifies it.
pub(super) fn run(data: &[u8]) {
    let (&first, rest) = data.split_first().unwrap_or((&0, &[]));
    let is_fourth = first & 1 != 0;
    let (patients, professionals) = rest.split_at(rest.len() * usize::from(first >> 1) / 0x80);
    let [mut patient, mut professional] =
        [cards::card(0), if is_fourth { cards::fourth() } else { cards::professional() }];
    for card in [&mut patient, &mut professional] {
        Reset::Cold.apply(&mut **card, Interface::Contact).expect("an answer to reset");
    }
    let mut patient = Hostile::new(patient, patients);
    let mut professional = Hostile::new(professional, professionals);
    let mut holder = Knows;
    let mut keeping = Keeping::new(&mut holder);
    let layout = cards::professionals(is_fourth).layout();
    let Ok(caregiver) = cps::read(&mut professional, layout, text::OPTIONS.today, &mut keeping) else { return };
    let code = keeping.into_code();
    let formats = [Lang::En, Lang::Fr].map(Format::new);
    for format in formats {
        assert!(!pages::professional(&caregiver, "a place", format).plain().is_empty());
    }
    let Ok(insured) = vitale::read(&mut patient, decode::vitale2(), text::OPTIONS.today) else { return };
    let file = FormFile::read(Source { name: "form.toml".into(), text: FORM.into() }, text::OPTIONS.today);
    let cards = Cards { vitale: Some(&insured), professional: Some(&caregiver), is_lot: false, tod: None };
    let Ok((form, secrets)) = fill::fill(&file.expect("a form file"), cards) else { return };
    let Some(key) = caregiver.signing_key() else { return };
    let (trust, body) = known();
    let bench = Bench { trust, addressee: &body.certificate, today: text::OPTIONS.today, seed: 0 };
    let mut made = [bench.make(form, secrets).expect("a form that is filled can be enciphered")];
    let (professional, patient) = (
        Professional { transport: &mut professional, key, code },
        Patient { transport: &mut patient, layout: decode::vitale2() },
    );
    let is_honest = data.iter().skip(1).all(|&byte| byte < 0x80);
    match bench.sign(&mut made, professional, Some(patient)) {
        Ok(()) => {
            let [made] = &made;
            let outcome = verify(&made.files, trust);
            assert!(!is_honest || outcome.is_good(), "{:?}", outcome.findings);
            for format in formats {
                assert!(!pages::form(&made.form, Some(&made.secrets), format).plain().is_empty());
                assert!(!pages::verified(&outcome, "a place", format).plain().is_empty());
            }
        }
        Err(error) => assert!(!is_honest, "{error}"),
    }
}

/// Whom the terminal trusts, and who the form goes to: both take long to make.
fn known() -> &'static (Trust, Body) {
    static KNOWN: OnceLock<(Trust, Body)> = OnceLock::new();
    KNOWN.get_or_init(|| (Trust::test().expect("the test authority"), Body::from_seed(0).expect("a body")))
}
