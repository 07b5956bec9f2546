//! The elements of the XML, in both shapes.

use serde_json::{Value, json};

use super::{Shape, vitale};
use crate::{
    billing::codes::Code,
    profile::tree::CardDate,
    terminal::{told::Told, toy::tree},
};

const TODAY: CardDate = CardDate { year: 2026, month: 1, day: 15, hour: 0, minute: 0 };

/// A card as XML, as text, without what every document has around the people.
fn xml(data: &Value, code: Code, shape: Shape) -> String {
    let data = tree(data);
    let document = vitale(&Told::alone(&data, TODAY), code, shape).expect("memory");
    let text: String = document.into_iter().map(char::from).collect();
    let inside = text.strip_prefix("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><T_AsnDonneesVitale><listeBenef>");
    inside.and_then(|text| text.strip_suffix("</listeBenef></T_AsnDonneesVitale>")).expect("its frame").to_owned()
}

fn card() -> Value {
    json!({
        "assure": {
            "nir": "178197599900432", "code_regime": "01", "caisse": "349", "centre": "9881", "code_gestion": "10",
            "accident_travail": [{ "organisme": "013499881", "identifiant": "99990001" }],
        },
        "beneficiaire": [
            {
                "nom": "DURAND", "prenom": "CLAUDE", "naissance": "1978-19-23", "qualite": "0", "rang_gemellaire": "1",
                "droits": [{ "debut": "2025-01-01" }], "medecin_traitant": true,
                "couverture": [
                    { "ald": "0", "situation": "0100", "debut": "2020-01-01", "fin": "2025-06-30" },
                    { "ald": "1", "situation": "0100", "debut": "2025-07-01" },
                ],
                "service_amo": { "code": "01", "debut": "2025-01-01", "fin": "2026-12-31" },
            },
            {
                "nom": "BERNARD", "nom_usage": "DURAND", "prenom": "LOU", "nir": "286197599900277",
                "date_certification": "2024-02-01", "qualite": "2", "medecin_traitant": false,
                "amc": { "numero_b2": "99999997", "code_routage": "OC", "fin": "2026-12-31" },
                "adresse": { "ligne_2": "1 RUE", "commune": "99999 VILLE" },
            },
        ],
    })
}

#[test]
fn beside_a_professionals_card_all_comes_out() {
    let insured = "<T_AsnBeneficiaire><ident><nomUsuel>DURAND</nomUsuel><prenomUsuel>CLAUDE</prenomUsuel>\
        <naissance><date>23191978</date></naissance><rangDeNaissance>1</rangDeNaissance><nir>178197599900432</nir>\
        </ident><amo><qualBenef>0</qualBenef><codeRegime>01</codeRegime><caisse>349</caisse>\
        <centreGestion>9881</centreGestion><centreCarte>9881</centreCarte><codeGestion>10</codeGestion>\
        <listePeriodesDroits><element><debut>01012025</debut></element></listePeriodesDroits>\
        <libelleExo>Code couverture 1 0100 : ALD exonérante, du 01/07/2025\\r\\n(libellé inventé)</libelleExo>\
        <medecinTraitant>Oui</medecinTraitant></amo><cmu><typeCMU>CMU-C gérée par l'AMO</typeCMU>\
        <periode>du 01/01/2025 au 31/12/2026 (libellé inventé)</periode></cmu><listeat><at1>\
        <organisme>013499881</organisme><identifiant>99990001</identifiant></at1></listeat></T_AsnBeneficiaire>";
    let spouse = "<T_AsnBeneficiaire><ident><nomUsuel>DURAND</nomUsuel><nomPatronymique>BERNARD</nomPatronymique>\
        <prenomUsuel>LOU</prenomUsuel><nir>178197599900432</nir><nirCertifie>286197599900277</nirCertifie>\
        <dateCertification>01022024</dateCertification><adresse><ligne2>1 RUE</ligne2><ligne5>99999 VILLE</ligne5>\
        </adresse></ident><amo><qualBenef>2</qualBenef><codeRegime>01</codeRegime><caisse>349</caisse>\
        <centreGestion>9881</centreGestion><centreCarte>9881</centreCarte><codeGestion>10</codeGestion></amo><amc>\
        <numComplB2>99999997</numComplB2><codeRoutageFlux>OC</codeRoutageFlux><validiteDonnees><fin>31122026</fin>\
        </validiteDonnees></amc></T_AsnBeneficiaire>";
    assert_eq!(xml(&card(), Code::DONE, Shape::First), format!("{insured}{spouse}"));
}

#[test]
fn alone_only_who_somebody_is_comes_out() {
    for code in Code::NAMED.iter().filter(|code| **code != Code::DONE) {
        let first = xml(&card(), *code, Shape::First);
        assert!(first.contains("<nirCertifie>") && first.contains("<ligne2>"), "{first}");
        assert!(["<amo>", "<cmu>", "<amc>", "<listeat>"].iter().all(|element| !first.contains(element)), "{first}");
        let second = xml(&card(), *code, Shape::Second);
        assert_eq!(second.matches("<amo><nir>178197599900432</nir></amo>").count(), 2, "{second}");
    }
}

#[test]
fn the_second_shape_has_two_elements_elsewhere() {
    let (first, second) = (xml(&card(), Code::DONE, Shape::First), xml(&card(), Code::DONE, Shape::Second));
    let born = first.replace("<naissance><date>23191978</date></naissance>", "<dateNaissance>23191978</dateNaissance>");
    let moved = born.replace("<nir>178197599900432</nir>", "").replace("<amo>", "<amo><nir>178197599900432</nir>");
    assert_eq!(second, moved);
}

#[test]
fn a_birth_date_without_a_century_has_six_digits() {
    let data = json!({ "beneficiaire": [{ "nom": "A", "naissance": "0078-19-03" }] });
    for shape in [Shape::First, Shape::Second] {
        let text = xml(&data, Code::DONE, shape);
        assert!(text.contains("<naissance><dateEnCarte>781903</dateEnCarte></naissance>"), "{text}");
    }
}

#[test]
fn there_is_room_for_three_periods_and_accidents() {
    let many = |entry: Value| Value::Array(vec![entry; 5]);
    let data = json!({
        "assure": { "nir": "1", "accident_travail": many(json!({ "identifiant": "99990001" })) },
        "beneficiaire": [{ "nom": "A", "droits": many(json!({ "debut": "2025-01-01" })) }],
    });
    let text = xml(&data, Code::DONE, Shape::First);
    assert_eq!(text.matches("<element>").count(), 3);
    assert!(text.contains("<at3>") && !text.contains("<at4>"), "{text}");
}

#[test]
fn an_empty_card_has_nobody() {
    assert_eq!(xml(&json!({}), Code::DONE, Shape::First), "");
}
