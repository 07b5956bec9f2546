//! The programs beside which the library goes, and which library that is.

use std::{
    env, fs,
    path::{self, Path, PathBuf},
};

use super::{
    super::{Failure, messages::Attached},
    image::Image,
    pe::{Pe, Width},
    pieces::LIBRARY,
};
use crate::shown;

/// A folder, and for which programs the library goes there.
#[derive(Debug)]
pub(super) struct Target {
    folder: PathBuf,
    programs: Vec<String>,
    width: Width,
}

/// A file of Windows in a folder.
struct Found {
    path: PathBuf,
    width: Width,
    /// Whether it asks for PC/SC in some way.
    asks: bool,
}

impl Target {
    /// The programs in a folder, or one of them; in a folder without programs its libraries.
    ///
    /// # Errors
    ///
    /// That there is none, or that some are of 32 bits and some of 64.
    pub(super) fn of(place: &Path) -> Result<Self, Failure> {
        let folder = folder_of(place)?;
        if is_of_windows(&folder) {
            let message = Attached::OfWindows { program: &shown::path(&folder) }.said();
            return Err(Failure::usage(message, Attached::NameFolder.said()));
        }
        let found = if place.is_dir() {
            let programs = found_in(&folder, &["exe"])?;
            if programs.is_empty() { found_in(&folder, &["node", "dll"])? } else { programs }
        } else {
            let image = Image::read(place).map_err(|error| Failure::file("read", place, &error))?;
            Found::of(place.to_owned(), &image).into_iter().collect()
        };
        // Others in the folder, such as what removes a program, do not count where some ask for cards.
        let ask = found.iter().any(|found| found.asks);
        let found: Vec<_> = found.into_iter().filter(|found| found.asks || !ask).collect();
        let Some(first) = found.first() else {
            let message = Attached::NoProgram { path: &shown::path(place) }.said();
            return Err(Failure::usage(message, Attached::NameFolder.said()));
        };
        if let Some(other) = found.iter().find(|other| other.width != first.width) {
            let names = [first, other].map(|found| format!("{} ({})", found.name(), bits(found.width)));
            let message = Attached::BothWidths { one: &names[0], other: &names[1] }.said();
            return Err(Failure::usage(message, Attached::NameProgram.said()));
        }
        let width = first.width;
        Ok(Self { folder, programs: found.iter().map(Found::name).collect(), width })
    }

    /// The folder.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// For which programs the library is.
    pub(super) fn width(&self) -> Width {
        self.width
    }

    /// The names of the programs, a few of them.
    pub(super) fn programs(&self) -> String {
        const MOST: usize = 3;
        let more = if self.programs.len() > MOST { ", ..." } else { "" };
        self.programs.iter().take(MOST).cloned().collect::<Vec<_>>().join(", ") + more
    }

    /// The library for them.
    ///
    /// # Errors
    ///
    /// That this program was built without it.
    pub(super) fn library(&self) -> Result<&'static [u8], Failure> {
        library_of(self.width)
    }
}

/// The library for programs of a width.
///
/// # Errors
///
/// That this program was built without it.
pub(in crate::cli) fn library_of(width: Width) -> Result<&'static [u8], Failure> {
    let carried = [virtuale_winscard::LIBRARY, virtuale_winscard::LIBRARY_32];
    let is_for = |library: &&[u8]| Pe::read(library).is_some_and(|library| library.width() == width);
    if let Some(library) = carried.into_iter().flatten().find(is_for) {
        return Ok(library);
    }
    if !cfg!(windows) {
        return Err(Failure::environment(Attached::NotHere.said(), Attached::UseOnWindows.said()));
    }
    let hint = match width {
        Width::X86 => Attached::AddTarget.said(),
        _ => Attached::BuildForWindows.said(),
    };
    Err(Failure::environment(Attached::NoLibrary { bits: &bits(width) }.said(), hint))
}

