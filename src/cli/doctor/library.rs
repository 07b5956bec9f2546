//! The client library that programs reach readers with: which one is there, and what it speaks.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use virtuale_winscard::library::MARK;

use super::questions::Questions;
use crate::cli::plain;

/// The name that programs load.
const NAME: &str = "libpcsclite.so.1";

/// Where libraries lie on systems that `ldconfig` does not tell us about.
const FOLDERS: [&str; 6] = ["/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib", "/lib64", "/run/current-system/sw/lib"];

/// Commands that print the library's version, and what stands before it in their answer.
const PACKAGE_MANAGERS: [(&str, &[&str]); 5] = [
    ("dpkg-query", &["--show", "--showformat=${Version}", "libpcsclite1"]),
    ("rpm", &["--query", "--queryformat=%{VERSION}", "pcsc-lite-libs"]),
    ("pacman", &["--query", "pcsclite"]),
    ("apk", &["list", "--installed", "pcsc-lite-libs"]),
    ("pkg-config", &["--modversion", "libpcsclite"]),
];

/// A client library.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Library {
    pub(super) path: PathBuf,
    /// Its version, if a package manager knows it.
    pub(super) version: Option<Version>,
    pub(super) whose: Whose,
}

/// Whose library it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Whose {
    /// That which this program carries.
    Ours,
    /// One of ours that this program does not carry: another version, or a damaged one.
    OursOnce,
    /// pcsc-lite's, or another maker's.
    Others,
}

/// A version of pcsc-lite.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Version(pub(super) u32, pub(super) u32, pub(super) u32);

/// What a version of the library speaks with its service [PCSC-LITE winscard_svc.c].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Protocol {
    /// Before 4.4: our service does not speak it.
    Older,
    /// 4 and this minor number.
    Minor(u32),
}

/// The library that a program started here would load.
pub(super) fn find(questions: &mut Questions) -> Option<Library> {
    let ours = env::var_os("LD_LIBRARY_PATH").unwrap_or_default();
    let ours = env::split_paths(&ours).filter(|folder| !folder.as_os_str().is_empty()).map(|folder| folder.join(NAME));
    // A library that somebody put in front is not the one that the package manager knows.
    if let Some(path) = ours.into_iter().find(|path| path.exists()) {
        return Some(Library { whose: whose(&path, virtuale_winscard::LIBRARY.ok()), path, version: None });
    }
    let known = known_to_the_loader(questions).into_iter();
    let usual = FOLDERS.iter().map(|folder| Path::new(folder).join(NAME));
    let path = known.chain(usual).chain(of_processors()).find(|path| path.exists())?;
    let whose = whose(&path, virtuale_winscard::LIBRARY.ok());
    let version = if whose == Whose::Others { installed_version(questions) } else { None };
    Some(Library { path, version, whose })
}

/// Where Debian and its kin have the libraries of a kind of processor.
fn of_processors() -> impl Iterator<Item = PathBuf> {
    let kind = format!("{}-linux-", env::consts::ARCH);
    ["/usr/lib", "/lib"].into_iter().flat_map(move |folder| {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let is_it = |entry: &fs::DirEntry| entry.file_name().to_string_lossy().starts_with(&kind);
        entries.filter(is_it).map(|entry| entry.path().join(NAME)).collect::<Vec<_>>()
    })
}

/// A longer library is none of ours.
const LONGEST: u64 = 16 << 20;

/// Whose the library in a file is, where this program carries that one.
fn whose(path: &Path, carried: Option<&[u8]>) -> Whose {
    let bytes = plain::beginning(path, LONGEST).unwrap_or_default();
    match carried {
        Some(carried) if bytes == carried => Whose::Ours,
        _ if bytes.windows(MARK.len()).any(|part| part == MARK.as_bytes()) => Whose::OursOnce,
        _ => Whose::Others,
    }
}

fn known_to_the_loader(questions: &mut Questions) -> Option<PathBuf> {
    let list = ["ldconfig", "/sbin/ldconfig"].iter().find_map(|ldconfig| questions.ask(ldconfig, &["-p"]))?;
    let line = list.lines().find(|line| line.trim_start().starts_with(NAME))?;
    line.split_once("=> ").map(|(_, path)| PathBuf::from(path.trim()))
}

fn installed_version(questions: &mut Questions) -> Option<Version> {
    PACKAGE_MANAGERS.iter().find_map(|(program, arguments)| Version::within(&questions.ask(program, arguments)?))
}

impl Version {
    /// The first thing in a text that looks like a version: `1.9.9` in `libpcsclite1 1:1.9.9-2`.
    fn within(text: &str) -> Option<Self> {
        let parts = text.split(|character: char| !(character.is_ascii_digit() || character == '.'));
        parts.filter(|part| part.contains('.')).find_map(|part| {
            let mut numbers = part.split('.').map(str::parse);
            let mut next = || numbers.next().unwrap_or(Ok(0)).ok();
            Some(Self(next()?, next()?, next()?))
        })
    }

    /// What it speaks.
    pub(super) fn protocol(self) -> Protocol {
        match self {
            Self(0, ..) | Self(1, 0..=7, _) | Self(1, 8, 0..=23) => Protocol::Older,
            Self(1, ..) | Self(2, 0..=2, _) => Protocol::Minor(4),
            Self(2, 3..=4, _) => Protocol::Minor(5),
            Self(..) => Protocol::Minor(6),
        }
    }

    /// Whether it ignores the variable in programs that run with more rights than their user: it asks with
    /// `secure_getenv` [PCSC-LITE winscard_clnt.c].
    pub(super) fn is_wary(self) -> bool {
        self >= Self(2, 0, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::{MARK, Protocol, Version, Whose, whose};

    #[test]
    fn versions_are_found_in_what_package_managers_say() {
        assert_eq!(Version::within("1.9.9-2"), Some(Version(1, 9, 9)));
        assert_eq!(Version::within("pcsclite 2.3.0-1\n"), Some(Version(2, 3, 0)));
        assert_eq!(Version::within("pcsc-lite-libs-2.4.1-r0 x86_64 {pcsc-lite}"), Some(Version(2, 4, 1)));
        assert_eq!(Version::within("1:2.5"), Some(Version(2, 5, 0)));
        assert_eq!(Version::within("no packages found"), None);
    }

    #[test]
    fn a_library_of_ours_is_known_from_others() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("libpcsclite.so.1");
        let of = |bytes: &[u8]| {
            std::fs::write(&path, bytes).expect("room");
            whose(&path, Some([b"1", MARK.as_bytes()].concat().as_slice()))
        };
        let made = |first: &str| [first.as_bytes(), MARK.as_bytes()].concat();
        assert_eq!([of(&made("1")), of(&made("2")), of(b"1")], [Whose::Ours, Whose::OursOnce, Whose::Others]);
        assert_eq!(whose(folder.path(), None), Whose::Others);
    }

    #[test]
    fn a_version_speaks_its_protocol() {
        // [PCSC-LITE winscard_svc.c]
        assert_eq!(Version(1, 8, 23).protocol(), Protocol::Older);
        assert_eq!(Version(1, 9, 9).protocol(), Protocol::Minor(4));
        assert_eq!(Version(2, 2, 3).protocol(), Protocol::Minor(4));
        assert_eq!(Version(2, 3, 3).protocol(), Protocol::Minor(5));
        assert_eq!(Version(2, 5, 1).protocol(), Protocol::Minor(6));
    }
}
