//! The other side of the wire: a terminal that reads cards.
//!
//! [`transport`] is the transport to a card, in process or through a PC/SC service; [`exchange`] sends commands over it
//! and keeps a log; [`files`] reads the files of a card one by one; [`guides`] says how the cards of each family are
//! read: [`vitale`] reads a Vitale into a typed [`Volet`](vitale::Volet), [`cps`] a professional's card into a
//! [`Professional`](cps::Professional), [`plain`] any other card as its layout says; [`right`] lets one card prove to
//! another that its holder may look into it; [`form`] makes care forms, has cards sign them and judges them, [`amount`]
//! says what they cost; [`copies`] of care forms are left on a Vitale and found there;
//! [`pages`] writes what was read for people and for programs.
//!
//! A terminal knows nothing of how a card was made: what it says of a card, it read from that card. It trusts no card:
//! every answer is hostile input, so every length, loop and log below is bounded and nothing panics.

pub mod amount;
pub mod copies;
pub mod cps;
pub mod exchange;
pub mod files;
pub mod form;
#[cfg(feature = "cli")]
pub mod guides;
pub mod holder;
#[cfg(feature = "cli")]
pub mod pages;
pub mod period;
#[cfg(feature = "cli")]
pub mod plain;
pub mod remark;
pub mod right;
pub mod signature;
#[cfg(feature = "cli")]
pub mod told;
pub mod transport;
#[cfg(feature = "cli")]
pub mod update;
pub mod vitale;

#[cfg(test)]
pub(crate) mod toy;
