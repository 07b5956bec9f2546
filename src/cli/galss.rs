//! GALSS for the command of `exec`: what the slots are called, and the library that the command finds.

use std::{
    env,
    ffi::OsString,
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
    str::FromStr,
};

use super::{
    Failure,
    options::{SLOT_NUMBERS, number},
};
use crate::{
    host::{Builder, Host},
    reader::galss::ResourceName,
    shown, writing,
};

/// The names by which programs look for the library [DOPS-CRYPTOLIB GALSS]: that of sessions, and that which tells of
/// resources. Both are one object.
const LIBRARIES: [&str; 2] = ["libgalcllux.so", "libgalinlux.so"];

/// The folder of the library in that of a run.
const FOLDER: &str = "lib";

/// The variable that says where libraries are looked for first.
const LIBRARY_PATH: &str = "LD_LIBRARY_PATH";

/// Options of GALSS.
#[derive(Debug, clap::Args)]
pub(super) struct Galss {
    /// Also let the command share the readers through GALSS, as old billing software does: its library is there for
    /// the command alone, through LD_LIBRARY_PATH
    #[arg(long)]
    galss: bool,
    /// What slots are called in GALSS, such as CPS=1,Vitale=0: a slot that is not named is not there [default: CPS or
    /// Vitale after the card that is in, else Vitale and CPS in turn]
    #[arg(long, value_name = "NAME=SLOT,...", requires = "galss", value_parser = Names::from_str)]
    galss_names: Option<Names>,
}

/// Names of slots.
#[derive(Clone, Debug, PartialEq)]
struct Names(Vec<(ResourceName, usize)>);

impl FromStr for Names {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let slot = number::<usize>(SLOT_NUMBERS);
        let pair = |pair: &str| {
            let (name, after) = pair.split_once('=').ok_or_else(|| format!("{pair:?} is no name and slot: CPS=1"))?;
            let name = ResourceName::new(name).map_err(|error| error.to_string())?;
            // The library of numbers takes a plus sign and zeros in front.
            let written = |slot: &usize| slot.to_string() == after;
            let slot = slot(after).map_err(|error| format!("{after:?} is no slot: {error}"))?;
            let slot = Some(slot).filter(written).ok_or_else(|| format!("{after:?} is no slot: write {slot}"))?;
            Ok((name, slot))
        };
        text.split(',').map(pair).collect::<Result<_, String>>().map(Self)
    }
}

impl Galss {
    /// The host, which serves GALSS if that is asked for.
    ///
    /// # Errors
    ///
    /// That this program was built without the library.
    pub(super) fn ask_of(&self, host: Builder) -> Result<Builder, Failure> {
        if !self.galss {
            return Ok(host);
        }
        virtuale_galss::LIBRARY.map_err(|why| {
            let message = format!("this program was built without its GALSS library: {why}");
            Failure::environment(message, "build it for a target, and with a linker, that can make shared libraries")
        })?;
        let names = self.galss_names.iter().flat_map(|names| &names.0);
        Ok(names.fold(host.galss(), |host, (name, slot)| host.galss_name(name.clone(), *slot)))
    }

    /// Puts the library into the folder of the run, and tells the command where it is.
    ///
    /// # Errors
    ///
    /// That it cannot be written.
    pub(super) fn attach(&self, host: &Host, command: &mut Command) -> Result<(), Failure> {
        let Some(library) = virtuale_galss::LIBRARY.ok().filter(|_| self.galss) else { return Ok(()) };
        let folder = host.folder().join(FOLDER);
        if !is_found(&folder) {
            let message = format!("no program finds the library of GALSS in {}", shown::path(&folder));
            let hint = "let XDG_RUNTIME_DIR or TMPDIR be a folder without `:`, `;` and `$` in its path";
            return Err(Failure::environment(message, hint));
        }
        let [first, second] = LIBRARIES.map(|name| folder.join(name));
        let written = fs::create_dir(&folder).and_then(|()| writing::replace(&first, |out| out.write_all(library)));
        // The same file: a program that loads both has one library.
        let written = written.and_then(|()| symlink(LIBRARIES[0], &second));
        written.map_err(|error| Failure::file("write", &first, &error))?;
        command.env(LIBRARY_PATH, in_front(folder, env::var_os(LIBRARY_PATH)));
        Ok(())
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
    use super::{Names, in_front, is_found};

    #[test]
    fn names_are_read() {
        let read = |text: &str| {
            text.parse::<Names>()
                .map(|Names(names)| names.into_iter().map(|(name, slot)| format!("{name} {slot}")).collect::<Vec<_>>())
        };
        assert_eq!(read("CPS=1,Vitale=0"), Ok(vec!["CPS 1".into(), "Vitale 0".into()]));
        assert_eq!(read("X=254"), Ok(vec!["X 254".into()]));
        for (wrong, why) in [
            ("", "\"\" is no name and slot"),
            ("CPS", "\"CPS\" is no name and slot"),
            ("CPS=1,", "\"\" is no name and slot"),
            ("=1", "\"\" cannot be the name of a resource"),
            ("PROFESSIONAL=1", "1 to 8 letters"),
            ("CPS=x", "\"x\" is no slot: it must be a whole number from 0 to 254"),
            ("CPS=255", "\"255\" is no slot"),
            ("CPS=+1", "\"+1\" is no slot: write 1"),
            ("CPS=00", "\"00\" is no slot: write 0"),
            ("A=B=1", "\"B=1\" is no slot"),
        ] {
            let said = read(wrong).expect_err(wrong);
            assert!(said.contains(why), "{wrong:?}: {said}");
        }
    }

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
