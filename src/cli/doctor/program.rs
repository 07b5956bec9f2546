//! A program that should see our readers: what about it may keep the variable or the socket from it.

use std::{
    env,
    ffi::OsStr,
    fs::{self, Metadata},
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use super::{
    line::{Hop, Line},
    script::Script,
};
use crate::{cli::plain, shown::reason};

/// A program that was asked about.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Program {
    pub(super) path: PathBuf,
    pub(super) kind: Kind,
}

/// What it is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    /// Nothing special.
    Plain,
    /// Not there.
    Missing,
    /// Not where a shell looks for programs of that name, but in this folder.
    Here,
    /// A folder, or whatever else is neither a program nor a script.
    NoFile,
    /// A file that we may not run.
    NotRunnable,
    /// It runs as another user, who is this: set-user-ID.
    Other(u32),
    /// It runs as the same user with more rights: set-group-ID, or capabilities.
    Privileged,
    /// It starts programs as another user.
    Switch(&'static str),
    /// A script with command lines that start programs through others, and what stands in between.
    Script(Vec<(String, Vec<Hop>)>),
    /// A script for a program that is not there.
    NoInterpreter(PathBuf),
    /// A script that is to be run by itself, or by scripts that lead back to it.
    ItsOwnInterpreter,
    /// A program that is cut off or damaged: the system does not run it.
    Damaged,
    /// A link that leads round to itself, or through too many others.
    Links,
    /// It cannot be looked at, for this reason.
    Closed(String),
    /// It starts programs in a container.
    Container,
    /// It starts programs on another machine.
    Remote,
    /// It starts a program inside a flatpak.
    Flatpak,
    /// It starts a program inside a snap.
    Snap,
}

/// Programs that start others, by what becomes of those.
const LAUNCHERS: [(&str, Kind); 11] = [
    ("sudo", Kind::Switch("sudo")),
    ("doas", Kind::Switch("doas")),
    ("pkexec", Kind::Switch("pkexec")),
    ("su", Kind::Switch("su")),
    ("runuser", Kind::Switch("runuser")),
    ("docker", Kind::Container),
    ("podman", Kind::Container),
    ("nerdctl", Kind::Container),
    ("ssh", Kind::Remote),
    ("flatpak", Kind::Flatpak),
    ("snap", Kind::Snap),
];

/// What a file must have for what it starts to run with other rights.
#[derive(Clone, Copy, Debug)]
struct Marks {
    /// Its mode.
    mode: u32,
    owner: u32,
    group: u32,
    /// Capabilities.
    capable: bool,
}

/// Who starts it.
#[derive(Clone, Copy, Debug)]
struct Starter {
    user: u32,
    group: u32,
}

/// Looks at a program, which is found as a shell would.
pub(super) fn look(name: &Path) -> Program {
    let path = find(name);
    let kind = match fs::metadata(&path) {
        Err(error) => unseen(&error),
        Ok(found) if !found.is_file() => Kind::NoFile,
        Ok(_) if path.as_os_str() == name.as_os_str() && is_a_word(name) => Kind::Here,
        Ok(_) if !is_runnable(&path) => Kind::NotRunnable,
        Ok(found) => kind(&path, &found),
    };
    Program { path, kind }
}

/// Looks at a file that a shell is given to read.
pub(super) fn look_at_script(path: &Path) -> Program {
    let kind = match fs::metadata(path) {
        Err(error) => unseen(&error),
        Ok(found) if !found.is_file() => Kind::NoFile,
        Ok(_) => Script::for_shell(path).map_or(Kind::Plain, |script| kind_of_commands(&script)),
    };
    Program { path: path.to_owned(), kind }
}

fn unseen(error: &io::Error) -> Kind {
    let is_loop = error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error());
    match error.kind() {
        _ if is_loop => Kind::Links,
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Kind::Missing,
        _ => Kind::Closed(reason(error)),
    }
}

/// Whether a shell looks for it in PATH.
fn is_a_word(name: &Path) -> bool {
    !name.as_os_str().as_encoded_bytes().contains(&b'/')
}

