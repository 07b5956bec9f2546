//! What status words and return codes mean, in French. Their English stands with the codes themselves.

use virtuale_engine::StatusWord;

use crate::{profile::said::counted, reader::ReturnCode};

/// A status word: `6982 conditions de sécurité non satisfaites`.
pub(super) fn status(status: StatusWord) -> String {
    let meaning = match named_status(status) {
        Some(text) => text.to_owned(),
        None => unnamed_status(status.0),
    };
    format!("{status:?} {meaning}")
}

/// A return code of PC/SC: `8010000C pas de carte dans le lecteur`.
pub(super) fn return_code(code: ReturnCode) -> String {
    format!("{:08X} {}", code.0, named_code(code).unwrap_or("code inconnu"))
}

fn named_status(status: StatusWord) -> Option<&'static str> {
    Some(match status {
        StatusWord::SUCCESS => "commande exécutée",
        StatusWord::DATA_CORRUPT => "une partie des données peut être altérée",
        StatusWord::END_OF_FILE => "fin du fichier ou de l'enregistrement avant Le octets",
        StatusWord::FILE_DEACTIVATED => "fichier sélectionné désactivé",
        StatusWord::CONTROL_INFORMATION_WRONG => "informations de contrôle du fichier erronées",
        StatusWord::FILE_TERMINATED => "fichier sélectionné en fin de vie",
        StatusWord::AUTHENTICATION_FAILED => "authentification échouée",
        StatusWord::MEMORY_FAILURE => "défaillance de la mémoire",
        StatusWord::SECURITY_ISSUE => "certificat ou cryptogramme faux",
        StatusWord::WRONG_LENGTH => "longueur fausse",
        StatusWord::CHANNEL_NOT_SUPPORTED => "canal logique non géré",
        StatusWord::SECURE_MESSAGING_NOT_SUPPORTED => "messagerie sécurisée non gérée",
        StatusWord::LAST_OF_CHAIN_EXPECTED => "dernière commande de la chaîne attendue",
        StatusWord::CHAINING_NOT_SUPPORTED => "chaînage de commandes non géré",
        StatusWord::INCOMPATIBLE_WITH_FILE => "commande incompatible avec la structure du fichier",
        StatusWord::SECURITY_NOT_SATISFIED => "conditions de sécurité non satisfaites",
        StatusWord::METHOD_BLOCKED => "méthode d'authentification bloquée",
        StatusWord::REFERENCE_NOT_USABLE => "donnée de référence inutilisable",
        StatusWord::CONDITIONS_NOT_SATISFIED => "conditions d'utilisation non satisfaites",
        StatusWord::NO_CURRENT_FILE => "aucun fichier élémentaire courant",
        StatusWord::SM_OBJECTS_MISSING => "objets de messagerie sécurisée manquants",
        StatusWord::SM_OBJECTS_WRONG => "objets de messagerie sécurisée faux",
        StatusWord::WRONG_DATA => "paramètres faux dans le champ de données",
        StatusWord::FUNCTION_NOT_SUPPORTED => "fonction non gérée",
        StatusWord::FILE_NOT_FOUND => "fichier ou application introuvable",
        StatusWord::RECORD_NOT_FOUND => "enregistrement introuvable",
        StatusWord::NO_ROOM => "pas assez de place dans le fichier",
        StatusWord::LENGTH_INCONSISTENT_WITH_TLV => "Lc incohérent avec la structure TLV",
        StatusWord::WRONG_P1_P2 => "P1-P2 faux",
        StatusWord::LENGTH_INCONSISTENT_WITH_P1_P2 => "Lc incohérent avec P1-P2",
        StatusWord::REFERENCE_NOT_FOUND => "donnée de référence introuvable",
        StatusWord::FILE_EXISTS => "ce fichier existe déjà",
        StatusWord::NAME_EXISTS => "ce nom de DF existe déjà",
        StatusWord::WRONG_OFFSET => "position hors du fichier, ou P1-P2 faux",
        StatusWord::INSTRUCTION_NOT_SUPPORTED => "instruction non gérée",
        StatusWord::CLASS_NOT_SUPPORTED => "classe non gérée",
        StatusWord::NO_DIAGNOSIS => "aucun diagnostic précis",
        _ => return None,
    })
}

