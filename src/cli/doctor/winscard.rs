//! A program of Windows: whether it finds the PC/SC library of ours beside itself, as far as its file and its folder
//! say.
//!
//! What Windows does when it runs is not asked: where only that shows, it is said. The file may be looked at on any
//! system.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{Diagnosis, Level};
use crate::{
    cli::{
        attach::{Image, LIBRARY, Pe, WAY, Whose, Width, bits, is_of_windows, whose},
        plain,
    },
    shown::{self, reason},
};

/// `LOAD_LIBRARY_SEARCH_SYSTEM32`: libraries are looked for in the system's folder.
const FROM_SYSTEM: u16 = 0x0800;

/// `LOAD_LIBRARY_SEARCH_APPLICATION_DIR` and `LOAD_LIBRARY_SEARCH_DEFAULT_DIRS`: beside the program too.
const FROM_BESIDE: u16 = 0x0200 | 0x1000;

/// What changes where a running program looks for libraries [MSDOC-WINDOWS Dynamic-link library search order].
const CHOOSERS: [&str; 3] = ["SetDefaultDllDirectories", "SetProcessMitigationPolicy", "SetSearchPathMode"];

/// What makes a program a service [MSDOC-WINDOWS StartServiceCtrlDispatcher].
const SERVICES: [&str; 2] = ["StartServiceCtrlDispatcherA", "StartServiceCtrlDispatcherW"];

/// How many libraries are named at most.
const MOST_NAMES: usize = 3;

/// How many files of a folder are looked at.
const MOST_FILES: usize = 500;

/// How much is read of the files of a folder, in bytes: some programs have a folder of hundreds of libraries.
const MOST_BYTES: u64 = 1 << 30;

/// How much is read of a text beside a program, in bytes.
const LONGEST_TEXT: u64 = 1 << 20;

/// How a program comes to PC/SC.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Asks {
    /// Its libraries are loaded before it runs.
    Linked,
    /// It loads them while it runs.
    Later,
    /// Its file does not name PC/SC.
    NotItself,
}

/// What is found; nothing of a file that is none of Windows.
pub(super) fn findings(program: &Path) -> Option<Vec<Diagnosis>> {
    let image = Image::read(program).ok()?;
    let Some(file) = image.file() else {
        let message = format!("{} begins as a program of Windows, and is cut off or damaged", shown::path(program));
        let advice = Some("get it anew: Windows does not run it as it is".to_owned());
        return is_damaged(program, &image).then(|| vec![finding("program", Level::Broken, message, advice)]);
    };
    let folder = program.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if is_of_windows(folder) {
        let advice = "ask about the program that it starts, or attach the folder of the one that asks for cards";
        let message = "it is part of Windows: nothing is put beside it, and it uses the PC/SC of the system";
        return Some(vec![of_kind(program, &file), finding("beside", Level::Broken, message, Some(advice.into()))]);
    }
    let asks = asks(&file);
    let mut findings = vec![of_kind(program, &file), of_need(program, folder, &file, asks)];
    findings.push(of_library(program, folder, &file));
    findings.extend(of_loading(&file, asks));
    findings.extend(of_manifest(program, &file));
    findings.extend(of_net(&file));
    findings.extend(of_account(&file));
    Some(findings)
}

/// Whether a file that is none of Windows was to be one: other systems have programs too that begin so.
fn is_damaged(program: &Path, image: &Image) -> bool {
    image.begins_as_one() && has_ending(program, &["exe", "dll"])
}

fn has_ending(path: &Path, endings: &[&str]) -> bool {
    endings.iter().any(|ending| path.extension().is_some_and(|it| it.eq_ignore_ascii_case(ending)))
}

fn finding(check: &'static str, level: Level, message: impl Into<String>, advice: Option<String>) -> Diagnosis {
    Diagnosis { check, level, message: message.into(), advice }
}

fn asks(file: &Pe<'_>) -> Asks {
    let is_it = |names: Vec<String>| names.iter().any(|name| name.eq_ignore_ascii_case(LIBRARY));
    if is_it(file.imports()) {
        Asks::Linked
    } else if is_it(file.delayed_imports()) || file.mentions("winscard") {
        Asks::Later
    } else {
        Asks::NotItself
    }
}

