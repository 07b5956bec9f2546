//! What the status words of the side of class A0 mean, in both languages: the English is the applet's own.

use virtuale_applets::cps2ter;
use virtuale_engine::{StatusWord, image::Waiting};

use crate::profile::schema::Doc;

/// The French of each meaning.
const FRENCH: [(u16, &str); 9] = [
    (0x9240, "défaut de mémoire"),
    (0x9402, "adresse hors du fichier"),
    (0x9404, "fichier introuvable"),
    (0x9408, "commande qui ne convient pas au fichier, ou aucun fichier choisi"),
    (0x9802, "code absent"),
    (0x9804, "code faux, ou code non présenté"),
    (0x9808, "code invalidé"),
    (0x9810, "fichier invalidé"),
    (0x9840, "code bloqué"),
];

/// What a status word says that answers a command of this class; `None` where it says what ISO 7816-4 has.
pub(super) fn meaning(class: u8, status: StatusWord) -> Option<Doc> {
    let en = (class == cps2ter::CLASS).then(|| cps2ter::status_meaning(status)).flatten()?;
    let fr = match Waiting::GSM.announced(status) {
        Some(0) => "256 octets attendent".to_owned(),
        Some(1) => "1 octet attend".to_owned(),
        Some(waiting) => format!("{waiting} octets attendent"),
        None => {
            FRENCH.iter().find(|(known, _)| *known == status.0).map_or_else(|| en.clone(), |(_, fr)| (*fr).to_owned())
        }
    };
    Some(Doc { en, fr })
}

#[cfg(test)]
mod tests {
    use virtuale_engine::StatusWord;

    use super::meaning;

    #[test]
    fn every_status_word_of_the_side_has_words_in_both_languages() {
        let all: Vec<_> = (0..=u16::MAX).filter_map(|status| meaning(0xA0, StatusWord(status))).collect();
        assert_eq!(all.len(), 256 + 9);
        for words in all {
            assert_ne!(words.en, words.fr);
        }
        assert_eq!(meaning(0x00, StatusWord(0x9804)), None);
        assert_eq!(meaning(0xA0, StatusWord(0x9F0F)).map(|words| words.fr).as_deref(), Some("15 octets attendent"));
    }
}
