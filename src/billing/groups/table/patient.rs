//! The groups of a patient's card: 101 to 109, and 111 [MEDINTUX-SSV groups, widths].

use super::{
    About,
    Coding::{Code, Date, Digits, DigitsOr, Nir, NirKey, ShortCode, Text},
    FieldSpec, GroupSpec,
    NoDate::{Empty, Pair, Zeros},
    always, between, field, or_none, reserved, up_to,
};

/// The longest name, and the longest line of an address: what the card has room for, wider than any that was seen.
const LINE: usize = 27;

/// The bytes of a date.
const DATE: usize = 12;

pub(super) const GROUPS: &[GroupSpec] = &[
    GroupSpec {
        number: 101,
        en: "the card, the insured and the insurance",
        fr: "la carte, l'assuré et son affiliation",
        about: About::Patient,
        base: "",
        fields: INSURED,
    },
    GroupSpec {
        number: 102,
        en: "service of the compulsory insurance to the whole family",
        fr: "service AMO de la famille",
        about: About::Patient,
        base: "assure.service_amo_famille",
        fields: FAMILY_SERVICE,
    },
    GroupSpec {
        number: 103,
        en: "accidents at work and occupational diseases, three places",
        fr: "accidents du travail et maladies professionnelles, trois places",
        about: About::Patient,
        base: "assure",
        fields: ACCIDENTS,
    },
    GroupSpec {
        number: 104,
        en: "a person: the insured, or another beneficiary",
        fr: "une personne : l'assuré ou un autre bénéficiaire",
        about: About::Patient,
        base: "beneficiaire",
        fields: PERSON,
    },
    GroupSpec {
        number: 105,
        en: "a period of rights to the compulsory insurance",
        fr: "une période de droits AMO",
        about: About::Patient,
        base: "beneficiaire.droits",
        fields: RIGHTS,
    },
    GroupSpec {
        number: 106,
        en: "a period of coverage",
        fr: "une période de code couverture",
        about: About::Patient,
        base: "beneficiaire.couverture",
        fields: COVERAGE,
    },
    GroupSpec {
        number: 107,
        en: "a mutual that the compulsory insurance manages",
        fr: "une mutuelle gérée avec l'AMO",
        about: About::Patient,
        base: "beneficiaire.mutuelle",
        fields: MUTUAL,
    },
    GroupSpec {
        number: 108,
        en: "a period of the mutual",
        fr: "une période de la mutuelle",
        about: About::Patient,
        base: "beneficiaire.mutuelle",
        fields: MUTUAL_PERIOD,
    },
    GroupSpec {
        number: 109,
        en: "a complementary insurer (AMC)",
        fr: "un organisme complémentaire (AMC)",
        about: About::Patient,
        base: "beneficiaire.amc",
        fields: COMPLEMENTARY,
    },
    GroupSpec {
        number: 111,
        en: "common zone of the complementary insurance",
        fr: "zone commune complémentaire",
        about: About::Patient,
        base: "beneficiaire.amc",
        fields: COMMON_ZONE,
    },
];

const INSURED: &[FieldSpec] = &[
    field(
        ("type_carte", "type of the card: T for a test card", "type de la carte : T pour une carte de test"),
        always(1),
        Code,
        "carte.type",
    ),
    field(
        ("numero_serie", "serial number of the card", "numéro de série de la carte"),
        between(8, 9),
        Digits,
        "carte.numero_serie",
    ),
    field(
        ("fin_validite", "end of the card's validity", "fin de validité de la carte"),
        or_none(DATE),
        Date(Zeros),
        "carte.fin_validite",
    ),
    reserved("ruf_1", 1, "0"),
    reserved("ruf_2", 0, ""),
    reserved("ruf_administratif", 0, ""),
    field(
        ("type_porteur", "type of the holder; its values are not public", "type de porteur ; valeurs non publiques"),
        always(1),
        Code,
        "carte.type_porteur",
    ),
    field(("nir", "NIR of the insured", "NIR de l'assuré"), always(13), Nir, "assure.nir"),
    field(("cle_nir", "key of this NIR", "clé de ce NIR"), always(2), NirKey, "assure.nir"),
    field(
        ("code_regime", "scheme of the compulsory insurance", "régime d'assurance maladie obligatoire"),
        always(2),
        Digits,
        "assure.code_regime",
    )
    .of("regime"),
    field(
        ("caisse", "fund; 349 is the test fund", "caisse ; 349 est la caisse de test"),
        always(3),
        Digits,
        "assure.caisse",
    ),
    field(("centre", "centre of the fund", "centre de la caisse"), always(4), Digits, "assure.centre"),
    field(("code_gestion", "management code", "code gestion"), always(2), Code, "assure.code_gestion").of("gestion"),
    reserved("ruf_famille", 0, ""),
];

