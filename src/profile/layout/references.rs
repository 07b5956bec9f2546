//! What a layout says about itself: its applications and files, one round for each, and their properties.

use std::sync::Arc;

use super::{
    super::tree::Data,
    Layout,
    model::{Application, Each, File, Known, Property, Reference, Subject},
};

/// Which application or file a round is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Round {
    /// An application.
    Application { index: usize },
    /// A file.
    File { index: usize },
}

impl Layout {
    /// The rounds of an item that the layout repeats over itself; none of one that it repeats over data.
    pub(super) fn rounds(&self, each: &Each) -> Vec<Round> {
        match each {
            Each::Member { .. } => Vec::new(),
            Each::Application => {
                let named = self.applications.iter().enumerate().filter(|(_, found)| !found.aids.is_empty());
                named.map(|(index, _)| Round::Application { index }).collect()
            }
            Each::File => {
                let named =
                    |file: &File| file.listed && self.application_of(file).is_some_and(|found| !found.aids.is_empty());
                let files = self.files.iter().enumerate().filter(|(_, file)| named(file));
                files.map(|(index, _)| Round::File { index }).collect()
            }
        }
    }

    /// What a round is called.
    pub(super) fn label(&self, round: Round) -> &str {
        match round {
            Round::Application { index } => self.applications.get(index).map_or("", |found| &found.name),
            Round::File { index } => self.files.get(index).map_or("", |found| &found.name),
        }
    }

    /// The value of a reference in a round, and where it is known from, if not from where the item says. `number` is
    /// the member of a list that the round is about.
    pub(super) fn refer(
        &self,
        reference: Reference,
        round: Option<Round>,
        number: Option<usize>,
    ) -> (Data, Option<&Arc<Known>>) {
        if reference.property == Property::Number {
            return (Data::Number(number.map_or(0, |number| number as u64 + 1)), None);
        }
        let file = match (reference.of, round) {
            (Subject::Current, Some(Round::File { index })) | (Subject::File(index), _) => self.files.get(index),
            _ => None,
        };
        if let Some(file) = file {
            return (file_property(file, reference.property, number), Some(&file.known));
        }
        let application = match (reference.of, round) {
            (Subject::ItsApplication, Some(Round::File { index })) => {
                self.files.get(index).and_then(|file| self.application_of(file))
            }
            (Subject::Current, Some(Round::Application { index })) | (Subject::Application(index), _) => {
                self.applications.get(index)
            }
            _ => None,
        };
        let data = application.map(|application| application_property(application, reference.property));
        (data.unwrap_or(Data::Bytes(Vec::new())), None)
    }

    /// The first application that a file is in.
    pub(super) fn application_of(&self, file: &File) -> Option<&Application> {
        file.parents.first().and_then(|&parent| self.applications.get(parent))
    }
}

/// A property of a file; the identifier is that of the member's file, if each member has one.
fn file_property(file: &File, property: Property, number: Option<usize>) -> Data {
    match property {
        Property::Fid => {
            let fid = number.filter(|_| file.member.is_some()).map_or(file.fid, |number| file.fid_of(number));
            Data::Bytes(fid.0.to_be_bytes().to_vec())
        }
        Property::Sfi => Data::Number(file.sfi.map_or(0, |sfi| sfi.value().into())),
        Property::Name | Property::Label | Property::Ref | Property::Aid | Property::Number => {
            Data::Text(file.name.clone())
        }
    }
}

fn application_property(application: &Application, property: Property) -> Data {
    match property {
        Property::Name => Data::Text(application.name.clone()),
        Property::Label | Property::Sfi | Property::Number => Data::Text(application.label.clone()),
        Property::Fid => Data::Bytes(application.fid.0.to_be_bytes().to_vec()),
        Property::Ref => Data::Bytes(application.reference.to_be_bytes().to_vec()),
        Property::Aid => Data::Bytes(application.aids.first().map(|aid| aid.as_bytes().to_vec()).unwrap_or_default()),
    }
}

/// Of two sources, the one that knows less.
pub(super) fn weaker<'k>(one: &'k Arc<Known>, other: Option<&'k Arc<Known>>) -> &'k Arc<Known> {
    other.filter(|other| other.origin > one.origin).unwrap_or(one)
}
