//! Zones of groups: what the reading interface gives of a card, byte for byte [MEDINTUX-SSV groups].
//!
//! A [`Zone`] is its groups with their fields as they are, whatever they say; [`table`] says what each field is, and
//! everything here that knows fields is driven by it: [`of_vitale`] and [`of_professional`] write the zone of a card,
//! [`findings`] holds a zone against the table; [`text()`] and [`differences`] show zones to people. Formats only: no
//! file and no table of the GIE is here, and groups that later versions of the interface have are taken as they come.
//! The rule that it upholds: what was read is written again byte for byte.

mod describe;
mod diff;
mod error;
#[cfg(feature = "cli")]
mod explain;
mod findings;
mod read;
pub mod table;
#[cfg(test)]
mod tests;
mod text;
#[cfg(test)]
mod trip_tests;
mod write;
mod zone;

pub use describe::{Described, DescribedField, Heading, described};
pub use diff::{Change, Difference, differences};
#[cfg(feature = "cli")]
pub use diff::{DifferenceReport, SideReport, differences_page};
pub use error::{ZoneError, ZoneErrorKind};
#[cfg(feature = "cli")]
pub use explain::{FieldReport, GroupReport, PlacedReport, ZoneReport, explained};
pub use findings::{Finding, FindingKind, findings};
pub use read::{Drawn, Loss, LossKind, Naming, ReadError, ReadErrorKind, about, card_file};
pub use text::text;
pub use write::{WriteError, WriteErrorKind, of_professional, of_profile, of_vitale, on_card};
pub use zone::{Group, LONGEST, Place, Placed, Zone};