const FAMILY_SERVICE: &[FieldSpec] = &[
    field(("code", "which service", "code service"), always(1), ShortCode, "assure.service_amo_famille.code")
        .of("service_amo"),
    field(("debut", "first day", "premier jour"), always(DATE), Date(Zeros), "assure.service_amo_famille.debut"),
    field(("fin", "last day", "dernier jour"), always(DATE), Date(Zeros), "assure.service_amo_famille.fin"),
];

/// A place without an accident has an empty code and an identifier of one character; that they are these is
/// concluded.
const fn accident(
    organisation: (&'static str, &'static str),
    code: (&'static str, &'static str),
    number: (&'static str, &'static str),
) -> [FieldSpec; 3] {
    [
        field(
            (organisation.0, "body in charge: scheme, fund, centre", "organisme gestionnaire : régime, caisse, centre"),
            always(9),
            DigitsOr("000000000"),
            organisation.1,
        )
        .inferred(),
        field(
            (code.0, "code; its values are not public", "code ; valeurs non publiques"),
            or_none(2),
            DigitsOr(""),
            code.1,
        )
        .inferred(),
        field(
            (number.0, "identifier; 0 where there is no accident", "identifiant ; 0 s'il n'y a pas d'accident"),
            between(1, 9),
            DigitsOr("0"),
            number.1,
        )
        .inferred(),
    ]
}

const FIRST: [FieldSpec; 3] = accident(
    ("organisme_1", "assure.accident_travail[1].organisme"),
    ("code_1", "assure.accident_travail[1].code"),
    ("identifiant_1", "assure.accident_travail[1].identifiant"),
);

const SECOND: [FieldSpec; 3] = accident(
    ("organisme_2", "assure.accident_travail[2].organisme"),
    ("code_2", "assure.accident_travail[2].code"),
    ("identifiant_2", "assure.accident_travail[2].identifiant"),
);

const THIRD: [FieldSpec; 3] = accident(
    ("organisme_3", "assure.accident_travail[3].organisme"),
    ("code_3", "assure.accident_travail[3].code"),
    ("identifiant_3", "assure.accident_travail[3].identifiant"),
);

const ACCIDENTS: &[FieldSpec] =
    &[FIRST[0], FIRST[1], FIRST[2], SECOND[0], SECOND[1], SECOND[2], THIRD[0], THIRD[1], THIRD[2]];

const PERSON: &[FieldSpec] = &[
    field(("nom_usage", "usual name", "nom d'usage"), between(1, LINE), Text, "beneficiaire.nom_usage"),
    field(
        (
            "nom_famille",
            "name at birth, where the usual name is another",
            "nom de famille, s'il diffère du nom d'usage",
        ),
        up_to(LINE),
        Text,
        "beneficiaire.nom",
    ),
    field(("prenom", "first name", "prénom"), between(1, LINE), Text, "beneficiaire.prenom"),
    field(
        ("adresse_1", "address, first line", "adresse, première ligne"),
        up_to(LINE),
        Text,
        "beneficiaire.adresse.ligne_1",
    ),
    field(
        ("adresse_2", "address, second line", "adresse, deuxième ligne"),
        up_to(LINE),
        Text,
        "beneficiaire.adresse.ligne_2",
    ),
    field(
        ("adresse_3", "address, third line", "adresse, troisième ligne"),
        up_to(LINE),
        Text,
        "beneficiaire.adresse.ligne_3",
    ),
    field(
        ("adresse_4", "address, fourth line", "adresse, quatrième ligne"),
        up_to(LINE),
        Text,
        "beneficiaire.adresse.ligne_4",
    ),
    field(
        ("adresse_5", "postcode and town", "code postal et commune"),
        up_to(LINE),
        Text,
        "beneficiaire.adresse.commune",
    ),
    field(("nir", "certified NIR of this person", "NIR certifié de la personne"), or_none(13), Nir, "beneficiaire.nir"),
    field(
        ("cle_nir", "key of this NIR; 00 without one", "clé de ce NIR ; 00 s'il n'y en a pas"),
        always(2),
        NirKey,
        "beneficiaire.nir",
    ),
    field(
        ("date_certification", "when the NIR was certified", "date de certification du NIR"),
        always(DATE),
        Date(Zeros),
        "beneficiaire.date_certification",
    ),
    field(
        ("naissance", "birth date; months above 12 exist", "date de naissance ; des mois au-delà de 12 existent"),
        always(DATE),
        Date(Zeros),
        "beneficiaire.naissance",
    ),
    field(
        ("rang_gemellaire", "rank among those born on that day", "rang parmi ceux nés ce jour-là"),
        always(1),
        Digits,
        "beneficiaire.rang_gemellaire",
    ),
    field(
        ("qualite", "what the person is to the insured", "lien avec l'assuré"),
        always(1),
        Digits,
        "beneficiaire.qualite",
    )
    .of("qualite"),
    field(
        ("service_amo", "service of the compulsory insurance", "code service AMO"),
        between(1, 2),
        Digits,
        "beneficiaire.service_amo.code",
    )
    .of("service_amo"),
    field(
        ("service_debut", "first day of the service", "premier jour du service"),
        always(DATE),
        Date(Zeros),
        "beneficiaire.service_amo.debut",
    ),
    field(
        ("service_fin", "last day of the service", "dernier jour du service"),
        always(DATE),
        Date(Zeros),
        "beneficiaire.service_amo.fin",
    ),
    reserved("ruf", 1, ""),
];

