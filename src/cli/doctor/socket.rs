//! The socket that the variable names: is anybody there, and may we in?

use std::{
    fs, io,
    os::unix::fs::{FileTypeExt, MetadataExt},
    path::Path,
    time::Duration,
};

use crate::{
    host::LONGEST_SOCKET,
    shown::reason,
    system::socket::connect,
    terminal::transport::pcsclite::{ListedReader, Service},
};

/// How long somebody may take to let us in.
const PATIENCE: Duration = Duration::from_secs(5);

/// What stands at the variable's path.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Socket {
    /// A service that lets us in, and its readers, each with what there is to say of its card.
    Alive(Vec<String>),
    /// Somebody who lets us in, but who does not speak as a PC/SC service does.
    Foreign(String),
    /// The service of another user, who is this: it hangs up on us.
    Refused(u32),
    /// A socket that nobody listens at any more.
    Dead,
    /// Nothing.
    Missing,
    /// Something that is no socket.
    Other,
    /// A socket, or a folder above it, that is not ours to open. It belongs to this user.
    Forbidden(Option<u32>),
    /// A path that no socket can have.
    TooLong(usize),
    /// Something else went wrong.
    Strange(String),
}

/// Looks, and connects for a moment.
pub(super) fn look(path: &Path) -> Socket {
    let length = path.as_os_str().len();
    if length > LONGEST_SOCKET {
        return Socket::TooLong(length);
    }
    match fs::metadata(path) {
        Ok(found) if !found.file_type().is_socket() => return Socket::Other,
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Socket::Missing,
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return Socket::Forbidden(owner(path)),
        Err(error) => return Socket::Strange(reason(&error)),
    }
    match connect(path, PATIENCE) {
        Ok(_) => readers(path),
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => Socket::Dead,
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Socket::Forbidden(owner(path)),
        Err(error) => Socket::Strange(reason(&error)),
    }
}

/// Asks a service for its readers, as any program would.
fn readers(path: &Path) -> Socket {
    match Service::establish(path).and_then(|mut service| service.slots()) {
        Ok(slots) => Socket::Alive(slots.into_iter().map(named).collect()),
        Err(error) => {
            let owner = fs::metadata(path).ok().map(|found| found.uid());
            unanswered(owner, rustix::process::geteuid().as_raw(), error.to_string())
        }
    }
}

/// A reader by its name, and what programs will find of a card that answers nothing.
fn named(reader: ListedReader) -> String {
    let ListedReader { name, present, atr, .. } = reader;
    if present && atr.is_empty() {
        format!("{name} (its card gives no answer to reset: it is mute there)")
    } else {
        name
    }
}

/// Why somebody lets us in, whose socket this is, and then says nothing of use.
fn unanswered(owner: Option<u32>, user: u32, error: String) -> Socket {
    match owner.filter(|&owner| owner != user) {
        Some(owner) => Socket::Refused(owner),
        None => Socket::Foreign(error),
    }
}

/// Who owns the nearest thing on the way to the path that we can see.
fn owner(path: &Path) -> Option<u32> {
    path.ancestors().find_map(|path| fs::symlink_metadata(path).ok()).map(|found| found.uid())
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::net::UnixListener, path::Path, thread, time::Duration};

    use super::{Socket, look, unanswered};
    use crate::reader::{Readers, SlotSpec, pcsclite};

    #[test]
    fn a_service_of_another_user_is_not_taken_for_nonsense() {
        let nonsense = || "nonsense".to_owned();
        assert_eq!(unanswered(Some(1000), 0, nonsense()), Socket::Refused(1000));
        assert_eq!(unanswered(Some(1000), 1000, nonsense()), Socket::Foreign(nonsense()));
        assert_eq!(unanswered(None, 0, nonsense()), Socket::Foreign(nonsense()));
    }

    #[test]
    fn what_stands_there_is_told_apart() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let path = place.path().join("pcsc");
        assert_eq!(look(&path), Socket::Missing);
        let readers = Readers::new(SlotSpec::of_reader("Test", 1).expect("a name")).expect("one slot");
        let server = pcsclite::Server::start(readers, &path, pcsclite::ServerOptions::default()).expect("a service");
        assert_eq!(look(&path), Socket::Alive(vec!["Test 00 00".into()]));
        drop(server);
        let listener = UnixListener::bind(&path).expect("a socket");
        let silent = thread::spawn(move || listener.incoming().take(2).for_each(drop));
        assert!(matches!(look(&path), Socket::Foreign(_)));
        silent.join().expect("it hung up twice");
        // A process that another test starts has a copy of the listener until it becomes another program.
        let dead = || {
            look(&path) == Socket::Dead || {
                thread::sleep(Duration::from_millis(10));
                false
            }
        };
        assert!((0..500).any(|_| dead()), "nobody listens any more");
        fs::remove_file(&path).expect("the socket");
        fs::write(&path, "").expect("a file");
        assert_eq!(look(&path), Socket::Other);
        assert_eq!(look(Path::new(&"/x".repeat(60))), Socket::TooLong(120));
    }
}
