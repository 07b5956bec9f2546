//! Writing files, whole or not at all. Nothing else of the program writes to a file of a folder, which `tests/house`
//! holds.
//!
//! A file is written beside the one whose place it takes, and takes that place when it is whole: a program that is
//! killed, or a disk that is full, leaves the earlier one as it was. What is no file of a folder, such as a pipe or
//! `/dev/stdout`, holds nothing and is written to as it is. A [`Lines`] grows by whole lines instead.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

#[cfg(feature = "cli")]
use std::process::Stdio;

use tempfile::{Builder, NamedTempFile};

#[cfg(feature = "cli")]
use crate::system::file::rename_folder;
use crate::system::{
    For,
    file::{IS_REPLACED_OPEN, check_writable, is_device, is_open_already, liken, open_special, prepare, private},
};

/// A file without a place of its own, for what another program prints: it is gone with this.
#[cfg(feature = "cli")]
pub(crate) struct Scratch(NamedTempFile);

#[cfg(feature = "cli")]
impl Scratch {
    /// An empty one.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(crate) fn new() -> io::Result<Self> {
        NamedTempFile::new().map(Self)
    }

    /// It as the standard output or error of a program.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(crate) fn output(&self) -> io::Result<Stdio> {
        self.0.reopen().map(Stdio::from)
    }

    /// What is in it now.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(crate) fn content(&self) -> io::Result<Vec<u8>> {
        fs::read(self.0.path())
    }
}

/// Writes a file, in place of the one that may be there, whose mode it keeps, and whose owner and group where it may.
///
/// # Errors
///
/// What `content` gives, else what the system says; then an earlier file is as it was.
#[cfg(feature = "cli")]
pub(crate) fn replace(path: &Path, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    write(path, For::All, content)
}

/// The same for a file that may have secrets in it: it is its owner's alone.
///
/// # Errors
///
/// Those of [`replace`].
pub(crate) fn replace_private(path: &Path, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    write(path, For::Owner, content)
}

/// Makes a folder with these files, whose paths are from the folder; it is its owner's alone, and is there whole or
/// not at all.
///
/// # Errors
///
/// [`io::ErrorKind::AlreadyExists`] if something is there, else what the system says.
#[cfg(feature = "cli")]
pub(crate) fn make_folder(path: &Path, files: &[(PathBuf, Vec<u8>)]) -> io::Result<()> {
    let above = path.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let draft = Builder::new().prefix(".virtuale-").tempdir_in(above)?;
    for (name, content) in files {
        let file = draft.path().join(name);
        file.parent().map_or(Ok(()), fs::create_dir_all)?;
        let mut file = private(File::options().write(true).create_new(true)).open(file)?;
        file.write_all(content)?;
        file.sync_all()?;
    }
    match rename_folder(draft.path(), path) {
        Ok(()) => {
            // What it was called is no more, so that there is nothing to clean up.
            let _ = draft.keep();
            Ok(())
        }
        Err(error) if matches!(error.kind(), io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::NotADirectory) => {
            Err(io::ErrorKind::AlreadyExists.into())
        }
        Err(error) => Err(error),
    }
}

/// Adds a file to a folder where none of its name is; it is its owner's alone.
///
/// # Errors
///
/// [`io::ErrorKind::AlreadyExists`] if one is there, else what the system says.
#[cfg(feature = "cli")]
pub(crate) fn add_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let above = path.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut draft = prepare(Builder::new().prefix(".virtuale-"), For::Owner).tempfile_in(above)?;
    draft.write_all(content)?;
    draft.persist_noclobber(path).map_err(|error| error.error)?;
    Ok(())
}

fn write(path: &Path, whom: For, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let fill = |file: &File| {
        let mut out = io::BufWriter::new(file);
        content(&mut out)?;
        out.flush()
    };
    let Some(place) = Place::of(path)? else { return fill(&open_special(path)?) };
    let draft = Draft::beside(&place, whom)?;
    fill(draft.0.as_file())?;
    // Some file systems say only now that they are full.
    draft.0.as_file().sync_all()?;
    draft.take(&place).map(drop)
}

