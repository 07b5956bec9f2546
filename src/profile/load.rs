//! From a card file to a card: the card file, its layout, the chip's image, the card.

#[cfg(test)]
mod tests;

use std::{
    fmt, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::civil::Date;
use virtuale_engine::{
    applet::Applet,
    chip::{Blueprint, Chip},
    image::{ChipImage, ImageError},
    platform::Platform,
};

use super::{
    answers,
    card::{self, VirtualCard},
    card_file,
    card_mistake::CardMistake,
    chance::{Birth, Identity, Label},
    diagnostic::{Diagnostic, Diagnostics, Source},
    families::{BuiltIn, Contradiction, Families, Family},
    layout::{self, Layout},
    map::{CardMap, FileMap},
    named::UnknownCard,
    nearest, notes,
    provision::Provision,
    reading, reason,
    said::{Bilingual, said},
    schema::{Doc, Schema},
    tree::{Node, Span},
    written::LONGEST,
};
use crate::{
    layer::fault::{CardFile, Fault, Files},
    shown,
};

/// The layout that a card file is told to name where its keys tell no other.
const USUAL_LAYOUT: &str = "vitale2";

/// What a card depends on besides its card file and its layout.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Options {
    /// The day of loading: relative dates count from it, and it is the day on which the card is used.
    pub today: Date,
    /// The seed of the run, from which the chance of each of its cards follows.
    pub seed: u64,
}

/// Why a card file gave no card.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A file could not be read.
    #[error("cannot read {}: {}", shown::path(path), shown::reason(error))]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        error: io::Error,
    },
    /// The card file or its layout has mistakes.
    #[error("{0}")]
    Invalid(Diagnostics),
    /// It is no path, and no card of the program is called so.
    #[error(transparent)]
    Unknown(#[from] UnknownCard),
}

/// A card file that was read, and all that was made of it. Its data have PINs and keys in them, so `Debug` shows none.
#[derive(Clone)]
pub struct Profile {
    name: String,
    data: Node,
    layout: Arc<Layout>,
    image: ChipImage,
    blueprint: Arc<Blueprint>,
    map: Arc<CardMap>,
    faults: Vec<Fault>,
    unplaced: Vec<Diagnostic>,
    notes: Vec<Diagnostic>,
    options: Options,
    identity: Identity,
    source: Arc<Source>,
    families: Families,
    /// The folder from which the card file's paths count.
    base: Option<PathBuf>,
}

/// Reads a card file, or a card that is part of the program, and makes a card of it. [`Families::find_card`] says which
/// is meant.
///
/// # Errors
///
/// [`LoadError::Io`] if the card file cannot be read, [`LoadError::Invalid`] with all mistakes in it or in its layout,
/// [`LoadError::Unknown`] if there is no such card.
pub fn load(card: &Path, options: &Options) -> Result<Profile, LoadError> {
    Families::built_in().load(card, options)
}

/// Reads a card file and makes a card of it, of these families.
pub(super) fn load_file(families: &Families, path: &Path, options: &Options) -> Result<Profile, LoadError> {
    parse_of(families, reading::text(path, LONGEST)?, Some(path.parent().unwrap_or(Path::new(""))), options)
        .map_err(LoadError::Invalid)
}

/// Makes a card of the text of a card file. A layout that it names by a path counts from the folder `base`; without
/// one, it can name built-in layouts only.
///
/// # Errors
///
/// All mistakes in the card file, or in its layout.
pub fn parse(source: Source, base: Option<&Path>, options: &Options) -> Result<Profile, Diagnostics> {
    parse_of(&Families::built_in(), source, base, options)
}

/// The same for cards of these families.
pub(super) fn parse_of(
    families: &Families,
    source: Source,
    base: Option<&Path>,
    options: &Options,
) -> Result<Profile, Diagnostics> {
    let source = Arc::new(source);
    let named = card_file::layout(&source, |keys| usual_layout(families, keys))?;
    let layout = named_layout(families, &source, &named, base);
    let layout = layout.map_err(|mistakes| card_file::behind_slips(&source, mistakes))?;
    of_layout(families, source, layout, named.span, base, options)
}

