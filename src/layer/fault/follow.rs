//! Which file a command is about, as far as that can be told from outside.
//!
//! SELECT is followed on the four basic channels of the interindustry classes, and short identifiers in P1-P2. Who
//! knows the files of the card says so ([`Files`]); without that a file is known by the identifier with which it was
//! selected, or by its short one. Commands of a class of the card's own, such as `BC` of a Vitale 1, are not followed.

use std::{fmt, sync::Arc};

use virtuale_engine::{
    class::Class,
    commands::INSTRUCTIONS,
    ins::Ins,
    instruction::{Effect, Parameters},
};

use super::when::FileName;

/// A file of a card.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CardFile {
    /// What its layout calls it.
    pub name: String,
    /// The identifiers from the MF down to it: `3F00/DF01/2001`.
    pub path: String,
    /// Its identifier.
    pub fid: u16,
    /// Its short identifier, if it has one.
    pub sfi: Option<u8>,
    /// The names by which the application is selected that it is in.
    pub aids: Vec<Vec<u8>>,
}

/// Who knows the files of a card. Asked when somebody names one.
pub type Files = Arc<dyn Fn() -> Vec<CardFile> + Send + Sync>;

/// What stands before a short identifier.
pub(super) const SHORT: &str = "sfi:";

/// What a command is about: as much of it as it says.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Target {
    fid: Option<u16>,
    sfi: Option<u8>,
    /// The path of the file, if the card's files are known.
    path: Option<String>,
    /// What the layout calls it.
    name: Option<String>,
}

/// What is selected, by channel.
#[derive(Clone, Default)]
pub(super) struct Follow {
    files: Arc<[CardFile]>,
    channels: [Selected; 4],
}

#[derive(Clone, Debug, Default)]
struct Selected {
    /// The path of the DF, if it is known.
    df: Option<String>,
    ef: Option<Target>,
}

/// What a command asks for.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    channel: usize,
    selects: bool,
    /// The DF that it selects.
    df: Option<String>,
    target: Option<Target>,
}

const MF: &str = "3F00";

impl Follow {
    /// With the files of the card.
    pub(super) fn know(&mut self, files: Vec<CardFile>) {
        self.files = files.into();
    }

    /// Nothing is known of what is selected.
    pub(super) fn lose(&mut self) {
        self.channels = Default::default();
    }

    /// The card was reset: its MF is selected.
    pub(super) fn reset(&mut self) {
        self.channels = Default::default();
        self.channels[0].df = Some(MF.into());
    }

    /// What a command asks for; `None` if it is not about a file, or not followed.
    pub(super) fn asked(&self, command: &[u8]) -> Option<Asked> {
        let &[cla, ins, p1, p2, ref body @ ..] = command else { return None };
        Class::interindustry(cla).filter(|_| cla < 0x40)?;
        let channel = usize::from(cla & 3);
        let selected = self.channels.get(channel)?;
        let instruction = INSTRUCTIONS.find(Ins(ins))?.instruction;
        let p1_p2 = u16::from_be_bytes([p1, p2]);
        let here = |target| Some(Asked { channel, selects: false, df: None, target });
        let short = |sfi: u8| here(Some(self.by_sfi(selected, sfi & 0x1F)));
        match (instruction.effect, instruction.parameters) {
            (Effect::Selects, _) => Some(self.selection(channel, selected, p1, data(body))),
            (Effect::Reads | Effect::Searches | Effect::Writes, parameters) => match parameters {
                Parameters::Offset if p1 & 0x80 != 0 => short(p1),
                Parameters::Record | Parameters::RecordFile if p2 >> 3 != 0 => short(p2 >> 3),
                Parameters::File if p1 != 0 => here(Some(self.by_fid(selected, p1_p2))),
                Parameters::File if p2 & 0x1F != 0 => short(p2),
                _ => here(selected.ef.clone()),
            },
            _ => None,
        }
    }

    /// The card has carried it out.
    pub(super) fn done(&mut self, asked: Asked) {
        let Some(selected) = self.channels.get_mut(asked.channel) else { return };
        if asked.selects {
            if asked.df.is_some() {
                selected.df = asked.df;
            }
            selected.ef = asked.target;
        } else if asked.target.is_some() {
            selected.ef = asked.target;
        }
    }