/// A file that one program holds at a time, until it ends. Nothing stands in it.
#[derive(Debug)]
pub(crate) struct Held(#[expect(dead_code, reason = "it is locked as long as it is open")] File);

impl Held {
    /// Holds a file, which is made if it is not there; `None` if another program holds it.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(crate) fn hold(path: &Path) -> io::Result<Option<Self>> {
        let file = private(File::options().write(true).create(true).truncate(false)).open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

/// Gives a file another name in its folder, in place of what is called so; the name is on the disk when this returns,
/// where the system can say that.
///
/// # Errors
///
/// What the system says.
pub(crate) fn give_name(path: &Path, name: &Path) -> io::Result<()> {
    fs::rename(path, name)?;
    if cfg!(unix) {
        name.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())?;
    }
    Ok(())
}

/// Removes a file, if it is there.
///
/// # Errors
///
/// What the system says.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Whether something is at this path that a write would take away: a file with content, not a pipe or a device.
#[cfg(feature = "cli")]
pub(crate) fn would_take_away(path: &Path) -> bool {
    Place::of(path).is_ok_and(|place| place.is_some_and(|place| place.has_content()))
}

/// Whether what is at this path, which may be nothing, begins with these bytes or has none.
///
/// # Errors
///
/// What the system says.
pub(crate) fn begins_with(path: &Path, start: &[u8]) -> io::Result<bool> {
    if !Place::of(path)?.is_some_and(|place| place.has_content()) {
        return Ok(true);
    }
    let mut found = Vec::new();
    File::open(path)?.take(u64::try_from(start.len()).unwrap_or(u64::MAX)).read_to_end(&mut found)?;
    Ok(found == start)
}

/// Whether both paths lead to one file.
#[cfg(feature = "cli")]
pub(crate) fn is_same(one: &Path, other: &Path) -> bool {
    let (one, other) = (fs::canonicalize(one), fs::canonicalize(other));
    one.is_ok_and(|one| other.is_ok_and(|other| one == other))
}

/// A place for a file in a folder.
struct Place {
    /// Its path behind all links.
    path: PathBuf,
    /// What is known of the file that is there.
    earlier: Option<fs::Metadata>,
}

impl Place {
    /// The place that a path leads to; `None` if it is one for something else than a file of a folder.
    fn of(path: &Path) -> io::Result<Option<Self>> {
        let earlier = match fs::metadata(path) {
            Ok(found) if found.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
            Ok(found) if !found.is_file() || is_open_already(path) => return Ok(None),
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Some(Self { path: behind_links(path), earlier: None }));
            }
            Err(_) if is_device(path) => return Ok(None),
            Err(error) => return Err(error),
        };
        check_writable(path, &earlier)?;
        Ok(Some(Self { path: fs::canonicalize(path)?, earlier: Some(earlier) }))
    }

    fn has_content(&self) -> bool {
        self.earlier.as_ref().is_some_and(|earlier| earlier.len() > 0)
    }
}

/// How many links are followed to a file that is not there; the system follows as many.
const MOST_LINKS: usize = 40;

/// Where links lead to that end at no file.
fn behind_links(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(target) = fs::read_link(&path) else { break };
        path = path.parent().unwrap_or(Path::new("")).join(target);
    }
    path
}

/// A file that is being written beside its place. It goes when it is dropped before it has taken the place.
struct Draft(NamedTempFile);

impl Draft {
    fn beside(place: &Place, whom: For) -> io::Result<Self> {
        let folder = place.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let draft = prepare(Builder::new().prefix(".virtuale-"), whom).tempfile_in(folder)?;
        if let Some(earlier) = place.earlier.as_ref().filter(|_| whom == For::All) {
            liken(draft.as_file(), earlier)?;
        }
        Ok(Self(draft))
    }

    /// Takes the place.
    fn take(self, place: &Place) -> io::Result<File> {
        self.0.persist(&place.path).map_err(|error| error.error)
    }

    /// Takes the place if nothing came there meanwhile.
    fn take_if_free(self, place: &Place) -> io::Result<File> {
        self.0.persist_noclobber(&place.path).map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => is_being_written(),
            _ => error.error,
        })
    }
}

/// A private file that grows by whole lines: where the disk is full, it ends with the last line that had room. As long
/// as it is here nobody else begins one in its place.
#[derive(Debug)]
pub(crate) struct Lines {
    file: File,
    /// How many bytes of whole lines it has; `None` where it is no file of a folder.
    whole: Option<u64>,
}

/// What a private file of lines is about to be written over.
pub(crate) enum Earlier {
    /// Nothing that could be lost.
    Nothing(Lines),
    /// This, which stays until [`Lines::replace`], and is kept from others as long as it is here.
    File(File),
}

