//! The groups of the configuration: 60, 64 and 67 [MEDINTUX-SSV readers]. What they hold here is ours, and says so.

use super::{About, Coding::Text, FieldSpec, GroupSpec, Origin, up_to};

/// The longest text: what one byte of length says.
const LONGEST: usize = 127;

pub(super) const GROUPS: &[GroupSpec] = &[
    GroupSpec {
        number: 60,
        en: "versions of what drives the readers",
        fr: "versions de ce qui pilote les lecteurs",
        about: About::Readers,
        base: "",
        fields: &[
            text("version_ssv", "version of the reading interface", "version de l'interface de lecture"),
            text("version_galss", "version of the GALSS", "version du GALSS"),
            text("version_pss", "version of the PSS", "version du PSS"),
        ],
    },
    GroupSpec {
        number: 64,
        en: "a component",
        fr: "un composant",
        about: About::Readers,
        base: "",
        fields: &[
            text("identifiant", "which it is", "identifiant du composant"),
            text("libelle", "what it is called", "libellé du composant"),
            text("version", "its version", "version du composant"),
        ],
    },
    GroupSpec {
        number: 67,
        en: "a reader that PC/SC has",
        fr: "un lecteur connu de PC/SC",
        about: About::Readers,
        base: "",
        fields: &[
            text("nom", "name of the reader", "nom du lecteur"),
            text("type_carte", "kind of the card in it, in words", "type de la carte présente, en clair"),
        ],
    },
];

const fn text(name: &'static str, en: &'static str, fr: &'static str) -> FieldSpec {
    FieldSpec { name, en, fr, width: up_to(LONGEST), coding: Text, key: None, codes: None, origin: Origin::Public }
}
