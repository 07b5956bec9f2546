//! A chip as one sees it who has it open on the bench: its files, its counters, what was proved to it.
//!
//! Looking changes nothing, asks no access rule and draws no random number. It is for whoever shows a card that he made
//! himself; no command comes here. Values of PINs and keys are in none of it, but a file that a card keeps a code in is
//! a file like others.

use alloc::{string::String, vec::Vec};

use crate::{
    Aid, Chip, Fid, Interface, Protocol,
    chip::Power,
    fs::Kind,
    image::{Condition, FileIndex, Tries, Uses},
    security::{Method, Operation, SeNumber},
    vault::{Class, DomainId, ObjectId},
};

/// A file as it is now.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FileView {
    /// Which: its place in the image; behind those of the image, files that commands made.
    pub index: FileIndex,
    /// Its identifier.
    pub fid: Fid,
    /// The DF that it is in; the MF is in itself.
    pub parent: FileIndex,
    /// The names by which it is selected, if it is an application.
    pub names: Vec<Aid>,
    /// Whether it can be found on the interface that gives the chip its power: it was not deleted, and is offered
    /// there.
    pub is_there: bool,
    /// Whether it was made by a command.
    pub is_created: bool,
    /// Its life cycle status byte [ISO-7816-4 7.4.10].
    pub life_cycle: u8,
    /// What is in it.
    pub content: ContentView,
}

/// What is in a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ContentView {
    /// Other files.
    Directory,
    /// Bytes.
    Bytes(Vec<u8>),
    /// Records, number 1 first: of a cyclic file that is the newest.
    Records(Vec<Vec<u8>>),
}

/// What kind of object a PIN or key is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SecretKind {
    /// A PIN.
    Pin,
    /// A symmetric key set.
    KeySet,
    /// A private key.
    PrivateKey,
    /// A public key.
    PublicKey,
}

/// A PIN or a key as it is now, without its value.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SecretView {
    /// What it is.
    pub kind: SecretKind,
    /// How commands refer to it: with bit `80` it is one of the application's own.
    pub reference: u8,
    /// Its name; empty if it has none.
    pub name: String,
    /// The DF that it is of.
    pub directory: FileIndex,
    /// How many failures in a row block it, and how many are left.
    pub tries: Option<Tries>,
    /// How often it could be used at first, and still can.
    pub uses: Option<Uses>,
}

/// An open channel as it is now.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ChannelView {
    /// Its number; from 4 on, that of a side of the chip that has a class of its own.
    pub number: u8,
    /// The current DF.
    pub directory: FileIndex,
    /// The current EF.
    pub file: Option<FileIndex>,
    /// The number of the current record.
    pub record: Option<u8>,
    /// The PINs and key sets that were proved on it, by their place in [`Chip::secrets`].
    pub proved: Vec<usize>,
    /// The security environments that are satisfied, and how.
    pub environments: Vec<(Method, SeNumber)>,
    /// The role of a certificate that was proved, as the certificate says it.
    pub role: Option<Vec<u8>>,
    /// Whether a session of secure messaging is open.
    pub has_messaging: bool,
}

impl Chip {
    /// Whether it has power.
    #[must_use]
    pub fn has_power(&self) -> bool {
        self.power != Power::Off
    }

    /// The interface that gives it power, or gave it last.
    #[must_use]
    pub fn interface(&self) -> Interface {
        self.core.interface()
    }

    /// The protocol that is spoken.
    #[must_use]
    pub fn protocol(&self) -> Protocol {
        self.core.protocol
    }

    /// Whether a transaction of several commands is open.
    #[must_use]
    pub fn is_in_transaction(&self) -> bool {
        self.core.transaction.is_some()
    }

