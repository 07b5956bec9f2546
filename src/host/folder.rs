//! The private folder of a running reader: where it lies, who may look into it, and that nothing is left of it.
//!
//! Folders lie side by side in one base folder per user, so that all running readers are found. A folder is called as
//! its readers are, and is locked while they run: one that can be locked was left behind by a program that was killed,
//! and goes.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU64, Ordering},
};

use super::{commons, running::HostName};
use crate::{
    shown::{self, reason},
    system::{
        folder::{self, Lock, bases, is_held, is_private, is_usable, lock},
        socket,
    },
};

/// The longest path of a socket: on Unix `sun_path` has 108 bytes on Linux with the zero at its end, 104 elsewhere; on
/// Windows the path is that of a file.
pub const LONGEST_SOCKET: usize = socket::LONGEST_PATH;

/// The name of the PC/SC socket in a folder; a link where the user chose another place for the socket.
pub(super) const SOCKET: &str = "pcsc";

/// The name of the socket of GALSS in a folder.
const GALSS: &str = "galss";

/// The longest name below a base folder unless one was chosen: the number of a process, one of several of it, and the
/// control socket.
const LONGEST_NAME: &str = "/4194304-99999999/pcsc.ctl";

/// What stands below a base folder besides the name that was chosen for readers.
const AROUND_NAME: &str = "//pcsc.ctl";

/// How often a folder is tried that somebody else is removing at the same moment.
const TRIES: u32 = 1000;

/// How many names this process has taken. None comes back: who still knows the socket of a host that is gone must not
/// find the cards of another one there.
static NAMES: AtomicU64 = AtomicU64::new(0);

/// A private folder. Goes with all it holds when dropped.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    /// Held for as long as the folder exists.
    lock: Option<Lock>,
}

impl Folder {
    /// Makes a folder that only its owner may look into, of this name or of one that never comes back.
    ///
    /// # Errors
    ///
    /// What the system says, with the path in words; that somebody else owns the place;
    /// [`io::ErrorKind::AlreadyExists`] if readers of that name run.
    pub(crate) fn create(name: Option<&HostName>) -> io::Result<Self> {
        let longest = name.map_or(0, |name| AROUND_NAME.len() + name.as_str().len()).max(LONGEST_NAME.len());
        Self::create_below(bases(), longest, name)
    }

    /// Makes a folder in the first place that will do, where the longest path in it goes on for so many bytes.
    fn create_below(bases: Vec<PathBuf>, longest: usize, name: Option<&HostName>) -> io::Result<Self> {
        let mut first = None;
        for base in usable(bases, longest) {
            let was_there = fs::symlink_metadata(&base).is_ok();
            match Self::create_in(&base, name) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                    if !was_there {
                        // Fails if others found it useful, as it should.
                        let _ = fs::remove_dir(&base);
                    }
                    first.get_or_insert(error);
                }
                made => return made,
            }
        }
        Err(first.unwrap_or_else(|| io::Error::other(folder::NO_PLACE)))
    }

    fn create_in(base: &Path, chosen: Option<&HostName>) -> io::Result<Self> {
        for _ in 0..TRIES {
            make_private(base)?;
            sweep(base);
            let path = match chosen {
                Some(name) => base.join(name.as_str()),
                None => base.join(next_name()),
            };
            match folder::create(&path).and_then(|()| lock(&path)) {
                Ok(Some(lock)) => return Ok(Self { path, lock: Some(lock) }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && chosen.is_some() && is_held(&path) => {
                    return Err(error);
                }
                // Another program swept it before it was locked, or removed the base folder, or has the name.
                Ok(None) => {}
                Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::AlreadyExists) => {}
                Err(error) => return Err(within(&path, &error)),
            }
        }
        Err(io::Error::other(format!("{} is being removed all the time", shown::path(base))))
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// What it is called, and so are the readers.
    pub(crate) fn name(&self) -> String {
        name_of(&self.path)
    }

    /// Where the PC/SC socket stands in it.
    pub(crate) fn socket(&self) -> PathBuf {
        self.path.join(SOCKET)
    }

    /// Where the socket of GALSS stands in it.
    pub(super) fn galss_socket(&self) -> PathBuf {
        self.path.join(GALSS)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        folder::remove(&self.path, self.lock.take());
        // Fails while others run, as it should.
        let _ = self.path.parent().map(fs::remove_dir);
    }
}

