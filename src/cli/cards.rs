//! Card files and layouts of the command line.

use std::{path::Path, sync::Arc};

use super::{
    Failure,
    language::Language,
    messages::{Message, in_both},
    options::{Lifelike, Reproducible},
    read::kept,
};
use crate::{
    layer::{Onlookers, fault::Faults},
    profile::{self, LoadError, NamedCard, Options, Profile, UnknownCard, families::Families, layout::Layout},
    terminal::{
        pages,
        transport::{
            TransportError,
            in_process::{self, InProcess},
            pcsclite::Connection,
            real::{RealReader, RealReaderError},
        },
    },
    trace::cards::Unreplayed,
};

/// Loads the card of a card file, or one that is built in.
///
/// # Errors
///
/// That there is none, that it cannot be read, or what is wrong with it.
pub(super) fn profile(card: &Path, reproducible: &Reproducible) -> Result<Profile, Failure> {
    is_no_reader(card)?;
    profile::load(card, &options(reproducible)).map_err(failure)
}

/// The card that somebody means, without reading it.
///
/// # Errors
///
/// That there is none.
pub(super) fn find(card: &Path) -> Result<NamedCard, Failure> {
    is_no_reader(card)?;
    Families::built_in().find_card(card).map_err(Failure::UnknownCard)
}

/// Where a card file is needed, the card in a real reader is none.
///
/// # Errors
///
/// That one is named.
pub(super) fn is_no_reader(card: &Path) -> Result<(), Failure> {
    if RealReader::named(card).is_none() {
        return Ok(());
    }
    let name = card.to_string_lossy();
    Err(Failure::usage(Message::RealCard { name: &name }.said(), Message::WhoTakesRealCards.said()))
}

/// The card of a card file for a verb that speaks to it itself, dressed as it is in a slot.
///
/// # Errors
///
/// That it gives no answer to reset.
pub(super) fn in_process(profile: &Profile, reproducible: &Reproducible) -> Result<InProcess, TransportError> {
    in_process::in_process(reproducible.layers().dress(0, profile.card(), Onlookers::default()))
}

/// The same, of a card that is more like a real one if that is asked.
///
/// # Errors
///
/// That it is not the card that is kept, or that there are no such times; within, that it gives no answer to reset.
pub(super) fn lifelike_in_process(
    profile: &Profile,
    reproducible: &Reproducible,
    lifelike: &Lifelike,
    language: Language,
) -> Result<Result<InProcess, TransportError>, Failure> {
    let faults = Faults::default();
    let card = lifelike.card(profile, reproducible, language, &faults)?;
    Ok(in_process::in_process_until(card, move || faults.is_taken()))
}

/// The card in a real reader, for this program alone.
///
/// # Errors
///
/// That there is no such reader, no card in it, or that another program uses it.
pub(super) fn real(reader: &RealReader) -> Result<Connection<'static>, Failure> {
    reader.find(None).and_then(|found| found.open()).map_err(unreal)
}

/// Why there is no card of a real reader.
pub(super) fn unreal(error: RealReaderError) -> Failure {
    match error {
        RealReaderError::NotOpened { name, error, .. } => kept(&name, &error),
        RealReaderError::Unknown { services, .. } if services.iter().all(|(_, asked)| asked.is_err()) => {
            let error = services.iter().find_map(|(_, asked)| asked.as_ref().err());
            let message = error.map_or_else(
                || Message::NoReaders.said(),
                |error| in_both(|language| pages::transport_error(error, language.into())),
            );
            Failure::environment(message, Message::NameService.said())
        }
        // One that does not answer may have the reader: who reads that it is not there looks in the wrong place.
        RealReaderError::Unknown { ref services, .. } if services.iter().any(|(_, asked)| is_silent(asked)) => {
            Failure::environment(in_both(|_| error.to_string()), in_both(|_| error.hint()))
        }
        RealReaderError::Unknown { name, services } => {
            let message = Message::NoReader { name: &format!("{name:?}") }.said();
            let names = services.iter().filter_map(|(_, asked)| asked.as_ref().ok()).flatten();
            let names = names.map(String::as_str).collect::<Vec<_>>().join(", ");
            let there = match names.as_str() {
                "" => Message::NoReaders,
                names => Message::Readers { names },
            };
            Failure::environment(message, there.said())
        }
        other => Failure::environment(in_both(|_| other.to_string()), in_both(|_| other.hint())),
    }
}

/// Whether a service is there and did not say which readers it has.
fn is_silent<T>(asked: &Result<T, TransportError>) -> bool {
    asked.as_ref().is_err_and(|error| !matches!(error, TransportError::Open { .. }))
}

/// Why a file was not read.
pub(super) fn failure(error: LoadError) -> Failure {
    match error {
        LoadError::Io { path, error } => Failure::file("read", &path, &error),
        LoadError::Invalid(diagnostics) => Failure::Invalid(diagnostics),
        LoadError::Unknown(unknown) => self::unknown(unknown),
    }
}

/// Why there is no card of a name.
fn unknown(unknown: UnknownCard) -> Failure {
    is_no_reader(Path::new(&unknown.name)).err().unwrap_or(Failure::UnknownCard(unknown))
}

/// Why a trace or its card was not read.
pub(super) fn unreplayed(failure: Unreplayed) -> Failure {
    match failure {
        Unreplayed::Io { path, error } => Failure::file("read", &path, &error),
        Unreplayed::Invalid(mistakes) => Failure::Invalid(mistakes),
        Unreplayed::Unknown(unknown) => self::unknown(unknown),
        Unreplayed::NoCard => Failure::Usage(failure.to_string().into(), None),
    }
}

/// What a card depends on besides its card file.
pub(super) fn options(reproducible: &Reproducible) -> Options {
    Options { today: reproducible.today(), seed: reproducible.seed }
}

/// Loads a layout: one that is built in, or a file.
///
/// # Errors
///
/// That there is none, or what is wrong with it.
pub(super) fn layout(name: &str) -> Result<Layout, Failure> {
    let families = Families::built_in();
    let source = match families.layout_source(name) {
        Some(source) => source,
        None if name.ends_with(".toml") => return Layout::load(Path::new(name)).map_err(failure),
        None => {
            let hint = Message::BuiltInLayouts { names: &families.layout_names() }.said();
            return Err(Failure::usage(Message::NoLayout { name: &format!("{name:?}") }.said(), hint));
        }
    };
    families.layout(&Arc::new(source)).map_err(Failure::Invalid)
}
