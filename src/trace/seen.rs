//! How a trace names the card file of its slot.

use std::path::{self, Component, Path, PathBuf};

use super::lines::is_blank;
use crate::{shown, system::file::with_slashes};

/// A card whose name no trace can say: it would be read as another one.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a trace cannot name the card {}: it has {flaw}", shown::path(name))]
pub struct Unnamable {
    /// Its name, or the path of its file as the trace would have it.
    pub name: PathBuf,
    /// What stands in the way, in words.
    pub flaw: &'static str,
}

/// A card file as a trace names it: from the folder of the trace, where that is not further than the root.
///
/// # Errors
///
/// [`Unnamable`] if the trace would be read otherwise, or nobody could read the card file again.
pub fn seen_from(trace: &Path, card: &Path) -> Result<String, Unnamable> {
    if card.metadata().is_ok_and(|known| !known.is_file()) {
        return Err(Unnamable { name: card.to_owned(), flaw: "nothing behind it any more: it is a pipe or a device" });
    }
    as_named(&from_folder_of(trace, card))
}

fn from_folder_of(trace: &Path, card: &Path) -> PathBuf {
    let (Ok(trace), Ok(found)) = (path::absolute(trace), path::absolute(card)) else { return card.to_owned() };
    let folder: Vec<_> = trace.parent().into_iter().flat_map(Path::components).collect();
    let card: Vec<_> = found.components().collect();
    let shared = folder.iter().zip(&card).take_while(|(one, other)| one == other).count();
    // The root has two parts where it has a drive.
    let root = card.iter().take_while(|part| matches!(part, Component::Prefix(_) | Component::RootDir)).count();
    if shared <= root {
        return card.iter().collect();
    }
    let up = folder.iter().skip(shared).map(|_| Path::new(".."));
    let down = card.iter().skip(shared).map(|part| Path::new(part.as_os_str()));
    up.chain(down).collect()
}

/// A name as a trace says it.
///
/// # Errors
///
/// [`Unnamable`] if the trace would be read otherwise.
pub(crate) fn as_named(name: &Path) -> Result<String, Unnamable> {
    let unnamable = |flaw| Err(Unnamable { name: name.to_owned(), flaw });
    match name.to_str() {
        None => unnamable("bytes that are no UTF-8"),
        Some(text) if text.contains(char::is_control) => unnamable("a line end or another control character"),
        Some(text) if text.starts_with('#') || text.contains(" #") => {
            unnamable("`#` first or behind a blank, which opens a comment")
        }
        Some(text) if text.starts_with(is_blank) || text.ends_with(is_blank) => unnamable("a blank at an end"),
        Some("") => unnamable("no letter"),
        Some(text) => Ok(with_slashes(text)),
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt, path::Path, sync::Arc};

    use proptest::prelude::*;

    use super::{as_named, seen_from};
    use crate::{
        profile::diagnostic::Source,
        trace::{
            Trace,
            write::{Line, Writer},
        },
    };

    #[test]
    fn cards_are_named_from_the_folder_of_the_trace() {
        let seen = |trace: &str, card: &str| seen_from(Path::new(trace), Path::new(card)).expect("a name");
        assert_eq!(seen("traces/a.apdu", "cards/b.toml"), "../cards/b.toml");
        assert_eq!(seen("a.apdu", "cards/b.toml"), "cards/b.toml");
        assert_eq!(seen("/one/a.apdu", "/two/b.toml"), "/two/b.toml");
    }

    #[test]
    fn a_name_that_would_be_read_otherwise_is_refused() {
        for name in ["a #1.toml", "#a", " a", "a ", "a\nb", "a\tb", "\u{7f}", ""] {
            as_named(Path::new(name)).expect_err(name);
        }
        as_named(Path::new(OsStr::from_bytes(b"cl\xE9.toml"))).expect_err("no UTF-8");
        let refused = seen_from(Path::new("/one/a.apdu"), Path::new("/one/b #2/c.toml")).expect_err("a comment");
        let words =
            "a trace cannot name the card b #2/c.toml: it has `#` first or behind a blank, which opens a comment";
        assert_eq!(refused.to_string(), words);
        assert_eq!(as_named(Path::new("née n#1.toml")).as_deref(), Ok("née n#1.toml"));
    }

    proptest! {
        #[test]
        fn what_a_trace_can_name_it_names(name in "[# a\\pC\\PC]{0,12}") {
            if let Ok(name) = as_named(Path::new(&name)) {
                let mut writer = Writer::new(Vec::new()).expect("memory");
                writer.line("", &Line::Card(&name)).expect("memory");
                let text = String::from_utf8(writer.into_inner()).expect("text");
                let trace = Trace::parse(Arc::new(Source { name: "t".into(), text })).expect("a trace");
                prop_assert_eq!(trace.slots()[0].card.as_deref(), Some(&*name));
            }
        }
    }
}