/// The same once its layout is known, which the card file names there.
fn of_layout(
    families: &Families,
    source: Arc<Source>,
    layout: Arc<Layout>,
    named: Span,
    base: Option<&Path>,
    options: &Options,
) -> Result<Profile, Diagnostics> {
    let schema = layout.schema()?;
    let (faults, data) = (card_file::faults(&source), card_file::read_card(&source, schema, options.today));
    let (faults, mut data) = match (faults, data) {
        (Ok(faults), Ok(data)) => (faults, data),
        (Err(mistakes), Ok(_)) | (Ok(_), Err(mistakes)) => return Err(mistakes),
        (Err(of_faults), Err(others)) => return Err(Diagnostics([others.0, of_faults.0].concat())),
    };
    let contradictions = contradictions(&source, &layout, &data);
    if contradictions.is_empty() {
        layout.family().settle(&mut data, options.today);
    }
    let answers = answers::judge(families, &source, &layout, schema, &data);
    let contradictions = [contradictions, answers.mistakes].concat();
    let encoded = layout.encode(&source, &data, base);
    let (image, map) = match encoded {
        Ok(encoded) if contradictions.is_empty() => encoded,
        Ok(_) => return Err(Diagnostics(contradictions)),
        Err(mistakes) => return Err(Diagnostics([contradictions, mistakes.0].concat())),
    };
    card_file::check_files(&source, &faults, || map.as_named())?;
    let unplaced = layout.unplaced(&source, &data);
    let mut notes = [unplaced.clone(), notes::of(&source, &layout, schema, &data), answers.notes].concat();
    notes.sort_by_key(Diagnostic::position);
    let name = Path::new(&source.name).file_stem().map_or(String::new(), |stem| stem.to_string_lossy().into_owned());
    let identity = Identity::of(&name, &source.text);
    match blueprint(&image, &layout, &data) {
        Ok(blueprint) => {
            let (blueprint, map) = (Arc::new(blueprint), Arc::new(map));
            Ok(Profile {
                name,
                data,
                layout,
                image,
                blueprint,
                map,
                faults,
                unplaced,
                notes,
                options: *options,
                identity,
                source,
                families: families.clone(),
                base: base.map(Path::to_owned),
            })
        }
        Err(error) => Err(Diagnostics(vec![layout.impossible(&source, named, &error, &map)])),
    }
}

/// The layout that a card file with these keys at its top most probably wants: the usual one, unless a family has more
/// of them.
fn usual_layout(families: &Families, keys: &[&str]) -> &'static str {
    let usual = |family: &dyn Family| {
        let is_usual = |layout: &&BuiltIn| layout.name == USUAL_LAYOUT;
        family.layouts().iter().find(is_usual).or_else(|| family.layouts().first()).map(|layout| layout.name)
    };
    let known = |family: &dyn Family| {
        let schema = Schema::of_family(family).ok()?;
        Some(keys.iter().filter(|key| schema.key(key).is_some()).count())
    };
    let layouts = families.iter().filter_map(|family| Some((known(family)?, usual(family)?)));
    let most = layouts.max_by_key(|&(known, name)| (known, name == USUAL_LAYOUT));
    most.map_or(USUAL_LAYOUT, |(_, name)| name)
}

/// What the layout's family says that contradicts itself in a card file.
pub(super) fn contradictions(source: &Arc<Source>, layout: &Layout, data: &Node) -> Vec<Diagnostic> {
    let said = |Doc { en, fr }: Doc| Bilingual::new(en, fr);
    let found = layout.family().contradictions(data).into_iter();
    let mistake = |Contradiction { at, message, also, hint }| {
        let mistake = CardMistake::new(source, at, said(message)).hint(said(hint));
        match also {
            Some((there, says)) => mistake.related(there, said(says)).into(),
            None => mistake.into(),
        }
    };
    found.map(mistake).collect()
}

