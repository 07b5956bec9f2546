//! The sentences about care forms, once per language. Their French is the field's own.

use crate::{
    profile::tree::CardDate,
    terminal::{
        amount::Cents,
        copies::NotAppended,
        form::{
            Mode,
            mode::Paper,
            signed::{By, SignedError},
            signing::NoCopy,
            verify::Finding,
        },
    },
};

/// The sentences of one language.
pub(in crate::terminal::pages) struct FormWords {
    pub(in crate::terminal::pages) title: fn(number: u32, date: &str) -> String,
    pub(in crate::terminal::pages) amount: fn(Cents) -> String,
    pub(in crate::terminal::pages) mode: &'static str,
    pub(in crate::terminal::pages) mode_of: fn(Mode) -> &'static str,
    pub(in crate::terminal::pages) lot: &'static str,
    pub(in crate::terminal::pages) insured: &'static str,
    pub(in crate::terminal::pages) body: &'static str,
    pub(in crate::terminal::pages) patient: &'static str,
    pub(in crate::terminal::pages) born: fn(date: &str, rank: &str) -> String,
    pub(in crate::terminal::pages) caregiver: &'static str,
    pub(in crate::terminal::pages) billing_number: &'static str,
    pub(in crate::terminal::pages) speciality: &'static str,
    pub(in crate::terminal::pages) prescriber: &'static str,
    /// Who prescribed, and when.
    pub(in crate::terminal::pages) prescribed: fn(number: &str, date: &str) -> String,
    pub(in crate::terminal::pages) nature: &'static str,
    pub(in crate::terminal::pages) illness: &'static str,
    pub(in crate::terminal::pages) maternity: fn(date: &str) -> String,
    pub(in crate::terminal::pages) accident_number: fn(number: &str) -> String,
    pub(in crate::terminal::pages) accident_date: fn(date: &str) -> String,
    pub(in crate::terminal::pages) acts: &'static str,
    pub(in crate::terminal::pages) tooth: &'static str,
    pub(in crate::terminal::pages) overrun: &'static str,
    pub(in crate::terminal::pages) travel: &'static str,
    pub(in crate::terminal::pages) exoneration: &'static str,
    pub(in crate::terminal::pages) justification: &'static str,
    pub(in crate::terminal::pages) basic: &'static str,
    pub(in crate::terminal::pages) complementary: &'static str,
    /// A share and the rate that gave it.
    pub(in crate::terminal::pages) share: fn(amount: &str, rate: u8) -> String,
    pub(in crate::terminal::pages) agreement: &'static str,
    pub(in crate::terminal::pages) device: &'static str,
    pub(in crate::terminal::pages) payment: &'static str,
    pub(in crate::terminal::pages) total: &'static str,
    pub(in crate::terminal::pages) third_party: &'static str,
    pub(in crate::terminal::pages) third_party_of: fn(basic: bool, complementary: bool) -> &'static str,
    pub(in crate::terminal::pages) of_patient: &'static str,
    pub(in crate::terminal::pages) signatures: &'static str,
    pub(in crate::terminal::pages) by: fn(By) -> &'static str,
    pub(in crate::terminal::pages) professional_card: fn(number: &str) -> String,
    /// A card whose signature is missing or wrong.
    pub(in crate::terminal::pages) not_signed: fn(number: &str) -> String,
    /// Whose key signed, by its certificate.
    pub(in crate::terminal::pages) signed_by: fn(name: &str) -> String,
    pub(in crate::terminal::pages) vitale: fn(serial: &str) -> String,
    pub(in crate::terminal::pages) vitale_1: fn(serial: &str) -> String,
    pub(in crate::terminal::pages) vitale_later: &'static str,
    /// That a form has no signatures by its mode.
    pub(in crate::terminal::pages) unsigned: &'static str,
    pub(in crate::terminal::pages) paper: fn(Paper) -> Option<&'static str>,
    pub(in crate::terminal::pages) sealed: &'static str,
    pub(in crate::terminal::pages) good: &'static str,
    pub(in crate::terminal::pages) not_good: fn(count: usize) -> String,
    /// Who signed, when.
    pub(in crate::terminal::pages) signed: fn(signer: &str, date: &str) -> String,
    pub(in crate::terminal::pages) for_number: fn(number: &str) -> String,
    pub(in crate::terminal::pages) finding: fn(&Finding) -> String,
    pub(in crate::terminal::pages) no_copy: fn(&NoCopy) -> String,
    pub(in crate::terminal::pages) test: &'static str,
}

