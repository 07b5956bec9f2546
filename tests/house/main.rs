//! The house's walls, held by reading the source: which room may import which, and what the chip may reach for.
//!
//! The compiler holds the outer wall (the engine and the applets are `no_std` and cannot name the root package); these
//! tests hold the ones inside the root package, and that nobody takes the outer one down.

mod badge;
mod families;
mod law;
mod output;
mod paths;
mod production;
mod rows;
mod sources;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use paths::{EVERYTHING, named_under_the_root};
use production::production;

/// The rooms of the root package, and which rooms each may use.
const ROOMS: &[(&str, &[&str])] = &[
    ("billing", &["profile", "terminal"]),
    ("profile", &["layer"]),
    ("reader", &["system"]),
    ("layer", &[]),
    ("system", &[]),
    ("lists", &["profile"]),
    ("terminal", &["lists", "profile", "reader", "system"]),
    ("trace", &["layer", "profile", "reader", "system"]),
    ("host", &["layer", "profile", "reader", "system", "terminal", "trace"]),
    ("console", &["host", "layer", "profile", "system", "terminal", "trace"]),
    ("cli", &["billing", "console", "host", "layer", "lists", "profile", "reader", "system", "terminal", "trace"]),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file under a folder of the repository.
fn rust_files(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.expect("a folder entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    assert!(!found.is_empty(), "no Rust file under {folder}: has the room moved?");
    found
}

/// The lines of code of a file: no comments, no docs.
fn code(path: &Path) -> String {
    code_of(&fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

/// The lines of code of a text.
fn code_of(text: &str) -> String {
    let lines = text.lines().map(str::trim_start).filter(|line| !line.starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The same without its unit tests, which stand at its end.
fn without_tests(path: &Path) -> String {
    let code = code(path);
    let end = code.find("#[cfg(test)]\nmod tests {").unwrap_or(code.len());
    code[..end].to_owned()
}

/// The path of the module that a file under `src` is, from the root of its crate.
fn module(file: &Path) -> Vec<String> {
    let under_src = file.strip_prefix(root().join("src")).expect("a file under src").with_extension("");
    let mut module: Vec<_> = under_src.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    module.pop_if(|last| last == "mod");
    module
}

#[test]
fn imports_in_the_root_package_run_one_way() {
    let every_room: BTreeSet<&str> = ROOMS.iter().map(|(room, _)| *room).collect();
    for (room, allowed) in ROOMS {
        for file in rust_files(&format!("src/{room}")) {
            for named in named_under_the_root(&code(&file), &module(&file)) {
                assert!(named != EVERYTHING, "{} imports {EVERYTHING}", file.display());
                let fits = named == *room || allowed.contains(&named.as_str()) || !every_room.contains(named.as_str());
                assert!(fits, "{} uses `{named}`, which `{room}` must not", file.display());
            }
        }
    }
}

#[test]
fn every_room_of_the_root_package_is_under_the_rule() {
    for entry in fs::read_dir(root().join("src")).expect("src") {
        let path = entry.expect("a folder entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let is_package = path.join("Cargo.toml").is_file();
        let known = ROOMS.iter().any(|(room, _)| *room == name) || is_package;
        assert!(!path.is_dir() || known, "src/{name} has no rule in tests/house: say which rooms it may use");
    }
}

#[test]
fn the_chip_cannot_reach_for_the_world() {
    for (package, main) in [("src/engine", "src/engine/lib.rs"), ("applets/src", "applets/src/lib.rs")] {
        assert!(code(&root().join(main)).contains("#![no_std]"), "{main} must stay no_std");
        for file in rust_files(package) {
            assert!(!code(&file).contains("extern crate std"), "{} links std", file.display());
        }
    }
}

#[test]
fn one_module_chooses_what_computes() {
    let place = root().join("src/profile/arithmetic.rs");
    assert!(code(&place).contains("virtuale_coprocessor"), "the choice has moved: say where to in tests/house");
    let elsewhere = |file: &PathBuf| *file != place;
    for file in rust_files("src").into_iter().filter(elsewhere) {
        assert!(!code(&file).contains("virtuale_coprocessor"), "{} names the coprocessor", file.display());
    }
}

#[test]
fn one_module_is_unsafe() {
    for main in ["src/lib.rs", "src/main.rs", "src/engine/lib.rs", "applets/src/lib.rs"] {
        assert!(code(&root().join(main)).contains("#![forbid(unsafe_code)]"), "{main} must forbid unsafe code");
    }
    let library = root().join("src/coprocessor/library.rs");
    for file in rust_files("src/coprocessor").into_iter().filter(|file| *file != library) {
        let allowed = "#[expect(unsafe_code, reason = \"calls functions written in C\")]\nmod library;";
        assert!(!code(&file).replacen(allowed, "", 1).contains("unsafe"), "{} is unsafe", file.display());
    }
}

/// It is no part of what the program runs: the shared object is made of it.
#[test]
fn one_module_of_galss_is_unsafe() {
    let interface = root().join("src/galss/interface.rs");
    let reason = "programs written in C call its functions, with pointers of theirs";
    let allowed = format!("#[expect(unsafe_code, reason = \"{reason}\")]\npub mod interface;");
    for file in rust_files("src/galss").into_iter().filter(|file| *file != interface) {
        assert!(!code(&file).replacen(&allowed, "", 1).contains("unsafe"), "{} is unsafe", file.display());
    }
}

/// It takes pointers of programs written in C; the program carries it as bytes, and the library with the cards in it is
/// made of it.
#[test]
fn one_folder_of_the_pc_sc_library_is_unsafe() {
    let interface = root().join("src/winscard/interface");
    let reason = "programs written in C call its functions, with pointers of theirs";
    let allowed = format!("#[expect(unsafe_code, reason = \"{reason}\")]\npub mod interface;");
    for file in rust_files("src/winscard").into_iter().filter(|file| !file.starts_with(&interface)) {
        assert!(!code(&file).replacen(&allowed, "", 1).contains("unsafe"), "{} is unsafe", file.display());
    }
}

/// Nor is this: pcscd loads it.
#[test]
fn one_module_of_the_driver_is_unsafe() {
    let interface = root().join("src/ifd/interface.rs");
    let reason = "pcscd is written in C and calls its functions, with pointers of its own";
    let allowed = format!("#[expect(unsafe_code, reason = \"{reason}\")]\npub mod interface;");
    for file in rust_files("src/ifd").into_iter().filter(|file| *file != interface) {
        assert!(!code(&file).replacen(&allowed, "", 1).contains("unsafe"), "{} is unsafe", file.display());
    }
}

/// Its defects stay behind one guard, and a release of it is no release of ours.
#[test]
fn one_module_names_the_crate_for_data_objects() {
    let place = root().join("src/engine/tlv/tree.rs");
    assert!(code(&place).contains("iso7816_tlv"), "the guard has moved: say where to in tests/house");
    for file in
        ["src", "applets", "benches", "tests/fuzz"].into_iter().flat_map(rust_files).filter(|file| *file != place)
    {
        assert!(!code(&file).contains("iso7816_tlv"), "{} names the crate iso7816-tlv", file.display());
    }
}

#[test]
fn a_slot_knows_nothing_of_pc_sc() {
    for file in rust_files("src/reader/slot") {
        assert!(!code(&file).contains("pcsc"), "{} names the half that is built on it", file.display());
    }
}

/// What is in the program stands with the program; `fixtures` may go and only tests fail.
#[test]
fn the_program_has_nothing_of_the_fixtures() {
    for (file, code) in ["src", "applets"].into_iter().flat_map(production) {
        assert!(!code.contains("fixtures"), "{} names what is for tests only", file.display());
    }
}

/// The formatter looks at code only.
#[test]
fn no_comment_is_wider_than_the_code() {
    for file in ["src", "applets", "benches", "tests"].into_iter().flat_map(rust_files) {
        let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        for (line, number) in text.lines().zip(1..) {
            let is_wide = line.trim_start().starts_with("//") && line.chars().count() > 120;
            assert!(!is_wide, "{}:{number} is wider than 120 characters", file.display());
        }
    }
}

#[test]
fn applets_depend_on_the_engine_only() {
    let manifest = fs::read_to_string(root().join("applets/Cargo.toml")).expect("the manifest of the applets");
    let manifest: toml::Table = manifest.parse().expect("TOML");
    let dependencies: Vec<_> = manifest["dependencies"].as_table().expect("a table").keys().collect();
    assert_eq!(dependencies, ["virtuale-engine"]);
}

#[test]
fn files_are_modules() {
    let module = |file: &str| module(&root().join(file));
    assert_eq!(module("src/profile/layout/encode.rs"), ["profile", "layout", "encode"]);
    assert_eq!(module("src/profile/mod.rs"), ["profile"]);
}

/// What is built and tested here is then the lowest that the manifest allows: no lower bound promises more than was
/// seen.
#[test]
fn the_lock_file_has_the_lowest_version_of_each_dependency() {
    let table = |file: &str| -> toml::Table {
        let text = fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        text.parse().unwrap_or_else(|error| panic!("{file}: {error}"))
    };
    let (manifest, lock) = (table("Cargo.toml"), table("Cargo.lock"));
    let locked = |package: &toml::Value, key: &str| Some(package.get(key)?.as_str()?.split('+').next()?.to_owned());
    let packages = lock["package"].as_array().expect("packages");
    let packages: BTreeSet<_> =
        packages.iter().map(|package| (locked(package, "name"), locked(package, "version"))).collect();
    for (name, needed) in manifest["workspace"]["dependencies"].as_table().expect("a table") {
        let version = needed.as_str().or_else(|| needed.get("version")?.as_str()).expect("a version");
        let lowest = version.trim_start_matches('=').to_owned();
        let is_locked = packages.contains(&(Some(name.clone()), Some(lowest)));
        assert!(is_locked, "Cargo.toml asks for {name} {version}, which is not what Cargo.lock has: name that version");
    }
}

/// What is for one system only is in one room, so that all else builds on each. Tests may be for one.
#[test]
fn one_room_knows_systems() {
    const WORDS: [&str; 6] = ["os::unix", "os::windows", "os::fd", "rustix::", "windows_sys", "signal_hook"];
    /// The program's part, and what looks at a system.
    const PROGRAM: [&str; 2] = ["src/cli/system", "src/cli/doctor"];
    /// Options of TCP, where a system has them.
    const TCP: &str = "src/reader/vpcd/line.rs";
    /// The driver of a pcscd, which only Unix has: its two sides, and what installs it.
    const PCSCD: [&str; 3] = ["src/reader/ifd", "src/ifd", "src/cli/ifd"];
    let elsewhere = |file: &Path| {
        let apart = ["src/system", "src/galss", "src/cdylib", "src/winscard", TCP];
        apart.into_iter().chain(PROGRAM).chain(PCSCD).all(|folder| !file.starts_with(root().join(folder)))
    };
    for (file, code) in production("src").into_iter().filter(|(file, _)| elsewhere(file)) {
        for word in WORDS {
            assert!(!code.contains(word), "{} has `{word}`, which is for src/system", file.display());
        }
    }
}