/// The base folder in which a folder could be made just now.
///
/// # Errors
///
/// Why not, of the best place.
pub fn place() -> io::Result<PathBuf> {
    let folder = Folder::create(None)?;
    Ok(folder.path.parent().unwrap_or(&folder.path).to_owned())
}

/// The name and the PC/SC socket of each folder of this user whose readers run now.
pub(super) fn in_use() -> Vec<(String, PathBuf)> {
    let private = bases().into_iter().filter(|base| is_private(base).unwrap_or(false));
    private.flat_map(|base| in_use_below(&base)).collect()
}

fn in_use_below(base: &Path) -> Vec<(String, PathBuf)> {
    let held = folders(base).filter(|folder| is_held(folder));
    let mut found: Vec<_> =
        held.filter_map(|folder| Some((name_of(&folder), socket::led_to(&folder.join(SOCKET))?))).collect();
    found.sort();
    found
}

fn name_of(folder: &Path) -> String {
    folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The number of this process, and from its second folder on that of the folder.
fn next_name() -> String {
    match NAMES.fetch_add(1, Ordering::Relaxed) {
        0 => process::id().to_string(),
        number => format!("{}-{number}", process::id()),
    }
}

/// The places in whose parents one may write, and whose sockets' paths are short enough, where they go on for so many
/// bytes.
fn usable(bases: Vec<PathBuf>, longest: usize) -> impl Iterator<Item = PathBuf> {
    // What a shell reads is one line.
    let is_seen = |base: &Path| !base.to_string_lossy().contains(shown::is_hidden);
    let fits = move |base: &Path| is_seen(base) && base.as_os_str().len() + longest <= LONGEST_SOCKET;
    bases.into_iter().filter(move |base| fits(base) && base.parent().is_some_and(is_usable))
}

/// Makes a folder for its owner only, unless it is there and is so.
fn make_private(path: &Path) -> io::Result<()> {
    match folder::create_base(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        made => return made.map_err(|error| within(path, &error)),
    }
    match is_private(path) {
        Ok(false) => Err(not_private(path)),
        // Gone again: whoever left it last removed it.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other.map(|_| ()),
    }
}

fn folders(base: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(base).into_iter().flatten().flatten();
    entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())).map(|entry| entry.path())
}

/// Removes what programs that were killed left behind.
fn sweep(base: &Path) {
    let clear = |path: &Path| socket::led_to(&path.join(SOCKET)).iter().for_each(|socket| commons::sweep(socket));
    folders(base).for_each(|path| folder::sweep(&path, clear));
}

fn not_private(path: &Path) -> io::Error {
    let message = format!("{} must be {}", shown::path(path), folder::PRIVATE);
    io::Error::new(io::ErrorKind::PermissionDenied, message)
}