impl Lines {
    /// A file at a path where nothing is yet.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::AlreadyExists`] if something is there, else what the system says.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        let file = private(File::options().write(true).create_new(true)).open(path)?;
        keep_from_others(&file)?;
        Ok(Self { file, whole: Some(0) })
    }

    /// Begins at a path, unless an earlier file has something there.
    ///
    /// # Errors
    ///
    /// What the system says, also of an earlier file that could not be replaced.
    pub(crate) fn begin(path: &Path) -> io::Result<Earlier> {
        let Some(place) = Place::of(path)? else {
            return Ok(Earlier::Nothing(Self { file: open_special(path)?, whole: None }));
        };
        let earlier = place.earlier.as_ref().map(|_| File::options().write(true).open(&place.path)).transpose()?;
        earlier.as_ref().map_or(Ok(()), keep_from_others)?;
        // That it can be replaced is seen now, and not when the first line is lost.
        let draft = Draft::beside(&place, For::Owner)?;
        keep_from_others(draft.0.as_file())?;
        let file = match earlier {
            Some(earlier) if place.has_content() => return Ok(Earlier::File(earlier)),
            // It is kept from others until the new one, which is too, is there.
            Some(empty) => {
                let _kept = IS_REPLACED_OPEN.then_some(empty);
                draft.take(&place)?
            }
            None => draft.take_if_free(&place)?,
        };
        Ok(Earlier::Nothing(Self { file, whole: Some(0) }))
    }

    /// Takes the place of an earlier file with these lines.
    ///
    /// # Errors
    ///
    /// What the system says; then the earlier file is as it was.
    pub(crate) fn replace(path: &Path, lines: &[u8]) -> io::Result<Self> {
        let Some(place) = Place::of(path)? else {
            let mut new = Self { file: open_special(path)?, whole: None };
            new.write_all(lines)?;
            return Ok(new);
        };
        let mut draft = Draft::beside(&place, For::Owner)?;
        draft.0.write_all(lines)?;
        keep_from_others(draft.0.as_file())?;
        let whole = u64::try_from(lines.len()).ok();
        Ok(Self { file: draft.take(&place)?, whole })
    }
}

fn is_being_written() -> io::Error {
    io::Error::new(io::ErrorKind::ResourceBusy, "another recording is being written to it")
}

/// Keeps a file from others who begin one in its place, until it is closed.
fn keep_from_others(file: &File) -> io::Result<()> {
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(is_being_written()),
        // Some file systems have no locks.
        Err(TryLockError::Error(_)) | Ok(()) => Ok(()),
    }
}

impl Write for Lines {
    /// Writes whole lines: all of them, or none.
    fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        let written = self.file.write_all(lines);
        if let Some(whole) = &mut self.whole {
            match written {
                Ok(()) => *whole += u64::try_from(lines.len()).unwrap_or_default(),
                Err(error) => {
                    // Where even this fails, nothing more can be done for the line.
                    let _ = self.file.set_len(*whole).and_then(|()| self.file.seek(SeekFrom::Start(*whole)));
                    return Err(error);
                }
            }
        }
        written.map(|()| lines.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::{
        fs,
        io::{self, Write},
        os::unix::fs::PermissionsExt,
        path::Path,
    };

    use super::{Earlier, Lines};
    #[cfg(feature = "cli")]
    use super::{begins_with, is_same, replace, replace_private, would_take_away};

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("a file").permissions().mode() & 0o777
    }

