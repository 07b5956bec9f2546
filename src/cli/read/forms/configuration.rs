//! `--configuration`: what the interface says of the readers and what drives them.

use super::{
    super::{
        super::{Exit, Failure, exit, language::Language, messages::Billing},
        stop::Stop,
    },
    Form,
    writing::Writing,
};
use crate::{
    billing::{
        configuration::{Configuration, Reader},
        json::Document,
    },
    profile::families::Families,
    terminal::transport::pcsclite::{ListedReader, Service, default_socket},
};

/// What the interface says of a reader; the words are those of the family of cards.
fn reader(ListedReader { name, present, atr, .. }: &ListedReader) -> Reader {
    let family = Families::built_in().iter().find(|family| family.layout_of(atr).is_some());
    let card = match (present, family) {
        (false, _) => "aucune carte".to_owned(),
        (true, Some(family)) => family.title().fr,
        (true, None) => "carte inconnue".to_owned(),
    };
    Reader { name: name.clone(), card }
}

/// Asks the service for the readers and prints what the interface says of them.
pub(super) fn run(form: Form, language: Language) -> Exit {
    if form == Form::Xml {
        return Err(Failure::usage(Billing::NoXmlOfReaders.said(), Billing::AskOtherForm.said()));
    }
    let writing = Writing { form, shapes: Vec::new(), language };
    let listed = Service::establish(&default_socket()).and_then(|mut service| service.slots());
    let stop = match listed {
        Ok(readers) => {
            let configuration = Configuration::of(readers.iter().map(reader).collect());
            if form == Form::Json {
                writing.json(&Document::configuration(&configuration, language.into()))?;
                return Ok(exit::DONE);
            }
            match configuration.zone() {
                Ok(zone) => return exit::after(exit::DONE, writing.print(&zone)),
                Err(error) => Stop::unwritten(&Billing::NoZoneOfReaders.said(), &error),
            }
        }
        Err(error) => Stop::no_service(&error),
    };
    writing.trouble(None, &stop)?;
    stop.report_in(language);
    Ok(stop.failure.code())
}
