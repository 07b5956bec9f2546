//! One command under watch: we learn how it ended.
//!
//! Ctrl-C reaches the command without us, since it is of our console; that we hear it too must not end us before it.

use std::{
    env,
    ffi::{OsStr, OsString},
    io,
    path::{Path, PathBuf},
    process::{self, Command, ExitStatus},
};

use crate::{
    cli::{Failure, attach::Beside, exit},
    shown,
};

/// How a command ended: a number of 32 bits. Of one that crashed it says how, such as -1073741819 (0xC0000005).
pub(in crate::cli) type Code = i32;

/// The variable with the endings of what can be run, and what it is if it is not set [MSDOC-WINDOWS start].
const ENDINGS: (&str, &str) = ("PATHEXT", ".COM;.EXE;.BAT;.CMD");

/// The exit code that we have for its. One that is no byte ends us here: nothing is left to do but to hand it on.
pub(in crate::cli) fn hand_on(code: Code) -> u8 {
    u8::try_from(code).unwrap_or_else(|_| process::exit(code))
}

/// The program that is started for a name, as a shell finds it: `npm` is `npm.cmd` of a folder of the path. What is not
/// found is left as it is; so is what has an ending.
pub(in crate::cli) fn program(name: &OsStr) -> OsString {
    let endings = env::var(ENDINGS.0).unwrap_or_else(|_| ENDINGS.1.into());
    let folders = env::var_os("PATH").unwrap_or_default();
    found(Path::new(name), &endings, &folders).map_or_else(|| name.to_owned(), PathBuf::into_os_string)
}

fn found(name: &Path, endings: &str, folders: &OsStr) -> Option<PathBuf> {
    let ending = name.extension().map(|ending| format!(".{}", ending.to_string_lossy()));
    if ending.is_some_and(|ending| endings.split(';').any(|known| known.eq_ignore_ascii_case(&ending))) {
        return None;
    }
    let has_folder = name.parent().is_some_and(|folder| folder != Path::new(""));
    let folders = if has_folder { vec![PathBuf::new()] } else { env::split_paths(folders).collect() };
    folders.iter().find_map(|folder| {
        let with = |ending: &str| {
            let mut path = folder.join(name).into_os_string();
            path.push(ending);
            Some(PathBuf::from(path)).filter(|path| path.is_file())
        };
        endings.split(';').filter(|ending| !ending.is_empty()).find_map(with)
    })
}

/// Our own ears. From the moment it exists, Ctrl-C does not end us.
#[derive(Debug)]
pub(in crate::cli) struct Supervisor(());

impl Supervisor {
    /// Starts to listen.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(in crate::cli) fn listen() -> io::Result<Self> {
        ctrlc::set_handler(|| {}).map_err(io::Error::other)?;
        Ok(Self(()))
    }

    /// Runs the command to its end and gives its exit code. The library by which it finds readers of ours lies beside
    /// it until then.
    ///
    /// # Errors
    ///
    /// That it cannot be started, or that another library lies where ours must.
    pub(in crate::cli) fn run(self, command: &mut Command) -> Result<Code, Failure> {
        let beside = Beside::put(command.get_program())?;
        let ended = run(command);
        if let Some(beside) = beside {
            beside.take_away();
        }
        Ok(ended?.code().unwrap_or(exit::EXEC_FAILED.into()))
    }
}

fn run(command: &mut Command) -> Result<ExitStatus, Failure> {
    let name = shown::path(command.get_program());
    let is_folder = Path::new(command.get_program()).is_dir();
    let mut child = command.spawn().map_err(|error| {
        // The system has no better word for that than that there is nothing.
        let error = if is_folder { io::ErrorKind::IsADirectory.into() } else { error };
        Failure::NotStarted { command: name, error }
    })?;
    child.wait().map_err(|error| {
        Failure::Environment(format!("cannot wait for the command: {}", shown::reason(&error)).into(), None)
    })
}

#[cfg(test)]
mod tests {
    use std::{env, fs, path::Path};

    use super::found;

    #[test]
    fn a_program_is_found_as_a_shell_does() {
        let [first, second] = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
        for (folder, name) in [(&first, "a.cmd"), (&second, "a.exe"), (&second, "b.exe"), (&second, "c.1.bat")] {
            fs::write(folder.path().join(name), "").expect("a file");
        }
        let folders = env::join_paths([first.path(), second.path()]).expect("a path");
        let found = |name: &str| found(Path::new(name), ".EXE;.BAT;.CMD", &folders);
        assert_eq!(found("a").map(|path| path.is_file() && path.starts_with(&first)), Some(true));
        assert_eq!(found("b").map(|path| path.starts_with(&second)), Some(true));
        assert!(found("c.1").is_some());
        assert_eq!((found("a.exe"), found("d"), found(r".\a")), (None, None, None));
        let path = second.path().join("b");
        assert!(found(&path.to_string_lossy()).is_some());
    }
}
