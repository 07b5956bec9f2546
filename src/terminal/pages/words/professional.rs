//! The sentences of the page of a professional's card, once per language. Their French is the field's own.

use crate::terminal::cps::CertificateUse;

/// The sentences of one language.
pub(in crate::terminal::pages) struct ProfessionalWords {
    /// How the card was read: by its antenna or not.
    pub(in crate::terminal::pages) interface: fn(contactless: bool) -> &'static str,
    pub(in crate::terminal::pages) kind: &'static str,
    pub(in crate::terminal::pages) kind_of: fn(&str) -> &'static str,
    pub(in crate::terminal::pages) category: &'static str,
    pub(in crate::terminal::pages) category_of: fn(&str) -> &'static str,
    pub(in crate::terminal::pages) number: &'static str,
    pub(in crate::terminal::pages) expired: &'static str,
    pub(in crate::terminal::pages) not_yet_valid: &'static str,
    pub(in crate::terminal::pages) holder: &'static str,
    pub(in crate::terminal::pages) civility_of: fn(&str) -> &'static str,
    pub(in crate::terminal::pages) name: &'static str,
    pub(in crate::terminal::pages) no_name: &'static str,
    pub(in crate::terminal::pages) rpps: &'static str,
    pub(in crate::terminal::pages) adeli: &'static str,
    pub(in crate::terminal::pages) student: &'static str,
    pub(in crate::terminal::pages) profession: &'static str,
    pub(in crate::terminal::pages) speciality: &'static str,
    pub(in crate::terminal::pages) function: &'static str,
    pub(in crate::terminal::pages) employer: &'static str,
    pub(in crate::terminal::pages) internal_number: &'static str,
    pub(in crate::terminal::pages) language: &'static str,
    pub(in crate::terminal::pages) practice_rpps: &'static str,
    pub(in crate::terminal::pages) practice_adeli: &'static str,
    pub(in crate::terminal::pages) activities: &'static str,
    pub(in crate::terminal::pages) no_activity: &'static str,
    /// What stands where the card gives something by its contacts only.
    pub(in crate::terminal::pages) not_by_antenna: &'static str,
    pub(in crate::terminal::pages) sector: &'static str,
    pub(in crate::terminal::pages) mode: &'static str,
    pub(in crate::terminal::pages) billing: &'static str,
    pub(in crate::terminal::pages) no_billing: &'static str,
    pub(in crate::terminal::pages) activity_number: &'static str,
    pub(in crate::terminal::pages) billing_number: &'static str,
    pub(in crate::terminal::pages) billing_speciality: &'static str,
    pub(in crate::terminal::pages) convention: &'static str,
    pub(in crate::terminal::pages) indicator: &'static str,
    pub(in crate::terminal::pages) mileage_zone: &'static str,
    pub(in crate::terminal::pages) tariff_zone: &'static str,
    pub(in crate::terminal::pages) approvals: [&'static str; 3],
    pub(in crate::terminal::pages) stands_in_for: &'static str,
    pub(in crate::terminal::pages) signs_forms: &'static str,
    pub(in crate::terminal::pages) signs_lots: &'static str,
    pub(in crate::terminal::pages) may: fn(bool) -> &'static str,
    pub(in crate::terminal::pages) certificates: &'static str,
    pub(in crate::terminal::pages) no_certificate: &'static str,
    pub(in crate::terminal::pages) subject: &'static str,
    pub(in crate::terminal::pages) usage: &'static str,
    pub(in crate::terminal::pages) usage_of: fn(CertificateUse) -> &'static str,
    pub(in crate::terminal::pages) certificate_serial: &'static str,
    pub(in crate::terminal::pages) codes: &'static str,
    pub(in crate::terminal::pages) pin: &'static str,
    pub(in crate::terminal::pages) puk: &'static str,
    /// How many tries are left, of how many; either may be unknown.
    pub(in crate::terminal::pages) tries: fn(left: Option<u8>, most: Option<u8>) -> String,
    /// How many there were before a code was given, where there are others now.
    pub(in crate::terminal::pages) tries_before: fn(u8) -> String,
    pub(in crate::terminal::pages) code_proved: &'static str,
    /// The same of a card with nothing that needs it.
    pub(in crate::terminal::pages) code_proved_for_nothing: &'static str,
    pub(in crate::terminal::pages) code_proved_before: &'static str,
    pub(in crate::terminal::pages) code_blocked: &'static str,
    pub(in crate::terminal::pages) blocked_for_good: &'static str,
    pub(in crate::terminal::pages) code_not_taken: &'static str,
    /// What the side of class A0 says of a file that the code opens.
    pub(in crate::terminal::pages) not_proved: &'static str,
    /// What needs the code and was not read: how many activities, and whether billing situations.
    pub(in crate::terminal::pages) waits_for_code: fn(activities: usize, billing: bool) -> String,
    /// That a card is none of a professional; the value is what SELECT was answered, in words.
    pub(in crate::terminal::pages) not_professional: fn(status: &str) -> String,
    /// Which cards are read, where one is none of them.
    pub(in crate::terminal::pages) cards_read: &'static str,
}

/// English.
pub(super) static EN: ProfessionalWords = ProfessionalWords {
    interface: |contactless| match contactless {
        true => "a professional's card (CPS), by its antenna",
        false => "a professional's card (CPS), by its contacts",
    },
    kind: "kind",
    kind_of: |kind| match kind {
        "cps" => "CPS, a professional's card",
        "cpf" => "CPF, card of a professional in training",
        "cpe" => "CPE, card of an establishment's staff",
        "cpa" => "CPA, card of an authorised person",
        _ => "of no known kind",
    },
    category: "category",
    category_of: |category| match category {
        "test" => "test card",
        _ => "real card",
    },
    number: "number of the card",
    expired: "expired",
    not_yet_valid: "not yet valid",
    holder: "Whose card it is",
    civility_of: |civility| match civility {
        "M" => "Mr",
        "Mlle" => "Miss",
        _ => "Mrs",
    },
    name: "name",
    no_name: "none: the card is of whoever is on duty",
    rpps: "RPPS",
    adeli: "ADELI",
    student: "student number",
    profession: "profession",
    speciality: "speciality",
    function: "function",
    employer: "employer",
    internal_number: "number there",
    language: "language",
    practice_rpps: "practice (RPPS)",
    practice_adeli: "practice (ADELI)",
    activities: "Where the holder works",
    no_activity: "The card names no activity.",
    not_by_antenna: "The card gives them by its contacts only.",
    sector: "sector",
    mode: "works as",
    billing: "Billing situations",
    no_billing: "The card has none.",
    activity_number: "activity number",
    billing_number: "billing number (AMO)",
    billing_speciality: "speciality (AM)",
    convention: "convention",
    indicator: "billing indicator",
    mileage_zone: "mileage zone (IK)",
    tariff_zone: "tariff zone",
    approvals: ["approval 1", "approval 2", "approval 3"],
    stands_in_for: "stands in for",
    signs_forms: "signs forms (FSE)",
    signs_lots: "signs lots",
    may: |may| if may { "yes" } else { "no" },
    certificates: "Certificates",
    no_certificate: "None was read.",
    subject: "of",
    usage: "for",
    usage_of: |usage| match usage {
        CertificateUse::Signature => "signature",
        CertificateUse::Authentication => "authentication",
    },
    certificate_serial: "serial number",
    codes: "Codes",
    pin: "holder's code (PIN)",
    puk: "unblocking (PUK)",
    tries: |left, most| match (left, most) {
        (Some(0), _) => "blocked".into(),
        (Some(left), Some(most)) => format!("{left} of {most} tries left"),
        (Some(1), None) => "1 try left".into(),
        (Some(left), None) => format!("{left} tries left"),
        (None, _) => "the card does not say how many tries are left".into(),
    },
    tries_before: |before| format!("{before} before the code was given"),
    code_proved: "The holder's code was given: what needs it was read.",
    code_proved_for_nothing: "The holder's code was given and is right; nothing on the card needs it.",
    code_proved_before: "The holder's code was not given here: another program had proved it before, so what needs it \
                         was read.",
    code_blocked: "The code is blocked, so what needs it was not read. The unblocking code (PUK) sets a new one.",
    blocked_for_good: "Both codes are blocked, so what needs one was not read, and nothing opens it any more.",
    code_not_taken: "By its antenna the card takes no code.",
    not_proved: "code not proved",
    waits_for_code: |activities, billing| {
        let activities = match activities {
            0 => None,
            1 => Some("1 activity".to_owned()),
            count => Some(format!("{count} activities")),
        };
        let parts: Vec<String> = activities.into_iter().chain(billing.then(|| "billing situations".into())).collect();
        format!(
            "Not read, since it needs the code: {}. At a terminal virtuale read asks for it; a script gives it with \
             --pin-fd N.",
            parts.join(", ")
        )
    },
    not_professional: |status| format!("this is no professional's card (CPS): SELECT CPS was answered {status}"),
    cards_read: "this terminal reads professionals' cards (CPS3, CPS4) and Vitale cards",
};

/// French.
pub(super) static FR: ProfessionalWords = ProfessionalWords {
    interface: |contactless| match contactless {
        true => "une carte de professionnel (CPS), sans contact",
        false => "une carte de professionnel (CPS), par contacts",
    },
    kind: "type",
    kind_of: |kind| match kind {
        "cps" => "CPS, carte de professionnel de santé",
        "cpf" => "CPF, carte de professionnel en formation",
        "cpe" => "CPE, carte de personnel d'établissement",
        "cpa" => "CPA, carte de personnel autorisé",
        _ => "d'aucun type connu",
    },
    category: "catégorie",
    category_of: |category| match category {
        "test" => "carte de test",
        _ => "carte réelle",
    },
    number: "numéro de la carte",
    expired: "n'est plus valable",
    not_yet_valid: "pas encore valable",
    holder: "Le titulaire",
    civility_of: |civility| match civility {
        "M" => "Monsieur",
        "Mlle" => "Mademoiselle",
        _ => "Madame",
    },
    name: "nom",
    no_name: "aucun : la carte est à qui est de service",
    rpps: "RPPS",
    adeli: "ADELI",
    student: "numéro d'étudiant",
    profession: "profession",
    speciality: "savoir-faire",
    function: "fonction",
    employer: "employeur",
    internal_number: "numéro interne",
    language: "langue",
    practice_rpps: "cabinet (RPPS-rang)",
    practice_adeli: "cabinet (ADELI-rang)",
    activities: "Situations d'exercice",
    no_activity: "La carte ne nomme aucune situation d'exercice.",
    not_by_antenna: "La carte ne les donne que par contacts.",
    sector: "secteur d'activité",
    mode: "mode d'exercice",
    billing: "Situations de facturation",
    no_billing: "La carte n'en a pas.",
    activity_number: "numéro d'activité",
    billing_number: "facturation (AMO)",
    billing_speciality: "spécialité (AM)",
    convention: "convention",
    indicator: "indicateur",
    mileage_zone: "zone IK",
    tariff_zone: "zone tarifaire",
    approvals: ["agrément 1", "agrément 2", "agrément 3"],
    stands_in_for: "remplace",
    signs_forms: "signe les FSE",
    signs_lots: "signe les lots",
    may: |may| if may { "oui" } else { "non" },
    certificates: "Certificats",
    no_certificate: "Aucun n'a été lu.",
    subject: "titulaire",
    usage: "usage",
    usage_of: |usage| match usage {
        CertificateUse::Signature => "signature",
        CertificateUse::Authentication => "authentification",
    },
    certificate_serial: "numéro de série",
    codes: "Codes",
    pin: "code porteur (PIN)",
    puk: "déblocage (PUK)",
    tries: |left, most| match (left, most) {
        (Some(0), _) => "bloqué".into(),
        (Some(left), Some(most)) => format!("{left} essai{} sur {most}", if left > 1 { "s" } else { "" }),
        (Some(left), None) => format!("{left} essai{}", if left > 1 { "s" } else { "" }),
        (None, _) => "la carte ne dit pas combien d'essais restent".into(),
    },
    tries_before: |before| format!("{before} avant que le code soit donné"),
    code_proved: "Le code porteur a été donné : ce qui le demande a été lu.",
    code_proved_for_nothing: "Le code porteur a été donné, et il est juste ; rien sur la carte ne le demande.",
    code_proved_before: "Le code porteur n'a pas été donné ici : un autre logiciel l'avait présenté avant, et ce qui le \
                         demande a été lu.",
    code_blocked: "Le code est bloqué : ce qui le demande n'a pas été lu. Le code de déblocage (PUK) en fixe un \
                   nouveau.",
    blocked_for_good: "Les deux codes sont bloqués : ce qui en demande un n'a pas été lu, et plus rien ne l'ouvre.",
    code_not_taken: "Sans contact, la carte ne prend aucun code.",
    not_proved: "code non présenté",
    waits_for_code: |activities, billing| {
        let activities = match activities {
            0 => None,
            1 => Some("1 situation d'exercice".to_owned()),
            count => Some(format!("{count} situations d'exercice")),
        };
        let billing = billing.then(|| "situations de facturation".into());
        let parts: Vec<String> = activities.into_iter().chain(billing).collect();
        format!(
            "Non lu, faute de code : {}. Sur un terminal, virtuale read le demande ; un script le donne par \
             --pin-fd N.",
            parts.join(", ")
        )
    },
    not_professional: |status| {
        format!("ce n'est pas une carte de professionnel (CPS) : SELECT CPS a reçu la réponse {status}")
    },
    cards_read: "ce terminal lit les cartes de professionnel (CPS3, CPS4) et les cartes Vitale",
};