fn unnamed_status(status: u16) -> String {
    let low = status & 0xFF;
    match status >> 8 {
        0x61 if low == 0 => "256 octets ou plus en attente".into(),
        0x61 => format!("{} en attente", counted(low.into(), "byte", "octet").french),
        0x62 => "avertissement, mémoire inchangée".into(),
        0x63 if low >> 4 == 0xC => format!("encore {}", counted((low & 0xF).into(), "try", "essai").french),
        0x63 => "avertissement, mémoire modifiée".into(),
        0x64 => "erreur d'exécution, mémoire inchangée".into(),
        0x65 => "erreur d'exécution, mémoire modifiée".into(),
        0x66 => "problème de sécurité".into(),
        0x68 => "fonction de l'octet de classe non gérée".into(),
        0x69 => "commande non autorisée".into(),
        0x6A => "paramètres faux".into(),
        0x6C if low == 0 => "Le faux, 256 est juste".into(),
        0x6C => format!("Le faux, {low} est juste"),
        _ => "non défini par l'ISO 7816-4".into(),
    }
}

fn named_code(code: ReturnCode) -> Option<&'static str> {
    Some(match code {
        ReturnCode::SUCCESS => "opération exécutée",
        ReturnCode::INTERNAL_ERROR => "limite interne atteinte",
        ReturnCode::CANCELLED => "opération annulée",
        ReturnCode::INVALID_HANDLE => "handle invalide",
        ReturnCode::INVALID_PARAMETER => "paramètre invalide",
        ReturnCode::NO_MEMORY => "pas de mémoire pour un autre handle",
        ReturnCode::INSUFFICIENT_BUFFER => "tampon trop petit",
        ReturnCode::UNKNOWN_READER => "lecteur inconnu",
        ReturnCode::TIMEOUT => "délai dépassé",
        ReturnCode::SHARING_VIOLATION => "la carte est utilisée par un autre handle",
        ReturnCode::NO_SMARTCARD => "pas de carte dans le lecteur",
        ReturnCode::PROTO_MISMATCH => "protocoles incompatibles",
        ReturnCode::INVALID_VALUE => "valeur invalide",
        ReturnCode::COMM_ERROR => "erreur de communication",
        ReturnCode::NOT_TRANSACTED => "transaction non effectuée",
        ReturnCode::READER_UNAVAILABLE => "lecteur indisponible",
        ReturnCode::NO_SERVICE => "pas de service",
        ReturnCode::SERVICE_STOPPED => "service arrêté",
        ReturnCode::UNSUPPORTED_FEATURE => "fonction non gérée",
        ReturnCode::NO_READERS_AVAILABLE => "aucun lecteur disponible",
        ReturnCode::UNRESPONSIVE_CARD => "la carte ne répond pas",
        ReturnCode::UNPOWERED_CARD => "la carte n'est pas alimentée",
        ReturnCode::RESET_CARD => "la carte a été réinitialisée",
        ReturnCode::REMOVED_CARD => "la carte a été retirée",
        ReturnCode::SECURITY_VIOLATION => "violation de la sécurité",
        ReturnCode::UNKNOWN_CARD => "carte inconnue",
        ReturnCode::CACHE_ITEM_NOT_FOUND => "introuvable dans le cache",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use virtuale_engine::StatusWord;

    use super::{ReturnCode, named_code, named_status, return_code, status};

    #[test]
    fn what_has_a_name_in_english_has_one_in_french() {
        for &status in StatusWord::NAMED {
            assert!(named_status(status).is_some(), "{status} has no French");
        }
        for &code in ReturnCode::NAMED {
            assert!(named_code(code).is_some(), "{code} has no French");
        }
        assert_eq!(return_code(ReturnCode(0x8010_0FFF)), "80100FFF code inconnu");
    }

    #[test]
    fn both_languages_say_the_same_of_every_status_word() {
        let numbers = |text: &str| -> Vec<u32> {
            let words = text.split(|letter: char| !letter.is_ascii_digit());
            words.skip(1).filter_map(|word| word.parse().ok()).filter(|&number| number != 7816).collect()
        };
        for value in 0..=u16::MAX {
            let (english, french) = (StatusWord(value).to_string(), status(StatusWord(value)));
            assert_eq!(english.get(..5), french.get(..5));
            assert_eq!(numbers(&english), numbers(&french), "{english}; {french}");
            assert_eq!(english.ends_with("by ISO 7816-4"), french.ends_with("par l'ISO 7816-4"), "{english}; {french}");
            assert_ne!(english, french);
        }
    }
}
