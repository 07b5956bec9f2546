//! Why a card was not read: what, where, and what to do.

use virtuale_engine::Fault;

use super::super::{
    Failure,
    language::Language,
    messages::{Message, in_both},
};
use crate::{
    profile::{said::Bilingual, schema::Doc},
    reader::{ReturnCode, SlotName},
    terminal::{guides::Unread, pages, transport::TransportError},
};

/// That the card in a place gave no reading.
pub(super) fn not_read(place: &str, error: Unread) -> Failure {
    match error {
        Unread::OtherCard { message, hint } => other_card(place, message, hint),
        Unread::Transport(error) => unread(place, &error),
    }
}

/// That a card is none that is wanted: how that was seen, and which cards are.
pub(in crate::cli) fn other_card(place: &str, message: Doc, hint: Doc) -> Failure {
    let text =
        |language: Language| Message::OtherCard { place, why: message.in_language(language.into()) }.text(language);
    Failure::environment(in_both(text), Bilingual::new(hint.en, hint.fr))
}

/// That there is no transport to a card.
pub(in crate::cli) fn unread(place: &str, error: &TransportError) -> Failure {
    let is_mute = matches!(error, TransportError::Refused { code, .. } if *code == ReturnCode::UNPOWERED_CARD);
    let is_by_antenna = place.contains(SlotName::ANTENNA);
    let why_mute = || if is_by_antenna { Message::MuteByAntenna } else { Message::MuteCard }.said().into();
    let hint = is_mute.then(why_mute);
    let message = in_both(|language| {
        let why = pages::transport_error(error, language.into());
        Message::CannotReadCard { place, why: &why }.text(language)
    });
    Failure::Environment(message.into(), hint)
}

/// That a card that no reader holds gives no answer to reset.
pub(super) fn unpowered(place: &str, error: &TransportError) -> Failure {
    match (unread(place, error), error) {
        (Failure::Environment(message, None), TransportError::Silent(Fault::Mute)) => {
            Failure::environment(message, Message::MadeMute.said())
        }
        (failure, _) => failure,
    }
}

/// As [`unread`], of a card that others may hold.
pub(in crate::cli) fn kept(place: &str, error: &TransportError) -> Failure {
    let is_held = match error {
        TransportError::Unanswered { .. } => true,
        TransportError::Refused { code, .. } => *code == ReturnCode::SHARING_VIOLATION,
        _ => false,
    };
    match unread(place, error) {
        Failure::Environment(message, None) if is_held => Failure::environment(message, Message::EndOther.said()),
        failure => failure,
    }
}

/// That there is no PC/SC service.
pub(in crate::cli) fn no_service(error: &TransportError) -> Failure {
    let message = in_both(|language| pages::transport_error(error, language.into()));
    Failure::environment(message, Message::StartReader.said())
}