fn of_kind(program: &Path, file: &Pe<'_>) -> Diagnosis {
    let path = shown::path(program);
    let kind = if file.is_library() { "library" } else { "program" };
    let message = format!("{path} is a {kind} of Windows ({} bits)", bits(file.width()));
    match file.width() {
        Width::Other(_) => {
            let message = format!("{path} is a {kind} of Windows for {}, and ours are for x86", bits(file.width()));
            finding("program", Level::Broken, message, None)
        }
        _ => finding("program", Level::Ok, message, None),
    }
}

fn of_need(program: &Path, folder: &Path, file: &Pe<'_>, asks: Asks) -> Diagnosis {
    let advice = |text: &str| Some(text.to_owned());
    match asks {
        Asks::Linked => finding("need", Level::Ok, format!("it is linked to {LIBRARY}"), None),
        Asks::Later if file.is_managed() => finding("need", Level::Ok, format!("its .NET code names {LIBRARY}"), None),
        Asks::Later => finding("need", Level::Ok, format!("it names {LIBRARY}, and loads it while it runs"), None),
        Asks::NotItself => match others_that_ask(program, folder) {
            names if names.is_empty() => finding(
                "need",
                Level::Note,
                format!("neither it nor a library in its folder names {LIBRARY}"),
                advice(
                    "what asks for cards lies elsewhere: attach the folder of that, as of an addon of Node.js (.node), or of \
                     java.exe for a program in Java",
                ),
            ),
            names => finding("need", Level::Ok, format!("{} in its folder names {LIBRARY}", names.join(", ")), None),
        },
    }
}

/// The libraries in a folder that name PC/SC.
fn others_that_ask(program: &Path, folder: &Path) -> Vec<String> {
    let is_one = |path: &PathBuf| {
        let is_library = path.file_name().is_some_and(|name| name.eq_ignore_ascii_case(LIBRARY));
        has_ending(path, &["dll", "node", "exe"]) && !is_library && path != program
    };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let (mut names, mut read) = (Vec::new(), 0);
    for path in entries.filter(is_one).take(MOST_FILES) {
        let Ok(image) = Image::read(&path) else { continue };
        if image.file().is_some_and(|file| file.mentions("winscard")) {
            names.push(shown::path(path.file_name().unwrap_or_default()));
        }
        read += image.read_bytes();
        if read > MOST_BYTES {
            break;
        }
    }
    names.sort();
    names.truncate(MOST_NAMES);
    names
}

fn of_library(program: &Path, folder: &Path, file: &Pe<'_>) -> Diagnosis {
    let path = folder.join(LIBRARY);
    let shown = shown::path(&path);
    let attach = Some(format!("virtuale attach {}", shown::word(program)));
    match whose(&path) {
        Ok(Whose::Nobodys) => finding(
            "beside",
            Level::Broken,
            "no library of ours is beside it: it uses the PC/SC of the system, which does not know our readers",
            attach.map(|attach| {
                format!("{attach}\nor start it with virtuale exec, which puts the library there for a run")
            }),
        ),
        Ok(Whose::Others) => finding(
            "beside",
            Level::Broken,
            format!("{shown} is not ours: it uses that"),
            Some("move it away for the time of your tests; then virtuale attach".into()),
        ),
        Ok(whose @ (Whose::Ours | Whose::OursOnce)) => {
            let width = Image::read(&path).ok().and_then(|library| Some(library.file()?.width()));
            match width {
                Some(width) if width != file.width() => finding(
                    "beside",
                    Level::Broken,
                    format!("{shown} is for programs of {} bits: this one does not load it", bits(width)),
                    attach.map(|attach| {
                        format!("{attach}\nwhich takes it from those of {} bits in this folder", bits(width))
                    }),
                ),
                Some(_) if whose == Whose::Ours => {
                    finding("beside", Level::Ok, format!("{shown} is ours{}", readers(folder)), None)
                }
                width => finding(
                    "beside",
                    if width.is_some() { Level::Warning } else { Level::Broken },
                    format!("{shown} is of another version of virtuale, or damaged"),
                    attach.map(|attach| format!("{attach}\nwhich puts that of this version there")),
                ),
            }
        }
        Err(error) => finding("beside", Level::Broken, format!("{shown} cannot be read: {}", reason(&error)), None),
    }
}

