//! The library beside the program of a command, for as long as that runs.

use std::{
    env,
    ffi::OsStr,
    path::{Path, PathBuf},
};

use super::{
    super::{Failure, language::Language, messages::Attached, output},
    image::Image,
    pieces::{LIBRARY, Piece, Whose, remove},
    target::{is_of_windows, library_of},
};
use crate::shown;

/// The ending of a program that is named without one.
const PROGRAM: &str = "exe";

/// A library that goes when its program has ended.
#[derive(Debug)]
pub(in crate::cli) struct Beside(PathBuf);

impl Beside {
    /// Puts the library beside a program, unless it is there, and says why it does not where there is no place for it.
    ///
    /// # Errors
    ///
    /// That another library is there, or, of a program that is linked to PC/SC, why it cannot be put there.
    pub(in crate::cli) fn put(program: &OsStr) -> Result<Option<Self>, Failure> {
        let language = Language::of_locale();
        // What is no file of Windows, or not there, is for the system to start or to refuse.
        let Some(path) = find(program) else { return Ok(None) };
        let Ok(image) = Image::read(&path) else { return Ok(None) };
        let Some(file) = image.file() else { return Ok(None) };
        if env::current_exe().is_ok_and(|own| own == path) {
            return Ok(None);
        }
        let folder = path.parent().unwrap_or(&path);
        if is_of_windows(folder) {
            output::say(Attached::OfWindows { program: &shown::path(&path) }.text(language));
            return Ok(None);
        }
        let asks =
            [file.imports(), file.delayed_imports()].concat().iter().any(|name| name.eq_ignore_ascii_case(LIBRARY));
        let put = || -> Result<Option<Self>, Failure> {
            let piece = Piece::library(folder, library_of(file.width())?);
            let was = piece.whose()?;
            if was == Whose::Ours {
                return Ok(None);
            }
            if was == Whose::OursOnce {
                // Somebody attached it, so it stays; one that is in use is as it is.
                if piece.settle(was).is_ok() {
                    output::say(Attached::Replaced { path: &shown::path(piece.path()) }.text(language));
                }
                return Ok(None);
            }
            match piece.settle(was) {
                // Another run was faster.
                Err(_) if piece.whose().is_ok_and(|whose| whose == Whose::Ours) => Ok(None),
                settled => settled.map(|_| Some(Self(piece.path().to_owned()))),
            }
        };
        if asks && is_wine_as_it_comes() {
            output::say(Attached::UnderWine.text(language));
        }
        match put() {
            Err(failure) if !asks => {
                let (program, why) = (shown::path(&path), failure.message().to_string());
                output::say(Attached::NotBeside { program: &program, why: &why }.text(language));
                Ok(None)
            }
            put => put,
        }
    }

    /// Takes it away, and says where it stays.
    pub(in crate::cli) fn take_away(self) {
        if self.0.exists() && remove(&self.0).is_err() {
            let path = shown::path(&self.0);
            output::say(Attached::Stays { path: &path }.text(Language::of_locale()));
        }
    }
}

/// Whether this is Wine, which takes its own library before the one beside a program, and was not told otherwise here.
pub(in crate::cli) fn is_wine_as_it_comes() -> bool {
    let is_told = env::var("WINEDLLOVERRIDES").is_ok_and(|told| told.to_lowercase().contains("winscard"));
    // Windows has no such program.
    let is_wine = env::var_os("SYSTEMROOT").is_some_and(|root| Path::new(&root).join("system32/winecfg.exe").is_file());
    is_wine && !is_told
}

/// Where the system finds a program: at its path, or in the folder of ours or of one of the search path.
pub(in crate::cli) fn find(program: &OsStr) -> Option<PathBuf> {
    let path = Path::new(program);
    let named = if path.extension().is_some() { path.to_owned() } else { path.with_extension(PROGRAM) };
    if path.components().count() > 1 {
        return named.is_file().then_some(named);
    }
    let own = env::current_exe().ok().and_then(|own| own.parent().map(Path::to_owned));
    let searched = env::var_os("PATH").unwrap_or_default();
    let folders = own.into_iter().chain(env::split_paths(&searched));
    folders.map(|folder| folder.join(&named)).find(|path| path.is_file())
}
