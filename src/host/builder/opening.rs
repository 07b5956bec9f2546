//! A host whose cards are made is opened to programs.

use std::{
    io,
    sync::{Arc, Mutex, Once, OnceLock, Weak},
};

use super::{Builder, Record, Ties};
use crate::{
    host::{
        Callers, End, Host, HostError,
        commons::Commons,
        control,
        desk::{Desk, Teller},
        folder::Folder,
        galss,
        making::{Made, Making},
        recording::{self, Recording, Run},
        running::{HostName, running},
        socket::claim,
    },
    reader::{
        self, Readers,
        galss::Resource,
        pcsclite::{Guests, Server, ServerOptions},
    },
    shown,
};

/// A host whose cards are made: it only has to be opened.
pub(crate) struct Prepared {
    pub(super) builder: Builder,
    pub(super) readers: Arc<Readers>,
    pub(super) making: Making,
    pub(super) run: Run,
    pub(super) cards: Vec<Option<Made>>,
    /// The real readers that slots follow.
    pub(super) ties: Ties,
    /// What slots were called in GALSS; nothing if they are called after their cards.
    pub(super) resources: Vec<Resource>,
}

impl Prepared {
    /// As [`Builder::on_stop`].
    #[cfg(feature = "cli")]
    pub(crate) fn on_stop(self, call: impl Fn() + Send + Sync + 'static) -> Self {
        Self { builder: self.builder.on_stop(call), ..self }
    }

    /// Opens the readers to programs, which waits for nobody.
    ///
    /// # Errors
    ///
    /// Those of [`Builder::start`] that are about sockets and recordings.
    pub(crate) fn open(self) -> Result<Host, HostError> {
        let Self { mut builder, readers, making, run, cards, ties, resources } = self;
        let folder = builder.folder()?;
        let (users, groups) = builder.allowed.clone();
        let guests = Guests::new(users, groups);
        let guests = Arc::new(match builder.on_refusal.take() {
            Some(call) => guests.on_refusal(call),
            None => guests,
        });
        let commons = (builder.socket.is_none() && !guests.is_none()).then(|| Commons::create(&folder.name(), &guests));
        let commons = commons.transpose().map_err(|error| unmade("a folder that others can reach", error))?;
        let socket = match (&builder.socket, &commons) {
            (Some(place), _) => claim(place, &folder)?,
            (None, Some(commons)) => claim(&commons.socket(), &folder)?,
            (None, None) => folder.socket(),
        };
        // Last of all that may fail for a mistake of the caller: who makes it gets no file.
        let recording = builder.recording(&cards, run)?;
        let desk = Arc::new_cyclic(|me| Desk {
            me: Weak::clone(me),
            readers: Arc::clone(&readers),
            moves: cards.iter().map(|_| Mutex::default()).collect(),
            teller: Arc::new(Teller::new(Arc::clone(&making.bus), cards.len())),
            observed: Once::new(),
            making,
            name: folder.name(),
            socket: socket.clone(),
            stop: builder.stop,
            guests: Arc::clone(&guests),
            recording,
            closed: OnceLock::new(),
            drivers: OnceLock::new(),
            page: Mutex::default(),
        });
        let desk = End(desk);
        for (slot, (card, tie)) in cards.into_iter().zip(ties).enumerate() {
            card.map_or(Ok(()), |card| desk.insert_first(slot, card, tie.clone()))?;
            tie.map_or(Ok(()), |tie| desk.follow(slot, tie))?;
        }
        let galss = builder.galss.map(|names| {
            let resources = match names.as_slice() {
                [] => galss::by_cards(&readers.states(), &desk.making.families),
                _ => resources,
            };
            reader::galss::Server::start(&readers, &folder.galss_socket(), resources)
        });
        let galss = galss.transpose().map_err(|error| unmade("the socket of GALSS", error))?;
        let options = ServerOptions { reader_slots: builder.reader_slots };
        let drivers = Arc::new(builder.drivers.start(&readers)?);
        let _ = desk.drivers.set(Arc::downgrade(&drivers));
        let server = Server::start_for(guests, readers, &socket, options);
        let server = server.map_err(|error| unmade(&shown::path(&socket), error))?;
        let control = control::Server::start(&control::beside(&socket), Arc::clone(&desk.0));
        let control = control.map_err(|error| unmade("the control socket", error))?;
        let calls = Callers(control.calls());
        Ok(Host { control, drivers, galss, server, commons, folder, desk, calls })
    }
}

impl Builder {
    fn folder(&self) -> Result<Folder, HostError> {
        let name = self.name.as_deref().map(HostName::new).transpose()?;
        let taken = || HostError::NameTaken(self.name.clone().unwrap_or_default());
        // The folder itself says so only of readers whose folder would lie in the same place.
        if name.as_ref().is_some_and(|name| running().iter().any(|running| running.name == name.as_str())) {
            return Err(taken());
        }
        Folder::create(name.as_ref()).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => taken(),
            _ => unmade("a private folder", error),
        })
    }

    fn recording(&self, cards: &[Option<Made>], run: Run) -> Result<Option<Recording>, HostError> {
        match &self.record {
            None => Ok(None),
            Some(Record::File(path)) => {
                // Before the file is there.
                cards.iter().flatten().try_for_each(|made| recording::seen(path, &made.origin).map(drop))?;
                Recording::to_file(path, cards.len() > 1, self.remark.as_deref(), run).map(Some)
            }
            Some(Record::Folder(path)) => Recording::to_folder(path, run).map(Some),
        }
    }
}

fn unmade(what: &str, error: io::Error) -> HostError {
    HostError::Unmade { what: what.to_owned(), error }
}
