//! What the return codes of PC/SC mean, in French. Their English stands with the codes themselves.

use crate::reader::ReturnCode;

/// A return code of PC/SC: `8010000C pas de carte dans le lecteur`.
pub(super) fn return_code(code: ReturnCode) -> String {
    format!("{:08X} {}", code.0, named_code(code).unwrap_or("code inconnu"))
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
    use super::{ReturnCode, named_code, return_code};

    #[test]
    fn what_has_a_name_in_english_has_one_in_french() {
        for &code in ReturnCode::NAMED {
            assert!(named_code(code).is_some(), "{code} has no French");
        }
        assert_eq!(return_code(ReturnCode(0x8010_0FFF)), "80100FFF code inconnu");
    }
}
