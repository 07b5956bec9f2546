//! What came of a professional's card beside a patient's, in both languages.

use virtuale_engine::StatusWord;

use crate::terminal::{
    pages::Lang,
    right::{Bearer, Denial, Doing, Link, Look, Side},
};

/// What files that a right opens are about, in both languages.
const FILES: [(&str, &str, &str); 3] = [
    ("COUVERT", "coverage", "couverture"),
    ("EXONER", "exonerations", "exonérations"),
    ("COPIES", "copies of care forms", "copies de feuilles de soins"),
];

/// In English.
pub(super) fn en(look: &Look) -> String {
    let who = who(&look.bearer, "the card in");
    match &look.outcome {
        Ok(_) if look.opened.is_empty() => format!("{who}: it proved its role, which opens nothing on this card."),
        Ok(right) => {
            let files = files(look, |(_, english, _)| english);
            let how = if right.secured { "under secure messaging, " } else { "" };
            format!("{who}: {how}it opened {files} (code de la sécurité sociale, R.161-33-2).")
        }
        Err(Denial::Gone) if !look.opened.is_empty() => {
            let files = files(look, |(_, english, _)| english);
            format!("{who}: it opened {files}, and was removed or reset then: the right to look ended there.")
        }
        Err(denial) => format!("{who}: it opened nothing. {}.", en_denial(denial)),
    }
}

/// In French.
pub(super) fn fr(look: &Look) -> String {
    let who = who(&look.bearer, "la carte dans");
    match &look.outcome {
        Ok(_) if look.opened.is_empty() => {
            format!("{who} : elle a prouvé son rôle, qui n'ouvre rien sur cette carte.")
        }
        Ok(right) => {
            let files = files(look, |(_, _, french)| french);
            let how = if right.secured { "sous messagerie sécurisée, " } else { "" };
            format!("{who} : {how}elle a ouvert {files} (code de la sécurité sociale, article R.161-33-2).")
        }
        Err(Denial::Gone) if !look.opened.is_empty() => {
            let files = files(look, |(_, _, french)| french);
            format!("{who} : elle a ouvert {files}, puis a été retirée ou réinitialisée : le droit s'arrête là.")
        }
        Err(denial) => format!("{who} : elle n'a rien ouvert. {}.", fr_denial(denial)),
    }
}

/// Whose card it is, and where.
pub(in crate::terminal::pages) fn bearer(bearer: &Bearer, lang: Lang) -> String {
    who(bearer, if lang == Lang::Fr { "la carte dans" } else { "the card in" })
}

/// The files that were opened.
fn files(look: &Look, word: fn((&str, &'static str, &'static str)) -> &'static str) -> String {
    let about = |name: &String| match FILES.into_iter().find(|(known, ..)| known == name) {
        Some(known) => format!("{} ({name})", word(known)),
        None => name.clone(),
    };
    look.opened.iter().map(about).collect::<Vec<_>>().join(", ")
}

/// Whose card it is: `Claire LEFEVRE (CPS), the card in cps-lefevre`.
fn who(bearer: &Bearer, card_in: &str) -> String {
    let kind = bearer.kind.as_deref().map(str::to_uppercase);
    let name = match (&bearer.name, kind) {
        (Some(name), Some(kind)) => format!("{name} ({kind}), "),
        (Some(name), None) => format!("{name}, "),
        (None, Some(kind)) => format!("{kind}, "),
        (None, None) => String::new(),
    };
    format!("{name}{card_in} {}", bearer.place)
}