/// English.
pub(super) static EN: FormWords = FormWords {
    title: |number, date| format!("Care form {number} of {date}"),
    amount: |amount| format!("{amount} EUR"),
    mode: "made",
    mode_of: |mode| match mode {
        Mode::Unsecured => "not secured: no card signs",
        Mode::WithoutVitale => "SESAM without Vitale: the professional's card alone",
        Mode::Visit => "at the patient's home, with both cards",
        Mode::Secured => "secured, with both cards",
        Mode::Desynchronised => "desynchronised: the professional's card first, the Vitale later",
        Mode::Degraded => "degraded: the professional's card alone",
    },
    lot: "lot",
    insured: "insured",
    body: "body",
    patient: "patient",
    born: |date, rank| format!("born {date}, rank {rank}"),
    caregiver: "professional",
    billing_number: "billing number (AMO)",
    speciality: "speciality",
    prescriber: "prescriber",
    prescribed: |number, date| format!("{number}, on {date}"),
    nature: "nature",
    illness: "illness",
    maternity: |date| format!("maternity, {date}"),
    accident_number: |number| format!("accident at work number {number}"),
    accident_date: |date| format!("accident at work of {date}"),
    acts: "Acts",
    tooth: "tooth",
    overrun: "overrun",
    travel: "way",
    exoneration: "exoneration",
    justification: "proof of it",
    basic: "basic regime",
    complementary: "complementary",
    share: |amount, rate| format!("{amount} ({rate} % of the tariff)"),
    agreement: "prior agreement",
    device: "imaging device",
    payment: "Who pays",
    total: "total",
    third_party: "third-party payment",
    third_party_of: |basic, complementary| match (basic, complementary) {
        (false, false) => "none",
        (true, false) => "the basic regime pays its share to the professional",
        (false, true) => "the complementary insurer pays its share to the professional",
        (true, true) => "both insurers pay their shares to the professional",
    },
    of_patient: "the patient pays",
    signatures: "Signatures",
    by: |by| match by {
        By::Professional => "professional's card",
        By::Vitale => "Vitale",
    },
    professional_card: |number| format!("signed by card {number}"),
    not_signed: |number| format!("named: card {number}; there is no right signature of it"),
    signed_by: |name| format!("signed by {name}"),
    vitale: |serial| format!("signed by card {serial} (how a real one does is not public)"),
    vitale_1: |serial| format!("card {serial} took part and signed nothing: how a Vitale 1 does is not public"),
    vitale_later: "signs later (virtuale fse complete)",
    unsigned: "Nobody signs a form of this mode: nothing vouches for who made it.",
    paper: |paper| match paper {
        Paper::None => None,
        Paper::Duplicate => Some("A duplicate on paper goes with this form; the patient signs it."),
        Paper::Form => Some("This form goes out on paper; the professional and the patient sign it."),
        Paper::NotPublic => Some("No paper goes with this form: which one does with a real one is not public."),
    },
    sealed: "Codes of acts, the prescriber and the like are enciphered for the addressee.",
    good: "All is right.",
    not_good: |count| format!("{count} {} not right:", if count == 1 { "thing is" } else { "things are" }),
    signed: |signer, date| format!("{signer}, on {date}"),
    for_number: |number| format!("for billing number {number}"),
    finding: |finding| match finding {
        Finding::Missing(by) => format!("there is no signature of the {}, and a form of this mode has one", EN_BY(*by)),
        Finding::TooMany(by) => format!("there is a signature of the {}, and a form of this mode has none", EN_BY(*by)),
        Finding::Named(by) => {
            format!("form.bin: it names a {} that its mode has not, or the other way round", EN_BY(*by))
        }
        Finding::Container { by, error } => format!("{}: {error}", EN_FILE(*by)),
        Finding::Attribute { by, what } => format!("{}: the signed attribute {what} is missing or wrong", EN_FILE(*by)),
        Finding::Algorithm(by) | Finding::Digest(by) | Finding::Signature(by) | Finding::Unsigned(by) => {
            format!("{}: {finding}", EN_FILE(*by))
        }
        Finding::TooManyAttributes { by, .. } | Finding::TooEarly { by, .. } | Finding::Another { by, .. } => {
            format!("{}: {finding}", EN_FILE(*by))
        }
        Finding::Untrusted { by, why } => format!("{}: {why}", EN_FILE(*by)),
        _ => format!("form.bin: {finding}"),
    },
    no_copy: ToString::to_string,
    test: "All cards, keys and forms here are for tests: nobody pays for them.",
};

