//! Forms made by cards in process.

mod making;
mod mistakes;
mod verifying;

use std::sync::Arc;

use jiff::civil::{Date, date};
use proptest::prelude::*;
use virtuale_engine::Reset;

use super::{
    Container, Form, FormFile, content, copy,
    fill::{Cards, Unfit, fill},
    mode,
    refusal::Refusal,
    rules, sealing,
    signed::{By, Signed},
    signing::{Bench, Given, Keeping, MOST_IN_LOT, Made, NoCopy, NotMade, Patient, Professional},
    trust::Trust,
    verify::{Files, Finding, verify},
};
use crate::{
    profile::{
        Options, Profile,
        authority::Body,
        diagnostic::{Diagnostics, Source},
        families::Families,
        schema::Schema,
    },
    terminal::{
        copies::NotAppended,
        cps,
        exchange::Dialogue,
        holder::{Asked, Code, Holder},
        right::{Bearer, Beside, Manner},
        transport::{Transport, in_process::in_process},
        vitale,
    },
};

const TODAY: Date = date(2026, 1, 15);
const CONSULTATION: &str = include_str!("../../../../fixtures/forms/consultation.toml");
const COMPLETE: &str = include_str!("../../../../fixtures/forms/complete.toml");
const DEGRADED: &str = include_str!("../../../../fixtures/forms/degradee.toml");

struct Right;

impl Holder for Right {
    fn code(&mut self, asked: &Asked) -> Option<Code> {
        Code::new(b"1234", &asked.digits).ok()
    }
}

fn profile(text: &str) -> Profile {
    let source = Source { name: "card.toml".into(), text: text.into() };
    let options = Options { today: TODAY, seed: 0 };
    Families::built_in().parse(source, None, &options).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

fn form_file(text: &str) -> Result<FormFile, Diagnostics> {
    FormFile::read(Source { name: "form.toml".into(), text: text.into() }, TODAY)
}

fn sound(text: &str) -> FormFile {
    form_file(text).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

/// What a Vitale signs of bytes that name another one, as `complete` has it sign.
fn signed_by(vitale: &str, form: &[u8]) -> Vec<u8> {
    let (professional, vitale) = (profile(virtuale_applets::cards::CPS_LEFEVRE), profile(vitale));
    let [mut own, mut patient] = [&professional, &vitale].map(|it| in_process(Box::new(it.card())).expect("power"));
    let mut holder = Right;
    let mut keeping = Keeping::new(&mut holder);
    let reading = cps::read(&mut own, professional.layout(), TODAY, &mut keeping).expect("a card");
    let code = keeping.into_code();
    let trust = Trust::test().expect("an authority");
    let bench = Bench { trust: &trust, addressee: &[], today: TODAY, seed: 0 };
    let professional = Professional { transport: &mut own, key: reading.signing_key().expect("a key"), code };
    let patient = Patient { transport: &mut patient, layout: vitale.layout() };
    bench.complete(form, professional, patient).expect("a signature").0
}

/// Makes and signs forms with two cards; the Vitale is left out where it is `None`.
fn made(forms: &[FormFile], vitale: Option<&str>, professional: &str) -> Result<Vec<Made>, Error> {
    let professional = profile(professional);
    let mut own = in_process(Box::new(professional.card())).expect("power");
    let mut holder = Right;
    let mut keeping = Keeping::new(&mut holder);
    let reading = cps::read(&mut own, professional.layout(), TODAY, &mut keeping).expect("a card");
    let code = keeping.into_code();
    let vitale = vitale.map(profile);
    let mut patient = vitale.as_ref().map(|vitale| in_process(Box::new(vitale.card())).expect("power"));
    let patient_reading = vitale.as_ref().zip(patient.as_mut()).map(|(vitale, transport)| {
        let (dialogue, mut holder) = (Ok(Dialogue::new(&mut own)), Given(code.clone()));
        let (manner, bearer) = (Manner::Plain, Bearer::default());
        let beside = Beside { dialogue, manner, holder: &mut holder, bearer };
        vitale::read_beside(transport, vitale.layout(), TODAY, &mut [beside]).expect("a card")
    });
    own.reset(Reset::Warm).expect("power");
    let is_lot = forms.len() > 1;
    let cards = Cards { vitale: patient_reading.as_ref(), professional: Some(&reading), is_lot, tod: None };
    let trust = Trust::test().expect("an authority");
    let body = Body::from_seed(0).expect("a body");
    let bench = Bench { trust: &trust, addressee: &body.certificate, today: TODAY, seed: 0 };
    let mut made = Vec::new();
    for form in forms {
        let (form, secrets) = fill(form, cards).map_err(Error::Unfit)?;
        made.push(bench.make(form, secrets).map_err(Error::NotMade)?);
    }
    let key = reading.signing_key().expect("a key");
    let professional = Professional { transport: &mut own, key, code };
    let patient = patient.as_mut().zip(vitale.as_ref());
    let patient = patient.map(|(transport, vitale)| Patient { transport, layout: vitale.layout() });
    bench.sign(&mut made, professional, patient).map_err(Error::NotMade)?;
    Ok(made)
}

#[derive(Debug)]
enum Error {
    Unfit(Unfit),
    NotMade(NotMade),
}

fn martin_with_lefevre(text: &str) -> Made {
    let made =
        made(&[sound(text)], Some(virtuale_applets::cards::VITALE2_MARTIN), virtuale_applets::cards::CPS_LEFEVRE);
    made.unwrap_or_else(|error| panic!("{error:?}")).remove(0)
}

fn findings(files: &Files) -> Vec<Finding> {
    verify(files, &Trust::test().expect("an authority")).findings
}

/// What a form says, without any card.
fn sample() -> Form {
    let cards = Cards::default();
    let file =
        sound(&DEGRADED.replace("\"degrade\"", "\"non_securise\"\nexecutant.numero_facturation = \"999100019\""));
    fill(&file, cards).expect("a form").0
}
