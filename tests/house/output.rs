//! What leaves the program: one module prints, one writes files, and what is not the program's own passes through
//! `shown`.

use std::path::{Path, PathBuf};

use crate::{root, rust_files, without_tests};

/// It is no part of the program: it is loaded into others, and has no other way to say why there is no card.
const LIBRARY_WITH_CARDS: &str = "src/winscard/cards/lib.rs";

/// The files of a folder without those that hold tests alone, and without build scripts and the package for them, which
/// are no part of a program.
fn sources(folder: &str) -> impl Iterator<Item = PathBuf> {
    let holds_tests = |name: &str| name == "tests" || name.ends_with("_tests");
    let is_source = move |file: &PathBuf| {
        let under_root = file.strip_prefix(root()).unwrap_or(file);
        !under_root.ends_with("build.rs")
            && !under_root.starts_with("src/cdylib")
            && under_root != Path::new(LIBRARY_WITH_CARDS)
            && !under_root.with_extension("").iter().any(|part| holds_tests(&part.to_string_lossy()))
    };
    rust_files(folder).into_iter().filter(is_source)
}

/// Holds that these words are in one file only, and beside it in what serves it under folders of its own.
fn only_in(place: &str, served_by: &[&str], folder: &str, words: &[&str]) {
    let place = root().join(place);
    let serves = |file: &Path| served_by.iter().any(|folder| file.starts_with(root().join(folder)));
    for file in sources(folder).filter(|file| *file != place && !serves(file)) {
        let code = without_tests(&file);
        for word in words {
            assert!(!code.contains(word), "{} has `{word}`, which is {}'s", file.display(), place.display());
        }
    }
    let code = without_tests(&place);
    assert!(words.iter().any(|word| code.contains(word)), "{} has none of {words:?}: has it moved?", place.display());
}

#[test]
fn one_module_prints() {
    let streams = ["println!", "print!(", "dbg!", "io::stdout", "io::stderr", "anstream::", ".print()", ".exit()"];
    only_in("src/cli/output.rs", &[], "src", &streams);
}

/// What replaces a file does so whole or not at all.
#[test]
fn one_module_writes_files() {
    let ways = [
        "fs::write",
        "fs::rename",
        "fs::copy",
        "File::create",
        "File::options",
        "OpenOptions",
        "NamedTempFile",
        "generate_to",
    ];
    // What differs between systems makes the files that stand for locks and sockets, and asks whether one could be
    // written to.
    only_in("src/writing.rs", &["src/system", "src/winscard/client/system"], "src", &ways);
}

/// A name may hold whatever its folder takes: a `Display` of it would bring that to a terminal.
#[test]
fn no_name_of_a_file_is_printed_as_it_is() {
    for file in sources("src") {
        let code = without_tests(&file);
        assert!(!code.contains(".display()"), "{}: show the name with shown::path", file.display());
    }
}

#[test]
fn tests_are_left_out() {
    let names = |file: &Path| file.file_name().map(|name| name.to_string_lossy().into_owned());
    let names: Vec<_> = sources("src").filter_map(|file| names(&file)).collect();
    assert!(!names.iter().any(|name| name == "tests.rs" || name == "chance_tests.rs"));
    assert!(names.iter().any(|name| name == "output.rs"));
    assert!(!without_tests(&root().join("src/shown.rs")).contains("#[test]"));
}
