//! What the interfaces of billing programs give and take, made of what is on a card, and read back.
//!
//! Most French billing programs never send a command to a card: the middleware of the GIE SESAM-Vitale reads it for
//! them, and gives them groups of fields. This room speaks that: [`groups`] are the zones of groups, both ways.
//!
//! It reads no card, asks for no code and opens no file: it works on the data tree that a card file or a reading has.
//! It is no middleware, has no agreement and makes no invoice. The rule that it upholds: what it writes says that it
//! is a test, and nothing of a card is cut or guessed to fit.

pub mod groups;