    fn selection(&self, channel: usize, selected: &Selected, p1: u8, data: &[u8]) -> Asked {
        let asked = |df: Option<String>, target| Asked { channel, selects: true, df, target };
        if p1 == 0x04 {
            let of_aid = |file: &&CardFile| file.aids.iter().any(|aid| aid.starts_with(data));
            let df = self.files.iter().find(of_aid).map(|file| folder(&file.path).to_owned());
            // What is not known is not what it was.
            return asked(Some(df.unwrap_or_default()), None);
        }
        let Some(last) = data.last_chunk::<2>() else { return asked(Some(MF.into()), None) };
        let path = match p1 {
            0x08 => Some(join(MF, data)),
            _ => selected.df.as_deref().map(|df| join(df, data)),
        };
        let fid = u16::from_be_bytes(*last);
        if fid == 0x3F00 {
            return asked(Some(MF.into()), Some(Target { fid: Some(fid), ..Target::default() }));
        }
        if let Some(path) = path.filter(|path| self.files.iter().any(|file| folder(&file.path) == *path)) {
            return asked(Some(path.clone()), Some(Target { fid: Some(fid), path: Some(path), ..Target::default() }));
        }
        asked(None, Some(self.by_fid(selected, fid)))
    }

    fn by_fid(&self, selected: &Selected, fid: u16) -> Target {
        let known = self.find(selected, |file| file.fid == fid);
        known.map_or(Target { fid: Some(fid), ..Target::default() }, Target::of)
    }

    fn by_sfi(&self, selected: &Selected, sfi: u8) -> Target {
        let known = self.find(selected, |file| file.sfi == Some(sfi));
        let known = known.map_or(Target::default(), Target::of);
        Target { sfi: Some(sfi), ..known }
    }

    /// A file of the current DF, else, where nobody knows which that is, any that fits.
    fn find(&self, selected: &Selected, fits: impl Fn(&CardFile) -> bool) -> Option<&CardFile> {
        let df = selected.df.as_deref().filter(|df| !df.is_empty());
        self.files.iter().find(|file| fits(file) && df.is_none_or(|df| folder(&file.path) == df))
    }
}

impl Asked {
    /// Whether it is about this file.
    pub(super) fn is_about(&self, name: &FileName) -> bool {
        self.target.as_ref().is_some_and(|target| target.is(name.as_str()))
    }
}

impl Target {
    fn of(file: &CardFile) -> Self {
        let (path, name) = (Some(file.path.clone()), Some(file.name.clone()));
        Self { fid: Some(file.fid), sfi: file.sfi, path, name }
    }

    fn is(&self, name: &str) -> bool {
        if let Some(sfi) = name.strip_prefix(SHORT) {
            return self.sfi.is_some() && sfi.parse().ok() == self.sfi;
        }
        let is_fid = self.fid.is_some_and(|fid| name.eq_ignore_ascii_case(&format!("{fid:04X}")));
        let is_named = |known: &Option<String>| known.as_ref().is_some_and(|known| known.eq_ignore_ascii_case(name));
        is_fid || is_named(&self.path) || is_named(&self.name)
    }
}

/// Whether a card has a file of this name; and else the name of one that may be meant.
pub(crate) fn look_up(files: &[CardFile], name: &FileName) -> Result<(), Option<String>> {
    let written = name.as_str();
    let is_known = |file: &CardFile| {
        let target = Target::of(file);
        // Also the folder that it is in.
        target.is(written) || folder(&file.path).split('/').any(|fid| fid.eq_ignore_ascii_case(written))
    };
    if files.iter().any(is_known) {
        return Ok(());
    }
    let distance = |file: &CardFile| strsim::damerau_levenshtein(&written.to_lowercase(), &file.name.to_lowercase());
    let nearest = files.iter().map(|file| (distance(file), file)).min_by_key(|(distance, _)| *distance);
    Err(nearest.filter(|(distance, _)| *distance <= 1 + written.len() / 4).map(|(_, file)| file.name.clone()))
}

/// The path of the folder that a file is in.
fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn join(path: &str, fids: &[u8]) -> String {
    fids.chunks(2).fold(path.to_owned(), |path, fid| format!("{path}/{}", hex::encode_upper(fid)))
}

/// The data field of a short command.
fn data(body: &[u8]) -> &[u8] {
    match body {
        [0, high, low, rest @ ..] if !rest.is_empty() => {
            rest.get(..usize::from(u16::from_be_bytes([*high, *low]))).unwrap_or(rest)
        }
        [length, rest @ ..] => rest.get(..usize::from(*length)).unwrap_or(rest),
        [] => &[],
    }
}

impl fmt::Debug for Follow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Follow").field("channels", &self.channels).finish_non_exhaustive()
    }
}
