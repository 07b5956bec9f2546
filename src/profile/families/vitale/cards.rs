//! The cards that are part of the program, all of invented people.

use virtuale_applets::cards;

use super::BuiltIn;

/// All of them; the first of a generation stands before the others.
pub(super) const CARDS: [BuiltIn; 12] = [
    BuiltIn { name: "vitale2-martin", text: cards::VITALE2_MARTIN },
    BuiltIn { name: "vitale2-durand", text: cards::VITALE2_DURAND },
    BuiltIn { name: "vitale2-bastia", text: cards::VITALE2_BASTIA },
    BuiltIn { name: "vitale2-minimal", text: cards::VITALE2_MINIMAL },
    BuiltIn { name: "vitale2-calendrier", text: cards::VITALE2_CALENDRIER },
    BuiltIn { name: "vitale2-t1", text: cards::VITALE2_T1 },
    BuiltIn { name: "vitale1-petit", text: cards::VITALE1_PETIT },
    BuiltIn { name: "vitale1-famille-leroy", text: cards::VITALE1_FAMILLE_LEROY },
    BuiltIn { name: "vitale1-v1bis", text: cards::VITALE1_V1BIS },
    BuiltIn { name: "vitale1-igea440", text: cards::VITALE1_IGEA440 },
    BuiltIn { name: "vitale1-clone", text: cards::VITALE1_CLONE },
    BuiltIn { name: "vitale1-iso", text: cards::VITALE1_ISO },
];
