//! What the instructions of a word memory are called, in both languages: the English is the applet's own.

use virtuale_applets::vitale1::{self, About};

use crate::profile::said::Bilingual;

/// What a command of the class of a word memory is called; `None` for any other.
pub(super) fn command_name(command: &[u8]) -> Option<Bilingual> {
    let (name, about) = vitale1::instruction_of(command)?;
    let french = match about {
        About::Itself => name.to_owned(),
        About::Code(code) => format!("{name} code {code:02X}"),
        About::From(address) => format!("{name} depuis {address:04X}"),
        About::Bytes { length: length @ ..=1, address } => format!("{name} {length} octet en {address:04X}"),
        About::Bytes { length, address } => format!("{name} {length} octets en {address:04X}"),
        About::Result => format!("{name} le résultat"),
    };
    Some(Bilingual::new(vitale1::command_name(command)?, french))
}