/// Which readers the library in a folder finds.
fn readers(folder: &Path) -> String {
    let said = plain::text(&folder.join(WAY), LONGEST_TEXT).unwrap_or_default();
    match said.strip_prefix("-> ") {
        Some(path) => {
            let path = path.trim_end();
            // Elsewhere it is no path of this system.
            let now = if cfg!(windows) && !Path::new(path).exists() { ", which do not run now" } else { "" };
            format!(", and finds the readers of {}{now}", shown::line(path))
        }
        None => ", and finds the readers of its environment, or the only ones that run".into(),
    }
}

/// Where Windows looks for its libraries.
fn of_loading(file: &Pe<'_>, asks: Asks) -> Vec<Diagnosis> {
    let mut findings = Vec::new();
    let flags = file.load_flags();
    if flags & FROM_SYSTEM != 0 && flags & FROM_BESIDE == 0 {
        findings.push(finding(
            "search",
            Level::Broken,
            "it is linked so that Windows takes its libraries from its own folder alone (/DEPENDENTLOADFLAG)",
            Some("have it built without that, or ask for cards by a driver of the system (serve --vpcd)".into()),
        ));
    }
    let chosen: Vec<_> = CHOOSERS.into_iter().filter(|function| file.calls(function)).collect();
    if asks != Asks::Linked && !chosen.is_empty() {
        findings.push(finding(
            "search",
            Level::Warning,
            format!(
                "it says itself where libraries are looked for ({}), and may leave its own folder out",
                chosen.join(", ")
            ),
            Some("only a try on Windows shows it: does it see the readers of virtuale exec?".into()),
        ));
    }
    findings
}

/// What its manifest asks for, in it or beside it.
fn of_manifest(program: &Path, file: &Pe<'_>) -> Vec<Diagnosis> {
    let mut beside = program.as_os_str().to_owned();
    beside.push(".manifest");
    let manifest =
        file.manifest().or_else(|| plain::text(beside.as_ref(), LONGEST_TEXT).ok()).unwrap_or_default().to_lowercase();
    let mut findings = Vec::new();
    if manifest.contains(LIBRARY) {
        findings.push(finding(
            "manifest",
            Level::Warning,
            format!("its manifest names {LIBRARY}: Windows takes the one of that assembly"),
            Some(format!("put ours in the place of that one, or take {LIBRARY} out of the manifest")),
        ));
    }
    if let Some(level) = ["requireadministrator", "highestavailable"].into_iter().find(|level| manifest.contains(level))
    {
        let advice = "start virtuale exec from a console with these rights; if they are another account's, attach with --name, since \
                      that account has no readers of yours";
        findings.push(finding(
            "manifest",
            Level::Warning,
            format!("its manifest asks for an administrator's rights ({level})"),
            Some(advice.into()),
        ));
    }
    if program.components().any(|part| part.as_os_str().eq_ignore_ascii_case("WindowsApps")) {
        findings.push(finding(
            "package",
            Level::Broken,
            "it is a packaged app: nothing can be put into its folder",
            Some("take an edition of it that is installed without a package".into()),
        ));
    }
    findings
}

fn of_net(file: &Pe<'_>) -> Option<Diagnosis> {
    file.is_bundle().then(|| {
        finding(
            "net",
            Level::Note,
            "it is a .NET program in one file: the library must lie in the folder of that file",
            Some(
                "where its code asks for the system's library alone (DllImportSearchPath.System32), only a try on Windows \
                 shows it"
                    .into(),
            ),
        )
    })
}