const EN_BY: fn(By) -> &'static str = |by| match by {
    By::Professional => "professional's card",
    By::Vitale => "Vitale",
};

const EN_FILE: fn(By) -> &'static str = |by| match by {
    By::Professional => "form.p7s",
    By::Vitale => "vitale.p7s",
};

/// French.
pub(super) static FR: FormWords = FormWords {
    title: |number, date| format!("Feuille de soins n° {number} du {date}"),
    amount: |amount| format!("{} €", amount.to_string().replace('.', ",")),
    mode: "mode",
    mode_of: |mode| match mode {
        Mode::Unsecured => "non sécurisée : aucune carte ne signe",
        Mode::WithoutVitale => "SESAM sans Vitale : carte du professionnel seule",
        Mode::Visit => "en visite, avec les deux cartes",
        Mode::Secured => "sécurisée, avec les deux cartes",
        Mode::Desynchronised => "désynchronisée : carte du professionnel d'abord, Vitale plus tard",
        Mode::Degraded => "dégradée : carte du professionnel seule",
    },
    lot: "lot",
    insured: "assuré",
    body: "organisme",
    patient: "bénéficiaire",
    born: |date, rank| format!("né(e) le {date}, rang {rank}"),
    caregiver: "exécutant",
    billing_number: "n° de facturation (AMO)",
    speciality: "spécialité",
    prescriber: "prescripteur",
    prescribed: |number, date| format!("{number}, le {date}"),
    nature: "nature d'assurance",
    illness: "maladie",
    maternity: |date| format!("maternité, {date}"),
    accident_number: |number| format!("accident du travail n° {number}"),
    accident_date: |date| format!("accident du travail du {date}"),
    acts: "Actes",
    tooth: "dent",
    overrun: "dépassement",
    travel: "déplacement",
    exoneration: "exonération",
    justification: "justification",
    basic: "part obligatoire",
    complementary: "part complémentaire",
    share: |amount, rate| format!("{amount} ({rate} % du tarif)"),
    agreement: "accord préalable",
    device: "appareil d'imagerie",
    payment: "Paiement",
    total: "total",
    third_party: "tiers payant",
    third_party_of: |basic, complementary| match (basic, complementary) {
        (false, false) => "aucun",
        (true, false) => "le régime obligatoire paie sa part au professionnel",
        (false, true) => "l'organisme complémentaire paie sa part au professionnel",
        (true, true) => "les deux organismes paient leur part au professionnel",
    },
    of_patient: "reste à payer",
    signatures: "Signatures",
    by: |by| match by {
        By::Professional => "carte du professionnel",
        By::Vitale => "Vitale",
    },
    professional_card: |number| format!("signée par la carte {number}"),
    not_signed: |number| format!("nommée : carte {number} ; il n'y en a pas de signature juste"),
    signed_by: |name| format!("signée par {name}"),
    vitale: |serial| format!("signée par la carte {serial} (le procédé des cartes réelles n'est pas public)"),
    vitale_1: |serial| {
        format!("la carte {serial} a pris part sans rien signer : le procédé d'une Vitale 1 n'est pas public")
    },
    vitale_later: "signe plus tard (virtuale fse complete)",
    unsigned: "Personne ne signe une feuille de ce mode : rien ne dit qui l'a faite.",
    paper: |paper| match paper {
        Paper::None => None,
        Paper::Duplicate => Some("Un duplicata papier accompagne cette feuille ; le patient le signe."),
        Paper::Form => Some("Cette feuille part sur papier ; le professionnel et le patient la signent."),
        Paper::NotPublic => {
            Some("Aucun papier n'accompagne cette feuille : lequel accompagne une vraie n'est pas public.")
        }
    },
    sealed: "Codes des actes, prescripteur et autres zones sensibles sont chiffrés pour le destinataire.",
    good: "Tout est juste.",
    not_good: |count| match count {
        1 => "Une chose n'est pas juste :".to_owned(),
        _ => format!("{count} choses ne sont pas justes :"),
    },
    signed: |signer, date| format!("{signer}, le {date}"),
    for_number: |number| format!("pour le numéro de facturation {number}"),
    finding: french,
    no_copy: french_no_copy,
    test: "Cartes, clés et feuilles sont ici d'essai : personne ne les paie.",
};

