//! Card files and layouts: who a card belongs to, and where each datum stands on the chip.
//!
//! A *card file* (TOML) says who the card belongs to. A *layout* (TOML, data of `virtuale-applets`) says which files a
//! card has and how each element is coded. Together they make a [`ChipImage`](virtuale_engine::image::ChipImage) and a
//! tree of spans that says, for every byte, which element it belongs to and where that is known from.

pub mod authority;
pub mod card_file;
pub mod change;
pub mod codes;
pub mod contents;
pub mod dates;
pub mod diagnostic;
pub mod families;
pub mod layout;
pub mod map;
pub mod nir;
pub mod pkcs15;
pub mod reading;
pub mod said;
pub mod schema;
pub mod tree;
pub mod written;

mod answers;
mod arithmetic;
mod card;
mod card_mistake;
mod chance;
#[cfg(test)]
mod chance_tests;
mod codings;
mod load;
mod named;
pub(crate) mod nearest;
mod notes;
mod provision;
pub(crate) mod reason;
pub(crate) mod status;
mod zone_shape;

pub(crate) use card::CARD;
pub use card::VirtualCard;
pub(crate) use chance::Birth;
pub use chance::station as station_chance;
pub use load::{LoadError, Options, Profile, load, parse};
pub use named::{NamedCard, UnknownCard};
pub use provision::Provision;
