//! What slots are called in GALSS.

use std::{fmt, str::FromStr};

use virtuale_galss::wire::{LONGEST_RESOURCE, RESOURCE_SIZE};

/// The name of a resource, or its alias: 1 to 8 visible characters of ASCII, none of them a comma or an equals sign.
/// Names that differ in case only are the same.
#[derive(Clone, Debug)]
pub struct ResourceName(String);

/// Why a text is no name of a resource.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "{0:?} cannot be the name of a resource: it must have 1 to {LONGEST_RESOURCE} letters, digits or signs of ASCII, none of \
     them a space, a comma or `=`"
)]
pub struct NameError(String);

/// A slot, by its name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Resource {
    /// Its name.
    pub name: ResourceName,
    /// Another name of it.
    pub alias: Option<ResourceName>,
    /// The slot, from 0.
    pub slot: usize,
}

impl ResourceName {
    /// A name.
    ///
    /// # Errors
    ///
    /// [`NameError`] if the text is none.
    pub fn new(name: &str) -> Result<Self, NameError> {
        let may_stand = |letter: char| letter.is_ascii_graphic() && !",=".contains(letter);
        let fits = (1..=LONGEST_RESOURCE).contains(&name.len()) && name.chars().all(may_stand);
        if fits { Ok(Self(name.into())) } else { Err(NameError(name.into())) }
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// With zeros behind it.
    fn padded(&self) -> impl Iterator<Item = u8> {
        self.0.bytes().chain(std::iter::repeat(0)).take(LONGEST_RESOURCE + 1)
    }
}

impl PartialEq for ResourceName {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for ResourceName {}

impl FromStr for ResourceName {
    type Err = NameError;

    fn from_str(name: &str) -> Result<Self, NameError> {
        Self::new(name)
    }
}

impl fmt::Display for ResourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The number of the one reader that has all slots (PAD), and of the one channel that it is on.
const ONLY: u8 = 1;

/// A channel that programs of the field use: a serial one. The agency's library passes over resources on any other
/// [DOPS-CRYPTOLIB GALSS].
const SERIAL: u8 = 1;

impl Resource {
    /// Whether it is called so.
    pub(super) fn is_called(&self, name: &[u8]) -> bool {
        let matches = |own: &ResourceName| own.0.as_bytes().eq_ignore_ascii_case(name);
        matches(&self.name) || self.alias.as_ref().is_some_and(matches)
    }

    /// The address of its slot: the first one has 1.
    pub(super) fn address(&self) -> u8 {
        u8::try_from(self.slot).map_or(u8::MAX, |slot| slot.saturating_add(1))
    }

    /// As the table of resources has it, in the machine's own order of bytes.
    pub(super) fn entry(&self) -> [u8; RESOURCE_SIZE] {
        let alias = self.alias.as_ref().map_or_else(Vec::new, |alias| alias.padded().collect());
        let alias = alias.into_iter().chain([0; LONGEST_RESOURCE + 1]).take(LONGEST_RESOURCE + 1);
        // Neither the kind of connection nor the number of a protocol says anything of ours.
        let [connection, protocol] = [1_u16, 1].map(u16::to_ne_bytes);
        let numbers = [self.address(), ONLY, ONLY, SERIAL].into_iter().chain(connection).chain(protocol);
        let mut entry = [0; RESOURCE_SIZE];
        entry.iter_mut().zip(alias.chain(self.name.padded()).chain(numbers)).for_each(|(place, byte)| *place = byte);
        entry
    }
}

#[cfg(test)]
mod tests {
    use super::{Resource, ResourceName};

    #[test]
    fn a_name_has_up_to_eight_signs() {
        for good in ["CPS", "Vitale", "TRANSPA1", "a", "x-y_z.1"] {
            assert_eq!(ResourceName::new(good).map(|name| name.to_string()).as_deref(), Ok(good));
        }
        for bad in ["", "TRANSPA10", "a b", "a,b", "a=b", "\u{e9}", "a\n", "a\0"] {
            let error = ResourceName::new(bad).expect_err(bad).to_string();
            assert!(error.contains(&format!("{bad:?}")), "{error}");
        }
        assert_eq!(ResourceName::new("vitale"), ResourceName::new("VITALE"));
    }

    #[test]
    fn an_entry_of_the_table_is_packed() {
        let name = ResourceName::new("CPS").expect("a name");
        let alias = ResourceName::new("TRANSPA2").expect("a name");
        let entry = Resource { name, alias: Some(alias), slot: 1 }.entry();
        assert_eq!(&entry[..9], b"TRANSPA2\0");
        assert_eq!(&entry[9..18], b"CPS\0\0\0\0\0\0");
        assert_eq!(entry[18..22], [2, 1, 1, 1]);
        let name = ResourceName::new("Vitale").expect("a name");
        assert_eq!(Resource { name, alias: None, slot: 0 }.entry()[..18], *b"\0\0\0\0\0\0\0\0\0Vitale\0\0\0");
    }
}
