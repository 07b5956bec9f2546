//! Files whose records are members of a list of card files, for terminals that write them.

use std::sync::Arc;

use super::{
    super::{diagnostic::Source, tree::Node},
    Layout,
    encode::Encoder,
    model::{Body, Each, File, Item, Path, Structure},
};

impl Layout {
    /// The name of the file each of whose records is a member of a list, such as `copie`.
    #[must_use]
    pub fn record_file_of(&self, list: &str) -> Option<&str> {
        let is_it = |item: &Item| matches!(&item.each, Some(Each::Member { list: path, .. }) if path.keys == [list]);
        let holds = |file: &&File| {
            matches!(file.structure, Structure::Records { .. })
                && file.member.is_none()
                && file.content.iter().all(is_it)
        };
        let mut files = self.files.iter().filter(|file| !file.content.is_empty());
        files.find(holds).map(|file| file.name.as_str())
    }

    /// The name of the transparent file in which a key of card files stands, such as `assure.nir`; of several, that of
    /// the first.
    #[must_use]
    pub fn file_of(&self, key: &str) -> Option<&str> {
        let is_it = |path: &Path| path.keys.join(".") == key;
        let transparent = |file: &&File| matches!(file.structure, Structure::Transparent { .. });
        let mut files = self.files.iter().filter(transparent);
        files.find(|file| file.content.iter().any(|item| item.has(&is_it))).map(|file| file.name.as_str())
    }

    /// The records that a file of records has with these data, the oldest first; `None` if there is no such file, or
    /// if something in the data has no place in it.
    #[must_use]
    pub fn encode_records(&self, file: &str, data: &Node) -> Option<Vec<Vec<u8>>> {
        let is_it = |known: &&File| known.name == file && matches!(known.structure, Structure::Records { .. });
        let file = self.files.iter().find(is_it)?;
        // No text has these data, so that mistakes have no place to point at; only whether there are any counts.
        let nowhere = Arc::new(Source { name: String::new(), text: String::new() });
        let mut encoder = Encoder::new(self, &nowhere, data);
        let encoded = encoder.file(file);
        encoder.finish(encoded.parts).ok()
    }
}

impl Item {
    /// Whether a datum that it or an item in it has from the top is that one.
    fn has(&self, is_it: &impl Fn(&Path) -> bool) -> bool {
        match &self.body {
            _ if self.each.is_some() => false,
            Body::Value { from, .. } => is_it(from),
            Body::Group(items) => items.iter().any(|item| item.has(is_it)),
            _ => false,
        }
    }
}
