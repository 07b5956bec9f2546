//! What is said of form files that contradict themselves or their cards.

use super::*;

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
fn twenty_of_the_dearest_acts_are_too_dear_for_a_form_and_still_coded() {
    let act = "\n[[acte]]\ncode = \"G\"\nmontant = 99999\ntaux = 70\n";
    let found = mistakes(&format!("numero = 1\n{}", act.repeat(20)));
    assert_eq!(found, [("the acts cost 1999980.00 together, and those of a form at most 999999.00".to_owned(), true)]);
    let mut form = sample();
    form.acts[0].amount = rules::DEAREST_ACT;
    form.acts = vec![form.acts[0].clone(); 20];
    form.payment = content::Payment::of(&form.acts, true, false);
    let container = Container { form, sealed: None };
    assert_eq!(Container::decode(&container.encode()), Ok(container));
}
