//! Zones of groups: what the reading interface gives of a card, byte for byte [MEDINTUX-SSV groups].
//!
//! A [`Zone`] is its groups with their fields as they are, whatever they say; [`table`] says what each field is, and
//! everything here that knows fields is driven by it: [`of_vitale`] and [`of_professional`] write the zone of a card,
//! [`findings`] holds a zone against the table. Formats only: no file and no table of the GIE is here, and groups
//! that later versions of the interface have are taken as they come. The rule that it upholds: what was read is
//! written again byte for byte.

mod error;
mod findings;
mod read;
pub mod table;
#[cfg(test)]
mod trip_tests;
mod write;
mod zone;

pub use error::{ZoneError, ZoneErrorKind};
pub use findings::{Finding, FindingKind, findings};
pub use read::{Drawn, Loss, LossKind, Naming, ReadError, ReadErrorKind, about, card_file};
pub use write::{WriteError, WriteErrorKind, of_professional, of_profile, of_vitale, on_card};
pub use zone::{Group, LONGEST, Place, Placed, Zone};