/// The first program of that name, else the first file; the name itself where there is none.
fn find(name: &Path) -> PathBuf {
    if !is_a_word(name) {
        return name.to_path_buf();
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let files = || env::split_paths(&path).map(|folder| folder.join(name)).filter(|path| path.is_file());
    files().find(|path| is_runnable(path)).or_else(|| files().next()).unwrap_or_else(|| name.to_path_buf())
}

fn is_runnable(path: &Path) -> bool {
    rustix::fs::access(path, rustix::fs::Access::EXEC_OK).is_ok()
}

fn kind(path: &Path, found: &Metadata) -> Kind {
    let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let lies_in = |parts: &[&str]| {
        let names: Vec<_> = [path, &real].iter().flat_map(|path| path.components().collect::<Vec<_>>()).collect();
        names.windows(parts.len()).any(|window| window.iter().zip(parts).all(|(name, part)| name.as_os_str() == *part))
    };
    if lies_in(&["flatpak", "exports", "bin"]) {
        return Kind::Flatpak;
    }
    if lies_in(&["snap", "bin"]) {
        return Kind::Snap;
    }
    let is_called = |name: &str| [path, &real].iter().any(|path| path.file_name().is_some_and(|file| file == name));
    if let Some((_, kind)) = LAUNCHERS.into_iter().find(|(name, _)| is_called(name)) {
        return kind;
    }
    // The system takes no notice of the marks of scripts, nor of any where a file system is mounted so.
    if let Some(script) = Script::read(&real) {
        return if leads_to_itself(&real) { Kind::ItsOwnInterpreter } else { kind_of_script(&script) };
    }
    if is_damaged(&real) {
        return Kind::Damaged;
    }
    if is_without_marks(&real) {
        return Kind::Plain;
    }
    let marks = Marks { mode: found.mode(), owner: found.uid(), group: found.gid(), capable: has_capabilities(&real) };
    let (user, group) = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
    marks.kind(Starter { user, group })
}

impl Marks {
    /// What runs where somebody starts it.
    fn kind(self, starter: Starter) -> Kind {
        const SET_USER: u32 = 0o4000;
        const SET_GROUP: u32 = 0o2000;
        if self.mode & SET_USER != 0 && self.owner != starter.user {
            return Kind::Other(self.owner);
        }
        let other_group = self.mode & SET_GROUP != 0 && self.group != starter.group;
        // The superuser has all of them anyway.
        let capabilities = self.capable && starter.user != 0;
        if other_group || capabilities { Kind::Privileged } else { Kind::Plain }
    }
}

/// How many scripts the system follows that are to be run by each other.
const MOST_SCRIPTS: usize = 5;

/// Whether the program that runs a script is a script again, and so on without an end.
fn leads_to_itself(script: &Path) -> bool {
    let runner = |path: &PathBuf| Script::read(path)?.interpreter().map(|runner| find(&runner));
    std::iter::successors(Some(script.to_owned()), runner).nth(MOST_SCRIPTS).is_some()
}

/// Whether a file that begins as a program is shorter than its own header says, or than a header.
fn is_damaged(path: &Path) -> bool {
    let Ok(start) = plain::beginning(path, 64) else { return false };
    let number = |place: usize, length: usize| {
        let bytes = start.get(place..place + length)?;
        // The byte behind the mark and the class says which end comes first.
        let from_little = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        Some(if start.get(5) == Some(&2) {
            bytes.iter().fold(0, from_little)
        } else {
            bytes.iter().rev().fold(0, from_little)
        })
    };
    // Where the table of what is loaded is, and the size and the number of its rows.
    let table = match start.get(4) {
        _ if !start.starts_with(b"\x7FELF") => return false,
        Some(2) => [number(0x20, 8), number(0x36, 2), number(0x38, 2)],
        Some(1) => [number(0x1C, 4), number(0x2A, 2), number(0x2C, 2)],
        _ => return true,
    };
    let [Some(place), Some(size), Some(count)] = table else { return true };
    let ends = size.checked_mul(count).and_then(|length| place.checked_add(length));
    fs::metadata(path).is_ok_and(|known| ends.is_none_or(|end| end > known.len()))
}

fn kind_of_script(script: &Script) -> Kind {
    match script.interpreter() {
        // Without a path, the system's own shell runs it.
        Some(interpreter) if !is_runnable(&find(&interpreter)) => Kind::NoInterpreter(interpreter),
        _ => kind_of_commands(script),
    }
}

fn kind_of_commands(script: &Script) -> Kind {
    let commands = || {
        script.commands().into_iter().filter_map(|words| {
            let hops = Line::follow_in_script(&words).hops;
            (!hops.is_empty()).then(|| (words.join(OsStr::new(" ")).to_string_lossy().into_owned(), hops))
        })
    };
    match commands().collect::<Vec<_>>() {
        none if none.is_empty() => Kind::Plain,
        some => Kind::Script(some),
    }
}

fn is_without_marks(path: &Path) -> bool {
    rustix::fs::statvfs(path).is_ok_and(|system| system.f_flag.contains(rustix::fs::StatVfsMountFlags::NOSUID))
}

#[cfg(target_os = "linux")]
fn has_capabilities(path: &Path) -> bool {
    rustix::fs::getxattr(path, "security.capability", &mut [0_u8; 64]).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn has_capabilities(_: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt, path::Path};

    use super::{Kind, Marks, Starter, look, look_at_script};

    #[test]
    fn a_program_is_seen_for_what_it_is() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let program = |path: &str, mode: u32| {
            let path = place.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("its folder");
            fs::write(&path, "#!/bin/sh\n").expect("a script");
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("its mode");
            look(&path).kind
        };
        assert_eq!(program("plain", 0o755), Kind::Plain);
        let script = |text: &str| {
            let path = place.path().join("script");
            fs::write(&path, text).expect("a script");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("its mode");
            look(&path).kind
        };
        assert_eq!(script("#!/none/x\n"), Kind::NoInterpreter("/none/x".into()));
        assert_eq!(
            script("#!/usr/bin/env no-such-program-anywhere\n"),
            Kind::NoInterpreter("no-such-program-anywhere".into())
        );
        for (text, command) in [
            ("exec sudo -n \"$@\"", "sudo -n $@"),
            ("docker run x", "docker run x"),
            ("exec env -i opensc-tool", "env -i opensc-tool"),
            ("exec /usr/bin/flatpak run org.example.Till", "/usr/bin/flatpak run org.example.Till"),
            ("snap run till", "snap run till"),
            ("unset PCSCLITE_CSOCK_NAME; exec till", "unset PCSCLITE_CSOCK_NAME"),
            ("export -n PCSCLITE_CSOCK_NAME", "export -n PCSCLITE_CSOCK_NAME"),
            ("systemd-run --user till", "systemd-run --user till"),
            ("newgrp - scard", "newgrp - scard"),
        ] {
            let kind = script(&format!("#!/bin/sh\n{text}\n"));
            assert!(matches!(&kind, Kind::Script(found) if found[0].0 == command), "{text}: {kind:?}");
        }
        for text in
            ["docker ps", "env A=1 till", "unset HOME", "newgrp scard", "export PCSCLITE_CSOCK_NAME", "snap list"]
        {
            assert_eq!(script(&format!("#!/bin/sh\n{text}\n")), Kind::Plain, "{text}");
        }
        assert_eq!(program("a-text", 0o644), Kind::NotRunnable);
        assert_eq!(program("set-user-id-of-a-script", 0o4755), Kind::Plain);
        assert_eq!(program("share/flatpak/exports/bin/org.example.App", 0o755), Kind::Flatpak);
        assert_eq!(program("snap/bin/app", 0o755), Kind::Snap);
        assert_eq!(program("bin/sudo", 0o755), Kind::Switch("sudo"));
        assert_eq!(program("bin/podman", 0o755), Kind::Container);
        assert_eq!(look(place.path()).kind, Kind::NoFile);
        assert_eq!(look(&place.path().join("none")).kind, Kind::Missing);
        assert_eq!(look(Path::new("no-such-program-anywhere")).kind, Kind::Missing);
        assert_eq!(look(Path::new("Cargo.toml")).kind, Kind::Here);
        assert_eq!(look(Path::new("./Cargo.toml")).kind, Kind::NotRunnable);
        assert_eq!(look(Path::new("sh")).kind, Kind::Plain);
    }

    #[test]
    fn what_the_system_does_not_run_is_no_program() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let path = place.path().join("till");
        let of = |bytes: &[u8]| {
            fs::write(&path, bytes).expect("room");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("its mode");
            look(&path).kind
        };
        let own = fs::read("/proc/self/exe").or_else(|_| fs::read("/bin/sh")).expect("a program");
        assert_eq!(of(b"\x7FELF"), Kind::Damaged);
        assert_eq!(of(&own[..100]), Kind::Damaged, "the table of what is loaded is missing");
        assert_eq!(of(&own[..own.len().min(4096)]), Kind::Plain, "what is behind that is not asked");
        assert_eq!(of(format!("#!{}\n", path.display()).as_bytes()), Kind::ItsOwnInterpreter);
        assert_eq!(of(b"#!/bin/sh\nsudo x\n"), look_at_script(&path).kind);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("its mode");
        assert!(matches!(look_at_script(&path).kind, Kind::Script(_)), "a shell reads what may not be run");
        let round = place.path().join("round");
        std::os::unix::fs::symlink(&round, &round).expect("a link");
        assert_eq!((look(&round).kind, look_at_script(&round).kind), (Kind::Links, Kind::Links));
        let pipe = place.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo of the system").success());
        assert_eq!((look(&pipe).kind, look_at_script(&pipe).kind), (Kind::NoFile, Kind::NoFile));
        assert_eq!(look(Path::new("/dev/zero")).kind, Kind::NoFile);
    }

    #[test]
    fn marks_count_for_whom_they_give_something() {
        let plain = Marks { mode: 0o755, owner: 0, group: 0, capable: false };
        let (person, root) = (Starter { user: 1000, group: 1000 }, Starter { user: 0, group: 0 });
        let cases = [
            (plain, person, Kind::Plain),
            (Marks { mode: 0o4755, ..plain }, person, Kind::Other(0)),
            (Marks { mode: 0o4755, ..plain }, root, Kind::Plain),
            (Marks { mode: 0o4755, owner: 1000, ..plain }, person, Kind::Plain),
            (Marks { mode: 0o6755, owner: 5, ..plain }, root, Kind::Other(5)),
            (Marks { mode: 0o2755, group: 5, ..plain }, person, Kind::Privileged),
            (Marks { mode: 0o2755, group: 1000, ..plain }, person, Kind::Plain),
            (Marks { capable: true, ..plain }, person, Kind::Privileged),
            (Marks { capable: true, ..plain }, root, Kind::Plain),
        ];
        for (marks, starter, kind) in cases {
            assert_eq!(marks.kind(starter), kind, "{marks:?} {starter:?}");
        }
    }
}
