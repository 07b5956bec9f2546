//! The cards that can be put into slots from the page: those of the program, and the card files of one folder.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::Serialize;

use super::ConsoleError;
use crate::{profile::families::Families, profile::written::LONGEST, shown};

/// How many files of a folder are listed.
const MOST: usize = 1000;

/// The key that every card file has, at the beginning of a line.
const KEY: &str = "layout";

/// What the files of the program's cards say first, in French.
const FRENCH: [(&str, &str); 25] = [
    (
        "vitale2-martin",
        "Une famille : l'assurée, son conjoint, et des jumeaux que seul leur rang de naissance distingue",
    ),
    (
        "vitale2-durand",
        "Célibataire, exonéré pour une affection de longue durée (ALD 1) depuis six mois, avec une complémentaire (AMC)",
    ),
    (
        "vitale2-bastia",
        "Un NIR corse (2B), des lettres accentuées, un mois de naissance hors calendrier, une complémentaire gratuite",
    ),
    ("vitale2-minimal", "Le moins qu'une carte puisse dire"),
    (
        "vitale2-calendrier",
        "Un père et sa fille nés à des dates du calendrier, pour les programmes qui font du mois 19 une autre date",
    ),
    ("vitale2-t1", "Une puce qui parle T=1 et annonce les longueurs étendues"),
    ("vitale1-petit", "Une carte personnelle de troisième génération : la première à toujours dire quand elle finit"),
    ("vitale1-famille-leroy", "Une carte familiale de première génération : tous les ayants droit de l'assuré y sont"),
    ("vitale1-v1bis", "Une carte personnelle de deuxième génération : elle ne dit pas quand elle finit"),
    ("vitale1-igea440", "Une carte dont le composant défaille : après quelques sessions, elle se tait pour toujours"),
    ("vitale1-clone", "Un sosie de vitale1-petit : les mêmes données là où chacun peut les lire, et aucun des secrets"),
    (
        "vitale1-iso",
        "Une carte dont la mémoire se lit aussi en fichiers : la loi parle de l'ISO 7816-4, mais aucune n'a été vue la suivre",
    ),
    ("cps-lefevre", "La carte d'une généraliste : une activité et sa situation de facturation"),
    ("cps-moreau", "La carte d'une pharmacienne à deux activités : sa pharmacie, et celle d'un hôpital"),
    ("cps-diallo", "La carte d'un infirmier remplaçant"),
    (
        "cpe-accueil",
        "La carte de la secrétaire d'un centre de santé, qui n'est pas professionnelle : le centre la connaît par un numéro",
    ),
    ("cpe-anonyme", "La carte de l'accueil d'un centre de santé, sans nom : qui est de service s'en sert"),
    ("cpa-caisse", "La carte d'un agent d'une caisse d'un régime de base"),
    ("cps-bloquee", "Une carte dont le code est bloqué : trois essais faux"),
    ("cps-perimee", "Une carte périmée, qui fonctionne pourtant"),
    ("cps-revoquee", "Une carte que son titulaire a déclarée perdue : ses certificats sont dans la liste des révoqués"),
    ("cps-muette", "Une carte qui ne répond pas à la remise à zéro"),
    (
        "cps-inconnue",
        "Une carte d'une génération passée, que les programmes d'aujourd'hui ne reconnaissent ni au contact ni à l'antenne",
    ),
    ("cps-changee", "La carte suivante du titulaire de cps-lefevre : les programmes en trouvent une autre qu'avant"),
    ("cps4-lefevre", "La CPS4 de la généraliste dont cps-lefevre est la CPS3"),
];

/// Where cards come from.
#[derive(Debug)]
pub(super) struct Shelf {
    folder: Option<PathBuf>,
}

/// The cards that there are, as JSON has them.
#[derive(Debug, Serialize)]
pub(super) struct Cards {
    built_in: Vec<Card>,
    /// Those of the folder; none without one.
    folder: Option<FolderCards>,
}

#[derive(Debug, Serialize)]
struct FolderCards {
    path: String,
    cards: Vec<Card>,
    /// Whether there are more than are listed.
    more: bool,
}

/// A card that can be put into a slot.
#[derive(Debug, Serialize)]
struct Card {
    /// By which it is asked for.
    name: String,
    /// It as people may see it.
    shown: String,
    /// The generation of a card of the program.
    #[serde(skip_serializing_if = "Option::is_none")]
    generation: Option<&'static str>,
    /// What its file says first, in its first comment.
    about: String,
    /// The same in French, of a card of the program: the author of any other wrote in one language.
    #[serde(skip_serializing_if = "Option::is_none")]
    about_fr: Option<&'static str>,
}

impl Shelf {
    /// A shelf with the cards of a folder, if one is named.
    ///
    /// # Errors
    ///
    /// That there is none such.
    pub(super) fn new(folder: Option<&Path>) -> Result<Self, ConsoleError> {
        let Some(folder) = folder else { return Ok(Self { folder: None }) };
        let failed = |error| ConsoleError::Folder { folder: folder.to_owned(), error };
        let path = folder.canonicalize().map_err(failed)?;
        fs::read_dir(&path).map_err(failed)?;
        Ok(Self { folder: Some(path) })
    }