fn french(finding: &Finding) -> String {
    let by_card = |by: By| match by {
        By::Professional => "de la carte du professionnel",
        By::Vitale => "de la Vitale",
    };
    let file = |by| EN_FILE(by);
    let date = |day: CardDate| format!("{:02}/{:02}/{:04}", day.day, day.month, day.year);
    match finding {
        Finding::Form(error) => format!("form.bin : {}", error.said().french),
        Finding::Rule(breach) => format!("form.bin : {}", breach.said().french),
        Finding::Missing(by) => format!("il manque la signature {}, que ce mode demande", by_card(*by)),
        Finding::TooMany(by) => format!("il y a une signature {}, que ce mode n'a pas", by_card(*by)),
        Finding::Named(by) => {
            let card = match by {
                By::Professional => "carte de professionnel",
                By::Vitale => "Vitale",
            };
            format!("form.bin : la feuille nomme une {card} que son mode n'a pas, ou inversement")
        }
        Finding::Container { by, error } => format!("{} : {}", file(*by), container(error)),
        Finding::Algorithm(by) => format!(
            "{} : la signature n'est pas faite comme par cette carte : SHA-256 et RSA, ECDSA pour une Vitale",
            file(*by)
        ),
        Finding::Attribute { by, what } => format!("{} : l'attribut signé {what} manque ou est faux", file(*by)),
        Finding::Digest(by) => {
            format!("{} : la signature est celle d'une autre feuille : l'empreinte diffère", file(*by))
        }
        Finding::Signature(by) => format!(
            "{} : la signature n'a pas été faite par la clé de son certificat, ou ses attributs ont été changés",
            file(*by)
        ),
        Finding::Untrusted { by, why } => {
            format!("{} : {}", file(*by), crate::terminal::form::refusal::untrusted(why).french)
        }
        Finding::TooManyAttributes { by, what } => {
            format!("{} : l'attribut signé {what} n'y a pas sa place", file(*by))
        }
        Finding::Unsigned(by) => {
            format!("{} : il a des attributs que personne n'a signés, et aucune feuille n'en a", file(*by))
        }
        Finding::TooEarly { by, day } => {
            format!("{} : signée le {}, avant le jour de la feuille", file(*by), date(*day))
        }
        Finding::Another { by, form, signature } => {
            format!("{} : la feuille indique {form}, et la signature {signature}", file(*by))
        }
    }
}

fn french_no_copy(why: &NoCopy) -> String {
    match why {
        NoCopy::NotAppended(NotAppended::Objected) => {
            "l'assuré s'oppose aux copies de feuilles sur la carte (R.161-33-1, 2° d)".into()
        }
        NoCopy::NotAppended(NotAppended::ObjectionUnread(status)) => {
            format!("la carte ne dit pas si l'assuré s'oppose aux copies de feuilles ({status:?})")
        }
        NoCopy::NotAppended(NotAppended::NoFile) => "la carte n'a pas de fichier pour elles".into(),
        NoCopy::NotAppended(NotAppended::NoRight(status)) => format!(
            "la carte n'en prend pas ({status:?}) ; une carte de professionnel qui fait des feuilles doit d'abord lui \
             être prouvée"
        ),
        NoCopy::NotAppended(NotAppended::Refused(status)) => format!("la carte ne l'a pas gardée ({status:?})"),
        NoCopy::NotAppended(NotAppended::Exchange(_)) => "la carte ne répond plus".into(),
        NoCopy::NotAppended(NotAppended::NotCoded(_)) | NoCopy::TooMuch(_) => {
            "une copie n'a pas de place pour ce que dit la feuille".into()
        }
    }
}

fn container(error: &SignedError) -> String {
    match error {
        SignedError::Der(error) => match error.position() {
            Some(position) => format!("ce n'est pas un CMS en DER (octet {position})"),
            None => "ce n'est pas un CMS en DER".into(),
        },
        SignedError::NotSigned => "c'est un CMS d'autre chose que de données signées".into(),
        SignedError::Content => "il a un contenu en propre, ou d'un autre type".into(),
        SignedError::Signers(count) => format!("il a {count} signataires"),
        SignedError::NoAttributes => "il n'a pas d'attributs signés".into(),
        SignedError::NoSigner => "il n'a pas le certificat de son signataire".into(),
    }
}
