//! Whose a command is: which reader it goes to, as far as a log tells.

use super::dialogue::Dialogue;
use crate::trace::parse::MOST_SLOTS;

/// Where something happens.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Place<'a> {
    /// At the only reader, which the log does not name.
    Unnamed,
    /// At this reader.
    Reader(&'a str),
    /// At one of several; the log does not tell which.
    Untold,
}

impl<'a> Place<'a> {
    pub(super) fn name(self) -> Option<&'a str> {
        match self {
            Self::Reader(name) => Some(name),
            Self::Unnamed | Self::Untold => None,
        }
    }
}

impl<'a> From<Option<&'a str>> for Place<'a> {
    fn from(name: Option<&'a str>) -> Self {
        name.map_or(Self::Unnamed, Self::Reader)
    }
}

/// The longest name of a reader. PC/SC has none of more than 127 bytes; a log that names a longer one on each line
/// would make a trace that grows faster than the log.
const LONGEST_NAME: usize = 200;

/// A name, cut where no program would go on.
pub(super) fn name(text: &str) -> &str {
    let text = text.trim();
    text.get(..text.floor_char_boundary(LONGEST_NAME)).unwrap_or_default()
}

/// A place that is kept.
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Home {
    /// At the only reader.
    #[default]
    Unnamed,
    /// At this reader.
    Reader(String),
    /// At one of several.
    Untold,
}

impl Home {
    pub(super) fn of(place: Place<'_>) -> Self {
        match place {
            Place::Unnamed => Self::Unnamed,
            Place::Reader(reader) => Self::Reader(name(reader).to_owned()),
            Place::Untold => Self::Untold,
        }
    }

    pub(super) fn place(&self) -> Place<'_> {
        match self {
            Self::Unnamed => Place::Unnamed,
            Self::Reader(name) => Place::Reader(name),
            Self::Untold => Place::Untold,
        }
    }

    pub(super) fn is(&self, place: Place<'_>) -> bool {
        match (self, place) {
            (Self::Reader(known), Place::Reader(reader)) => known == name(reader),
            (known, place) => known.place() == place,
        }
    }
}

/// What one program is connected to, where its commands do not name a reader.
#[derive(Clone, Debug, Default)]
pub(super) struct Connections {
    /// Readers and how often each is connected to; the last one that was connected to stands last.
    open: Vec<(String, usize)>,
    /// Whether one of several connections ended and nothing told which.
    blurred: bool,
    /// Whether it was said that nothing tells the reader of a command.
    complained: bool,
}

impl Connections {
    /// A connection begins.
    pub(super) fn connect(&mut self, reader: &str) {
        let reader = name(reader);
        if !self.blurred {
            // The reader that is known for past commands only is forgotten.
            self.open.retain(|(_, times)| *times > 0);
        }
        let known = self.open.iter().position(|(known, _)| known == reader).map(|index| self.open.remove(index));
        if known.is_some() || self.open.len() < MOST_SLOTS {
            self.open.push((reader.to_owned(), known.map_or(1, |(_, times)| times + 1)));
        }
    }

    /// Whatever was connected before, commands go to this reader now.
    pub(super) fn only(&mut self, reader: &str) {
        *self = Self { complained: self.complained, ..Self::default() };
        self.connect(reader);
    }

    /// A connection ends; to which reader, if the log tells.
    pub(super) fn disconnect(&mut self, reader: Option<&str>) {
        let several = self.open.iter().filter(|(_, times)| *times > 0).count() > 1;
        let found = match reader {
            Some(reader) => self.open.iter_mut().find(|(known, _)| known == name(reader)),
            None => self.open.iter_mut().rfind(|(_, times)| *times > 0),
        };
        if let Some((_, times)) = found {
            *times = times.saturating_sub(1);
            self.blurred |= reader.is_none() && several;
        }
        if self.open.iter().all(|(_, times)| *times == 0) {
            self.blurred = false;
        }
    }

    /// A connection that was begun did not come about.
    pub(super) fn refused(&mut self) {
        let last = self.open.last().map(|(name, _)| name.clone());
        self.disconnect(last.as_deref());
    }

    /// Where the next command goes.
    pub(super) fn place(&self) -> Place<'_> {
        let mut connected = self.open.iter().filter(|(_, times)| *times > 0);
        match (connected.next(), connected.next()) {
            _ if self.blurred => Place::Untold,
            (Some(_), Some(_)) => Place::Untold,
            (Some((name, _)), None) => Place::Reader(name),
            (None, _) => Place::from(self.open.last().map(|(name, _)| name.as_str())),
        }
    }

    /// Names the first command of which nothing tells the reader. Those that follow are in the same slot of the trace.
    pub(super) fn complain(&mut self, line: usize, dialogue: &mut Dialogue) {
        let untold = self.place() == Place::Untold;
        if untold && !self.complained {
            let why = "from here on the log does not tell which reader commands go to, they are in the slot not-told";
            dialogue.unread(line, &self.names(), why);
        }
        self.complained = untold;
    }

    /// The names of the readers that a command may go to.
    fn names(&self) -> String {
        let names: Vec<&str> = self.open.iter().map(|(name, _)| name.as_str()).collect();
        names.join(" or ")
    }
}

#[cfg(test)]
mod tests {
    use super::{Connections, LONGEST_NAME, Place, name};

    #[test]
    fn names_have_an_end() {
        assert_eq!(name("Virtual Reader 00 00"), "Virtual Reader 00 00");
        assert_eq!(name(&"é".repeat(LONGEST_NAME)), "é".repeat(LONGEST_NAME / 2));
        assert_eq!(name(&format!("a{}", "é".repeat(LONGEST_NAME))).len(), LONGEST_NAME - 1);
    }

    #[test]
    fn one_reader_at_a_time_is_known() {
        let mut connections = Connections::default();
        assert_eq!(connections.place(), Place::Unnamed);
        connections.connect("A");
        assert_eq!(connections.place(), Place::Reader("A"));
        connections.disconnect(None);
        assert_eq!(connections.place(), Place::Reader("A"), "that is where the last one went");
        connections.connect("B");
        assert_eq!(connections.place(), Place::Reader("B"));
        connections.connect("A");
        assert_eq!((connections.place(), connections.names().as_str()), (Place::Untold, "B or A"));
        connections.refused();
        assert_eq!(connections.place(), Place::Reader("B"));
    }

    #[test]
    fn after_one_of_two_ended_nobody_knows_until_both_have() {
        let mut connections = Connections::default();
        connections.connect("A");
        connections.connect("B");
        connections.disconnect(None);
        assert_eq!(connections.place(), Place::Untold);
        connections.connect("C");
        connections.disconnect(None);
        connections.disconnect(None);
        connections.connect("C");
        assert_eq!(connections.place(), Place::Reader("C"));
        connections.connect("A");
        connections.disconnect(Some("C"));
        assert_eq!(connections.place(), Place::Reader("A"), "the log told which");
    }
}
