//! Leaving a copy on a card.

use virtuale_engine::{Aid, Fid, Interface, StatusWord, ins::Ins};

use super::{Copy, NotCoded, coding::LIST};
use crate::{
    profile::{
        layout::Layout,
        tree::{Data, Node},
    },
    terminal::exchange::{Command, Dialogue, ExchangeError},
};

/// The key of card files that says that the insured objects.
pub(super) const OBJECTION: &str = "assure.opposition_copies";

/// Why a card did not get a copy. Unless [`NotAppended::Exchange`] says that the transport failed at the last command,
/// the card is as it was.
#[derive(Debug, thiserror::Error)]
pub enum NotAppended {
    /// The insured objects to copies, as the card says [CSS-R161 33-1].
    #[error("the insured objects to copies of care forms on the card (R.161-33-1, 2° d)")]
    Objected,
    /// Whether the insured objects could not be read: that nobody says so is no leave.
    #[error("the card does not say whether the insured objects to copies of care forms on it: {0}")]
    ObjectionUnread(StatusWord),
    /// The card has no file for them.
    #[error("the card has no file for copies of care forms")]
    NoFile,
    /// The card does not let this terminal add one: no right is proved to it, or one that reads only.
    #[error("the card takes no copy: {0}; a professional's card that makes forms must be proved to it first")]
    NoRight(StatusWord),
    /// The card refused for another reason.
    #[error("the card did not keep the copy: {0}")]
    Refused(StatusWord),
    /// It makes no record.
    #[error(transparent)]
    NotCoded(#[from] NotCoded),
    /// The transport to the card is gone, or the card keeps the terminal busy.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
}

/// Leaves a copy on a patient's card, in the place of the oldest if there is no room, once the right to do so is proved
/// to it. What the card says of an objection is asked first; no commands select another application than the one that
/// has the files, so that a proof holds. The card keeps all of the copy or nothing.
///
/// # Errors
///
/// [`NotAppended`] says why the card did not get it.
pub fn append(patient: &mut Dialogue<'_>, layout: &Layout, copy: &Copy) -> Result<(), NotAppended> {
    let record = copy.record(layout)?;
    let name = layout.record_file_of(LIST).ok_or(NotCoded::NoPlace)?;
    if objects(patient, layout)? {
        return Err(NotAppended::Objected);
    }
    let status = select(patient, layout, name)?;
    if !status.is_processed() {
        return Err(if status == StatusWord::FILE_NOT_FOUND { NotAppended::NoFile } else { of_status(status) });
    }
    let header = [0x00, Ins::APPEND_RECORD.0, 0x00, 0x00];
    let answer = patient.send(&Command::new(&format!("APPEND RECORD {name}"), header, &record, None))?;
    if answer.status.is_processed() { Ok(()) } else { Err(of_status(answer.status)) }
}

fn of_status(status: StatusWord) -> NotAppended {
    match status {
        StatusWord::SECURITY_NOT_SATISFIED => NotAppended::NoRight(status),
        _ => NotAppended::Refused(status),
    }
}

/// Whether the card says that the insured objects. A card without a file that could say so has nobody's objection; one
/// that does not give what is in it, or not whole, may have.
fn objects(patient: &mut Dialogue<'_>, layout: &Layout) -> Result<bool, NotAppended> {
    let Some(name) = layout.file_of(OBJECTION) else { return Ok(false) };
    match select(patient, layout, name)? {
        StatusWord::FILE_NOT_FOUND => return Ok(false),
        status if !status.is_processed() => return Err(NotAppended::ObjectionUnread(status)),
        _ => {}
    }
    let read = patient.send(&Command::read_binary(name, 0).map_err(ExchangeError::from)?)?;
    let said = layout.decode(name, &read.data).filter(|_| read.status.is_processed()).map(|decoded| decoded.data);
    match said.as_ref().and_then(|data| data.at(OBJECTION)) {
        Some(Node { data: Data::Flag(objects), .. }) => Ok(*objects),
        _ => Err(NotAppended::ObjectionUnread(read.status)),
    }
}

/// Selects a file of the layout: in the application that is selected, else in its own.
fn select(patient: &mut Dialogue<'_>, layout: &Layout, name: &str) -> Result<StatusWord, NotAppended> {
    let place = |(_, aid, fid): (&str, &Aid, Fid)| (aid.clone(), fid);
    let found = layout.places(Interface::Contact).find(|(known, ..)| *known == name).map(place);
    let Some((aid, fid)) = found else { return Err(NotAppended::NoFile) };
    let file = Command::select_file(name, fid);
    let status = patient.send(&file)?.status;
    if status.is_processed() {
        return Ok(status);
    }
    let status = patient.send(&Command::select_application(&aid.to_string(), &aid))?.status;
    if status.is_processed() { Ok(patient.send(&file)?.status) } else { Ok(status) }
}
