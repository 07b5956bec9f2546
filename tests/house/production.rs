//! Which code is in the program and which only in its tests, as `#[cfg(test)]` says.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// What stands before a test module or another item that only tests have.
const MARK: &str = "#[cfg(test)]";

/// The files under a folder that are in the program, each with its code: no comments, no docs, nothing for tests only.
pub(crate) fn production(folder: &str) -> Vec<(PathBuf, String)> {
    let files: Vec<_> = super::rust_files(folder).into_iter().map(|file| (text(&file), file)).collect();
    let only_tests: Vec<_> = files.iter().flat_map(|(text, file)| test_modules(text, file)).collect();
    let is_for_tests = |file: &Path| only_tests.iter().any(|module| file.starts_with(module));
    let stays = files.into_iter().filter(|(_, file)| !is_for_tests(&file.with_extension("")));
    stays.map(|(text, file)| (file, super::code_of(&without_tests(&text)))).collect()
}

fn text(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The files that a file declares as modules for tests only, without their ending: all under such a path is for tests.
fn test_modules(text: &str, file: &Path) -> Vec<PathBuf> {
    let folder = match file.file_stem().and_then(|name| name.to_str()) {
        Some("lib" | "main" | "mod") => file.parent().expect("a folder").to_path_buf(),
        _ => file.with_extension(""),
    };
    let after = text.lines().zip(text.lines().skip(1)).filter(|(mark, _)| *mark == MARK);
    let names = after.filter_map(|(_, item)| item.split_once("mod ")?.1.strip_suffix(';'));
    names.map(|name| folder.join(name)).collect()
}

/// A text without the items that have the mark: each goes as far as its first line ends it, or the bracket below its
/// beginning.
fn without_tests(text: &str) -> String {
    let mut lines = text.lines();
    let mut kept = String::new();
    while let Some(line) = lines.next() {
        if line.trim_start() != MARK {
            kept.push_str(line);
            kept.push('\n');
            continue;
        }
        let indent = &line[..line.len() - line.trim_start().len()];
        let item = lines.by_ref().find(|line| !line.trim_start().starts_with("#["));
        if item.is_some_and(|item| item.ends_with('{')) {
            lines.by_ref().find(|line| line.strip_prefix(indent) == Some("}"));
        }
    }
    kept
}

#[test]
fn what_only_tests_have_is_left_out() {
    let text = "mod code;\n#[cfg(test)]\nmod checks;\nfn a() {\n    #[cfg(test)]\n    count();\n    b();\n}\n\
                #[cfg(test)]\n#[track_caller]\nfn only() {\n    c();\n}\nfn last() {}\n";
    assert_eq!(without_tests(text), "mod code;\nfn a() {\n    b();\n}\nfn last() {}\n");
    let modules = |file: &str| test_modules(text, Path::new(file));
    assert_eq!(modules("src/room/mod.rs"), [Path::new("src/room/checks")]);
    assert_eq!(modules("src/room/file.rs"), [Path::new("src/room/file/checks")]);
    let files: Vec<_> = production("src").into_iter().map(|(file, _)| file).collect();
    let has = |file: &str| files.contains(&super::root().join(file));
    assert!(has("src/profile/card_file/mod.rs") && !has("src/profile/card_file/tests.rs"));
    assert!(has("src/profile/layout/mod.rs") && !has("src/profile/layout/tests/interfaces.rs"));
}
