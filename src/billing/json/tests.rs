//! What documents say, and what they keep to themselves without the rights.

use serde_json::{Value, json};

use super::{Document, SCHEMA, Trouble};
use crate::{
    billing::codes::Code,
    profile::{schema::Language, tree::CardDate},
    terminal::{told::Told, toy::tree},
};

const TODAY: CardDate = CardDate { year: 2026, month: 1, day: 15, hour: 0, minute: 0 };

fn vitale(data: &Value, code: Code) -> Value {
    let data = tree(data);
    let document = Document::vitale("a card", &Told::alone(&data, TODAY), code, Language::English);
    serde_json::to_value(document).expect("JSON")
}

#[test]
fn the_rights_are_there_with_the_number_of_done_only() {
    let card = json!({
        "carte": { "type": "T" },
        "assure": { "nir": "172192B99900224", "code_regime": "01", "service_amo_famille": { "code": "01" } },
        "beneficiaire": [{
            "nom": "A", "nom_usage": "B", "qualite": "0", "medecin_traitant": true,
            "couverture": [{ "ald": "2", "situation": "0100" }, { "ald": "4" }],
            "amc": { "numero_b2": "99999997", "debut": "2025-01-01" },
        }],
    });
    let whole = vitale(&card, Code::DONE);
    assert_eq!((&whole["code"], &whole["message"]), (&json!(0), &json!("done")));
    let found = &whole["vitale"];
    assert_eq!((&found["NIR"], &found["cleNIR"]), (&json!("172192B999002"), &json!("24")));
    let person = &found["lstDonneesBeneficiaire"][0];
    assert_eq!((&person["nomUsuel"], &person["nomPatronymique"]), (&json!("B"), &json!("A")));
    let exonerations: Vec<_> = [0, 1].map(|index| &person["lstPeriodeCodeCouverture"][index]["codeExoStandard"]).into();
    assert_eq!(exonerations, [&json!("4"), &json!("0")]);
    assert_eq!(person["donneesComplementaire"]["debut"], "2025-01-01");
    let closed = vitale(&card, Code::NO_PROFESSIONAL);
    assert_eq!((&closed["code"], &closed["message"]), (&json!(61441), &json!("no professional's card")));
    let found = &closed["vitale"];
    assert_eq!((&found["NIR"], &found["codeRegime"]), (&json!("172192B999002"), &Value::Null));
    assert_eq!((&found["serviceAMOFamille"], &found["lstAccidentsTravail"]), (&Value::Null, &Value::Null));
    let person = &found["lstDonneesBeneficiaire"][0];
    assert_eq!(person["nomUsuel"], "B");
    for key in
        ["qualite", "medecinTraitant", "lstPeriodeDroitsAMO", "lstPeriodeCodeCouverture", "donneesComplementaire"]
    {
        assert_eq!(person[key], Value::Null, "{key}");
    }
}

#[test]
fn what_a_chip_has_in_place_of_a_number_is_cut_nowhere_else() {
    for (nir, expected) in [("1", json!("1")), ("ÉÉÉÉÉÉÉÉÉÉÉÉÉÉ", json!("ÉÉÉÉÉÉÉÉÉÉÉÉÉ"))] {
        let found = vitale(&json!({ "assure": { "nir": nir } }), Code::DONE);
        assert_eq!(found["vitale"]["NIR"], expected);
    }
}

#[test]
fn a_professionals_card_has_its_billing_number_and_the_key_of_it() {
    let data = tree(&json!({
        "titulaire": { "nom": "LEFEVRE", "rpps": "99900012347" },
        "facturation": [{ "numero_facturation": "999100019", "signe_lots": false }, { "numero_facturation": "1" }],
    }));
    let of = |code| {
        let document = Document::professional("a card", &Told::alone(&data, TODAY), code, Language::French);
        serde_json::to_value(document).expect("JSON")
    };
    let whole = of(Code::DONE);
    let situations = &whole["professionnel"]["lstSituations"];
    assert_eq!(
        (&situations[0]["numeroFacturation"], &situations[0]["cleFacturation"]),
        (&json!("99910001"), &json!("9"))
    );
    assert_eq!((&situations[1]["numeroFacturation"], &situations[1]["cleFacturation"]), (&json!("1"), &Value::Null));
    assert_eq!((&situations[0]["habilitationLot"], &situations[1]["numeroLogique"]), (&json!(false), &json!(2)));
    let closed = of(Code::CODE_BLOCKED);
    assert_eq!(closed["message"], "le code de la carte de professionnel est bloqué");
    assert_eq!(
        (&closed["professionnel"]["nom"], &closed["professionnel"]["lstSituations"]),
        (&json!("LEFEVRE"), &Value::Null)
    );
}

#[test]
fn a_card_that_gave_nothing_says_why() {
    let trouble = || Trouble { message: "it is gone".into(), hint: None };
    let of = |code| serde_json::to_value(Document::failure(None, code, trouble(), Language::English)).expect("JSON");
    let numbered = of(Some(Code::VITALE_PULLED));
    assert_eq!((&numbered["code"], &numbered["message"]), (&json!(61461), &json!("the Vitale was pulled")));
    assert_eq!(numbered["erreur"], json!({ "message": "it is gone", "conseil": null }));
    let other = of(None);
    assert_eq!(
        (&other["code"], &other["message"], &other["source"]),
        (&Value::Null, &json!("it is gone"), &Value::Null)
    );
}

/// The schema is held against documents by a validator (`tests/clients`); here, that it is the one that they name.
#[test]
fn the_schema_is_that_of_documents() {
    let schema: Value = serde_json::from_str(SCHEMA).expect("JSON");
    let document = vitale(&json!({}), Code::DONE);
    for key in ["schema", "version", "test"] {
        assert_eq!(schema["properties"][key]["const"], document[key], "{key}");
    }
    let numbers: Vec<Value> = Code::NAMED.iter().map(|code| json!(code)).collect();
    let known = schema["properties"]["code"]["enum"].as_array().expect("a list");
    assert_eq!(known.iter().filter(|code| !code.is_null()).cloned().collect::<Vec<_>>(), numbers);
}
