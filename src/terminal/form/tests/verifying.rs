//! What verifying finds in forms of other programs, in changed ones and in any bytes.

use super::*;

/// What another program may do to a form.
type Change = Box<dyn FnOnce(&mut Form)>;

/// The rules that a form of another program breaks, which a card may have signed all the same.
fn broken(change: impl FnOnce(&mut Form)) -> Vec<String> {
    let mut form = sample();
    change(&mut form);
    let breaches = rules::breaches(&(&form).into()).into_iter();
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
                it.payment = content::Payment::of(&it.acts, false, false);
            }),
        ),
    ];
    for (rule, change) in rows {
        assert_eq!(broken(change), [rule]);
    }
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
    unsecured.mode = mode::Mode::Unsecured;
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