fn en_denial(denial: &Denial) -> String {
    match denial {
        Denial::Refused { doing, status } => {
            let why = en_refusal(*doing, *status);
            format!("{why} ({status:?})")
        }
        Denial::NoNumber { side: Side::Patient } => "This card has no number in EF.SN".into(),
        Denial::NoNumber { side: Side::Professional } => "It has no number in EF.SN".into(),
        Denial::Malformed { .. } => "What it has in the place of a card-verifiable certificate is none".into(),
        Denial::CodeNotGiven => "Nobody gave its code".into(),
        Denial::CodeWrong { .. } => "Its code was wrong".into(),
        Denial::CodeBlocked => "Its code is blocked".into(),
        Denial::TooLong => "This card takes no command as long as a certificate".into(),
        Denial::NoSession => "It keeps no session of secure messaging for a terminal: read without --secured".into(),
        Denial::NoCardKey => "This card has no key to prove itself by: read without --secured".into(),
        Denial::Unprotected => "This card did not answer under secure messaging as was agreed on".into(),
        Denial::Gone => "It does not answer any more".into(),
    }
}

fn en_refusal(doing: Doing, status: StatusWord) -> &'static str {
    match (doing, status) {
        (Doing::ReadCertificate(_), StatusWord::SECURITY_NOT_SATISFIED) => {
            "It keeps its certificates closed over the antenna: put it into a reader with contacts"
        }
        (Doing::ReadCertificate(_), _) => "It has no card-verifiable certificate",
        (Doing::VerifyCode, _) => "It took no code",
        (Doing::ChooseKey | Doing::Sign, _) => "It did not prove its role",
        (Doing::SelectProfessional | Doing::ReadProfessional, _) => "It is no professional's card",
        (Doing::SelectPatient | Doing::ReadPatient, _) => "This card takes no such proof",
        (Doing::NameSigner(Link::Authority), _) => "This card does not know the root of its certificates",
        (Doing::NameSigner(Link::Own), _) => "Its own certificate is not from the authority whose certificate it has",
        (Doing::CheckCertificate(link), StatusWord::REFERENCE_NOT_USABLE) => match link {
            Link::Authority => "This card has its authority among the revoked ones",
            Link::Own => "This card has it among the revoked ones",
        },
        (Doing::CheckCertificate(link), StatusWord::CONDITIONS_NOT_SATISFIED) => match link {
            Link::Authority => "The certificate of its authority is not valid today",
            Link::Own => "Its certificate is not valid today, or its authority may not certify",
        },
        (Doing::CheckCertificate(Link::Authority), _) => "This card refused the certificate of its authority",
        (Doing::CheckCertificate(Link::Own), _) => "This card refused its certificate",
        (Doing::NameKey, _) => "Its certificate is that of another card",
        (Doing::Challenge(Side::Patient), _) => "This card gave no challenge",
        (Doing::Challenge(Side::Professional), _) => "It gave no challenge",
        (Doing::TakeProof | Doing::TakeToken(Side::Patient), _) => "This card refused its proof",
        (Doing::ReadCard, _) => "This card has no certificate of its own",
        (Doing::CheckCard(Link::Authority), _) => "It refused the certificate of the authority of this card",
        (Doing::CheckCard(Link::Own), _) => "It refused the certificate of this card",
        (Doing::NameKeys(Side::Patient), _) => "Its certificate is that of another card",
        (Doing::NameKeys(Side::Professional), _) => "The certificate of this card is that of another one",
        (Doing::MakeToken(Side::Patient), _) => "This card did not prove itself",
        (Doing::MakeToken(Side::Professional), _) => "It did not prove its role",
        (Doing::TakeToken(Side::Professional), _) => "It refused the proof of this card",
        (Doing::Serve, StatusWord::AUTHENTICATION_FAILED) => "An answer was not this card's: its checksum is wrong",
        (Doing::Serve, _) => "It did not go on with the session",
    }
}

