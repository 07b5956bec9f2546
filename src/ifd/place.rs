//! What `DEVICENAME` says: where the readers are, and how many slots pcscd makes of them.
//!
//! `virtuale:2:/run/virtuale/ifd` is two slots. The colon keeps pcscd from looking for a file of that name.

use std::path::{Path, PathBuf};

/// How many slots a device may have at most.
pub const MOST_SLOTS: u8 = 16;

/// How many it has if nothing is said.
const SLOTS: u8 = 2;

/// What stands in front.
const NAME: &str = "virtuale";

/// Where the readers are, and how many slots pcscd is told of.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Place {
    /// The number of slots, from 1 to [`MOST_SLOTS`].
    pub slots: u8,
    /// The socket of the readers.
    pub socket: PathBuf,
}

impl Place {
    /// Reads the name of a device. `None` if it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (_, rest) = text.split_once(':')?;
        let (slots, socket) = match rest.split_once(':') {
            Some((slots, socket)) if !rest.starts_with('/') => (slots.parse().ok()?, socket),
            _ => (SLOTS, rest),
        };
        let is_good = (1..=MOST_SLOTS).contains(&slots) && Path::new(socket).is_absolute();
        is_good.then(|| Self { slots, socket: socket.into() })
    }

    /// The name of the device. `None` if its path is not absolute, or has what `reader.conf` has no way to say.
    #[must_use]
    pub fn device_name(&self) -> Option<String> {
        let socket = self.socket.to_str()?;
        let is_plain = socket.chars().all(|each| each.is_ascii_graphic() && !"\"'#\\".contains(each));
        let name = format!("{NAME}:{}:{socket}", self.slots);
        (is_plain && Self::parse(&name).as_ref() == Some(self)).then_some(name)
    }
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn a_name_says_where_and_how_many() {
        let place = |slots, socket: &str| Some(Place { slots, socket: socket.into() });
        assert_eq!(Place::parse("virtuale:4:/run/virtuale/ifd"), place(4, "/run/virtuale/ifd"));
        assert_eq!(Place::parse("/dev/null:/tmp/a:b"), place(2, "/tmp/a:b"));
        for wrong in ["", "x", "x:", "x:y", "x:0:/a", "x:17:/a", "x:-1:/a", "x:2:a", "x:2:", "x::/a"] {
            assert_eq!(Place::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_place_has_a_name_that_reads_as_it() {
        let name = |slots, socket: &str| Place { slots, socket: socket.into() }.device_name();
        assert_eq!(name(2, "/run/virtuale/ifd").as_deref(), Some("virtuale:2:/run/virtuale/ifd"));
        for (slots, socket) in [(0, "/a"), (17, "/a"), (2, "a"), (2, "/a b"), (2, "/a\"b"), (2, "/a\n"), (2, "/\u{e9}")]
        {
            assert_eq!(name(slots, socket), None, "{slots} {socket}");
        }
    }
}
