use std::sync::Arc;

use jiff::civil::{Date, date};
use proptest::prelude::*;
use virtuale_engine::Reset;

use super::{
    Container, FormFile,
    fill::{Cards, Unfit, fill},
    refusal::Refusal,
    sealing,
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
const CONSULTATION: &str = include_str!("../../../fixtures/forms/consultation.toml");
const COMPLETE: &str = include_str!("../../../fixtures/forms/complete.toml");
const DEGRADED: &str = include_str!("../../../fixtures/forms/degradee.toml");

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

#[test]
fn the_keys_of_form_files_are_declared_soundly() {
    let source = Source { name: "keys.toml".into(), text: include_str!("keys.toml").into() };
    let schema = Schema::read(&Arc::new(source)).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    for (path, key) in schema.keys() {
        assert!(!key.doc.en.is_empty() && !key.doc.fr.is_empty(), "{path}");
    }
}

#[test]
fn a_form_that_both_cards_signed_is_right() {
    for text in [CONSULTATION, COMPLETE] {
        let made = martin_with_lefevre(text);
        let outcome = verify(&made.files, &Trust::test().expect("an authority"));
        assert!(outcome.is_good(), "{:?}", outcome.findings);
        assert_eq!(outcome.form.as_ref(), Some(&made.form));
        let signers: Vec<_> = outcome.signatures.iter().map(|signature| signature.by).collect();
        assert_eq!(signers, [By::Professional, By::Vitale]);
    }
}

/// The conversation that a person can read has the signatures that are in the containers.
#[test]
fn the_scenario_of_signing_has_the_signatures_of_the_consultation() {
    let scenario = include_str!("../../../fixtures/scenarios/form-signing.apdu");
    let digits: String = scenario.split_whitespace().collect();
    let Files { professional, vitale, .. } = martin_with_lefevre(CONSULTATION).files;
    let of = |container: Option<Vec<u8>>| Signed::read(&container.expect("a signature")).expect("a CMS").signature;
    let signature = p256::ecdsa::Signature::from_der(&of(vitale)).expect("r and s");
    for signature in [of(professional), signature.to_bytes().to_vec()] {
        assert!(digits.contains(&format!("{}9000", hex::encode_upper(signature))));
    }
}

#[test]
fn a_vitale_that_signed_has_a_copy_unless_the_insured_objects() {
    let martin = virtuale_applets::cards::VITALE2_MARTIN;
    let objecting = martin.replace("medecin_traitant = true", "opposition_copies = true");
    assert_ne!(martin, objecting);
    let left = |card: &str| {
        let made = made(&[sound(COMPLETE)], Some(card), virtuale_applets::cards::CPS_LEFEVRE).expect("a form");
        made.into_iter().next().expect("one").no_copy
    };
    assert!(left(martin).is_none());
    assert!(matches!(left(&objecting), Some(NoCopy::NotAppended(NotAppended::Objected))));
}

#[test]
fn a_copy_says_what_the_form_does() {
    let form = martin_with_lefevre(COMPLETE).form;
    let copies = super::copy::copies(&form).expect("a copy");
    let [copy] = &copies[..] else { panic!("{copies:?}") };
    assert_eq!((copy.total().0, copy.third_party.0, copy.number.value()), (8235, 7235, 999_999));
    let amounts: Vec<_> = copy.acts.iter().map(|act| (act.code.as_str().to_owned(), act.amount.0)).collect();
    assert_eq!(amounts, [("KMB".to_owned(), 4735), ("PH7".to_owned(), 3500)]);
    let twenty = super::Form { acts: form.acts.iter().cycle().take(20).cloned().collect(), ..form };
    assert_eq!(super::copy::copies(&twenty).expect("copies").len(), 4);
}

#[test]
fn a_vitale_1_takes_part_without_a_signature() {
    let card = virtuale_applets::cards::VITALE1_PETIT;
    let made = made(&[sound(CONSULTATION)], Some(card), virtuale_applets::cards::CPS_LEFEVRE);
    let made = made.unwrap_or_else(|error| panic!("{error:?}")).remove(0);
    assert!(made.files.vitale.is_none() && findings(&made.files).is_empty());
    let used = made.form.vitale.expect("a Vitale");
    assert_eq!(used.generation.number(), 1);
}

#[test]
fn without_a_vitale_the_file_says_who_the_patient_is() {
    let made = made(&[sound(DEGRADED)], None, virtuale_applets::cards::CPS_LEFEVRE).expect("a form").remove(0);
    assert!(findings(&made.files).is_empty() && made.files.vitale.is_none());
}

#[test]
fn a_cps4_signs_as_its_own_commands_have_it() {
    let made = made(&[sound(DEGRADED)], None, virtuale_applets::cards::CPS4_LEFEVRE).expect("a form").remove(0);
    assert!(findings(&made.files).is_empty());
}

#[test]
fn a_card_that_may_not_sign_is_refused() {
    let of = |right: &str| format!("{}{right} = false\n", virtuale_applets::cards::CPS_LEFEVRE);
    let refusal = |count: u32, card: &str| {
        let forms: Vec<_> =
            (1..=count).map(|number| sound(&DEGRADED.replace("numero = 2", &format!("numero = {number}")))).collect();
        match made(&forms, None, card) {
            Err(Error::Unfit(Unfit::Refused(refusal))) => Some(refusal),
            Ok(_) => None,
            Err(other) => panic!("{other:?}"),
        }
    };
    assert!(matches!(refusal(1, &of("signe_fse")), Some(Refusal::NotForms)));
    assert!(matches!(refusal(2, &of("signe_lots")), Some(Refusal::NotLots)));
    assert!(refusal(1, &of("signe_lots")).is_none(), "the rights are two");
    assert!(refusal(2, virtuale_applets::cards::CPS_LEFEVRE).is_none());
}

#[test]
fn a_card_whose_certificate_is_revoked_signs_nothing() {
    let billing = virtuale_applets::cards::CPS_LEFEVRE.split_once("[[facturation]]").expect("a situation").1;
    let card = format!("{}\n[[facturation]]{billing}", virtuale_applets::cards::CPS_REVOQUEE);
    let revoked = made(&[sound(DEGRADED)], None, &card);
    let is_revoked = matches!(revoked, Err(Error::NotMade(NotMade::Refused(Refusal::Untrusted { .. }))));
    assert!(is_revoked, "{revoked:?}");
}

/// What another program may do to a form.
type Change = Box<dyn FnOnce(&mut super::Form)>;

/// The rules that a form of another program breaks, which a card may have signed all the same.
fn broken(change: impl FnOnce(&mut super::Form)) -> Vec<String> {
    let mut form = sample();
    change(&mut form);
    let breaches = super::rules::breaches(&(&form).into()).into_iter();
    let bytes = Container { form: form.clone(), sealed: None }.encode();
    let found = findings(&Files { form: bytes, ..Files::default() });
    let rules: Vec<_> = breaches.map(|breach| breach.said().to_string()).collect();
    let told: Vec<_> = found.iter().filter(|it| matches!(it, Finding::Rule(_) | Finding::Form(_))).collect();
    assert_eq!(told.iter().map(ToString::to_string).collect::<Vec<_>>(), rules, "verify says what the rules do");
    rules
}

#[test]
fn what_sign_refuses_verify_finds_in_a_form_of_another_program() {
    use super::content::Patient;
    use crate::{profile::tree::CardDate, terminal::amount::Rate};
    assert!(broken(|_| {}).is_empty());
    let day = |month, day| CardDate { year: 2026, month, day, hour: 0, minute: 0 };
    let rows: [(&str, Change); 21] = [
        ("numero: this number must be from 1 to 999999, and it is 0", Box::new(|it| it.number = 0)),
        ("lot: this number must be from 0 to 999, and it is 1000", Box::new(|it| it.lot = Some(1000))),
        ("date: there is no day 2026-02-30 in the calendar", Box::new(move |it| it.date = day(2, 30))),
        (
            "assure.nir: this is no NIR: it has another shape, or another key",
            Box::new(|it| it.insured.nir.replace_range(14.., "8")),
        ),
        ("assure.caisse: this has 3 digits and nothing else", Box::new(|it| it.insured.body = "3A9".into())),
        (
            "beneficiaire.rang_gemellaire: a rank of birth is 1 to 9",
            Box::new(|it| {
                if let Patient::Born { rang_gemellaire, .. } = &mut it.patient {
                    *rang_gemellaire = "0".into();
                }
            }),
        ),
        (
            "executant.numero_facturation: the last digit of this billing number is not its key",
            Box::new(|it| it.caregiver.billing = "999100018".into()),
        ),
        (
            "act 1, date: 2026-01-16 is after the day of the form, 2026-01-15",
            Box::new(move |it| it.acts[0].date = day(1, 16)),
        ),
        (
            "act 1, accord_prealable: 2026-01-15 is after the day of the act, 2026-01-14",
            Box::new(move |it| {
                it.acts[0].date = day(1, 14);
                it.acts[0].agreement = Some(day(1, 15));
            }),
        ),
        (
            "act 1, code: this has 1 to 5 capital letters and digits and nothing else",
            Box::new(|it| it.acts[0].code = "A/B".into()),
        ),
        ("act 1, coefficient: a coefficient is 0.01 at least", Box::new(|it| it.acts[0].quotation = 0)),
        ("act 1, coefficient: this is 655.01, and at most 655.00 fits", Box::new(|it| it.acts[0].quotation = 65_501)),
        ("act 1, dent: this has 2 digits and nothing else", Box::new(|it| it.acts[0].tooth = Some("1A".into()))),
        (
            "act 1, appareil: this has 1 to 15 capital letters and digits and nothing else",
            Box::new(|it| it.acts[0].device = Some("A/".into())),
        ),
        (
            "act 1, exoneration: no exoneration has the code 6",
            Box::new(|it| {
                it.acts[0].exoneration = "6".into();
                it.acts[0].rate = Rate(100);
                it.acts[0].basic = it.acts[0].amount;
                it.payment.basic = it.acts[0].amount;
            }),
        ),
        (
            "act 1, taux: with an exoneration there is no co-payment: the rate is 100",
            Box::new(|it| it.acts[0].exoneration = "4".into()),
        ),
        ("act 1, deplacement: this is 30.01, and there is 30.00 for it", Box::new(|it| it.acts[0].travel.0 = 3001)),
        ("total: this says 30.01, and the acts give 30.00", Box::new(|it| it.payment.total.0 += 1)),
        (
            "tiers_payant.montant: this says 21.00, and the acts give 0.00",
            Box::new(|it| it.payment.third_party = it.payment.basic),
        ),
        (
            "tiers_payant.complementaire: no act has a share of the complementary insurer",
            Box::new(|it| it.payment.complementary_is_paid = true),
        ),
        (
            "acte: a form has at most 20 acts, and this one 21",
            Box::new(|it| {
                it.acts = vec![it.acts[0].clone(); 21];
                it.payment = super::content::Payment::of(&it.acts, false, false);
            }),
        ),
    ];
    for (rule, change) in rows {
        assert_eq!(broken(change), [rule]);
    }
}

#[test]
fn twenty_of_the_dearest_acts_are_too_dear_for_a_form_and_still_coded() {
    let act = "\n[[acte]]\ncode = \"G\"\nmontant = 99999\ntaux = 70\n";
    let found = mistakes(&format!("numero = 1\n{}", act.repeat(20)));
    assert_eq!(found, [("the acts cost 1999980.00 together, and those of a form at most 999999.00".to_owned(), true)]);
    let mut form = sample();
    form.acts[0].amount = super::rules::DEAREST_ACT;
    form.acts = vec![form.acts[0].clone(); 20];
    form.payment = super::content::Payment::of(&form.acts, true, false);
    let container = Container { form, sealed: None };
    assert_eq!(Container::decode(&container.encode()), Ok(container));
}

#[test]
fn bits_of_who_is_paid_that_nobody_knows_make_no_form() {
    let form = sample();
    let mut bytes = Container { form, sealed: None }.encode();
    let place = bytes.windows(3).position(|part| part == [0x83, 0x01, 0x00]).expect("who is paid") + 2;
    for bits in 0..=u8::MAX {
        bytes[place] = bits;
        assert_eq!(Container::decode(&bytes).is_ok(), bits < 4, "{bits:02X}");
    }
}

#[test]
fn attributes_that_have_no_place_are_found() {
    use cms::{content_info::ContentInfo, signed_data::SignedData};
    use x509_cert::{
        attr::Attribute,
        der::{
            Any, Decode, Encode,
            asn1::{Ia5String, ObjectIdentifier, SetOfVec},
        },
    };
    let made = martin_with_lefevre(CONSULTATION);
    let more = || {
        let value = Any::encode_from(&Ia5String::new("R").expect("ASCII")).expect("DER");
        let oid = ObjectIdentifier::new_unwrap("1.2.250.1.186.500.1.3");
        Attribute { oid, values: SetOfVec::try_from(vec![value]).expect("one") }
    };
    let changed = |der: &[u8], is_signed: bool| {
        let info = ContentInfo::from_der(der).expect("a CMS");
        let mut data: SignedData = info.content.decode_as().expect("signed data");
        let mut signer = data.signer_infos.0.as_slice()[0].clone();
        let place = if is_signed { &mut signer.signed_attrs } else { &mut signer.unsigned_attrs };
        place.get_or_insert_with(SetOfVec::new).insert(more()).expect("another one");
        data.signer_infos = vec![signer].try_into().expect("one");
        let content = Any::encode_from(&data).expect("DER");
        ContentInfo { content, ..info }.to_der().expect("DER")
    };
    for by in [By::Professional, By::Vitale] {
        let of = |is_signed| {
            let mut files = made.files.clone();
            let place = if by == By::Vitale { &mut files.vitale } else { &mut files.professional };
            *place = place.as_deref().map(|der| changed(der, is_signed));
            findings(&files)
        };
        let unsigned = of(false);
        assert!(matches!(unsigned[..], [Finding::Unsigned(of)] if of == by), "{unsigned:?}");
        let signed = of(true);
        let [Finding::Signature(_), Finding::TooManyAttributes { by: of, what }] = &signed[..] else {
            panic!("{signed:?}")
        };
        assert_eq!((*of, what.as_str()), (by, "1.2.250.1.186.500.1.3"));
    }
}

#[test]
fn another_vitale_than_that_of_the_form_is_found() {
    let made = martin_with_lefevre(CONSULTATION);
    let again = signed_by(virtuale_applets::cards::VITALE2_MARTIN, &made.files.form);
    assert!(findings(&Files { vitale: Some(again), ..made.files.clone() }).is_empty());
    let other = signed_by(virtuale_applets::cards::VITALE2_DURAND, &made.files.form);
    let found = findings(&Files { vitale: Some(other), ..made.files });
    let [Finding::Another { by: By::Vitale, form, signature }] = &found[..] else { panic!("{found:?}") };
    assert_eq!((form.as_str(), signature == "10000002"), ("10000002", false));
}

/// What is said of a form file with these cards, that is wrong.
fn disagreements(text: &str, vitale: &str) -> Vec<String> {
    match made(&[sound(text)], Some(vitale), virtuale_applets::cards::CPS_LEFEVRE) {
        Ok(_) => Vec::new(),
        Err(Error::Unfit(Unfit::Disagreement(mistakes))) => {
            mistakes.0.iter().map(|it| it.message.to_string()).collect()
        }
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn an_exoneration_of_the_patient_is_one_that_the_vitale_shows_to_a_professional() {
    let martin = virtuale_applets::cards::VITALE2_MARTIN;
    let of = |code: &str| CONSULTATION.replace("taux = 70", &format!("exoneration = \"{code}\""));
    let covered = martin.replace("code_couverture = \"00100\"", "code_couverture = \"10100\"");
    let exempt = |code: &str| {
        martin.replace(
            "[assure.mutuelle]",
            &format!("[[assure.exoneration]]\ncode = \"{code}\"\ndebut = \"today-1y\"\n\n[assure.mutuelle]"),
        )
    };
    let illness = "the Vitale says nothing of a long-term illness of CAMILLE MARTIN on 2026-01-15";
    let other = "the Vitale says nothing of this exoneration of CAMILLE MARTIN on 2026-01-15";
    assert_eq!(disagreements(&of("4"), martin), [illness]);
    assert!(disagreements(&of("4"), &covered).is_empty() && disagreements(&of("4"), &exempt("4")).is_empty());
    assert_eq!(disagreements(&of("4"), &exempt("5")), [illness]);
    for code in ["5", "9"] {
        assert_eq!(disagreements(&of(code), &covered), [other], "{code}");
        assert!(disagreements(&of(code), &exempt(code)).is_empty(), "{code}");
    }
    // What is done says these, and not the card.
    for code in ["3", "7"] {
        assert!(disagreements(&of(code), martin).is_empty(), "{code}");
    }
}

#[test]
fn without_its_yearly_update_a_card_signs_forms_and_nobody_pays_for_the_patient() {
    let martin = virtuale_applets::cards::VITALE2_MARTIN;
    let overdue = martin
        .replace("debut_validite = \"today-2y\"", "debut_validite = \"today-3y\"\nmise_a_jour = \"today-3y\"")
        .replace("fin_validite = \"today+3y\"", "fin_validite = \"today+2y\"");
    assert!(disagreements(CONSULTATION, &overdue).is_empty());
    let basic = format!("{CONSULTATION}[tiers_payant]\nregime_obligatoire = true\n");
    let suspended = "third-party payment is suspended: the card missed its yearly update (arrêté SANS0721151A, art. 8)";
    assert_eq!(disagreements(&basic, &overdue), [suspended]);
    assert!(disagreements(&basic, martin).is_empty());
    let both =
        format!("{}complementaire = true\n", basic.replace("taux = 70", "taux = 70\npart_complementaire = 9.00"));
    assert_eq!(disagreements(&both, &overdue), [suspended, suspended]);
}

#[test]
fn a_lot_has_fifty_forms_that_both_cards_sign() {
    let forms: Vec<_> = (1..=MOST_IN_LOT)
        .map(|number| sound(&CONSULTATION.replace("numero = 1", &format!("numero = {number}\nlot = 1"))))
        .collect();
    let (martin, lefevre) = (virtuale_applets::cards::VITALE2_MARTIN, virtuale_applets::cards::CPS_LEFEVRE);
    let lot = made(&forms, Some(martin), lefevre).expect("a lot");
    assert_eq!(lot.len(), 50);
    let trust = Trust::test().expect("an authority");
    for made in lot {
        let outcome = verify(&made.files, &trust);
        assert!(outcome.is_good() && outcome.signatures.len() == 2, "{:?}", outcome.findings);
    }
}

#[test]
fn what_was_changed_is_found() {
    let made = martin_with_lefevre(COMPLETE);
    let other = martin_with_lefevre(CONSULTATION);
    let names = |files: Files| {
        let mut names: Vec<_> = findings(&files).iter().map(|finding| format!("{finding:?}")).collect();
        names.iter_mut().for_each(|name| name.truncate(name.find(['(', '{', ' ']).unwrap_or(name.len())));
        names
    };
    let mut cheaper = made.form.clone();
    cheaper.acts[0].amount.0 += 100;
    let sealed = Container::decode(&made.files.form).expect("a form").sealed;
    let changed = Container { form: cheaper, sealed: sealed.clone() }.encode();
    let digests = ["Digest", "Digest"];
    let mut unsecured = made.form.clone();
    unsecured.mode = super::mode::Mode::Unsecured;
    let form = Container { form: unsecured, sealed: sealed.clone() }.encode();
    assert_eq!(names(Files { form, ..Files::default() }), ["Named", "Named"]);
    let mut alone = made.form.clone();
    alone.vitale = None;
    let form = Container { form: alone, sealed }.encode();
    assert_eq!(names(Files { form, ..made.files.clone() }), [&["Named"][..], &digests].concat());
    let sums = ["Rule"; 2];
    assert_eq!(names(Files { form: changed, ..made.files.clone() }), [&sums[..], &digests].concat());
    let swapped = Files { professional: other.files.professional.clone(), ..made.files.clone() };
    assert_eq!(names(swapped), ["Digest"]);
    let crossed = Files { professional: made.files.vitale.clone(), ..made.files.clone() };
    assert_eq!(
        names(crossed),
        ["Algorithm", "Attribute", "Attribute", "Attribute", "Untrusted", "Another", "Another", "Another"]
    );
    assert_eq!(names(Files { vitale: None, ..made.files.clone() }), ["Missing"]);
    let mut broken = made.files.clone();
    broken.professional.as_mut().and_then(|der| der.last_mut()).map(|last| *last ^= 1).expect("a signature");
    assert_eq!(names(broken), ["Signature"]);
    let short = made.files.professional.as_deref().and_then(|der| der.get(..100)).map(<[u8]>::to_vec);
    assert_eq!(names(Files { professional: short, ..made.files.clone() }), ["Container"]);
    let empty = Trust::default();
    assert!(verify(&made.files, &empty).findings.iter().all(|it| matches!(it, Finding::Untrusted { .. })));
}

#[test]
fn only_the_addressee_opens_what_is_enciphered() {
    let made = martin_with_lefevre(COMPLETE);
    let sealed = Container::decode(&made.files.form).expect("a form").sealed.expect("zones");
    let [own, other] = [0, 1].map(|seed| Body::from_seed(seed).expect("a body").key);
    assert_eq!(sealing::open(&sealed, &own), Ok(made.secrets.clone()));
    assert_eq!(sealing::open(&sealed, &other), Err(sealing::OpenError::Key));
    let open = made.files.form.windows(7).any(|part| part == b"ABCD001");
    assert!(!open, "the CCAM code stands in the clear");
    assert!(Container::decode(&martin_with_lefevre(CONSULTATION).files.form).expect("a form").sealed.is_none());
    // Whoever has no key sees that it is made as it should be.
    let Container { form, .. } = Container::decode(&made.files.form).expect("a form");
    for wrong in [&b""[..], b"garbage", &sealed[..sealed.len() - 1]] {
        let form = Container { form: form.clone(), sealed: Some(wrong.to_vec()) }.encode();
        let found = verify(&Files { form, ..Files::default() }, &Trust::test().expect("an authority")).findings;
        let of_zones = |finding: &Finding| finding.to_string().starts_with("object 89");
        assert!(found.iter().any(of_zones), "{wrong:02X?}: {found:?}");
    }
}

/// What is said of a form file, in both languages.
fn mistakes(text: &str) -> Vec<(String, bool)> {
    let found = form_file(text).expect_err("a mistake").0;
    found.iter().map(|mistake| (mistake.message.to_string(), mistake.message.french.is_some())).collect()
}

#[test]
fn a_form_file_that_contradicts_itself_is_told_where() {
    let rows = [
        ("taux = 70", "", "nobody says which share of this act the basic regime pays"),
        ("taux = 70", "taux = 70\nexoneration = \"4\"", "with an exoneration there is no co-payment: the rate is 100"),
        ("taux = 70", "taux = 70\ndepassement = 31", "this is 31.00, and there is 30.00 for it"),
        ("taux = 70", "taux = 70\njustificatif = \"X\"", "there is no exoneration to prove"),
        ("numero = 1", "numero = 1\ntotal = 31", "this says 31.00, and the acts give 30.00"),
        ("numero = 1", "numero = 0", "this number must be from 1 to 999999"),
        ("numero = 1", "numero = 1\nnature = \"at\"", "such a form says more: [accident] is missing"),
        (
            "numero = 1",
            "numero = 1\nmaternite = \"today\"",
            "this is not for a form of this nature: it has \"maladie\"",
        ),
        ("numero = 1", "numero = 1\ndate = \"today+1d\"", "2026-01-16 is after today, 2026-01-15"),
        ("numero = 1", "numero = 1\nmode = \"degrade\"", "without a Vitale nobody says whose rights pay"),
        ("montant = 30.00", "montant = 30.005", "this is no number with at most two decimals"),
        ("montant = 30.00", "montant = \"30,00\"", "expected a number such as 26.50, found a text"),
        ("montant = 30.00", "montent = 30.00", "unknown key \"montent\""),
    ];
    for (before, after, message) in rows {
        let found = mistakes(&CONSULTATION.replace(before, after));
        assert_eq!(found.first().map(|(found, _)| found.as_str()), Some(message), "{after}: {found:?}");
        assert!(found.iter().all(|(_, is_bilingual)| *is_bilingual), "{after}");
    }
}

#[test]
fn a_form_and_its_cards_that_disagree_are_told_where() {
    let rows = [
        ("[beneficiaire]\nnir = \"1 85 19 75 999 009\"\n", "nobody on this Vitale is this person"),
        (
            "[executant]\nnumero_facturation = \"999100027\"\n",
            "the professional's card bills under no number 999100027 on this day",
        ),
        ("[tiers_payant]\ncomplementaire = true\n", "no act has a share of the complementary insurer"),
        (
            "[assure]\nnir = \"2 86 19 75 999 002\"\ncode_regime = \"02\"\ncaisse = \"349\"\ncentre = \"9881\"\n",
            "the Vitale says 01",
        ),
    ];
    let (martin, lefevre) = (virtuale_applets::cards::VITALE2_MARTIN, virtuale_applets::cards::CPS_LEFEVRE);
    for (more, message) in rows {
        let found = match form_file(&format!("{CONSULTATION}{more}")) {
            Err(mistakes) => mistakes,
            Ok(form) => match made(&[form], Some(martin), lefevre) {
                Err(Error::Unfit(Unfit::Disagreement(mistakes))) => mistakes,
                other => panic!("{more}: {other:?}"),
            },
        };
        let found: Vec<_> = found.0.iter().map(|mistake| mistake.message.to_string()).collect();
        assert_eq!(found, [message], "{more}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_it_panic(form in proptest::collection::vec(any::<u8>(), 0..200), at: prop::sample::Index, byte: u8) {
        let mut sound = Container { form: sample(), sealed: Some(vec![1, 2, 3]) }.encode();
        let place = at.index(sound.len());
        sound[place] = byte;
        for bytes in [form, sound] {
            if let Ok(container) = Container::decode(&bytes) {
                prop_assert_eq!(container.encode(), bytes.clone());
            }
            let _ = findings(&Files { form: bytes.clone(), professional: Some(bytes.clone()), vitale: Some(bytes) });
        }
    }
}

/// What a form says, without any card.
fn sample() -> super::Form {
    let cards = Cards::default();
    let file =
        sound(&DEGRADED.replace("\"degrade\"", "\"non_securise\"\nexecutant.numero_facturation = \"999100019\""));
    fill(&file, cards).expect("a form").0
}