const RIGHTS: &[FieldSpec] = &[
    field(("debut", "first day", "premier jour"), always(DATE), Date(Zeros), "beneficiaire.droits.debut"),
    field(
        ("fin", "last day; open if empty", "dernier jour ; sans fin si vide"),
        or_none(DATE),
        Date(Empty),
        "beneficiaire.droits.fin",
    ),
];

const COVERAGE: &[FieldSpec] = &[
    field(("debut", "first day", "premier jour"), or_none(DATE), Date(Pair), "beneficiaire.couverture.debut"),
    field(("fin", "last day", "dernier jour"), or_none(DATE), Date(Pair), "beneficiaire.couverture.fin"),
    field(
        ("ald", "long-term illness, first digit of the coverage code", "code ALD, premier chiffre du code couverture"),
        always(1),
        Digits,
        "beneficiaire.couverture.ald",
    )
    .of("ald"),
    field(
        ("situation", "situation, the other four digits", "code situation, les quatre autres chiffres"),
        always(4),
        Digits,
        "beneficiaire.couverture.situation",
    )
    .of("situation"),
];

const MUTUAL: &[FieldSpec] = &[
    field(
        ("identifiant", "number of the mutual", "identifiant de la mutuelle"),
        always(8),
        Digits,
        "beneficiaire.mutuelle.identifiant",
    ),
    field(
        ("garanties", "eight guarantees, O or N each", "huit garanties, O ou N chacune"),
        always(8),
        Code,
        "beneficiaire.mutuelle.garanties",
    ),
    field(
        ("code_traitement", "how claims are treated", "indicateur de traitement"),
        or_none(2),
        Digits,
        "beneficiaire.mutuelle.code_traitement",
    )
    .of("traitement_mutuelle"),
    field(
        ("type_services", "type of the associated services", "type de services associés"),
        or_none(1),
        Code,
        "beneficiaire.mutuelle.type_services",
    ),
    field(
        ("services_associes", "associated services", "services associés"),
        up_to(9),
        Code,
        "beneficiaire.mutuelle.services_associes",
    ),
    field(("sts", "family of the body", "code STS de l'organisme"), or_none(1), Code, "beneficiaire.mutuelle.sts")
        .of("sts"),
];

const MUTUAL_PERIOD: &[FieldSpec] = &[
    field(("debut", "first day", "premier jour"), always(DATE), Date(Zeros), "beneficiaire.mutuelle.debut"),
    field(("fin", "last day", "dernier jour"), always(DATE), Date(Zeros), "beneficiaire.mutuelle.fin"),
];

const COMPLEMENTARY: &[FieldSpec] = &[
    field(
        ("numero_b2", "number of the body in format B2", "numéro B2 de l'organisme"),
        between(8, 10),
        Digits,
        "beneficiaire.amc.numero_b2",
    ),
    field(
        ("numero_edi", "number of the body for EDI", "numéro EDI de l'organisme"),
        up_to(19),
        Code,
        "beneficiaire.amc.numero_edi",
    ),
    field(
        ("numero_adherent", "member number", "numéro d'adhérent"),
        up_to(8),
        Code,
        "beneficiaire.amc.numero_adherent",
    ),
    field(
        ("code_traitement", "how claims are treated", "indicateur de traitement"),
        always(2),
        Digits,
        "beneficiaire.amc.code_traitement",
    )
    .of("traitement_amc"),
    field(("debut", "first day", "premier jour"), always(DATE), Date(Zeros), "beneficiaire.amc.debut"),
    field(("fin", "last day", "dernier jour"), always(DATE), Date(Zeros), "beneficiaire.amc.fin"),
    // Seen in every group; empty where the card of ours has none.
    field(
        ("code_routage", "routing of claims", "code routage des flux"),
        or_none(2),
        Code,
        "beneficiaire.amc.code_routage",
    )
    .of("routage"),
    field(("hote", "host that claims are sent to", "identifiant hôte"), or_none(3), Code, "beneficiaire.amc.hote"),
    field(("domaine", "domain that claims are sent to", "nom de domaine"), up_to(12), Text, "beneficiaire.amc.domaine"),
    field(("sts", "family of the body", "code STS de l'organisme"), or_none(1), Code, "beneficiaire.amc.sts").of("sts"),
    field(
        ("type_services", "type of the associated services", "type de services associés"),
        or_none(1),
        Code,
        "beneficiaire.amc.type_services",
    ),
    field(
        ("services_associes", "associated services", "services associés"),
        up_to(9),
        Code,
        "beneficiaire.amc.services_associes",
    ),
];

const COMMON_ZONE: &[FieldSpec] =
    &[field(("complement", "free text", "texte libre"), between(1, 115), Text, "beneficiaire.amc.complement")];
