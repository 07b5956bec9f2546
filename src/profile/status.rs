//! What a status word says to a person, in both languages [ISO-7816-4 5.6]. Its English stands with the engine.

use virtuale_engine::StatusWord;

use super::{
    families::Families,
    said::{Bilingual, counted},
};

/// What a command was answered, in words and without the digits of the status word: in those of a family whose own
/// class the command is of, `file not found` for its `9404`, else in those of ISO 7816-4.
pub(crate) fn meaning(command: &[u8], status: StatusWord) -> Bilingual {
    let class = command.first();
    if let Some(own) = class.and_then(|&class| Families::built_in().status_meaning(class, status)) {
        return Bilingual::new(own.en, own.fr);
    }
    let english = status.to_string();
    let english = english.split_once(' ').map_or("", |(_digits, words)| words).to_owned();
    match named_status(status) {
        Some(french) => Bilingual::new(english, french),
        None => Bilingual::new(english, unnamed_status(status.0)),
    }
}

fn named_status(status: StatusWord) -> Option<&'static str> {
    Some(match status {
        StatusWord::SUCCESS => "commande exécutée",
        StatusWord::DATA_CORRUPT => "une partie des données peut être altérée",
        StatusWord::END_OF_FILE => "fin du fichier ou de l'enregistrement avant Le octets",
        StatusWord::FILE_DEACTIVATED => "fichier sélectionné désactivé",
        StatusWord::CONTROL_INFORMATION_WRONG => "informations de contrôle du fichier erronées",
        StatusWord::FILE_TERMINATED => "fichier sélectionné en fin de vie",
        StatusWord::AUTHENTICATION_FAILED => "authentification échouée",
        StatusWord::MEMORY_FAILURE => "défaillance de la mémoire",
        StatusWord::SECURITY_ISSUE => "certificat ou cryptogramme faux",
        StatusWord::WRONG_LENGTH => "longueur fausse",
        StatusWord::CHANNEL_NOT_SUPPORTED => "canal logique non géré",
        StatusWord::SECURE_MESSAGING_NOT_SUPPORTED => "messagerie sécurisée non gérée",
        StatusWord::LAST_OF_CHAIN_EXPECTED => "dernière commande de la chaîne attendue",
        StatusWord::CHAINING_NOT_SUPPORTED => "chaînage de commandes non géré",
        StatusWord::INCOMPATIBLE_WITH_FILE => "commande incompatible avec la structure du fichier",
        StatusWord::SECURITY_NOT_SATISFIED => "conditions de sécurité non satisfaites",
        StatusWord::METHOD_BLOCKED => "méthode d'authentification bloquée",
        StatusWord::REFERENCE_NOT_USABLE => "donnée de référence inutilisable",
        StatusWord::CONDITIONS_NOT_SATISFIED => "conditions d'utilisation non satisfaites",
        StatusWord::NO_CURRENT_FILE => "aucun fichier élémentaire courant",
        StatusWord::SM_OBJECTS_MISSING => "objets de messagerie sécurisée manquants",
        StatusWord::SM_OBJECTS_WRONG => "objets de messagerie sécurisée faux",
        StatusWord::WRONG_DATA => "paramètres faux dans le champ de données",
        StatusWord::FUNCTION_NOT_SUPPORTED => "fonction non gérée",
        StatusWord::FILE_NOT_FOUND => "fichier ou application introuvable",
        StatusWord::RECORD_NOT_FOUND => "enregistrement introuvable",
        StatusWord::NO_ROOM => "pas assez de place dans le fichier",
        StatusWord::LENGTH_INCONSISTENT_WITH_TLV => "Lc incohérent avec la structure TLV",
        StatusWord::WRONG_P1_P2 => "P1-P2 faux",
        StatusWord::LENGTH_INCONSISTENT_WITH_P1_P2 => "Lc incohérent avec P1-P2",
        StatusWord::REFERENCE_NOT_FOUND => "donnée de référence introuvable",
        StatusWord::FILE_EXISTS => "ce fichier existe déjà",
        StatusWord::NAME_EXISTS => "ce nom de DF existe déjà",
        StatusWord::WRONG_OFFSET => "position hors du fichier, ou P1-P2 faux",
        StatusWord::INSTRUCTION_NOT_SUPPORTED => "instruction non gérée",
        StatusWord::CLASS_NOT_SUPPORTED => "classe non gérée",
        StatusWord::NO_DIAGNOSIS => "aucun diagnostic précis",
        _ => return None,
    })
}

fn unnamed_status(status: u16) -> String {
    let low = status & 0xFF;
    match status >> 8 {
        0x61 if low == 0 => "256 octets ou plus en attente".into(),
        0x61 => format!("{} en attente", counted(low.into(), "byte", "octet").french),
        0x62 => "avertissement, mémoire inchangée".into(),
        0x63 if low >> 4 == 0xC => format!("encore {}", counted((low & 0xF).into(), "try", "essai").french),
        0x63 => "avertissement, mémoire modifiée".into(),
        0x64 => "erreur d'exécution, mémoire inchangée".into(),
        0x65 => "erreur d'exécution, mémoire modifiée".into(),
        0x66 => "problème de sécurité".into(),
        0x68 => "fonction de l'octet de classe non gérée".into(),
        0x69 => "commande non autorisée".into(),
        0x6A => "paramètres faux".into(),
        0x6C if low == 0 => "Le faux, 256 est juste".into(),
        0x6C => format!("Le faux, {low} est juste"),
        _ => "non défini par l'ISO 7816-4".into(),
    }
}

#[cfg(test)]
mod tests {
    use virtuale_engine::StatusWord;

    use super::{Bilingual, meaning, named_status};

    #[test]
    fn what_has_a_name_in_english_has_one_in_french() {
        for &status in StatusWord::NAMED {
            assert!(named_status(status).is_some(), "{status} has no French");
        }
    }

    #[test]
    fn a_family_says_what_the_commands_of_its_own_class_are_answered() {
        let own = meaning(&[0xA0, 0xA4, 0, 0], StatusWord(0x9404));
        assert_ne!(own, meaning(&[0x00, 0xA4, 0, 0], StatusWord(0x9404)));
        assert_eq!(own.english, "file not found");
    }

    #[test]
    fn both_languages_say_the_same_of_every_status_word() {
        let numbers = |text: &str| -> Vec<u32> {
            let words = text.split(|letter: char| !letter.is_ascii_digit());
            words.filter_map(|word| word.parse().ok()).filter(|&number| number != 7816).collect()
        };
        for value in 0..=u16::MAX {
            let Bilingual { english, french } = meaning(&[], StatusWord(value));
            assert_eq!(numbers(&english), numbers(&french), "{english}; {french}");
            assert_eq!(english.ends_with("by ISO 7816-4"), french.ends_with("par l'ISO 7816-4"), "{english}; {french}");
            assert_ne!(english, *french);
            assert!(!english.starts_with(|first: char| first.is_whitespace()), "{english}");
        }
    }
}