impl Found {
    fn of(path: PathBuf, image: &Image) -> Option<Self> {
        let file = image.file()?;
        Some(Self { path, width: file.width(), asks: file.mentions("winscard") })
    }

    fn name(&self) -> String {
        shown::path(self.path.file_name().unwrap_or_default())
    }
}

/// The files of Windows in a folder whose names end in one of these ways, in the order of their names.
fn found_in(folder: &Path, endings: &[&str]) -> Result<Vec<Found>, Failure> {
    let entries = fs::read_dir(folder).map_err(|error| Failure::file("read", folder, &error))?;
    let is_one = |path: &PathBuf| {
        let ends = path.extension().is_some_and(|end| endings.iter().any(|ending| end.eq_ignore_ascii_case(ending)));
        let is_library = path.file_name().is_some_and(|name| name.eq_ignore_ascii_case(LIBRARY));
        ends && !is_library && path.is_file()
    };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).filter(is_one).collect();
    paths.sort();
    let found = |path: PathBuf| Image::read(&path).ok().and_then(|image| Found::of(path, &image));
    Ok(paths.into_iter().filter_map(found).collect())
}

/// The folder that a place is, or in which it lies, with the separators of the system throughout.
///
/// # Errors
///
/// That nothing is there.
pub(super) fn folder_of(place: &Path) -> Result<PathBuf, Failure> {
    let known = fs::metadata(place).map_err(|error| Failure::file("read", place, &error))?;
    let above = place.parent().filter(|above| !above.as_os_str().is_empty());
    let folder = if known.is_dir() { place } else { above.unwrap_or(Path::new(".")) };
    Ok(folder.components().collect())
}

/// Whether a folder is of Windows itself: nothing is put there.
pub(in crate::cli) fn is_of_windows(folder: &Path) -> bool {
    let lower = |path: &Path| {
        let path = path::absolute(path).unwrap_or_else(|_| path.to_owned());
        PathBuf::from(path.to_string_lossy().to_lowercase())
    };
    env::var_os("SYSTEMROOT").is_some_and(|root| !root.is_empty() && lower(folder).starts_with(lower(Path::new(&root))))
}

/// A width as people know it.
pub(in crate::cli) fn bits(width: Width) -> String {
    match width {
        Width::X86 => "32".into(),
        Width::X64 => "64".into(),
        Width::Other(0xAA64) => "ARM64".into(),
        Width::Other(machine) => format!("{machine:#06x}"),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{super::made::Made, Target, Width};

    #[test]
    fn the_programs_that_ask_for_cards_say_the_width() {
        let folder = tempfile::tempdir().expect("a folder");
        let put = |name: &str, made: Made| fs::write(folder.path().join(name), made.bytes()).expect("room");
        assert!(Target::of(folder.path()).is_err(), "there is no program");
        let asks = Made { is_narrow: true, imports: vec![("winscard.dll", Vec::new())], ..Made::default() };
        put("addon.node", asks.clone());
        let of_addon = Target::of(folder.path()).expect("a library counts where there is no program");
        assert_eq!((of_addon.width(), of_addon.programs().as_str()), (Width::X86, "addon.node"));
        put("uninstall.exe", Made::default());
        assert_eq!(Target::of(folder.path()).expect("a program").width(), Width::X64);
        put("till.exe", asks);
        let target = Target::of(folder.path()).expect("one that asks");
        assert_eq!((target.width(), target.programs().as_str()), (Width::X86, "till.exe"));
        put("till64.exe", Made { imports: vec![("WINSCARD.dll", Vec::new())], ..Made::default() });
        assert!(Target::of(folder.path()).is_err(), "of both widths");
        let one = Target::of(&folder.path().join("till64.exe")).expect("the one that is meant");
        assert_eq!((one.width(), one.folder()), (Width::X64, folder.path()));
        fs::write(folder.path().join("notes.txt"), "x").expect("room");
        assert!(
            Target::of(&folder.path().join("notes.txt")).is_err() && Target::of(&folder.path().join("none")).is_err()
        );
    }
}