/// What all cards of an image share.
fn blueprint(image: &ChipImage, layout: &Layout, data: &Node) -> Result<Blueprint, ImageError> {
    let blueprint = Blueprint::new(image)?;
    blueprint.check_applets(|name| applet(name, layout, data).is_some())?;
    Ok(blueprint)
}

/// The applet of a name, for a chip with these data: the family's own, or one that cards of every family may have.
fn applet(name: &str, layout: &Layout, data: &Node) -> Option<Box<dyn Applet>> {
    layout.family().applet(name, layout, data).or_else(|| virtuale_applets::by_name(name))
}

/// The layout that a card file names: a built-in one, or a file.
fn named_layout(
    families: &Families,
    card: &Arc<Source>,
    named: &Node,
    base: Option<&Path>,
) -> Result<Arc<Layout>, Diagnostics> {
    let name = named.text().unwrap_or_default();
    let source = match families.layout_source(name) {
        Some(source) => source,
        None => read_layout(families, card, &named.span, name, base)?,
    };
    layout::parse_once(families, source)
}

fn read_layout(
    families: &Families,
    card: &Arc<Source>,
    span: &Span,
    name: &str,
    base: Option<&Path>,
) -> Result<Source, Diagnostics> {
    let mistake =
        |message, hint| Err(Diagnostics(vec![CardMistake::new(card, span.clone(), message).hint(hint).into()]));
    let names = families.layout_names();
    let meant = nearest::hint(name, names.split(", "));
    let meant = meant.map(|meant| said!(with meant; en: "{meant} ", fr: "{meant} ")).unwrap_or_default();
    let hint = said!(
        with meant;
        en: "{meant}built-in layouts: {names}; any other is a path to a file .toml",
        fr: "{meant}structures fournies : {names} ; toute autre est le chemin d'un fichier .toml",
    );
    if Path::new(name).extension().is_none_or(|extension| extension != "toml") {
        let message = said!(en: "there is no layout \"{name}\"", fr: "il n'y a pas de structure « {name} »");
        return mistake(message, hint);
    }
    let Some(base) = base else {
        let message = said!(
            en: "the layout \"{name}\" is a file, but this card file is none",
            fr: "la structure « {name} » est un fichier, mais cette carte ne vient pas d'un fichier",
        );
        return mistake(message, hint);
    };
    let path = base.join(name);
    match reading::text(&path, LONGEST) {
        Ok(source) => Ok(source),
        Err(LoadError::Invalid(mistakes)) => Err(mistakes),
        Err(LoadError::Unknown(unknown)) => mistake(unknown.said(), hint),
        Err(LoadError::Io { error, .. }) => {
            let (path, why) = (shown::path(&path), reason::reason(&error));
            let message = said!(
                with why;
                en: "cannot read the layout {path}: {why}",
                fr: "impossible de lire la structure {path} : {why}",
            );
            mistake(message, hint)
        }
    }
}

impl Layout {
    /// Reads a layout file.
    ///
    /// # Errors
    ///
    /// [`LoadError::Io`] if it cannot be read, [`LoadError::Invalid`] with all mistakes in it.
    pub fn load(path: &Path) -> Result<Self, LoadError> {
        Self::parse(&Arc::new(reading::text(path, LONGEST)?)).map_err(LoadError::Invalid)
    }
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Profile");
        shown.field("name", &self.name).field("layout", &self.layout.name()).finish_non_exhaustive()
    }
}

impl Profile {
    /// The name of the card file, without its folder and its ending.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it was made with besides its files.
    #[must_use]
    pub fn options(&self) -> Options {
        self.options
    }

    /// What the card file says, defaults included.
    #[must_use]
    pub fn data(&self) -> &Node {
        &self.data
    }

    /// The layout of the chip.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// What is on the chip before its first reset.
    #[must_use]
    pub fn image(&self) -> &ChipImage {
        &self.image
    }