    /// Its files: those of the image in their order, then those that commands made.
    pub fn files(&self) -> impl Iterator<Item = FileView> + '_ {
        let (files, memory) = (&self.core.files, &self.core.memory);
        (0..).map(FileIndex).map_while(move |index| {
            let file = files.get(index)?;
            let content = match &file.kind {
                Kind::Directory(_) => ContentView::Directory,
                Kind::Transparent(span) => ContentView::Bytes(memory.read(*span).to_vec()),
                Kind::Records(records) => {
                    let numbers = 1..=records.count(memory);
                    let records = numbers.filter_map(|number| records.record(memory, number));
                    ContentView::Records(records.map(<[u8]>::to_vec).collect())
                }
            };
            Some(FileView {
                index,
                fid: file.fid(),
                parent: files.parent(index).unwrap_or(FileIndex::MF),
                names: files.names_of(index).collect(),
                is_there: files.is_there(index),
                is_created: files.is_created(index),
                life_cycle: file.life_cycle(memory),
                content,
            })
        })
    }

    /// Which condition an operation on a file is under, on the interface; `None` if there is no such file.
    #[must_use]
    pub fn condition(&self, file: FileIndex, operation: Operation) -> Option<Condition> {
        let files = &self.core.files;
        files.get(file).map(|file| files.condition(file, operation))
    }

    /// Its PINs and keys, those of the MF first.
    pub fn secrets(&self) -> impl Iterator<Item = SecretView> + '_ {
        let vault = &self.core.vault;
        vault.objects().map(|id| {
            let object = vault.object(id);
            let kind = match object.class {
                Class::Pin => SecretKind::Pin,
                Class::KeySet => SecretKind::KeySet,
                Class::PrivateKey => SecretKind::PrivateKey,
                Class::PublicKey => SecretKind::PublicKey,
            };
            SecretView {
                kind,
                reference: vault.reference(id),
                name: object.name.clone(),
                directory: self.directory_of(id.domain()),
                tries: object.counters.tries(&self.core.memory),
                uses: object.counters.uses(&self.core.memory),
            }
        })
    }

    /// The channels that are open.
    pub fn channels(&self) -> impl Iterator<Item = ChannelView> + '_ {
        let (channels, vault) = (&self.core.channels, &self.core.vault);
        let open = channels.numbers().filter(|&number| self.has_power() && channels.channel(number).is_open());
        open.map(|number| {
            let channel = channels.channel(number);
            let proved = |&(_, id): &(usize, ObjectId)| channel.proofs.contains(vault, id);
            let status = channel.proved.or(channel.security);
            ChannelView {
                number: number.value(),
                directory: channel.df(),
                file: channel.ef().ok(),
                record: channel.record(),
                proved: vault.objects().enumerate().filter(proved).map(|(index, _)| index).collect(),
                environments: status.all().collect(),
                role: channel.role().map(|role| role.authorisation.clone()),
                has_messaging: channel.dialogue.as_ref().is_some_and(|dialogue| dialogue.messaging.is_some()),
            }
        })
    }

    /// The first DF of a domain.
    fn directory_of(&self, domain: DomainId) -> FileIndex {
        let directories = (0..).map(FileIndex).take_while(|&index| self.core.files.get(index).is_some());
        let mut own = directories.filter(|&index| self.core.vault.domain(index) == domain);
        own.find(|&index| self.core.files.file(index).directory().is_some()).unwrap_or(FileIndex::MF)
    }
}

#[cfg(test)]
mod tests {
    use alloc::{boxed::Box, vec::Vec};

    use super::{ContentView, SecretKind};
    use crate::{
        Card, Interface, Protocol,
        image::{FileIndex, Tries},
        platform::{Forgetful, Platform},
        security::Operation,
        snapshot::Snapshot,
        testing::{
            Counting, Tester,
            keys::{SELECT, applets, keyed_image},
            platform,
        },
    };

    fn tester() -> Tester {
        let platform = Platform { random: Box::new(Counting::default()), ..platform(Forgetful) };
        Tester::on(&keyed_image(), Protocol::T1, &applets, platform)
    }

    #[test]
    fn counters_and_proofs_are_seen_as_they_are() {
        let mut card = tester();
        let pin = |card: &Tester| {
            card.chip.secrets().find(|secret| secret.kind == SecretKind::Pin && secret.reference == 0x81)
        };
        assert_eq!(pin(&card).and_then(|pin| pin.tries), Some(Tries { most: 3, left: 3 }));
        card.plays(&[SELECT, ("00 20 00 81 04 39393939", "63C2")]);
        assert_eq!(pin(&card).and_then(|pin| pin.tries), Some(Tries { most: 3, left: 2 }));
        let proved = |card: &Tester| card.chip.channels().next().map(|channel| channel.proved.len());
        assert_eq!(proved(&card), Some(0));
        card.plays(&[("00 20 00 81 04 31323334", "9000")]);
        assert_eq!((proved(&card), pin(&card).and_then(|pin| pin.tries)), (Some(1), Some(Tries { most: 3, left: 3 })));
        card.chip.power_off();
        assert_eq!(card.chip.channels().count(), 0);
    }

    #[test]
    fn files_are_seen_with_what_commands_wrote_made_and_deleted() {
        let mut card = tester();
        let before: Vec<_> = card.chip.files().collect();
        assert!(before.iter().all(|file| !file.is_created && file.is_there));
        card.plays(&[SELECT, ("00 E0 00 00 13 62 11 80 02 0010 82 01 01 83 02 7001 8C 04 43 00 00 00", "9000")]);
        let created = card.chip.files().last().expect("a file");
        assert!(created.is_created && created.fid.0 == 0x7001, "{created:?}");
        assert_eq!(created.content, ContentView::Bytes([0; 16].to_vec()));
        assert_eq!(card.chip.condition(created.index, Operation::Read).map(|condition| condition.0), Some(0));
        assert_eq!(card.chip.condition(FileIndex(999), Operation::Read), None);
        card.plays(&[("00 E4 00 00 02 7001", "9000")]);
        assert!(card.chip.files().all(|file| file.fid.0 != 0x7001 || !file.is_there));
    }

    #[test]
    fn looking_changes_nothing() {
        let mut card = tester();
        card.plays(&[SELECT]);
        let state = |card: &Tester| {
            let mut snapshot = Snapshot::new();
            card.chip.save(&mut snapshot);
            snapshot.to_bytes()
        };
        let before = state(&card);
        assert!(card.chip.files().count() > 0 && card.chip.secrets().count() > 0 && card.chip.channels().count() > 0);
        assert_eq!(state(&card), before);
        assert_eq!(card.chip.interface(), Interface::Contact);
    }
}