fn within(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {}", shown::path(path), reason(error)))
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::{
        fs,
        os::unix::fs::{MetadataExt, PermissionsExt},
        path::{Path, PathBuf},
    };

    use super::{Folder, HostName, LONGEST_NAME, in_use_below};

    #[test]
    fn a_folder_is_private_and_goes_with_its_base() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let base = place.path().join("virtuale");
        let folder = Folder::create_in(&base, None).expect("a folder");
        fs::write(folder.socket(), "").expect("a file in it");
        assert_eq!(fs::metadata(&folder.path).expect("it").mode() & 0o777, 0o700);
        assert_eq!(in_use_below(&base), [(folder.name(), fs::canonicalize(folder.socket()).expect("its socket"))]);
        drop(folder);
        assert!(!base.exists());
    }

    #[test]
    fn several_live_side_by_side_and_what_was_left_behind_goes() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let base = place.path().join("virtuale");
        let first = Folder::create_in(&base, None).expect("a folder");
        let left = base.join("12345");
        fs::create_dir(&left).expect("a folder of a killed program");
        fs::write(left.join("pcsc"), "").expect("its socket");
        assert!(in_use_below(&base).is_empty(), "only {left:?} has a socket, and nobody holds it");
        let second = Folder::create_in(&base, None).expect("another folder");
        assert_ne!(first.path, second.path);
        assert!(!left.exists());
        drop(first);
        assert!(second.path.exists());
    }

    #[test]
    fn a_name_that_nobody_chose_never_comes_back() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let base = place.path().join("virtuale");
        let gone = Folder::create_in(&base, None).expect("a folder").path().to_owned();
        assert_ne!(Folder::create_in(&base, None).expect("another folder").path(), gone);
    }

    #[test]
    fn a_name_that_was_chosen_is_free_when_its_readers_are_gone_or_were_killed() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let base = place.path().join("virtuale");
        let name = HostName::new("caisse").expect("a name");
        fs::create_dir(&base).and_then(|()| fs::create_dir(base.join("caisse"))).expect("what a killed program left");
        fs::set_permissions(&base, fs::Permissions::from_mode(0o700)).expect("its mode");
        let first = Folder::create_in(&base, Some(&name)).expect("a folder");
        assert_eq!(first.path(), base.join("caisse"));
        let taken = Folder::create_in(&base, Some(&name)).expect_err("it is taken");
        assert_eq!(taken.kind(), std::io::ErrorKind::AlreadyExists);
        drop(first);
        assert_eq!(Folder::create_in(&base, Some(&name)).expect("it is free again").name(), "caisse");
    }

    #[test]
    fn a_place_that_others_may_enter_is_refused() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let base = place.path().join("virtuale");
        fs::create_dir(&base).expect("a folder");
        fs::set_permissions(&base, fs::Permissions::from_mode(0o755)).expect("its mode");
        let error = Folder::create_in(&base, None).expect_err("it is not private");
        assert!(error.to_string().contains("yours alone"), "{error}");
    }

    /// The base folder of a folder that was made in one of these.
    fn base_of(bases: &[&Path]) -> std::io::Result<PathBuf> {
        let bases = bases.iter().map(|&base| base.to_owned()).collect();
        Folder::create_below(bases, LONGEST_NAME.len(), None)
            .map(|folder| folder.path().parent().expect("its base").to_owned())
    }

    #[test]
    fn a_place_that_somebody_else_took_is_passed_over() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let (taken, free) = (place.path().join("taken"), place.path().join("free"));
        fs::create_dir(&taken).expect("a folder");
        fs::set_permissions(&taken, fs::Permissions::from_mode(0o755)).expect("its mode");
        assert_eq!(base_of(&[&taken, &free]).ok(), Some(free));
        let error = base_of(&[&taken]).expect_err("there is no other");
        assert!(error.to_string().contains("yours alone"), "{error}");
        assert!(taken.exists(), "it is somebody else's");
    }

    #[test]
    fn a_place_whose_sockets_would_have_too_long_paths_is_passed_over() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let long = place.path().join("x".repeat(90));
        fs::create_dir(&long).expect("a folder");
        let short = place.path().join("virtuale");
        assert_eq!(base_of(&[&long.join("virtuale"), &short]).ok(), Some(short));
    }

    #[test]
    fn a_place_in_what_is_no_folder_is_passed_over() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let file = place.path().join("file");
        fs::write(&file, "").expect("a file");
        let good = place.path().join("virtuale");
        assert_eq!(base_of(&[&file.join("virtuale"), &place.path().join("missing/virtuale"), &good]).ok(), Some(good));
    }

    #[test]
    fn a_place_in_which_nothing_can_be_made_is_passed_over() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let good = place.path().join("virtuale");
        let bare = Path::new("/proc/virtuale");
        assert_eq!(base_of(&[bare, &good]).ok(), Some(good));
        assert!(base_of(&[bare]).expect_err("there is no other").to_string().starts_with("/proc/virtuale: "));
    }
}