    /// What stands where on the chip.
    #[must_use]
    pub fn map(&self) -> &CardMap {
        &self.map
    }

    /// The faults that the card file says the card has.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// The same without the faults of its card file.
    #[must_use]
    pub fn without_faults(self) -> Self {
        Self { faults: Vec::new(), ..self }
    }

    /// Who knows its files, for faults that name one.
    fn files(&self) -> Files {
        let map = Arc::clone(&self.map);
        Arc::new(move || map.as_named())
    }

    /// What the card file gives though the layout has no place for it, so that it is not on the card.
    #[must_use]
    pub fn unplaced(&self) -> &[Diagnostic] {
        &self.unplaced
    }

    /// All that a person should know of the card file though it is valid, in the order of the file: that, codes that
    /// are in no table, an answer to reset that nobody knows, and what its family says.
    #[must_use]
    pub fn notes(&self) -> &[Diagnostic] {
        &self.notes
    }

    /// What its chance follows from, for a card in a slot with this number.
    pub(crate) fn birth(&self, slot: u64) -> Birth {
        Birth { seed: self.options.seed, identity: *self.identity.bytes(), slot }
    }

    /// The text of its card file.
    pub(crate) fn source(&self) -> &Source {
        &self.source
    }

    /// The same card file and layout, as they would have been read on another day.
    ///
    /// # Errors
    ///
    /// Dates of that day may contradict each other.
    pub(crate) fn of_day(&self, today: Date) -> Result<Self, Diagnostics> {
        self.of_text(Arc::clone(&self.source), today)
    }

    /// Another card file for the same layout, whatever layout it names, as it would have been read on a day.
    ///
    /// # Errors
    ///
    /// All mistakes in it.
    pub(crate) fn of_text(&self, source: Arc<Source>, today: Date) -> Result<Self, Diagnostics> {
        let options = Options { today, ..self.options };
        let (layout, base) = (Arc::clone(&self.layout), self.base.as_deref());
        of_layout(&self.families, source, layout, 0..0, base, &options)
    }

    /// A fresh card, without power, with what is given by default to one in slot 0.
    #[must_use]
    pub fn card(&self) -> VirtualCard {
        self.card_with(Provision::default())
    }

    /// A fresh card, without power. All cards of one profile that are provided for in the same way behave the same.
    ///
    /// # Panics
    ///
    /// Never: reading the profile laid out the same image, with the same applets.
    #[must_use]
    pub fn card_with(&self, provision: Provision) -> VirtualCard {
        let birth = provision.birth(*self.identity.bytes(), self.options.seed);
        let stream = |label| birth.stream(label);
        let wear = self.layout.lifetime(&self.data).map(|lifetime| card::wear(lifetime, &mut stream(Label::Wear)));
        let uid = card::uid(&mut stream(Label::Field));
        let (provision, spoiled) = provision.spoiled(&self.faults, || self.files());
        let platform = provision.platform(self.options.today, stream(Label::Chip));
        let chip = self.chip(platform).expect("the image was checked when the profile was read");
        VirtualCard::new(chip, Identity::from_bytes(birth.identity), wear, uid, spoiled)
    }

    fn chip(&self, platform: Platform) -> Result<Chip, ImageError> {
        Chip::of(&self.blueprint, &|name| applet(name, &self.layout, &self.data), platform)
    }
}

impl CardMap {
    /// The files as faults name them.
    fn as_named(&self) -> Vec<CardFile> {
        self.files.iter().filter(|file| file.class.is_none()).map(FileMap::as_named).collect()
    }
}

impl FileMap {
    /// The file as faults name it.
    fn as_named(&self) -> CardFile {
        let aids = self.aids.iter().map(|aid| aid.as_bytes().to_vec()).collect();
        CardFile { name: self.name.clone(), path: self.path.clone(), fid: self.fid.0, sfi: self.sfi, aids }
    }
}
