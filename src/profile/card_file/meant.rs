//! Which key somebody meant with one that its table does not have.

use crate::profile::{nearest::nearest, schema::Key};

/// The shortest word that says which key is meant if it is a part of its name.
const SHORTEST_PART: usize = 3;

/// Words that people have for keys of card files, in English and in French.
const OTHER_WORDS: [(&str, &str); 22] = [
    ("address", "adresse"),
    ("beneficiary", "beneficiaire"),
    ("birth", "naissance"),
    ("birthdate", "naissance"),
    ("card", "carte"),
    ("city", "commune"),
    ("firstname", "prenom"),
    ("first_name", "prenom"),
    ("fund", "caisse"),
    ("holder", "titulaire"),
    ("insured", "assure"),
    ("lastname", "nom"),
    ("last_name", "nom"),
    ("localite", "commune"),
    ("name", "nom"),
    ("rights", "droits"),
    ("scheme", "code_regime"),
    ("securite_sociale", "nir"),
    ("surname", "nom"),
    ("tel", "telephone"),
    ("town", "commune"),
    ("ville", "commune"),
];

/// The key of these that is nearest in its letters, if it is near enough to be meant.
pub(super) fn by_letters<'k>(written: &str, keys: impl IntoIterator<Item = &'k Key>) -> Option<&'k str> {
    nearest(written, keys.into_iter().map(|key| key.name.as_str()))
}

/// The key of these that a word stands for, or that has a part of its name in common with the word: `code_regime` for
/// `regime`, `naissance` for `date_naissance`.
pub(super) fn by_words<'k>(written: &str, keys: impl IntoIterator<Item = &'k Key>) -> Option<&'k str> {
    let written = written.to_lowercase();
    let names: Vec<&str> = keys.into_iter().map(|key| key.name.as_str()).collect();
    let other = OTHER_WORDS.iter().find(|(word, _)| *word == written).map(|(_, name)| *name);
    let named = |wanted: &str| names.iter().copied().find(|name| *name == wanted);
    let long = |part: &&str| part.len() >= SHORTEST_PART;
    let of_parts = || written.split('_').filter(long).find_map(named);
    let with_part = || {
        let mut found = names.iter().copied().filter(|name| name.split('_').any(|part| part == written && long(&part)));
        found.next().filter(|_| found.next().is_none())
    };
    other.and_then(named).or_else(of_parts).or_else(with_part)
}

#[cfg(test)]
mod tests {
    use super::by_words;
    use crate::profile::{families::vitale::Vitale, schema::Schema};

    #[test]
    fn a_word_stands_for_a_key_and_so_does_a_part_of_one() {
        let schema = Schema::of_family(&Vitale).expect("it is sound");
        let keys = |path: &str| schema.key(path).and_then(|key| key.kind.rules()).map(|rules| &rules.fields.0);
        let meant = |path: &str, word: &str| keys(path).and_then(|keys| by_words(word, keys));
        assert_eq!(meant("assure", "regime"), Some("code_regime"));
        assert_eq!(meant("beneficiaire", "DATE_NAISSANCE"), Some("naissance"));
        assert_eq!(meant("beneficiaire.adresse", "ville"), Some("commune"));
        assert_eq!(meant("beneficiaire", "ville"), None);
        assert_eq!(by_words("insured", &schema.root.0), Some("assure"));
    }
}
