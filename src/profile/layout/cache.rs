//! Layouts that were read before: one that several cards name is read once.

use std::sync::{Arc, Mutex, PoisonError};

use super::{
    super::{
        diagnostic::{Diagnostics, Source},
        families::Families,
    },
    Layout,
};

/// How many are kept: all that are built in, and as many again of an author's own.
const MOST: usize = 8;

/// The last ones, the latest at the end.
static READ: Mutex<Vec<Arc<Layout>>> = Mutex::new(Vec::new());

/// Reads a layout, unless one of this name, text and family was read before. A file that changed has another text.
///
/// # Errors
///
/// All mistakes that were found in it.
pub(in crate::profile) fn parse_once(families: &Families, source: Source) -> Result<Arc<Layout>, Diagnostics> {
    let is_it = |layout: &&Arc<Layout>| *layout.source == source && families.has(layout.family);
    let known = |layouts: &[Arc<Layout>]| layouts.iter().find(is_it).cloned();
    if let Some(layout) = known(&READ.lock().unwrap_or_else(PoisonError::into_inner)) {
        return Ok(layout);
    }
    // Another thread may read the same meanwhile: both are right.
    let layout = Arc::new(Layout::parse_of(families, &Arc::new(source))?);
    let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
    if read.len() == MOST {
        read.remove(0);
    }
    read.push(Arc::clone(&layout));
    Ok(layout)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use virtuale_applets::layouts::VITALE2;

    use super::{Families, Source, parse_once};

    #[test]
    fn a_layout_is_read_once_and_again_when_it_changed() {
        let families = Families::built_in();
        let read = |name: &str, text: &str| parse_once(&families, Source { name: name.into(), text: text.into() });
        let first = read("cache.toml", VITALE2).expect("a layout");
        let changed = VITALE2.replacen("layout = \"vitale2\"", "layout = \"other\"", 1);
        assert!(Arc::ptr_eq(&first, &read("cache.toml", VITALE2).expect("a layout")));
        assert_eq!(read("cache.toml", &changed).expect("a layout").name(), "other");
        assert_eq!(read("elsewhere.toml", VITALE2).expect("a layout").source.name, "elsewhere.toml");
        assert!(read("cache.toml", "layout = 1").is_err());
    }
}
