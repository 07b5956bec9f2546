//! French.

use super::{
    Ability, CardDate, Labels, Lock, Model, Notes, Remark, Severity, Titles, Verdict, Words, fr_errors, right,
};
use crate::{lists::opposition::Reason, profile::said::counted};

pub(super) static WORDS: Words = Words {
    none: "absent de la carte",
    meaning_not_public: "sens non public",
    unknown_code: "code non connu ici",
    said: |said| *said.french,
    colon: " : ",
    date: |date| format!("{:02}/{:02}/{:04}", date.day, date.month, date.year),
    model: |model| match model {
        Model::Vitale2 => "une Vitale 2",
        Model::LikeVitale2 => "comme une Vitale 2, d'un composant que les listes publiques ne nomment pas",
        Model::Vitale1 => "une Vitale 1",
        Model::Unknown => "d'aucune Vitale que les listes publiques nomment",
    },
    lock: |lock| match lock {
        Lock::ProfessionalCard => "demande une carte de professionnel (CPS)",
        Lock::HolderCode => "demande le code du titulaire",
        Lock::Contacts => "fermé sans contact",
        Lock::SecureMessaging => "demande un canal protégé",
        Lock::Never => "n'est jamais lisible",
        Lock::Absent => "n'existe pas",
        Lock::Unknown => "la carte ne dit pas pourquoi",
    },
    transport_error: fr_errors::transport,
    read_error: fr_errors::read,
    severity: |severity| match severity {
        Severity::Blocking => "arrêt",
        Severity::Warning => "à voir",
        Severity::Note => "note",
    },
    remark,
    look: right::fr,
    ability: |ability| match ability {
        Ability::Identify => "nommer l'assuré",
        Ability::SeeRights => "voir les droits du régime obligatoire",
        Ability::ThirdPartyPayment => "tiers payant de la part obligatoire",
        Ability::ComplementaryPayment => "tiers payant de la part complémentaire",
        Ability::SeeExoneration => "voir qui est exonéré du ticket modérateur",
        Ability::SecuredForm => "signer une feuille de soins électronique (FSE)",
    },
    verdict: |verdict| match verdict {
        Verdict::Yes => "oui",
        Verdict::ForSome => "pour certains",
        Verdict::WithProfessionalCard => "avec une CPS",
        Verdict::No => "non",
    },
    period: |start, end| between(start, end, WORDS.date),
    moments: |start, end| between(start, end, moment),
    titles: Titles {
        reading: |reader| format!("La carte dans {reader}"),
        people: "Qui est sur la carte",
        details: "Ce qu'on sait encore",
        rights: "Quels droits, jusqu'à quand",
        abilities: |today| format!("Ce qu'un terminal peut en faire aujourd'hui, {today}"),
        remarks: "Ce qu'il faut regarder",
        beside: "La carte de professionnel à côté",
        closed: "Ce qui reste fermé",
        closed_without_professional: "Ce qui reste fermé sans carte de professionnel",
        shares: "Ce qu'on en sait",
        commands: "Les commandes",
        first_commands: "Les premières commandes",
        attach: "Attacher son propre logiciel",
        paper_copy: "Copie de la carte Vitale sur papier (fiche reflet)",
    },
    labels: Labels {
        atr: "réponse au reset",
        issuer: "émetteur",
        serial: "numéro de série",
        validity: "valable",
        updated: "mise à jour",
        nir: "NIR",
        regime: "régime",
        body: "caisse, centre",
        management: "code gestion",
        family_service: "service de la famille",
        service: "service",
        quality_end: "ayant droit jusqu'au",
        pregnancy: "grossesse",
        country: "pays",
        exoneration: "exonération",
        guarantees: "garanties",
        routing: "aiguillage",
        europe: "carte européenne",
        born: "naissance",
        birth_name: "nom de naissance",
        first_names: "prénoms",
        twin_rank: |rank| format!("rang gémellaire {rank}"),
        address: "adresse",
        rights: "droits AMO",
        coverage: "couverture",
        mutual: "mutuelle",
        amc: "AMC",
        accident: "accident du travail",
        person_to_warn: "personne à prévenir",
        organ_donation: "don d'organes",
        treating_doctor: "médecin traitant",
        ald: "ALD",
        sts: "STS",
        situation: "situation",
        member: "adhérent",
        treatment: "traitement",
        public: "public",
        inferred: "déduit",
        invented: "inventé",
        declared: |flag| if flag { "déclaré" } else { "non déclaré" },
        informed: |flag| if flag { "informé" } else { "non informé" },
    },
    notes: Notes {
        nothing_found: "Rien.",
        other_professional: "demande une carte dont le rôle l'ouvre (CPS, CPE ou CPA)",
        nothing_closed: "Rien : tous les fichiers que la carte nomme ont été lus.",
        no_rights_shown: "la carte n'en montre pas",
        opposition_list: "La liste d'opposition n'a pas été consultée : elle n'est pas sur la carte.",
        same_reason: "Pour la même raison.",
        not_opposed: |day| format!("La liste d'opposition du {day} a été consultée : la carte n'y est pas."),
        opposed: |day| format!("La liste d'opposition du {day} a été consultée : la carte y est."),
        forms_go_to: |to| format!("Les feuilles de soins vont à {to}."),
        usable: "aujourd'hui : elle peut être utilisée, et donne le tiers payant à qui a des droits",
        usable_without_payment: "aujourd'hui : elle peut être utilisée, mais ne donne pas le tiers payant",
        unusable: "aujourd'hui : elle ne peut pas être utilisée : ni feuille de soins sécurisée, ni tiers payant",
        shares: |bytes, files| {
            let read = if bytes < 2 { "lu" } else { "lus" };
            let (bytes, files) = (counted(bytes, "byte", "octet").french, counted(files, "file", "fichier").french);
            format!("{bytes} {read} dans {files}. La place et le codage de chacun sont")
        },
        bytes: |bytes| counted(bytes, "byte", "octet").french.to_string(),
        unused: |bytes| match bytes {
            0 | 1 => format!("{bytes} autre octet ne sert pas."),
            _ => format!("{bytes} autres octets ne servent pas."),
        },
        more_commands: |count| format!("... et {}", counted(count, "other", "autre").french),
        attach: "Tout logiciel PC/SC voit la même carte, sans modification et sans droits root :",
        mute: "La carte ne répond pas : elle est muette, et ne donne pas de réponse au reset.",
        made_mute: "Son fichier de carte le veut ainsi. Elle montre ce que dit un logiciel d'une carte qui ne répond pas.",
        your_program: "VOTRE-PROGRAMME",
        paper_issued: |today| format!("Lu sur la carte le {today}."),
        paper_personal: "Cette copie est strictement personnelle.",
        paper_without_exoneration: "Les exonérations du ticket modérateur ont été omises sur demande.",
        paper_exoneration_closed: "Les exonérations du ticket modérateur ne se lisent qu'avec une carte de professionnel.",
        cards_read: "ce terminal lit les cartes Vitale 1 et Vitale 2",
        look_at_layout: "voir où la structure (layout) place les fichiers de cette carte",
    },
};

