//! What stands around a file: who may do what with it, and whether it is one at all.

use std::{
    fs::{self, File, OpenOptions, Permissions},
    io,
    os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown},
    path::Path,
};

use rustix::fs::{Access, OFlags, access, fcntl_setfl};

use crate::system::For;

/// Whether a file can be replaced while somebody has it open.
pub(crate) const IS_REPLACED_OPEN: bool = true;

/// What others may do with a new file, before the process's umask where it is for all.
fn mode(whom: For) -> u32 {
    match whom {
        For::All => 0o666,
        For::Owner => 0o600,
    }
}

/// Makes what is opened its owner's alone, if it is new.
pub(crate) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options.mode(mode(For::Owner))
}

/// Says whose the drafts are that are made so.
pub(crate) fn prepare<'a, 'b>(
    draft: &'a mut tempfile::Builder<'b, 'b>,
    whom: For,
) -> &'a mut tempfile::Builder<'b, 'b> {
    draft.permissions(Permissions::from_mode(mode(whom)))
}

/// Gives a file the mode of an earlier one, and the owner and the group as far as the system lets us: the superuser may
/// give both, and anybody a group of his own.
///
/// # Errors
///
/// What the system says of the mode.
pub(crate) fn liken(file: &File, earlier: &fs::Metadata) -> io::Result<()> {
    if fchown(file, Some(earlier.uid()), Some(earlier.gid())).is_err() {
        // Where neither can be given, it stays ours, and is written all the same.
        let _ = fchown(file, None, Some(earlier.gid()));
    }
    file.set_permissions(Permissions::from_mode(earlier.permissions().mode() & 0o777))
}

/// Whether a file may be written. To replace one takes no right to the file itself, but who write-protects one
/// means it.
///
/// # Errors
///
/// That it may not.
pub(crate) fn check_writable(path: &Path, _known: &fs::Metadata) -> io::Result<()> {
    Ok(access(path, Access::WRITE_OK)?)
}

/// Gives a folder another name. An empty folder holds nothing that could be lost, and the system lets it be replaced.
///
/// # Errors
///
/// What the system says.
#[cfg(feature = "cli")]
pub(crate) fn rename_folder(path: &Path, to: &Path) -> io::Result<()> {
    fs::rename(path, to)
}

/// Nothing, to read from and to write to, in place of a stream that is let go.
///
/// # Errors
///
/// What the system says.
#[cfg(feature = "cli")]
pub(crate) fn nothing() -> io::Result<File> {
    File::options().read(true).write(true).open("/dev/null")
}

/// Gives a file a second name in its folder.
///
/// # Errors
///
/// What the system says.
#[cfg(feature = "cli")]
pub(crate) fn second_name(file: &Path, second: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(file.file_name().unwrap_or_default(), second)
}

/// Why a word cannot be the name of a folder, in words; here any can.
pub(crate) fn unnamable(_word: &str) -> Option<&'static str> {
    None
}

/// Whether two words are the name of one folder.
pub(crate) fn is_one_name(one: &str, other: &str) -> bool {
    one == other
}

/// A path as files of people have it: as it is.
pub(crate) fn with_slashes(path: &str) -> String {
    path.to_owned()
}

/// Whether a path is one of `/dev/stdout` and the like: behind it stands what is open already, which may be a file.
pub(crate) fn is_open_already(path: &Path) -> bool {
    let is_stream = ["/dev/stdin", "/dev/stdout", "/dev/stderr"].iter().any(|stream| path == Path::new(stream));
    let names_a_stream = |folder: &Path| {
        folder == Path::new("/dev/fd")
            || (folder.starts_with("/proc") && folder.file_name().is_some_and(|it| it == "fd"))
    };
    is_stream || path.parent().is_some_and(names_a_stream)
}

/// Whether a path is a device that the system finds in every folder: there are none.
pub(crate) fn is_device(_path: &Path) -> bool {
    false
}

/// What the program has open already under a name such as `/dev/stdout` or `/dev/fd/3`, so that what others write
/// there stands behind; opened anew, a file has a place of its own, and the two write over each other.
#[cfg(target_os = "linux")]
fn open_already(path: &Path) -> Option<File> {
    let own = rustix::process::getpid();
    let number = match path.to_str()? {
        "/dev/stdin" => 0,
        "/dev/stdout" => 1,
        "/dev/stderr" => 2,
        path => {
            let (folder, number) = path.rsplit_once('/')?;
            let process = folder.strip_prefix("/proc/").and_then(|folder| folder.strip_suffix("/fd"));
            let is_own = process.is_some_and(|process| {
                matches!(process, "self" | "thread-self") || process.parse() == Ok(own.as_raw_nonzero().get())
            });
            number.parse().ok().filter(|_| is_own || folder == "/dev/fd")?
        }
    };
    // A process may always take what is its own.
    let own = rustix::process::pidfd_open(own, rustix::process::PidfdFlags::empty()).ok()?;
    rustix::process::pidfd_getfd(own, number, rustix::process::PidfdGetfdFlags::empty()).ok().map(File::from)
}

/// The same elsewhere, for standard streams.
#[cfg(not(target_os = "linux"))]
fn open_already(path: &Path) -> Option<File> {
    use rustix::stdio::{stderr, stdout};

    let stream = match path.to_str()? {
        "/dev/stdout" | "/dev/fd/1" => stdout().try_clone_to_owned(),
        "/dev/stderr" | "/dev/fd/2" => stderr().try_clone_to_owned(),
        _ => return None,
    };
    stream.ok().map(File::from)
}

/// Opens a file of a folder to be read, and nothing else: a pipe may stay silent, a device has no end, and to open
/// one may do something.
///
/// # Errors
///
/// [`io::ErrorKind::IsADirectory`] or [`io::ErrorKind::InvalidInput`] if it is none, else what the system says.
#[cfg(feature = "cli")]
pub(crate) fn open_plain(path: &Path) -> io::Result<File> {
    super::super::check_plain(&fs::metadata(path)?)?;
    // Something else may have come to the path since then, and is not waited for.
    let flags = i32::try_from((OFlags::NONBLOCK | OFlags::NOCTTY).bits()).unwrap_or_default();
    let opened = File::options().read(true).custom_flags(flags).open(path)?;
    super::super::check_plain(&opened.metadata()?)?;
    Ok(opened)
}

/// Opens what is no file of a folder. A pipe that nobody reads is not waited for.
///
/// # Errors
///
/// What the system says.
pub(crate) fn open_special(path: &Path) -> io::Result<File> {
    if let Some(open) = open_already(path) {
        return Ok(open);
    }
    let flags = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or_default();
    // What a shell has opened with `>>` behind `/dev/stdout` has something before.
    let opened = File::options().append(true).custom_flags(flags).open(path).map_err(|error| {
        let is_unread = error.raw_os_error() == Some(rustix::io::Errno::NXIO.raw_os_error());
        if is_unread { io::Error::other("it is a pipe that nobody reads, or a socket") } else { error }
    })?;
    fcntl_setfl(&opened, OFlags::APPEND)?;
    Ok(opened)
}