fn fr_denial(denial: &Denial) -> String {
    match denial {
        Denial::Refused { doing, status } => {
            let why = fr_refusal(*doing, *status);
            format!("{why} ({status:?})")
        }
        Denial::NoNumber { side: Side::Patient } => "Cette carte n'a pas de numéro dans EF.SN".into(),
        Denial::NoNumber { side: Side::Professional } => "Elle n'a pas de numéro dans EF.SN".into(),
        Denial::Malformed { .. } => {
            "Ce qu'elle a à la place d'un certificat vérifiable par carte n'en est pas un".into()
        }
        Denial::CodeNotGiven => "Personne n'a donné son code".into(),
        Denial::CodeWrong { .. } => "Son code était faux".into(),
        Denial::CodeBlocked => "Son code est bloqué".into(),
        Denial::TooLong => "Cette carte ne prend pas de commande aussi longue qu'un certificat".into(),
        Denial::NoSession => {
            "Elle ne tient pas de session de messagerie sécurisée pour un terminal : lire sans --secured".into()
        }
        Denial::NoCardKey => "Cette carte n'a pas de clé par laquelle se prouver : lire sans --secured".into(),
        Denial::Unprotected => "Cette carte n'a pas répondu sous la messagerie sécurisée convenue".into(),
        Denial::Gone => "Elle ne répond plus".into(),
    }
}

fn fr_refusal(doing: Doing, status: StatusWord) -> &'static str {
    match (doing, status) {
        (Doing::ReadCertificate(_), StatusWord::SECURITY_NOT_SATISFIED) => {
            "Elle garde ses certificats fermés sans contact : la mettre dans un lecteur à contacts"
        }
        (Doing::ReadCertificate(_), _) => "Elle n'a pas de certificat vérifiable par carte",
        (Doing::VerifyCode, _) => "Elle n'a pas pris de code",
        (Doing::ChooseKey | Doing::Sign, _) => "Elle n'a pas prouvé son rôle",
        (Doing::SelectProfessional | Doing::ReadProfessional, _) => "Ce n'est pas une carte de professionnel",
        (Doing::SelectPatient | Doing::ReadPatient, _) => "Cette carte ne prend pas une telle preuve",
        (Doing::NameSigner(Link::Authority), _) => "Cette carte ne connaît pas la racine de ses certificats",
        (Doing::NameSigner(Link::Own), _) => "Son certificat ne vient pas de l'autorité dont elle a le certificat",
        (Doing::CheckCertificate(link), StatusWord::REFERENCE_NOT_USABLE) => match link {
            Link::Authority => "Pour cette carte, son autorité est révoquée",
            Link::Own => "Pour cette carte, elle est révoquée",
        },
        (Doing::CheckCertificate(link), StatusWord::CONDITIONS_NOT_SATISFIED) => match link {
            Link::Authority => "Le certificat de son autorité n'est pas valable aujourd'hui",
            Link::Own => "Son certificat n'est pas valable aujourd'hui, ou son autorité ne peut pas certifier",
        },
        (Doing::CheckCertificate(Link::Authority), _) => "Cette carte a refusé le certificat de son autorité",
        (Doing::CheckCertificate(Link::Own), _) => "Cette carte a refusé son certificat",
        (Doing::NameKey, _) => "Son certificat est celui d'une autre carte",
        (Doing::Challenge(Side::Patient), _) => "Cette carte n'a pas donné de défi",
        (Doing::Challenge(Side::Professional), _) => "Elle n'a pas donné de défi",
        (Doing::TakeProof | Doing::TakeToken(Side::Patient), _) => "Cette carte a refusé sa preuve",
        (Doing::ReadCard, _) => "Cette carte n'a pas de certificat à elle",
        (Doing::CheckCard(Link::Authority), _) => "Elle a refusé le certificat de l'autorité de cette carte",
        (Doing::CheckCard(Link::Own), _) => "Elle a refusé le certificat de cette carte",
        (Doing::NameKeys(Side::Patient), _) => "Son certificat est celui d'une autre carte",
        (Doing::NameKeys(Side::Professional), _) => "Le certificat de cette carte est celui d'une autre",
        (Doing::MakeToken(Side::Patient), _) => "Cette carte ne s'est pas prouvée",
        (Doing::MakeToken(Side::Professional), _) => "Elle n'a pas prouvé son rôle",
        (Doing::TakeToken(Side::Professional), _) => "Elle a refusé la preuve de cette carte",
        (Doing::Serve, StatusWord::AUTHENTICATION_FAILED) => {
            "Une réponse n'était pas de cette carte : son contrôle cryptographique est faux"
        }
        (Doing::Serve, _) => "Elle n'a pas poursuivi la session",
    }
}