fn remark(remark: &Remark, who: &str) -> String {
    let date = WORDS.date;
    match remark {
        Remark::CardExpired { end } => format!("La validité de la carte a pris fin le {}.", date(*end)),
        Remark::CardNotYetValid { start } => format!("La carte n'est pas valable avant le {}.", date(*start)),
        Remark::CardPastFiveYears { start } => {
            format!("Valable depuis le {}, plus de cinq ans : seulement si la caisse l'a prolongée.", date(*start))
        }
        Remark::CardEndsSoon { end } => format!("La validité de la carte prend bientôt fin, le {}.", date(*end)),
        Remark::CardBlocked => {
            "L'émetteur a bloqué la carte : elle ne peut pas être utilisée tant qu'il ne l'a pas débloquée.".into()
        }
        Remark::CardOpposed { reason: Reason::RightsNotUpdated, .. } => {
            "La carte est en opposition : un changement de droits n'y a pas été chargé sous un mois. \
             Elle ne peut pas être utilisée avant sa mise à jour."
                .into()
        }
        Remark::CardOpposed { reason: Reason::BodyChanged, .. } => {
            "La carte est en opposition : son titulaire a changé d'organisme. \
             Elle ne peut pas être utilisée avant sa mise à jour."
                .into()
        }
        Remark::CardOpposed { reason, since } => {
            let since = since.map_or_else(String::new, |since| format!(" le {}", date(since)));
            format!("La carte est en opposition : {}{since}. Personne ne l'accepte.", reason.said().french)
        }
        Remark::OppositionTooOld { date: day, days } => format!(
            "La liste d'opposition est du {}, il y a {days} jours : aucune carte n'est acceptée sans liste plus récente.",
            date(*day)
        ),
        Remark::NoSerialNumber => {
            "La carte ne dit pas son numéro : aucune liste d'opposition ne peut être interrogée.".into()
        }
        Remark::CardReplaced { since } => {
            format!("Une autre carte l'a remplacée le {} : le titulaire restitue celle-ci.", date(*since))
        }
        Remark::CardReturned { since } => format!("Elle a été restituée à son émetteur le {}.", date(*since)),
        Remark::ChangeToLoad { until } => format!(
            "Un changement est à charger jusqu'au {} : ensuite, la carte ne peut plus être utilisée sans lui.",
            date(*until)
        ),
        Remark::NoDestination { body: Some(body) } => format!(
            "La table des destinataires ne contient pas l'organisme {body} : les feuilles de soins ne vont nulle part."
        ),
        Remark::NoDestination { body: None } => {
            "La carte ne dit pas son organisme : les feuilles de soins ne vont nulle part.".into()
        }
        Remark::BodyMerged { from, into } => format!(
            "L'organisme {into} a repris {from} : les feuilles de soins y vont ; la carte devrait être mise à jour."
        ),
        Remark::UpdateOverdue { last } => format!(
            "Dernière mise à jour le {}, il y a plus d'un an : tiers payant suspendu jusqu'à la prochaine.",
            date(*last)
        ),
        Remark::NoRightsToday { since: Some(since), .. } => {
            format!("{who} : les droits ont pris fin le {}.", date(*since))
        }
        Remark::NoRightsToday { since: None, .. } => {
            format!("{who} : la carte ne montre pas de droits ouverts aujourd'hui.")
        }
        Remark::RightsEndSoon { end, .. } => format!("{who} : les droits prennent bientôt fin, le {}.", date(*end)),
        Remark::ComplementaryEnded { end, .. } => {
            format!("{who} : la couverture complémentaire a pris fin le {}.", date(*end))
        }
        Remark::NirWrong { .. } => format!("{who} : la clé ou la forme du NIR est fausse."),
        Remark::NobodyOnCard => "Rien sur la carte ne dit à qui elle est.".into(),
        Remark::FilesDisagree { key } => {
            format!("Deux fichiers se contredisent sur {key} ; la première valeur lue est montrée.")
        }
        Remark::NoPointers => {
            "POINTERS ne nomme aucun fichier : ils ont été cherchés là où le fichier de structure les place.".into()
        }
        Remark::PointersLost { count: 1 } => "1 entrée de POINTERS n'a pas pu être suivie.".into(),
        Remark::PointersLost { count } => format!("{count} entrées de POINTERS n'ont pas pu être suivies."),
        Remark::CopiesUnreadable { count: 1 } => {
            "1 enregistrement à la place d'une copie de feuille de soins n'en est pas une.".into()
        }
        Remark::CopiesUnreadable { count } => {
            format!("{count} enregistrements à la place de copies de feuilles de soins n'en sont pas.")
        }
        Remark::CopiesDespiteObjection => {
            "La carte porte des copies de feuilles de soins, bien que l'assuré s'y oppose (R.161-33-1, 2° d).".into()
        }
        Remark::FileRefused { file, status } => {
            format!("La carte a refusé {file} sans dire pourquoi ({status}) : ce qui s'y trouve n'est pas montré.")
        }
        Remark::FileNotWhole { file, length, size } => format!(
            "La carte a donné {length} octets de {file} et dit qu'il en a {size} : ce qui est montré peut être faux."
        ),
        Remark::CommandRefused { command, status } => format!(
            "La carte a refusé {command} sans dire pourquoi ({status}) : ce qu'elle aurait dit n'est pas montré."
        ),
        Remark::AnswerNotWhole { command } => {
            format!("La réponse de la carte à {command} est tronquée : ce qu'elle aurait dit n'est pas montré.")
        }
        Remark::CutShort => "La carte n'en finit pas ; ce qui a été lu jusque-là est montré.".into(),
        Remark::OtherMemory { end: Some(end) } => {
            format!("La mémoire se termine en {end:04X}, et non comme celle de la structure.")
        }
        Remark::OtherMemory { end: None } => "La carte ne dit pas où se termine sa mémoire.".into(),
        Remark::UncommonAtr => "La réponse au reset n'est dans aucune liste publique de telles cartes.".into(),
        Remark::TestCard => "La carte se dit carte de test.".into(),
        Remark::CodeBlocked => {
            "Le code porteur est bloqué : la carte n'ouvre plus rien avec lui tant que le code de déblocage (PUK) \
             n'en a pas fixé un nouveau."
                .into()
        }
        Remark::UnblockingCodeBlocked => {
            "Le code de déblocage (PUK) est bloqué : une fois le code porteur bloqué, rien ne le débloque.".into()
        }
        Remark::BothCodesBlocked => {
            "Le code porteur et le code de déblocage (PUK) sont bloqués : plus rien n'ouvre ce qui demande un code."
                .into()
        }
        Remark::FewTries { left: 1 } => "Il reste un essai du code porteur : un code faux le bloque.".into(),
        Remark::FewTries { left } => format!("Un code faux a été donné : il reste {left} essais."),
        Remark::BillingEnded { situation, end } => {
            format!(
                "La situation de facturation {situation} a pris fin le {} : plus rien ne se facture avec elle.",
                date(*end)
            )
        }
        Remark::BillingNotBegun { situation, start } => {
            format!("La situation de facturation {situation} ne commence que le {}.", date(*start))
        }
        Remark::LotsWithoutForms { situation } => {
            format!("La situation de facturation {situation} signe les lots, mais pas les feuilles qu'ils contiennent.")
        }
        Remark::ReadByAntenna => {
            "La carte a été lue sans contact, où elle ne prend aucun code : situations d'exercice et de facturation \
             sont fermées, et elle ne signe pas."
                .into()
        }
        Remark::CertificateExpired { label, end } => format!("{label} : sa validité a pris fin le {}.", date(*end)),
        Remark::CertificateNotYetValid { label, start } => {
            format!("{label} : il n'est pas valable avant le {}.", date(*start))
        }
        Remark::CertificateOfOtherCard { label, number } => format!("{label} : il nomme une autre carte, {number}."),
        Remark::NoCertificate { label } => format!("{label} : ce n'est pas un certificat."),
    }
}

/// A day with its time of day, if it has one.
fn moment(date: CardDate) -> String {
    let day = (WORDS.date)(date);
    match (date.hour, date.minute) {
        (0, 0) => day,
        (hour, minute) => format!("{day} {hour:02}:{minute:02}"),
    }
}

fn between(start: Option<CardDate>, end: Option<CardDate>, date: fn(CardDate) -> String) -> String {
    match (start, end) {
        (Some(start), Some(end)) => format!("du {} au {}", date(start), date(end)),
        (Some(start), None) => format!("depuis le {}, sans fin", date(start)),
        (None, Some(end)) => format!("jusqu'au {}", date(end)),
        (None, None) => "sans dates".into(),
    }
}