    /// The cards that there are now.
    pub(super) fn cards(&self) -> Cards {
        let families = Families::built_in();
        let built_in = families.cards().map(|card| Card {
            name: card.name.to_owned(),
            shown: card.name.to_owned(),
            generation: Some(card.generation()),
            about: about(card.text),
            about_fr: FRENCH.iter().find(|(name, _)| *name == card.name).map(|(_, french)| *french),
        });
        Cards { built_in: built_in.collect(), folder: self.folder.as_deref().map(in_folder) }
    }

    /// The card of the program with a name. A path is none, whatever is there.
    pub(super) fn built_in(&self, name: &str) -> Option<&'static str> {
        Families::built_in().cards().map(|card| card.name).find(|known| *known == name)
    }

    /// The path of a card file of the folder, by its name; `None` if it is none of those that are listed.
    pub(super) fn file(&self, name: &str) -> Option<PathBuf> {
        let folder = self.folder.as_deref()?;
        let path = folder.join(name);
        let is_within = path.parent() == Some(folder) && path.file_name().is_some_and(|own| own == name);
        (is_within && card_text(&path).is_some()).then_some(path)
    }
}

fn in_folder(folder: &Path) -> FolderCards {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let mut names: Vec<_> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.retain(|name| Path::new(name).extension().is_some_and(|ending| ending == "toml"));
    names.sort_unstable();
    let mut cards = names.into_iter().filter_map(|name| {
        let about = about(&card_text(&folder.join(&name))?);
        Some(Card { shown: shown::line(&name).into_owned(), name, generation: None, about, about_fr: None })
    });
    let listed: Vec<_> = cards.by_ref().take(MOST).collect();
    FolderCards { path: shown::path(folder), more: cards.next().is_some(), cards: listed }
}

/// The text of a file, if it is a card file by its name, its size and its first key. A link to elsewhere is none.
fn card_text(path: &Path) -> Option<String> {
    if path.extension()? != "toml" {
        return None;
    }
    let known = path.symlink_metadata().ok()?;
    if !known.is_file() || known.len() > u64::try_from(LONGEST).unwrap_or(u64::MAX) {
        return None;
    }
    let text = fs::read(path).and_then(|bytes| String::from_utf8(bytes).map_err(io::Error::other)).ok()?;
    let names_layout =
        |line: &str| line.trim_start().strip_prefix(KEY).is_some_and(|rest| rest.trim_start().starts_with('='));
    text.lines().any(names_layout).then_some(text)
}

/// The first comment of a card file, up to the end of its first sentence.
fn about(text: &str) -> String {
    let comment: Vec<_> = text.lines().map_while(|line| line.strip_prefix('#')).map(str::trim).collect();
    let comment = comment.join(" ");
    let end = comment.find(". ").unwrap_or(comment.len());
    shown::line(comment.get(..end).unwrap_or_default().trim_end_matches('.')).into_owned()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{FRENCH, Shelf, about};

    #[test]
    fn only_card_files_of_the_folder_are_there() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = place.path().join("cards");
        fs::create_dir(&folder).expect("a folder");
        fs::write(folder.join("a.toml"), "# A card. Invented.\nlayout = \"vitale2\"\n").expect("a file");
        fs::write(folder.join("b.txt"), "layout = \"vitale2\"\n").expect("a file");
        fs::write(folder.join("c.toml"), "[package]\nname = \"c\"\n").expect("a file");
        fs::create_dir(folder.join("d.toml")).expect("a folder");
        fs::write(place.path().join("outside.toml"), "layout = \"vitale2\"\n").expect("a file");
        #[cfg(unix)]
        std::os::unix::fs::symlink(place.path().join("outside.toml"), folder.join("e.toml")).expect("a link");
        let shelf = Shelf::new(Some(&folder)).expect("a folder");
        let cards = shelf.cards().folder.expect("a folder");
        let listed: Vec<_> = cards.cards.iter().map(|card| (card.name.as_str(), card.about.as_str())).collect();
        assert_eq!(listed, [("a.toml", "A card")]);
        assert!(shelf.file("a.toml").is_some());
        for bad in
            ["b.txt", "c.toml", "d.toml", "e.toml", "../outside.toml", "", ".", "..", "/etc/passwd", "x/../a.toml"]
        {
            assert!(shelf.file(bad).is_none(), "{bad}");
        }
        assert!(Shelf::new(Some(&place.path().join("none"))).is_err());
        let none = Shelf::new(None).expect("nothing to read");
        assert!(none.file("a.toml").is_none() && none.cards().folder.is_none());
        assert!(none.cards().built_in.iter().any(|card| card.name == "vitale2-martin"));
    }

    #[test]
    fn every_card_of_the_program_is_told_of_in_both_languages() {
        let cards = Shelf::new(None).expect("nothing to read").cards().built_in;
        let without: Vec<_> = cards.iter().filter(|card| card.about.is_empty() || card.about_fr.is_none()).collect();
        assert!(without.is_empty(), "{without:?}");
        assert!(FRENCH.iter().all(|(name, _)| cards.iter().any(|card| card.name == *name)));
    }

    #[test]
    fn a_card_is_told_of_by_its_first_sentence() {
        assert_eq!(about("# A family: \u{1b}twins.\n# More. And more\nlayout"), "A family: \\u{1b}twins");
        assert_eq!(about("layout = 1"), "");
    }
}
