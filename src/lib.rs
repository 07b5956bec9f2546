//! Virtuale: a wallet of virtual French health cards.
//!
//! This package is the world around the chip. [`profile`] turns card files and layouts into chips; [`reader`] shows
//! chips to terminal software. The chip itself is in the packages `virtuale-engine` and `virtuale-applets`.
//!
//! [`lists`] are what a terminal knows beside the cards: which are opposed, and where forms go.
//!
//! [`host`] runs readers with cards in them, for the command line and for whoever writes `Host::builder()`.
//!
//! `console` shows running readers as a page in a browser, where the feature of that name is built in.
//!
//! [`billing`] is what the interfaces of billing programs give and take.
//!
//! Imports run one way: `cli` -> `host` -> `terminal`, `trace` -> `lists`, `profile`, `reader`, and `cli` -> `billing`
//! -> `terminal`, `profile`. A test reads the `use` lines and holds it.

#![forbid(unsafe_code)]

pub mod billing;
#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "console")]
pub mod console;
pub mod host;
pub mod layer;
pub mod lists;
pub mod profile;
pub mod reader;
pub mod terminal;
pub mod trace;

mod shown;
mod system;
#[cfg(test)]
mod toy;
mod work;
mod writing;

pub use virtuale_engine as engine;

/// The guide for who writes a Rust program, whose examples are run.
#[cfg(doctest)]
#[doc = include_str!("../docs/library.md")]
struct Guide;

/// The guide on lists, whose example is run too.
#[cfg(doctest)]
#[doc = include_str!("../docs/lists.md")]
struct ListsGuide;
