//! What all chips of one image have in common, made and checked once.

use alloc::{string::String, sync::Arc, vec::Vec};
use core::fmt;

use crate::{
    Atr, Fid,
    chip::sides::{self, Side},
    fs::{self, FileSystem},
    image::{ChipImage, FileIndex, Habits, ImageError},
    memory::Memory,
    vault::{self, Blank},
};

/// An image that was checked and laid out: as many chips as one likes are made of it by
/// [`Chip::of`](super::Chip::of), each for little more than a copy of its memory. They share the rest.
pub struct Blueprint {
    pub(super) atr: Atr,
    pub(super) contactless_atr: Option<Atr>,
    pub(super) habits: Habits,
    pub(super) sides: Vec<Side>,
    pub(super) files: Arc<FileSystem>,
    /// What every chip holds at first.
    pub(super) memory: Memory,
    pub(super) vault: Blank,
    /// In the order of their numbers, from 1 on.
    pub(super) applets: Vec<Named>,
}

/// An applet that a DF names.
pub(super) struct Named {
    pub(super) name: String,
    /// The first DF that names it, or where the class begins that does.
    file: FileIndex,
    fid: Fid,
}

impl Named {
    /// That nobody knows it.
    pub(super) fn unknown(&self) -> ImageError {
        ImageError::UnknownApplet { file: self.file, fid: self.fid, applet: self.name.clone() }
    }
}

impl Blueprint {
    /// Checks an image and lays it out.
    ///
    /// # Errors
    ///
    /// [`ImageError`] says why no chip can be made of it. Whether its applets exist is asked when a chip is made.
    pub fn new(image: &ChipImage) -> Result<Self, ImageError> {
        let mut built = fs::build(&image.files, image.capacity)?;
        let vault = vault::build(&image.files, &mut built.memory)?;
        let mut names = built.applets;
        let sides = sides::build(image, |name, df| {
            let Some(name) = name else { return built.files.applet(df) };
            let known = names.iter().position(|(known, _)| known == name);
            known.unwrap_or_else(|| {
                names.push((name.clone(), df));
                names.len() - 1
            }) + 1
        })?;
        for side in &sides {
            built.files.set_apart(side.home);
        }
        let named = |(name, file): (String, FileIndex)| {
            let fid = image.files.get(file.0).map_or(Fid::MF, |image| image.fid);
            Named { name, file, fid }
        };
        Ok(Self {
            atr: image.atr,
            contactless_atr: image.contactless_atr,
            habits: image.habits,
            sides,
            files: Arc::new(built.files),
            memory: built.memory,
            vault,
            applets: names.into_iter().map(named).collect(),
        })
    }

    /// Whether all applets that it names exist.
    ///
    /// # Errors
    ///
    /// [`ImageError::UnknownApplet`] for the first that `exists` denies.
    pub fn check_applets(&self, exists: impl Fn(&str) -> bool) -> Result<(), ImageError> {
        self.applets.iter().find(|named| !exists(&named.name)).map_or(Ok(()), |named| Err(named.unknown()))
    }
}

impl fmt::Debug for Blueprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Blueprint").field("atr", &self.atr).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::Blueprint;
    use crate::{
        Card, Chip, Interface, Response, StatusWord,
        image::Condition,
        platform::Forgetful,
        testing::{
            bytes,
            keys::{SELECT, applets, keyed_image},
            platform,
        },
    };

    const CREATE: &str = "00 E0 00 00 13 62 11 80 02 0010 82 01 01 83 02 7001 8C 04 43 00 00 00";
    const SELECT_2001: &str = "00 A4 00 0C 02 2001";
    const SELECT_IT: &str = "00 A4 00 0C 02 7001";

    fn status(chip: &mut Chip, command: &str) -> StatusWord {
        let mut response = Response::new();
        chip.transmit(&bytes(command), &mut response).expect("power");
        response.status().expect("a status word")
    }

    #[test]
    fn chips_of_one_blueprint_share_nothing_that_changes() {
        let mut image = keyed_image();
        // All may delete 2001.
        image.files[7].contact.conditions[0] = Condition::ALWAYS;
        let blueprint = Blueprint::new(&image).expect("a good image");
        let made = || {
            let mut chip = Chip::of(&blueprint, &applets, platform(Forgetful)).expect("known applets");
            chip.power_up(Interface::Contact).expect("an ATR");
            assert_eq!(status(&mut chip, SELECT.0), StatusWord::SUCCESS);
            chip
        };
        let (mut one, mut other) = (made(), made());
        assert_eq!(status(&mut one, CREATE), StatusWord::SUCCESS);
        assert_eq!(status(&mut one, SELECT_IT), StatusWord::SUCCESS);
        for chip in [&mut other, &mut made()] {
            assert_eq!(status(chip, SELECT_IT), StatusWord::FILE_NOT_FOUND);
        }
        // A file of the image that one of them deletes is there on the others, now and after a reset.
        assert_eq!(status(&mut one, "00 E4 00 00 02 2001"), StatusWord::SUCCESS);
        assert_eq!(status(&mut one, SELECT_2001), StatusWord::FILE_NOT_FOUND);
        for chip in [&mut other, &mut made()] {
            assert_eq!(status(chip, SELECT_2001), StatusWord::SUCCESS);
            chip.reset().expect("power");
            assert_eq!(status(chip, SELECT.0), StatusWord::SUCCESS);
            assert_eq!(status(chip, SELECT_2001), StatusWord::SUCCESS);
        }
    }

    #[test]
    fn applets_are_asked_for_by_name() {
        let blueprint = Blueprint::new(&keyed_image()).expect("a good image");
        assert_eq!(blueprint.check_applets(|name| name == "keys"), Ok(()));
        let unknown = blueprint.check_applets(|_| false).expect_err("nobody knows it");
        assert_eq!(Chip::of(&blueprint, &|_| None, platform(Forgetful)).err(), Some(unknown));
    }
}
