//! The private folders of running readers: one is locked while it is in use.

use std::{
    env,
    fs::{self, DirBuilder, File, TryLockError},
    io,
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::{self, Path, PathBuf},
    thread,
    time::Instant,
};

use crate::system::{BREATH, PATIENCE, too_long_locked};

/// A folder that others see to be in use, for as long as this is there.
pub(crate) type Lock = File;

/// Where the base folder may lie, the best place first.
pub(crate) fn bases() -> Vec<PathBuf> {
    let runtime = env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|path| path.is_absolute());
    let user = format!("virtuale-{}", rustix::process::getuid().as_raw());
    let mut bases: Vec<_> = runtime.map(|runtime| runtime.join("virtuale")).into_iter().collect();
    // One that is relative would mean another folder to a program that goes elsewhere.
    bases.extend(path::absolute(env::temp_dir()).map(|folder| folder.join(&user)));
    bases.push(Path::new("/tmp").join(&user));
    // Anybody may take the names in the temporary folder, nobody those in a home.
    bases.extend(env::home_dir().filter(|home| home.is_absolute()).map(|home| home.join(".virtuale")));
    bases.dedup();
    bases
}

/// What a person is told where no base folder will do.
pub(crate) const NO_PLACE: &str = "neither XDG_RUNTIME_DIR, the temporary folder nor the home folder can be written to, \
                                   or their paths are too long for sockets";

/// What a base folder must be, as a person is told.
pub(crate) const PRIVATE: &str = "a folder that is yours alone (mode 0700)";

/// Whether one may make something in the place in which a base folder lies.
pub(crate) fn is_usable(place: &Path) -> bool {
    place.is_dir() && rustix::fs::access(place, rustix::fs::Access::WRITE_OK).is_ok()
}

/// Whether programs may be run, and libraries loaded, from the file system of a folder (not mounted `noexec`).
#[cfg(feature = "cli")]
pub(crate) fn holds_programs(folder: &Path) -> bool {
    let flags = rustix::fs::statvfs(folder).map(|system| system.f_flag);
    !flags.is_ok_and(|flags| flags.contains(rustix::fs::StatVfsMountFlags::NOEXEC))
}

/// Makes a folder that only its owner may look into.
///
/// # Errors
///
/// What the system says.
pub(crate) fn create(path: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(path)
}

/// Makes a base folder. It is made as any other.
///
/// # Errors
///
/// What the system says.
pub(crate) fn create_base(path: &Path) -> io::Result<()> {
    create(path)
}

/// Whether it is a folder, not a link, that belongs to this user and that nobody else may enter.
///
/// # Errors
///
/// What the system says.
pub(crate) fn is_private(path: &Path) -> io::Result<bool> {
    let found = fs::symlink_metadata(path)?;
    Ok(found.is_dir() && found.uid() == rustix::process::getuid().as_raw() && found.mode() & 0o077 == 0)
}

/// Whether a folder is this user's, whoever may look into it.
///
/// # Errors
///
/// What the system says.
pub(crate) fn is_own(path: &Path) -> io::Result<bool> {
    Ok(fs::symlink_metadata(path)?.uid() == rustix::process::getuid().as_raw())
}

/// Locks a folder; `None` if it was removed meanwhile.
///
/// # Errors
///
/// [`io::ErrorKind::TimedOut`] if another program keeps it locked, else what the system says.
pub(crate) fn lock(path: &Path) -> io::Result<Option<Lock>> {
    let folder = File::open(path)?;
    let until = Instant::now() + PATIENCE;
    loop {
        match folder.try_lock() {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) if Instant::now() < until => thread::sleep(BREATH),
            Err(TryLockError::WouldBlock) => return Err(too_long_locked()),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    let same = fs::metadata(path).is_ok_and(|now| folder.metadata().is_ok_and(|held| held.ino() == now.ino()));
    Ok(same.then_some(folder))
}

/// Whether somebody has locked a folder.
pub(crate) fn is_held(folder: &Path) -> bool {
    File::open(folder).is_ok_and(|folder| matches!(folder.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

/// Removes a folder that a program which was killed left behind, after something else that it left is cleared.
pub(crate) fn sweep(path: &Path, clear: impl FnOnce(&Path)) {
    let Ok(folder) = File::open(path) else { return };
    match folder.try_lock() {
        Ok(()) => {
            clear(path);
            drop(fs::remove_dir_all(path));
        }
        Err(TryLockError::WouldBlock | TryLockError::Error(_)) => {}
    }
}

/// Removes a folder with all it holds, and lets go of it.
pub(crate) fn remove(path: &Path, lock: Option<Lock>) {
    let _ = fs::remove_dir_all(path);
    drop(lock);
}