fn of_account(file: &Pe<'_>) -> Option<Diagnosis> {
    SERVICES.iter().any(|function| file.calls(function)).then(|| {
        finding(
            "account",
            Level::Warning,
            "it can run as a service, of an account that has no readers of yours",
            Some(
                "virtuale attach --name, and serve --name: the account LocalSystem may read where your readers are; LocalService \
                 and NetworkService may not: let the service run as you for your tests"
                    .into(),
            ),
        )
    })
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use virtuale_winscard::library::MARK;

    use super::{Level, Width, findings};
    use crate::cli::attach::{LIBRARY, Made, library_of};

    fn program() -> Made {
        Made { imports: vec![("winscard.dll", vec!["SCardConnectA"])], ..Made::default() }
    }

    /// The library of ours; on another system something that says that it is.
    fn ours(is_narrow: bool) -> Vec<u8> {
        let made = || Made { is_narrow, more: MARK.into(), ..Made::default() }.bytes();
        library_of(if is_narrow { Width::X86 } else { Width::X64 }).map_or_else(|_| made(), <[u8]>::to_vec)
    }

    /// What is found of a program in a folder, without what is as it should be.
    fn found(folder: &Path, program: &Made) -> Vec<(&'static str, Level)> {
        let path = folder.join("till.exe");
        fs::write(&path, program.bytes()).expect("room");
        let findings = findings(&path).expect("a program of Windows");
        findings.into_iter().filter(|found| found.level != Level::Ok).map(|found| (found.check, found.level)).collect()
    }

    #[test]
    fn the_library_beside_a_program_must_be_ours_and_of_its_width() {
        let folder = tempfile::tempdir().expect("a folder");
        let put = |bytes: &[u8]| fs::write(folder.path().join(LIBRARY), bytes).expect("room");
        let broken = [("beside", Level::Broken)];
        assert_eq!(found(folder.path(), &program()), broken, "there is none");
        put(&Made::default().bytes());
        assert_eq!(found(folder.path(), &program()), broken, "it is another maker's");
        put(&ours(true));
        assert_eq!(found(folder.path(), &program()), broken, "it has 32 bits");
        put(&ours(false));
        assert_eq!(found(folder.path(), &program()), []);
        assert_eq!(found(folder.path(), &Made { is_narrow: true, ..program() }), broken);
    }

    #[test]
    fn a_damaged_program_or_library_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("till.exe");
        let whole = program().bytes();
        fs::write(&path, &whole[..whole.len() - 1]).expect("room");
        let levels: Vec<_> = findings(&path).expect("it was one").into_iter().map(|found| found.level).collect();
        assert_eq!(levels, [Level::Broken]);
        fs::rename(&path, folder.path().join("till")).expect("another name");
        assert!(findings(&folder.path().join("till")).is_none(), "other systems have such programs");
        let library = ours(false);
        // Behind the sections of a real one are its symbols, which it can do without.
        let cut = if library_of(Width::X64).is_ok() { library.len() / 2 } else { library.len() - 1 };
        fs::write(folder.path().join(LIBRARY), &library[..cut]).expect("room");
        let found = found(folder.path(), &program());
        assert!(matches!(found.as_slice(), [("beside", Level::Broken)]), "{found:?}");
    }

    #[test]
    fn what_keeps_a_program_from_the_library_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join(LIBRARY), ours(false)).expect("room");
        let of = |program: Made| found(folder.path(), &program);
        assert_eq!(of(Made { load_flags: 0x800, ..program() }), [("search", Level::Broken)]);
        assert_eq!(of(Made { load_flags: 0xA00, ..program() }), []);
        let kernel = |function| ("kernel32.dll", vec![function]);
        let choosing = Made { imports: vec![kernel("SetDefaultDllDirectories")], ..Made::default() };
        let later = Made { delayed: Some("WINSCARD.dll"), ..choosing.clone() };
        assert_eq!(of(later), [("search", Level::Warning)]);
        let linked = Made { imports: [choosing.imports, program().imports].concat(), ..program() };
        assert_eq!(of(linked), [], "it is loaded before the program chooses");
        let service = Made {
            imports: [vec![("advapi32.dll", vec!["StartServiceCtrlDispatcherW"])], program().imports].concat(),
            ..program()
        };
        assert_eq!(of(service), [("account", Level::Warning)]);
        let manifest = "<requestedExecutionLevel level='requireAdministrator'/><file name='WinSCard.dll'/>";
        assert_eq!(of(Made { manifest: Some(manifest), ..program() }), [("manifest", Level::Warning); 2]);
        assert_eq!(of(Made::default()), [("need", Level::Note)], "it does not ask for cards");
        fs::write(folder.path().join("addon.node"), program().bytes()).expect("room");
        assert_eq!(of(Made::default()), [], "something in its folder does");
    }

    #[test]
    fn a_file_that_is_none_of_windows_is_for_others_to_judge() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("script"), "#!/bin/sh\n").expect("room");
        assert!(findings(&folder.path().join("script")).is_none() && findings(folder.path()).is_none());
    }
}
