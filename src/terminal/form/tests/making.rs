//! What comes of cards that sign a form, and which of them sign none.

use super::*;

#[test]
fn the_keys_of_form_files_are_declared_soundly() {
    let source = Source { name: "keys.toml".into(), text: include_str!("../keys.toml").into() };
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
    let scenario = include_str!("../../../../fixtures/scenarios/form-signing.apdu");
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
    let copies = copy::copies(&form).expect("a copy");
    let [copy] = &copies[..] else { panic!("{copies:?}") };
    assert_eq!((copy.total().0, copy.third_party.0, copy.number.value()), (8235, 7235, 999_999));
    let amounts: Vec<_> = copy.acts.iter().map(|act| (act.code.as_str().to_owned(), act.amount.0)).collect();
    assert_eq!(amounts, [("KMB".to_owned(), 4735), ("PH7".to_owned(), 3500)]);
    let twenty = Form { acts: form.acts.iter().cycle().take(20).cloned().collect(), ..form };
    assert_eq!(copy::copies(&twenty).expect("copies").len(), 4);
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
