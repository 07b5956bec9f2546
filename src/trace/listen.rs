//! Follows a dialogue while it takes place, for whoever explains answers to people.

use std::ops::Range;

use virtuale_engine::Response;

pub use super::follow::Position;
use super::follow::{Answered, Asked, Follower};
use crate::profile::{
    layout::Layout,
    map::{CardMap, FileMap},
};

/// Hears what is said to a card of a known layout, and what it answers.
#[derive(Debug)]
pub struct Listener<'m> {
    follower: Follower<'m>,
    map: &'m CardMap,
}

/// Bytes of a file in the data of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard<'m> {
    /// Which file: its place in [`CardMap::files`].
    pub index: usize,
    /// The file.
    pub file: &'m FileMap,
    /// Which of its bytes came.
    pub range: Range<usize>,
    /// Where in the data of the answer they begin.
    pub start: usize,
}

impl<'m> Listener<'m> {
    /// Of a card that has just been reset. `map` is the card's, as [`Profile::map`](crate::profile::Profile::map) has
    /// it.
    #[must_use]
    pub fn new(layout: &'m Layout, map: &'m CardMap) -> Self {
        Self { follower: Follower::new(layout, map), map }
    }

    /// One that goes on where another one was, with the same card.
    #[must_use]
    pub fn at(layout: &'m Layout, map: &'m CardMap, at: Position) -> Self {
        Self { follower: Follower::at(layout, map, at), map }
    }

    /// How far the dialogue has come, for who goes on with it later.
    #[must_use]
    pub fn into_position(self) -> Position {
        self.follower.into_position()
    }

    /// The file that commands of a class would find selected, as far as that is known: its place in
    /// [`CardMap::files`].
    #[must_use]
    pub fn current(&self, class: u8) -> Option<usize> {
        self.follower.current(class)
    }

    /// The card was reset: nothing is selected any more.
    pub fn reset(&mut self) {
        self.follower.reset();
    }

    /// What an answer holds, if it is known which bytes of a file that is. What cannot be followed is not guessed.
    pub fn hear(&mut self, command: &[u8], response: &Response) -> Option<Heard<'m>> {
        let (header, body) = command.split_first_chunk()?;
        let [sw1, _] = response.status()?.0.to_be_bytes();
        let data = response.data();
        let read =
            self.follower.command(Asked { header: *header, body: Some(body) }, Answered { sw1, data: Some(data) })?;
        let start = read.header(data).min(data.len());
        let end = read.offset.checked_add(data.len() - start)?.min(read.end);
        let file = self.map.files.get(read.file)?;
        (read.offset < end).then_some(Heard { index: read.file, file, range: read.offset..end, start })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use hex_literal::hex;
    use jiff::civil::date;
    use virtuale_engine::{Response, StatusWord};

    use super::Listener;
    use crate::profile::{Options, load};

    #[test]
    fn bytes_of_files_are_told_from_other_answers() {
        let card = Path::new(env!("CARGO_MANIFEST_DIR")).join("applets/cards/vitale2-martin.toml");
        let profile = load(&card, &Options { today: date(2026, 1, 15), seed: 0 }).expect("a fixture");
        let mut listener = Listener::new(profile.layout(), profile.map());
        let mut hear = |command: &[u8], data: &[u8]| {
            let mut response = Response::new();
            response.extend(data);
            response.finish(StatusWord::SUCCESS);
            listener.hear(command, &response).map(|heard| (heard.file.name.clone(), heard.range, heard.start))
        };
        assert_eq!(hear(&hex!("00 A4 02 0C 02 D0 01"), &[]), None, "nothing is read");
        assert_eq!(hear(&hex!("00 B0 00 04 03"), &[1, 2, 3]), Some(("IDENTITE".into(), 4..7, 0)));
        assert_eq!(hear(&hex!("00 B1 D0 01 03 54 01 02 00"), &hex!("53 02 AA BB")), Some(("IDENTITE".into(), 2..4, 2)));
        assert_eq!(hear(&hex!("00 84 00 00 08"), &[0; 8]), None, "a challenge is no file");
        listener.reset();
        let mut response = Response::new();
        response.extend(&[1]);
        response.finish(StatusWord::SUCCESS);
        assert_eq!(listener.hear(&hex!("00 B0 00 00 01"), &response), None, "nothing is selected after a reset");
    }
}
