//! How a trace names the card file of its slot.

use std::path::{self, Path, PathBuf};

/// A card file as a trace names it: from the folder of the trace, where that is not further than the root.
#[must_use]
pub fn seen_from(trace: &Path, card: &Path) -> String {
    let shown = card.to_string_lossy().into_owned();
    let (Ok(trace), Ok(card)) = (path::absolute(trace), path::absolute(card)) else { return shown };
    let folder: Vec<_> = trace.parent().into_iter().flat_map(Path::components).collect();
    let card: Vec<_> = card.components().collect();
    let shared = folder.iter().zip(&card).take_while(|(one, other)| one == other).count();
    if shared < 2 {
        return card.iter().collect::<PathBuf>().to_string_lossy().into_owned();
    }
    let up = folder.iter().skip(shared).map(|_| Path::new(".."));
    let down = card.iter().skip(shared).map(|part| Path::new(part.as_os_str()));
    up.chain(down).collect::<PathBuf>().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::seen_from;

    #[test]
    fn cards_are_named_from_the_folder_of_the_trace() {
        let seen = |trace: &str, card: &str| seen_from(Path::new(trace), Path::new(card));
        assert_eq!(seen("traces/a.apdu", "cards/b.toml"), "../cards/b.toml");
        assert_eq!(seen("a.apdu", "cards/b.toml"), "cards/b.toml");
        assert_eq!(seen("/one/a.apdu", "/two/b.toml"), "/two/b.toml");
    }
}
