//! The card file of a card as it is after a change.
//!
//! What the chip has is said in full, empty where there is nothing. What only the issuer has of a card stays beside it,
//! and is told of the update: a card file with events gets one more.

use std::path::{self, Path};

use super::{Amendment, Change, Subject, files};
use crate::profile::{
    Options, card_file,
    card_mistake::CardMistake,
    diagnostic::{Diagnostic, Diagnostics, Source},
    load::parse,
    map::FileMap,
    said::said,
    tree::{Data, Node},
};

/// The ending of layouts that are files.
const LAYOUT_FILE: &str = "toml";

impl Change {
    /// The card file that a card has after this change: that of a card whose card file, or which itself, says `card`.
    /// `folder` is where it will stand; files that it names are named from there.
    ///
    /// # Errors
    ///
    /// As for [`Change::amend`]; and that no card file can say it, since what happened to the card speaks against it.
    pub fn amended_card_file(&self, card: &Subject<'_>, folder: &Path) -> Result<String, Diagnostics> {
        let (Amendment { mut data, .. }, (image, map)) = self.amend_encoded(card)?;
        let (layout, family) = (card.layout, card.layout.family());
        put_back(&mut data, card.data, &[family.beside(), &["layout"]].concat());
        family.tell_update(&mut data, card.data, self.header().date);
        rename_files(&mut data, card, folder);
        let name = data.at("layout").and_then(Node::text).unwrap_or(layout.name()).to_owned();
        let schema = layout.schema()?;
        let follows = family.follows(&data);
        let write = |data: &Node| card_file::data_text(data, schema, layout, &name, &follows);
        // That it is one is seen before anything is written.
        let read = |text: &str| {
            let source = Source { name: card.place.to_owned(), text: text.to_owned() };
            parse(source, Some(folder), &Options { today: self.today, seed: 0 })
        };
        let mut text = write(&data);
        let mut profile = read(&text)?;
        if let Some(atr) = card.atr.filter(|atr| *atr != profile.image().atr.as_bytes()) {
            put_atr(&mut data, atr);
            text = write(&data);
            profile = read(&text)?;
        }
        let right = files::contents(&image, &map);
        let found = files::contents(profile.image(), profile.map());
        let differs = |(file, content): &&(&FileMap, Vec<u8>)| {
            !found.iter().any(|(other, found)| other.name == file.name && found == content)
        };
        match right.iter().find(differs) {
            Some((file, _)) => Err(Diagnostics(vec![self.not_told(&file.name)])),
            None => Ok(text),
        }
    }

    /// That what is beside a card speaks against what a file of it has after the change.
    fn not_told(&self, file: &str) -> Diagnostic {
        let message = said!(
            en: "what happened to this card, as its card file tells it, cannot end in what {file} has after this change",
            fr: "ce qui est arrivé à cette carte, selon son fichier, ne peut aboutir à ce que {file} contient après ce \
                 changement",
        );
        let hint = said!(
            en: "update the card without -o, or write its events ([[evenement]]) by hand; events end a card later and \
                 never earlier, and etat = \"active\" unblocks one",
            fr: "mettre la carte à jour sans -o, ou écrire ses événements ([[evenement]]) à la main ; un événement \
                 prolonge une carte sans jamais l'abréger, et etat = \"active\" la débloque",
        );
        CardMistake::new(&self.source, self.header().serial_span.clone(), message).hint(hint).into()
    }
}

/// The key of the answer to reset, in its table.
const ATR: (&str, &str) = ("carte", "atr");

/// Has a card file say the answer to reset, where its layout has a key for it.
fn put_atr(data: &mut Node, atr: &[u8]) {
    let Data::Table(table) = &mut data.data else { return };
    if let Some(Node { data: Data::Table(card), .. }) = table.get_mut(ATR.0) {
        card.insert(ATR.1.to_owned(), Node::unwritten(Data::Bytes(atr.to_vec())));
    }
}

/// What a card says as a card file, without what is beside it.
pub(super) fn base_text(card: &Subject<'_>) -> Result<String, Diagnostics> {
    let beside = card.layout.family().beside();
    Ok(card_file::data_text(card.data, card.layout.schema()?, card.layout, card.layout.name(), beside))
}

/// Puts back beside a card what its card file had there.
fn put_back(data: &mut Node, before: &Node, beside: &[&str]) {
    let Data::Table(table) = &mut data.data else { return };
    let kept = beside.iter().filter_map(|name| Some((*name, before.at(name)?)));
    table.extend(kept.map(|(name, node)| (name.to_owned(), node.clone())));
}

/// Names the files that a card file names, its layout and those of its keys, from the folder where it will stand.
fn rename_files(data: &mut Node, card: &Subject<'_>, folder: &Path) {
    let Some(base) = card.base else { return };
    let is_same = |(one, other): (path::PathBuf, path::PathBuf)| one == other;
    let real = |folder: &Path| if folder.as_os_str().is_empty() { Path::new(".") } else { folder }.canonicalize();
    if real(base).ok().zip(real(folder).ok()).is_some_and(is_same) {
        return;
    }
    let rename = |node: &mut Node| {
        if let Data::Text(name) = &mut node.data
            && let Ok(path) = path::absolute(base.join(&*name))
        {
            *name = path.to_string_lossy().into_owned();
        }
    };
    if let Data::Table(table) = &mut data.data
        && let Some(layout) = table.get_mut("layout")
        && layout.text().is_some_and(|name| Path::new(name).extension().is_some_and(|ending| ending == LAYOUT_FILE))
    {
        rename(layout);
    }
    let Some((list, key)) = card.layout.key_files() else { return };
    let found = list.split('.').try_fold(data, |node, key| match &mut node.data {
        Data::Table(table) => table.get_mut(key),
        _ => None,
    });
    let Some(Node { data: Data::List(keys), .. }) = found else { return };
    for entry in keys {
        if let Data::Table(entry) = &mut entry.data {
            entry.get_mut(&key).into_iter().for_each(&rename);
        }
    }
}
