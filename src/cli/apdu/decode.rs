//! What an answer holds, in comments below it: bytes of files as the layout has them, else data objects.

use std::fmt::Write;

use virtuale_engine::Response;

use crate::{
    profile::{
        Profile,
        contents::{self, CardFile},
    },
    shown,
    trace::{
        Listener,
        explain::{self, Part, Place, Said},
    },
};

/// Explains the answers of one card.
pub(super) struct Decoder<'p> {
    listener: Listener<'p>,
    files: Vec<CardFile<'p>>,
}

impl<'p> Decoder<'p> {
    /// Of a card that has just been reset.
    pub(super) fn new(profile: &'p Profile) -> Self {
        Self { listener: Listener::new(profile.layout(), profile.map()), files: contents::files(profile) }
    }

    /// The card was reset.
    pub(super) fn reset(&mut self) {
        self.listener.reset();
    }

    /// Lines that say what an answer holds; none where nobody knows.
    pub(super) fn decode(&mut self, command: &[u8], response: &Response) -> String {
        let mut text = String::new();
        let data = response.data();
        let parts = match self.listener.hear(command, response) {
            Some(heard) => {
                let (file, range) = (heard.file, &heard.range);
                let place = contents::place(file);
                let _ = writeln!(text, "#   {} ({place}), bytes {}..{}", file.name, range.start, range.end);
                let made = self.files.get(heard.index).map(|file| file.bytes.as_slice()).unwrap_or_default();
                explain::elements(&heard, data, made)
            }
            None => explain::objects(data),
        };
        parts.iter().for_each(|part| write_part(&mut text, part));
        text
    }
}

/// One line: an element with its bytes, or a data object with its tag.
fn write_part(text: &mut String, part: &Part) {
    let (name, indent) = (shown::line(&part.name), part.depth * 2);
    let _ = match &part.of {
        Place::File(range, _) => {
            let places = format!("{}..{}", range.start, range.end);
            write!(text, "#   {places:>11}  {:indent$}{name}", "")
        }
        Place::Object(tag) if name.is_empty() => write!(text, "#   {:indent$}{tag:02X}", ""),
        Place::Object(tag) => write!(text, "#   {:indent$}{tag:02X}  {name}", ""),
    };
    match &part.said {
        Said::Within => {}
        Said::InPart => text.push_str(" (in part)"),
        Said::Value(value) => {
            let _ = write!(text, "  {}", shown::line(value));
        }
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;

    use super::write_part;
    use crate::trace::explain;

    fn objects(data: &[u8]) -> String {
        let mut text = String::new();
        explain::objects(data).iter().for_each(|part| write_part(&mut text, part));
        text
    }

    #[test]
    fn control_parameters_are_named() {
        let expected = "#   62  file control parameters\n#     80  size  0100 (256)\n#     83  identifier  D001\n\
                        #     88  short identifier  empty\n#     A1\n#       8C  07\n";
        assert_eq!(objects(&hex!("62 0F 80 02 01 00 83 02 D0 01 88 00 A1 03 8C 01 07")), expected);
    }

    #[test]
    fn what_may_be_anything_is_not_explained() {
        assert_eq!(objects(&hex!("80 02 01 00")), "");
        assert_eq!(objects(&hex!("62 05 80 02 01")), "");
        assert_eq!(objects(&[]), "");
    }
}
