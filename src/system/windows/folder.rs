//! The private folders of running readers: one is in use while somebody has a file in it open for himself alone. The
//! file goes when it is closed, also when its program is killed.
//!
//! Whose a folder is, is not looked at: nobody but its user, the system and its administrators enters `LOCALAPPDATA`.

use std::{
    env,
    fs::{self, File},
    io,
    os::windows::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    thread,
    time::Instant,
};

use super::{GOES_WHEN_CLOSED, RIGHT_TO_DELETE, RIGHT_TO_WRITE, is_held_by_another};
use crate::system::{BREATH, PATIENCE, too_long_locked};

/// A folder that others see to be in use, for as long as this is there.
pub(crate) type Lock = File;

/// What is open for as long as a folder is in use.
const LOCK: &str = "lock";

/// What a base folder is called in the place of a user.
const BASE: &str = r"Virtuale\run";

/// Where the base folder may lie, the best place first.
pub(crate) fn bases() -> Vec<PathBuf> {
    let local = env::var_os("LOCALAPPDATA").map(PathBuf::from);
    let home = env::home_dir().map(|home| home.join(r"AppData\Local"));
    let mut bases: Vec<_> = [local, home].into_iter().flatten().filter(|place| place.is_absolute()).collect();
    bases.dedup();
    bases.into_iter().map(|place| place.join(BASE)).collect()
}

/// What a person is told where no base folder will do.
pub(crate) const NO_PLACE: &str =
    "neither LOCALAPPDATA nor the user's own folder can be written to, or their paths are too long";

/// What a base folder must be, as a person is told.
pub(crate) const PRIVATE: &str = "a folder, and no link";

/// Whether one may make something in the place in which a base folder lies. Only making it says so here.
pub(crate) fn is_usable(_place: &Path) -> bool {
    true
}

/// Whether programs may be run, and libraries loaded, from the file system of a folder: here from each.
#[cfg(feature = "cli")]
pub(crate) fn holds_programs(_folder: &Path) -> bool {
    true
}

/// Makes a folder.
///
/// # Errors
///
/// What the system says.
pub(crate) fn create(path: &Path) -> io::Result<()> {
    fs::create_dir(path)
}

/// Makes a base folder, and that of the program in which it lies.
///
/// # Errors
///
/// What the system says.
pub(crate) fn create_base(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::create_dir(path)
}

/// Whether it is a folder, and not a link.
///
/// # Errors
///
/// What the system says.
pub(crate) fn is_private(path: &Path) -> io::Result<bool> {
    Ok(fs::symlink_metadata(path)?.is_dir())
}

/// Whether a folder is this user's: of one that is not, the system says so by itself.
///
/// # Errors
///
/// None; on other systems, what the system says.
pub(crate) fn is_own(_: &Path) -> io::Result<bool> {
    Ok(true)
}

fn open_lock(folder: &Path) -> io::Result<Lock> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true).share_mode(0);
    options.access_mode(RIGHT_TO_WRITE | RIGHT_TO_DELETE).custom_flags(GOES_WHEN_CLOSED).open(folder.join(LOCK))
}

/// Locks a folder. One that was removed meanwhile is [`io::ErrorKind::NotFound`].
///
/// # Errors
///
/// [`io::ErrorKind::TimedOut`] if another program keeps it locked, else what the system says.
pub(crate) fn lock(path: &Path) -> io::Result<Option<Lock>> {
    let until = Instant::now() + PATIENCE;
    loop {
        match open_lock(path) {
            Err(error) if is_held_by_another(&error) && Instant::now() < until => thread::sleep(BREATH),
            Err(error) if is_held_by_another(&error) => return Err(too_long_locked()),
            // It is on its way out: its last handle is being closed.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied && Instant::now() < until => {
                thread::sleep(BREATH);
            }
            locked => return locked.map(Some),
        }
    }
}

/// Whether somebody has locked a folder.
pub(crate) fn is_held(folder: &Path) -> bool {
    File::open(folder.join(LOCK)).is_err_and(|error| is_held_by_another(&error))
}

/// Removes a folder that a program which was killed left behind, after something else that it left is cleared.
pub(crate) fn sweep(path: &Path, clear: impl FnOnce(&Path)) {
    if let Ok(lock) = open_lock(path) {
        clear(path);
        remove(path, Some(lock));
    }
}

/// Removes a folder with all it holds, and lets go of it.
pub(crate) fn remove(path: &Path, lock: Option<Lock>) {
    for entry in fs::read_dir(path).into_iter().flatten().flatten().filter(|entry| entry.file_name() != LOCK) {
        let path = entry.path();
        let _ = if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            fs::remove_dir_all(path)
        } else {
            fs::remove_file(path)
        };
    }
    // It goes as it is closed; a folder that holds an open file cannot go.
    drop(lock);
    let _ = fs::remove_dir(path);
}
