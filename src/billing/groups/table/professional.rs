//! The groups of a professional's card: 1, the holder, and 2, a situation [MEDINTUX-SSV professional].

use super::{
    About,
    Coding::{Choice, Code, Digits, DigitsOr, Flag, Number, NumberKey, ShortCode, Special, Text},
    FieldSpec, GroupSpec, Origin, always, between, field, or_none, reserved, up_to,
};

pub(super) const GROUPS: &[GroupSpec] = &[
    GroupSpec {
        number: 1,
        en: "the holder of a professional's card",
        fr: "le titulaire d'une carte de professionnel",
        about: About::Professional,
        base: "",
        fields: HOLDER,
    },
    GroupSpec {
        number: 2,
        en: "a billing situation",
        fr: "une situation de facturation",
        about: About::Professional,
        base: "facturation",
        fields: SITUATION,
    },
];

/// A field that the group's own rules make.
const fn special(
    (name, en, fr): (&'static str, &'static str, &'static str),
    width: super::Width,
    key: Option<&'static str>,
) -> FieldSpec {
    FieldSpec { name, en, fr, width, coding: Special, key, codes: None, origin: Origin::Public }
}

const HOLDER: &[FieldSpec] = &[
    field(
        ("type_carte", "type of the card", "type de la carte"),
        always(1),
        Choice(&[("cps", "0"), ("cpf", "1"), ("cpe", "2"), ("cpa", "3")]),
        "carte.type",
    ),
    special(
        ("type_identifiant", "type of the number: 8 RPPS, 0 ADELI", "type du numéro : 8 RPPS, 0 ADELI"),
        always(1),
        None,
    ),
    special(
        (
            "identifiant",
            "number of the holder: RPPS without its key, or ADELI",
            "numéro du titulaire : RPPS sans sa clé, ou ADELI",
        ),
        between(9, 10),
        Some("titulaire.rpps"),
    ),
    special(
        ("cle_identifiant", "key of an RPPS number; none of ADELI", "clé d'un numéro RPPS ; aucune pour ADELI"),
        or_none(1),
        Some("titulaire.rpps"),
    ),
    field(
        ("civilite", "civility", "civilité"),
        or_none(2),
        Choice(&[("Mme", "22"), ("Mlle", "23"), ("M", "31")]),
        "titulaire.civilite",
    )
    .inferred(),
    field(("nom", "name", "nom"), up_to(27), Text, "titulaire.nom"),
    field(("prenom", "first name", "prénom"), up_to(27), Text, "titulaire.prenom"),
];

const SITUATION: &[FieldSpec] = &[
    special(("numero_logique", "logical number, a digit", "numéro logique, un chiffre"), always(1), None),
    field(("mode", "how the holder works there", "mode d'exercice"), always(1), Digits, "facturation.mode")
        .of("mode_facturation"),
    field(
        ("statut", "status; its values are not public", "statut d'exercice ; valeurs non publiques"),
        between(1, 2),
        DigitsOr("1"),
        "facturation.statut",
    )
    .inferred(),
    field(
        ("secteur", "sector of activity; its values are not public", "secteur d'activité ; valeurs non publiques"),
        between(1, 4),
        DigitsOr("31"),
        "facturation.secteur",
    )
    .inferred(),
    special(
        (
            "type_structure",
            "type of the place's number: 0 ADELI practice, 1 FINESS, 2 SIREN, 3 SIRET, 4 RPPS practice",
            "type du numéro de structure : 0 cabinet ADELI, 1 FINESS, 2 SIREN, 3 SIRET, 4 cabinet RPPS",
        ),
        always(1),
        None,
    )
    .inferred(),
    special(
        (
            "identifiant_structure",
            "number of the place; of an RPPS practice with a 0 behind",
            "numéro de la structure ; d'un cabinet RPPS, suivi d'un 0",
        ),
        between(9, 15),
        Some("facturation.cabinet_rpps"),
    )
    .inferred(),
    FieldSpec {
        en: "key of the place's number", fr: "clé du numéro de structure", ..reserved("cle_structure", 1, "")
    },
    field(
        ("raison_sociale", "name of the place", "raison sociale"),
        between(1, 40),
        Text,
        "facturation.raison_sociale",
    ),
    field(
        ("numero_facturation", "billing number (AMO) without its key", "numéro de facturation (AMO) sans sa clé"),
        always(8),
        Number,
        "facturation.numero_facturation",
    ),
    field(
        ("cle_facturation", "key of the billing number", "clé du numéro de facturation"),
        always(1),
        NumberKey,
        "facturation.numero_facturation",
    ),
    field(
        (
            "remplace",
            "RPPS number, without its key, of who is stood in for",
            "numéro RPPS, sans sa clé, du professionnel remplacé",
        ),
        or_none(10),
        Number,
        "facturation.remplace",
    )
    .inferred(),
    field(("cle_remplace", "key of this number", "clé de ce numéro"), or_none(1), NumberKey, "facturation.remplace")
        .inferred(),
    field(
        ("convention", "agreement with the sickness funds", "convention avec l'assurance maladie"),
        always(1),
        Digits,
        "facturation.convention",
    )
    .of("convention"),
    field(
        ("specialite", "speciality as the sickness funds number it", "spécialité selon l'assurance maladie"),
        always(2),
        Digits,
        "facturation.specialite",
    )
    .of("specialite_am"),
    field(("zone_tarifaire", "tariff zone", "zone tarifaire"), always(2), Code, "facturation.zone_tarifaire")
        .of("zone_tarifaire"),
    field(
        ("zone_ik", "zone of mileage allowances", "zone d'indemnités kilométriques"),
        always(2),
        Code,
        "facturation.zone_ik",
    )
    .of("zone_ik"),
    field(
        ("agrement_1", "approval of equipment, 1 of 3", "agrément, 1 sur 3"),
        always(1),
        ShortCode,
        "facturation.agrement_1",
    )
    .of("agrement"),
    field(
        ("agrement_2", "approval of equipment, 2 of 3", "agrément, 2 sur 3"),
        always(1),
        ShortCode,
        "facturation.agrement_2",
    )
    .of("agrement"),
    field(
        ("agrement_3", "approval of equipment, 3 of 3", "agrément, 3 sur 3"),
        always(1),
        ShortCode,
        "facturation.agrement_3",
    )
    .of("agrement"),
    field(
        ("signe_fse", "whether the card may sign care forms", "la carte peut signer les feuilles de soins"),
        always(1),
        Flag,
        "facturation.signe_fse",
    ),
    field(
        ("signe_lots", "whether the card may sign lots", "la carte peut signer les lots"),
        always(1),
        Flag,
        "facturation.signe_lots",
    ),
];
