//! Libraries for the command of `exec`: they lie in the folder of the run, and the command finds them first. One
//! of them takes the place of pcsc-lite's.

use std::{
    env,
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use super::{Failure, language::Language, messages::Pads, output};
use crate::{
    host::Host,
    shown,
    system::{file::second_name, folder::holds_programs},
    writing,
};

/// The names by which programs look for pcsc-lite's library: when they run, and when they are linked or look for it
/// themselves.
const LIBRARIES: [&str; 2] = ["libpcsclite.so.1", "libpcsclite.so"];

/// The folder of libraries in that of a run. The library of PC/SC looks for the socket of the run from there.
const FOLDER: &str = "lib";

/// The variable that says where libraries are looked for first.
const LIBRARY_PATH: &str = "LD_LIBRARY_PATH";

/// The option for a library in place of pcsc-lite's.
#[derive(Debug, clap::Args)]
pub(super) struct Library {
    /// Give the command a PC/SC library of ours in place of libpcsclite, through LD_LIBRARY_PATH: it finds the readers
    /// by the place where it lies, also where the variable of the socket is taken away
    #[arg(long)]
    library: bool,
}

impl Library {
    /// Puts the library into the folder of the run, and tells the command where it is.
    ///
    /// # Errors
    ///
    /// That it cannot be written, or that this program was built without it.
    pub(super) fn attach(&self, host: &Host, command: &mut Command) -> Result<(), Failure> {
        if self.is_asked_for() {
            if host.has_guests() {
                output::say(Pads::NoLibraryForGuests.text(Language::of_locale()));
            }
            let library = Title::PcSc.is_built_in(virtuale_winscard::LIBRARY)?;
            Libraries::of(host, Title::PcSc)?.put(LIBRARIES, library)?.show(command);
        }
        Ok(())
    }

    /// Whether it is to be put into the folder of the run. On Windows every command has it beside it anyway.
    fn is_asked_for(&self) -> bool {
        self.library && !cfg!(windows)
    }

    /// Whether this program has the library, if it is asked for.
    ///
    /// # Errors
    ///
    /// That it was built without it.
    pub(super) fn check(&self) -> Result<(), Failure> {
        if self.is_asked_for() { Title::PcSc.is_built_in(virtuale_winscard::LIBRARY).map(drop) } else { Ok(()) }
    }
}

/// Which library it is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Title {
    Galss,
    PcSc,
}

impl Title {
    fn name(self) -> &'static str {
        match self {
            Self::Galss => "GALSS",
            Self::PcSc => "PC/SC",
        }
    }

    /// The library, if this program has it.
    ///
    /// # Errors
    ///
    /// That it was built without it.
    pub(super) fn is_built_in(self, library: Result<&'static [u8], &str>) -> Result<&'static [u8], Failure> {
        library.map_err(|why| {
            let message = format!("this program was built without its {} library: {why}", self.name());
            Failure::environment(message, "build it for a target, and with a linker, that can make shared libraries")
        })
    }
}

/// The folder of libraries of a run.
#[derive(Debug)]
pub(super) struct Libraries(PathBuf);

impl Libraries {
    /// That of a host.
    ///
    /// # Errors
    ///
    /// That no program would find anything there.
    pub(super) fn of(host: &Host, title: Title) -> Result<Self, Failure> {
        let folder = host.folder().join(FOLDER);
        if !is_found(&folder) {
            let message = format!("no program finds the library of {} in {}", title.name(), shown::path(&folder));
            let hint = "let XDG_RUNTIME_DIR or TMPDIR be a folder without `:`, `;` and `$` in its path";
            return Err(Failure::environment(message, hint));
        }
        if !holds_programs(host.folder()) {
            let (title, folder) = (title.name(), shown::path(host.folder()));
            let message =
                format!("no program may load the library of {title} from {folder}, a file system mounted noexec");
            return Err(Failure::environment(
                message,
                "let XDG_RUNTIME_DIR or TMPDIR be a folder of another file system",
            ));
        }
        Ok(Self(folder))
    }

    /// Puts a library there under two names: the same file, so that a program that loads both has one library.
    ///
    /// # Errors
    ///
    /// That it cannot be written.
    pub(super) fn put(self, names: [&str; 2], library: &[u8]) -> Result<Self, Failure> {
        let [first, second] = names.map(|name| self.0.join(name));
        let made = match fs::create_dir(&self.0) {
            // Another library made it.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            made => made,
        };
        let written = made.and_then(|()| writing::replace(&first, |out| out.write_all(library)));
        let written = written.and_then(|()| second_name(&first, &second));
        written.map_err(|error| Failure::file("write", &first, &error))?;
        Ok(self)
    }

    /// Tells a command where they are.
    pub(super) fn show(self, command: &mut Command) {
        command.env(LIBRARY_PATH, in_front(self.0, env::var_os(LIBRARY_PATH)));
    }
}

/// Whether a folder in the path of libraries is looked into: there `:` and `;` part folders, and `$` stands for others.
fn is_found(folder: &Path) -> bool {
    !folder.as_os_str().as_encoded_bytes().iter().any(|byte| b":;$".contains(byte))
}

/// A folder in front of those that are there. An empty place among them would be the folder that the command is in.
fn in_front(folder: PathBuf, others: Option<OsString>) -> OsString {
    let mut folders = folder.into_os_string();
    if let Some(others) = others.filter(|others| !others.is_empty()) {
        folders.push(":");
        folders.push(others);
    }
    folders
}

#[cfg(test)]
mod tests {
    use super::{in_front, is_found};

    #[test]
    fn a_folder_that_the_path_of_libraries_takes_apart_is_not_looked_into() {
        assert!(is_found("/run/user/1000/virtuale/42/lib".as_ref()));
        for folder in ["/tmp/a:b/lib", "/tmp/a;b/lib", "/tmp/$ORIGIN/lib"] {
            assert!(!is_found(folder.as_ref()), "{folder}");
        }
    }

    #[test]
    fn what_was_in_the_path_of_libraries_stays_behind() {
        assert_eq!(in_front("/a".into(), None), "/a");
        assert_eq!(in_front("/a".into(), Some("".into())), "/a");
        assert_eq!(in_front("/a".into(), Some("/b:/c".into())), "/a:/b:/c");
    }
}