    #[cfg(feature = "cli")]
    #[test]
    fn what_replaces_a_file_keeps_its_mode_and_its_links() {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "earlier").expect("a file");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("its mode");
        std::os::unix::fs::symlink("file", &link).expect("a link");
        assert!(would_take_away(&link) && is_same(&link, &file));
        replace(&link, |out| out.write_all(b"new")).expect("room");
        assert_eq!((fs::read(&file).expect("it"), mode(&file)), (b"new".to_vec(), 0o640));
        assert!(fs::symlink_metadata(&link).expect("it").is_symlink());
        // Only the superuser can give a file away, and only to him is another owner kept.
        let owner = if rustix::process::geteuid().is_root() { 12_345 } else { rustix::process::geteuid().as_raw() };
        std::os::unix::fs::chown(&file, Some(owner), None).expect("its owner");
        replace(&file, |out| out.write_all(b"newer")).expect("room");
        let kept = fs::metadata(&file).expect("it");
        assert_eq!((std::os::unix::fs::MetadataExt::uid(&kept), mode(&file)), (owner, 0o640));
        replace_private(&file, |out| out.write_all(b"secret")).expect("room");
        assert_eq!((fs::read(&link).expect("it"), mode(&file)), (b"secret".to_vec(), 0o600));
        assert_eq!(fs::read_dir(folder.path()).expect("it").count(), 2, "nothing is left beside");
    }

    #[cfg(feature = "cli")]
    #[test]
    fn a_link_that_leads_to_no_file_leads_to_a_new_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("file", &link).expect("a link");
        assert!(!would_take_away(&link));
        replace(&link, |out| out.write_all(b"new")).expect("room");
        assert!(fs::symlink_metadata(&link).expect("it").is_symlink());
        assert_eq!(fs::read(folder.path().join("file")).expect("it"), b"new");
        assert!(begins_with(&link, b"ne").expect("it") && !begins_with(&link, b"newer").expect("it"));
        assert!(begins_with(&folder.path().join("none"), b"ne").expect("it"));
    }

    #[cfg(feature = "cli")]
    #[test]
    fn a_file_stays_whole_where_what_replaces_it_fails() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("file");
        fs::write(&file, "earlier").expect("a file");
        let failing = |out: &mut dyn Write| out.write_all(b"half").and(Err(io::ErrorKind::StorageFull.into()));
        let error = replace(&file, failing).expect_err("it fails");
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        assert_eq!(fs::read(&file).expect("it"), b"earlier");
        assert_eq!(fs::read_dir(folder.path()).expect("it").count(), 1, "nothing is left beside");
    }

    #[cfg(feature = "cli")]
    #[test]
    fn what_is_no_file_is_written_to_or_refused_and_never_waited_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let a = |out: &mut dyn Write| out.write_all(b"a");
        replace(Path::new("/dev/null"), a).expect("it takes all");
        assert!(!would_take_away(Path::new("/dev/null")));
        let full = replace(Path::new("/dev/full"), a).expect_err("it takes nothing");
        assert_eq!(full.kind(), io::ErrorKind::StorageFull);
        let pipe = folder.path().join("pipe");
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).expect("a pipe");
        let unread = replace(&pipe, a).expect_err("nobody reads it").to_string();
        assert!(unread.contains("a pipe that nobody reads"), "{unread}");
        assert!(replace(folder.path(), a).is_err());
        assert!(replace(&folder.path().join("none/a"), a).is_err());
    }

    #[test]
    fn of_several_that_begin_at_once_one_does() {
        let folder = tempfile::tempdir().expect("a folder");
        for number in 0..50 {
            let path = folder.path().join(number.to_string());
            let begin = || Lines::begin(&path);
            let begun: Vec<_> = std::thread::scope(|scope| {
                let all: Vec<_> = (0..4).map(|_| scope.spawn(begin)).collect();
                all.into_iter().filter_map(|one| one.join().expect("it ends").ok()).collect()
            });
            assert_eq!(begun.len(), 1);
        }
    }

    #[cfg(all(feature = "cli", target_os = "linux"))]
    #[test]
    fn what_is_open_already_is_no_file_of_a_folder() {
        use super::Place;

        let shared = tempfile::tempdir_in("/dev/shm").expect("a folder of memory");
        let path = shared.path().join("file");
        fs::write(&path, "text").expect("a file");
        assert!(would_take_away(&path) && !begins_with(&path, b"virtuale").expect("it"), "a file like any other");
        let open = fs::File::open(&path).expect("it");
        let number = std::os::fd::AsRawFd::as_raw_fd(&open);
        for stream in [format!("/dev/fd/{number}"), format!("/proc/self/fd/{number}"), "/dev/stderr".into()] {
            assert!(Place::of(Path::new(&stream)).expect("it is open").is_none(), "{stream}");
        }
    }

    #[cfg(all(feature = "cli", target_os = "linux"))]
    #[test]
    fn what_is_open_already_is_written_on_and_not_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        let mut open = fs::File::create(&path).expect("a file");
        let number = std::os::fd::AsRawFd::as_raw_fd(&open);
        open.write_all(b"one ").expect("room");
        for (folder, text) in [("/dev/fd", "two "), ("/proc/self/fd", "three ")] {
            replace(Path::new(&format!("{folder}/{number}")), |out| out.write_all(text.as_bytes())).expect("room");
        }
        open.write_all(b"four").expect("room");
        assert_eq!(fs::read_to_string(&path).expect("it"), "one two three four");
    }

    #[test]
    fn an_earlier_file_stays_until_lines_take_its_place() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("lines");
        let Ok(Earlier::Nothing(mut lines)) = Lines::begin(&path) else { panic!("nothing was there") };
        lines.write_all(b"one\n").expect("room");
        assert_eq!(mode(&path), 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("its mode");
        let busy = Lines::begin(&path).err().expect("another one is being written");
        assert_eq!(busy.kind(), io::ErrorKind::ResourceBusy);
        drop(lines);
        let Ok(Earlier::File(_earlier)) = Lines::begin(&path) else { panic!("something is there") };
        assert!(Lines::begin(&path).is_err(), "somebody else is about to take its place");
        assert_eq!(fs::read(&path).expect("it"), b"one\n");
        let mut lines = Lines::replace(&path, b"two\n").expect("room");
        assert!(Lines::begin(&path).is_err(), "it was taken");
        lines.write_all(b"three\n").expect("room");
        assert_eq!((fs::read(&path).expect("it"), mode(&path)), (b"two\nthree\n".to_vec(), 0o600));
        assert!(Lines::create(&path).is_err());
        assert_eq!(fs::read_dir(folder.path()).expect("it").count(), 1, "nothing is left beside");
    }
}
