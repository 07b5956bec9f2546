//! Why something failed, in French. Its English stands with the errors themselves.

use std::io;

use virtuale_engine::Fault;

use super::{ReadError, TransportError, fr::WORDS, fr_codes};
use crate::{
    profile::said::counted,
    shown,
    terminal::{exchange::Unsendable, transport::Doing},
};

/// Why there is no transport to a card.
pub(super) fn transport(error: &TransportError) -> String {
    match error {
        TransportError::Open { path, .. } if path.as_os_str().is_empty() => {
            "PCSCLITE_CSOCK_NAME n'est pas défini, et ce programme n'interroge pas les lecteurs de Windows lui-même"
                .to_owned()
        }
        TransportError::Open { path, source } => {
            let why = closed(source);
            format!("impossible d'ouvrir le socket du service PC/SC {} : {why}", shown::path(path))
        }
        TransportError::Unanswered { doing, seconds } => {
            format!(
                "le service PC/SC n'a pas répondu en {seconds} s quand ce programme voulait {}",
                self::doing(*doing)
            )
        }
        TransportError::Broken { doing, .. } => {
            format!("le service PC/SC s'est interrompu quand ce programme voulait {}", self::doing(*doing))
        }
        TransportError::Version { major, minor } => {
            format!("le service PC/SC parle le protocole {major}.{minor} ; ce programme parle 4.4 à 4.6")
        }
        TransportError::Refused { doing, code } => {
            let code = fr_codes::return_code(*code);
            format!("le service PC/SC a refusé de {} : {code}", self::doing(*doing))
        }
        TransportError::Nonsense { doing } => {
            format!("le service PC/SC a répondu n'importe quoi quand il devait {}", self::doing(*doing))
        }
        TransportError::Removed => "la carte a été retirée".into(),
        TransportError::Silent(fault) => self::fault(*fault).to_owned(),
        TransportError::Unprotected => "la réponse de la carte n'est pas protégée comme convenu".into(),
        TransportError::NoStatus { length } => {
            format!("la carte a répondu {}, moins qu'un mot d'état", counted(*length, "byte", "octet").french)
        }
    }
}

/// Why a card gave no reading.
pub(super) fn read(error: &ReadError) -> String {
    match error {
        ReadError::Transport(error) => transport(error),
        ReadError::Unsendable(why) => unsendable(*why),
        ReadError::NotVitale { status, .. } => {
            let status = WORDS.status(*status);
            format!("ce n'est pas une Vitale 2 : SELECT VITALE a reçu la réponse {status}")
        }
        ReadError::NotWordMemory { status, .. } => {
            let status = WORDS.status(*status);
            format!("ce n'est pas une Vitale 1 : l'instruction C0 a reçu la réponse {status}")
        }
    }
}

/// Why a socket lets nobody in. The words of the system are left for what is rare.
fn closed(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "il n'existe pas".into(),
        io::ErrorKind::ConnectionRefused => "personne n'y écoute".into(),
        io::ErrorKind::PermissionDenied => "l'accès est refusé".into(),
        io::ErrorKind::TimedOut => "trop de programmes y attendent, et aucun n'est entré à temps".into(),
        _ => shown::reason(error),
    }
}

fn doing(doing: Doing) -> &'static str {
    match doing {
        Doing::AgreeOnVersion => "convenir d'une version",
        Doing::EstablishContext => "établir un contexte",
        Doing::ListReaders => "donner la liste des lecteurs",
        Doing::WaitForCard => "attendre une carte",
        Doing::OpenCard => "donner accès à la carte",
        Doing::CloseCard => "fermer l'accès à la carte",
        Doing::BeginTransaction => "commencer une transaction",
        Doing::EndTransaction => "terminer la transaction",
        Doing::Reset => "réinitialiser la carte",
        Doing::Transmit => "transmettre une commande à la carte",
    }
}

fn fault(fault: Fault) -> &'static str {
    match fault {
        Fault::Mute => "la carte est muette",
        Fault::PowerLost => "l'alimentation a été coupée pendant la commande",
        Fault::ProtocolRefused => "la carte ne parle pas ce protocole",
        Fault::Unpowered => "la carte n'est pas alimentée",
    }
}

fn unsendable(why: Unsendable) -> String {
    match why {
        Unsendable::Data { length, most } => {
            format!("la carte n'accepte pas de commande avec {length} octets de données : au plus {most}")
        }
        Unsendable::Response { length, most } => {
            format!("la carte ne donne pas {length} octets à la fois : au plus {most}")
        }
        Unsendable::Place(byte) => format!("il n'y a pas d'adresse pour l'octet {byte}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Doing, Fault, ReadError, TransportError, io, read, transport};
    use crate::{reader::ReturnCode, terminal::vitale::Model};
    use virtuale_engine::StatusWord;

    #[test]
    fn an_error_is_french_throughout() {
        let refused = TransportError::Refused { doing: Doing::OpenCard, code: ReturnCode::NO_SMARTCARD };
        let sentence = "le service PC/SC a refusé de donner accès à la carte : 8010000C pas de carte dans le lecteur";
        assert_eq!(transport(&refused), sentence);
        let unanswered = TransportError::Unanswered { doing: Doing::AgreeOnVersion, seconds: 5 };
        let sentence = "le service PC/SC n'a pas répondu en 5 s quand ce programme voulait convenir d'une version";
        assert_eq!(transport(&unanswered), sentence);
        let closed = TransportError::Open { path: "/s".into(), source: io::ErrorKind::TimedOut.into() };
        assert!(transport(&closed).ends_with("/s : trop de programmes y attendent, et aucun n'est entré à temps"));
        assert_eq!(transport(&Fault::Mute.into()), "la carte est muette");
        let other = ReadError::NotVitale { model: Model::Unknown, status: StatusWord::FILE_NOT_FOUND };
        let sentence =
            "ce n'est pas une Vitale 2 : SELECT VITALE a reçu la réponse 6A82 fichier ou application introuvable";
        assert_eq!(read(&other), sentence);
    }
}
