//! A folder that other users can reach, for the PC/SC socket of readers that let them in, and for nothing else.
//!
//! The private folder of readers is nobody else's, and lies where nobody else may go. This one lies in the temporary
//! folder; others may go through it and cannot see what is in it. Beside the PC/SC socket there is the control socket,
//! which stays its owner's alone (mode 0600, and who asks is looked at).

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use super::{control, folder::SOCKET};
use crate::{
    reader::pcsclite::Guests,
    shown,
    system::{
        folder::create,
        guests::{is_own_folder, lets_through, open_folder, own_user},
    },
};

/// What stands between the number of the user and the name of the readers.
const OPEN: &str = "-open-";

/// The folder. Goes with its sockets when dropped.
#[derive(Debug)]
pub(super) struct Commons(PathBuf);

impl Commons {
    /// Makes the folder for readers of this name, in the first place that others can reach.
    ///
    /// # Errors
    ///
    /// What the system says, with the path in words; that there is no such place.
    pub(super) fn create(name: &str, guests: &Guests) -> io::Result<Self> {
        let mut first = None;
        let places = [env::temp_dir(), PathBuf::from("/tmp"), PathBuf::from("/var/tmp")];
        for place in places.into_iter().filter(|place| closed(place, guests).is_none()) {
            let path = place.join(format!("{}{name}", prefix()));
            match Self::create_at(&path, guests) {
                Ok(commons) => return Ok(commons),
                Err(error) => {
                    let message = format!("{}: {}", shown::path(&path), shown::reason(&error));
                    first.get_or_insert(io::Error::new(error.kind(), message));
                }
            }
        }
        Err(first.unwrap_or_else(|| io::Error::other("no temporary folder can be reached by others: give --socket")))
    }

    fn create_at(path: &Path, guests: &Guests) -> io::Result<Self> {
        // What a program left there that was killed. One that runs has the name of the readers for itself.
        if is_own_folder(path) {
            clear(path);
        }
        create(path)?;
        let commons = Self(path.to_owned());
        open_folder(path, guests.only_group())?;
        Ok(commons)
    }

    /// Where the PC/SC socket stands.
    pub(super) fn socket(&self) -> PathBuf {
        self.0.join(SOCKET)
    }
}

impl Drop for Commons {
    fn drop(&mut self) {
        clear(&self.0);
    }
}

/// Removes the folder of a socket that a program left behind which was killed, if it is one of these.
pub(super) fn sweep(socket: &Path) {
    let folder = socket.parent().filter(|folder| {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(&prefix()) && is_own_folder(folder)
    });
    folder.into_iter().for_each(clear);
}

/// The nearest folder on the way to a path that guests cannot go through.
pub(super) fn closed(path: &Path, guests: &Guests) -> Option<PathBuf> {
    path.ancestors().find(|folder| !lets_through(folder, guests.only_group())).map(Path::to_owned)
}

fn prefix() -> String {
    format!("virtuale-{}{OPEN}", own_user())
}

fn clear(path: &Path) {
    let socket = path.join(SOCKET);
    for file in [control::beside(&socket), socket] {
        // It is there only if something went wrong.
        let _ = fs::remove_file(file);
    }
    let _ = fs::remove_dir(path);
}
