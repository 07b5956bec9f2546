//! From a card file to a card: the card file, its layout, the chip's image, the card.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::civil::Date;
use virtuale_applets::layouts;
use virtuale_engine::{
    chip::Chip,
    image::{ChipImage, ImageError},
};

use super::{
    card_file,
    diagnostic::{Diagnostic, Diagnostics, Source},
    layout::Layout,
    map::CardMap,
    tree::{Node, Span},
    world,
    written::LONGEST,
};

/// What a card depends on besides its card file and its layout.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Options {
    /// The day of loading: relative dates count from it, and it is the day on which the card is used.
    pub today: Date,
    /// Where the card's chance starts.
    pub seed: u64,
}

/// Why a card file gave no card.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A file could not be read.
    #[error("cannot read {}: {error}", path.display())]
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
}

/// A card file that was read, and all that was made of it.
#[derive(Clone, Debug)]
pub struct Profile {
    name: String,
    data: Node,
    layout: Layout,
    image: ChipImage,
    map: CardMap,
    options: Options,
}

/// Reads a card file and makes a card of it.
///
/// # Errors
///
/// [`LoadError::Io`] if the card file cannot be read, [`LoadError::Invalid`] with all mistakes in it or in its layout.
pub fn load(path: &Path, options: &Options) -> Result<Profile, LoadError> {
    let text = read(path).map_err(|error| LoadError::Io { path: path.to_owned(), error })?;
    let source = Source { name: path.display().to_string(), text };
    parse(source, Some(path.parent().unwrap_or(Path::new(""))), options).map_err(LoadError::Invalid)
}

/// Makes a card of the text of a card file. A layout that it names by a path counts from the folder `base`; without
/// one, it can name built-in layouts only.
///
/// # Errors
///
/// All mistakes in the card file, or in its layout.
pub fn parse(source: Source, base: Option<&Path>, options: &Options) -> Result<Profile, Diagnostics> {
    let source = Arc::new(source);
    let named = card_file::layout(&source)?;
    let layout = layout(&source, &named, base)?;
    let schema = layout.schema()?;
    let data = card_file::read(&source, &schema, options.today)?;
    let (image, map) = layout.encode(&source, &data)?;
    let name = Path::new(&source.name).file_stem().map_or(String::new(), |stem| stem.to_string_lossy().into_owned());
    let profile = Profile { name, data, layout, image, map, options: *options };
    match profile.chip() {
        Ok(_) => Ok(profile),
        Err(error) => {
            let message = format!("no chip can be made of this card: {error}");
            Err(Diagnostics(vec![Diagnostic::new(&source, named.span, message)]))
        }
    }
}

/// The layout that a card file names: a built-in one, or a file.
fn layout(card: &Arc<Source>, named: &Node, base: Option<&Path>) -> Result<Layout, Diagnostics> {
    let name = named.text().unwrap_or_default();
    let source = if let Some(text) = layouts::named(name) {
        Source { name: format!("{name}.toml (built in)"), text: text.to_owned() }
    } else {
        read_layout(card, &named.span, name, base)?
    };
    Layout::parse(&Arc::new(source))
}

fn read_layout(card: &Arc<Source>, span: &Span, name: &str, base: Option<&Path>) -> Result<Source, Diagnostics> {
    let mistake =
        |message: String, hint: String| Err(Diagnostics(vec![Diagnostic::new(card, span.clone(), message).hint(hint)]));
    let built_in = layouts::NAMES.join(", ");
    let hint = format!("built-in layouts: {built_in}; any other is a path to a file .toml");
    if Path::new(name).extension().is_none_or(|extension| extension != "toml") {
        return mistake(format!("there is no layout \"{name}\""), hint);
    }
    let Some(base) = base else {
        return mistake(format!("the layout \"{name}\" is a file, but this card file is none"), hint);
    };
    let path = base.join(name);
    match read(&path) {
        Ok(text) => Ok(Source { name: path.display().to_string(), text }),
        Err(error) => mistake(format!("cannot read the layout {}: {error}", path.display()), hint),
    }
}

/// The text of a file. Of one that is too long, so much that whoever parses it sees that it is.
fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let most = u64::try_from(LONGEST).unwrap_or(u64::MAX).saturating_add(1);
    File::open(path)?.take(most).read_to_string(&mut text)?;
    Ok(text)
}

impl Profile {
    /// The name of the card file, without its folder and its ending.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
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

    /// A fresh card, without power. All cards of one profile behave the same.
    ///
    /// # Panics
    ///
    /// Never: reading the profile made a card of the same image.
    #[must_use]
    pub fn card(&self) -> Chip {
        self.chip().expect("the image was checked when the profile was read")
    }

    fn chip(&self) -> Result<Chip, ImageError> {
        let world = world::fixed(self.options.today, self.options.seed);
        Chip::new(self.image.clone(), &virtuale_applets::by_name, world)
    }
}
