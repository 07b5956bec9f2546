//! What is asked over the control socket is done, and answered.

use std::{borrow::Cow, io, path::Path, process, sync::Arc};

use super::{Desk, Stop, cards::Moved, lock};
use crate::{
    host::{
        HostError, Kind,
        control::{FaultStatus, Handler, Refusal, Reply, Request, Status},
        making::Content,
        state::{Resets, State},
    },
    layer::fault::Fault,
    profile::{LoadError, NamedCard, said::said},
    reader::Taken,
};

impl Handler for Arc<Desk> {
    fn handle(&self, request: Request) -> Result<Reply, Refusal> {
        self.carry_out(request).map_err(|error| Refusal::new(error.kind_for_guests(), error.said(), error.advice()))
    }

    fn stop(&self) {
        if let Stop::Call(stop) = &self.stop {
            stop();
        }
    }
}

impl Desk {
    /// Does as asked; a stop is only announced.
    pub(in crate::host) fn carry_out(&self, request: Request) -> Result<Reply, HostError> {
        match request {
            Request::Slots => {
                let (name, socket) = (self.name.clone(), self.socket.clone());
                let (slots, not_whole) = (self.slots(), self.not_whole());
                let (allowed_users, allowed_groups) = (self.guests.users().to_vec(), self.guests.groups().to_vec());
                Ok(Reply::Slots(Status {
                    name,
                    socket,
                    pid: process::id(),
                    slots,
                    not_whole,
                    allowed_users,
                    allowed_groups,
                    refused_users: self.guests.refused(),
                    crowding_users: self.guests.crowding(),
                }))
            }
            Request::Insert { slot, card, state_reset } => {
                let resets = state_reset.map_or_else(Resets::none, |card| match card.as_str() {
                    "" => Resets::all(),
                    card => Resets::none().with(card),
                });
                self.insert_named(slot, &card, resets)
            }
            Request::InsertFrom { slot, from } => {
                let moved = self.insert_from(slot, from);
                moved.map(|Moved { reader, from, card, replaced }| Reply::Moved { reader, from, card, replaced })
            }
            Request::Reinsert { slot } => self.reinsert(slot).map(|(reader, card)| Reply::Reinserted { reader, card }),
            Request::Remove { slot } => self.remove(slot).map(|reader| Reply::Removed { reader }),
            Request::Empty { slot } => self.empty(slot).map(|(reader, removed)| Reply::Emptied { reader, removed }),
            Request::Pin { slot, pins, ahead } => {
                let pins: Vec<_> = pins.iter().map(|typed| typed.0.as_str()).collect();
                let typed = self.type_pins(slot, &pins, ahead);
                typed.map(|(slot, reader, Taken { asked, waiting })| Reply::Typed { slot, reader, asked, waiting })
            }
            Request::AnswerPrompt { slot, number, pin } => self.answer_prompt(slot, number, pin.as_ref()),
            Request::CancelPin { slot } => self.cancel_pin(slot),
            Request::Fault { slot, faults } => self.arm_all(slot, &faults),
            Request::ClearFaults { slot } => {
                self.clear_faults(slot).map(|(reader, cleared)| Reply::Cleared { reader, cleared })
            }
            Request::Page => Ok(Reply::Page { url: lock(&self.page).clone() }),
            Request::Stop => match &self.stop {
                Stop::Refuse(why) => {
                    let hint = said!(en: "they go when that ends", fr: "ils disparaissent avec elle");
                    Err(HostError::Refused(Refusal::new(Kind::Usage, why.clone(), Some(hint.into()))))
                }
                Stop::Call(_) => Ok(Reply::Stopping { pid: process::id(), not_whole: self.not_whole() }),
            },
        }
    }

    /// Arms all of these faults, or none of them where one is none.
    fn arm_all(&self, slot: usize, faults: &[String]) -> Result<Reply, HostError> {
        let faults = faults.iter().map(|fault| fault.parse()).collect::<Result<Vec<Fault>, _>>()?;
        let mut reader = self.reader(slot)?;
        for fault in faults {
            reader = self.fault(slot, fault)?;
        }
        Ok(Reply::Armed { reader, faults: self.faults(slot).iter().map(FaultStatus::from).collect() })
    }

    /// Inserts the card of an absolute path, else the card of the program that has this name: no relative path means
    /// anything to who does not know the folder that we are in.
    fn insert_named(&self, slot: usize, card: &Path, mut resets: Resets) -> Result<Reply, HostError> {
        if Content::Written(card.to_owned()).real().is_some() {
            let (reader, replaced) = self.insert(slot, Content::Written(card.to_owned()), &mut resets)?;
            return Ok(Reply::Inserted { reader, replaced, remarks: Vec::new(), remarks_fr: Vec::new() });
        }
        // A pipe that nobody writes to would keep the connection, and its place among the few that there are, for ever.
        if card.is_absolute() && card.metadata().is_ok_and(|known| !known.is_file() && !known.is_dir()) {
            let error = io::Error::new(
                io::ErrorKind::InvalidInput,
                "it is a pipe or a device: put what comes of it into a file",
            );
            return Err(HostError::Card(LoadError::Io { path: card.to_owned(), error }));
        }
        let found = match card.is_absolute() {
            true => NamedCard::File(card.to_owned()),
            false => NamedCard::BuiltIn(
                self.making.families.built_in_card(&card.to_string_lossy()).map_err(LoadError::Unknown)?,
            ),
        };
        let (reader, replaced) = self.insert(slot, Content::Found(found), &mut resets)?;
        let state = self.making.state.as_ref();
        let said = |state: &State| {
            let remarks = state.remarks();
            remarks.iter().map(|remark| remark.said(state.folder())).map(|said| (said.english, *said.french)).unzip()
        };
        let (remarks, remarks_fr): (Vec<Cow<'_, str>>, Vec<Cow<'_, str>>) = state.map(said).unwrap_or_default();
        let [remarks, remarks_fr] = [remarks, remarks_fr].map(|all| all.into_iter().map(Cow::into_owned).collect());
        Ok(Reply::Inserted { reader, replaced, remarks, remarks_fr })
    }
}
