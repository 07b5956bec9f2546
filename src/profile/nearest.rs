//! Which word somebody meant.

use super::said::{Bilingual, said};

/// The longest word that is looked at: nobody meant a longer one, and comparing takes time.
const LONGEST: usize = 40;

/// The word of a set that is nearest to what was written, if it is near enough to be meant.
pub(crate) fn nearest<'w>(written: &str, words: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    if written.len() > LONGEST {
        return None;
    }
    let near = 1 + written.len() / 4;
    let distance = |word: &&str| strsim::damerau_levenshtein(&written.to_lowercase(), word);
    let by_distance = words.into_iter().map(|word| (distance(&word), word));
    by_distance.filter(|(distance, _)| *distance <= near).min_by_key(|(distance, _)| *distance).map(|(_, word)| word)
}

/// The hint that names it.
pub(crate) fn hint<'w>(written: &str, words: impl IntoIterator<Item = &'w str>) -> Option<Bilingual> {
    nearest(written, words).map(|word| said!(en: "did you mean \"{word}\"?", fr: "est-ce « {word} » ?"))
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_word_is_found_if_it_is_near() {
        let words = ["nom", "nom_usage", "naissance", "caisse"];
        assert_eq!(nearest("nmo", words), Some("nom"));
        assert_eq!(nearest("Naisance", words), Some("naissance"));
        assert_eq!(nearest("couverture", words), None);
        assert_eq!(nearest(&"nom".repeat(100), words), None);
    }
}
