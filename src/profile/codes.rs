//! What the codes on a card mean, as far as that is public [MEDINTUX-SSV codes].
//!
//! Many codes have been seen on test cards and in software without their meaning being public. Those stand here without
//! a label; [`meaning`] has nothing to say of them, and a page says so. The rule that this file upholds: no meaning is
//! guessed.

mod professionals;

/// The codes of one kind.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CodeList {
    /// Its name, by which the schema refers to it.
    pub name: &'static str,
    /// The codes that have been seen.
    pub codes: &'static [Code],
}

/// A code that has been seen.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Code {
    /// As it is written.
    pub value: &'static str,
    /// What it means, if that is public.
    pub label: Option<Label>,
}

/// A meaning in both languages.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Label {
    /// In English.
    pub en: &'static str,
    /// In French.
    pub fr: &'static str,
}

/// What a code of a list means; `None` if that is not public, or if there is no such list or code.
///
/// ```
/// let child = virtuale::profile::codes::meaning("qualite", "6").map(|label| (label.en, label.fr));
/// assert_eq!(child, Some(("child", "enfant")));
/// assert_eq!(virtuale::profile::codes::meaning("situation", "0100"), None);
/// ```
#[must_use]
pub fn meaning(list: &str, code: &str) -> Option<Label> {
    self::list(list)?.codes.iter().find(|known| known.value == code)?.label
}

/// Whether a code of a list has been seen, be its meaning public or not.
#[must_use]
pub fn is_known(list: &str, code: &str) -> bool {
    self::list(list).is_some_and(|list| list.codes.iter().any(|known| known.value == code))
}

/// The list of this name.
#[must_use]
pub fn list(name: &str) -> Option<&'static CodeList> {
    lists().find(|list| list.name == name)
}

/// Every list.
pub fn lists() -> impl Iterator<Item = &'static CodeList> {
    PATIENTS.iter().chain(professionals::LISTS)
}

/// A code whose meaning is public.
const fn code(value: &'static str, en: &'static str, fr: &'static str) -> Code {
    Code { value, label: Some(Label { en, fr }) }
}

/// A code whose meaning is not public.
const fn seen(value: &'static str) -> Code {
    Code { value, label: None }
}

/// The lists of health cards.
const PATIENTS: &[CodeList] = &[
    CodeList {
        name: "regime",
        codes: &[
            code("01", "general scheme", "régime général"),
            code("02", "agricultural scheme", "régime agricole"),
            code("03", "self-employed", "travailleurs indépendants"),
            code("04", "railways (SNCF)", "SNCF"),
            code("05", "Paris transport (RATP)", "RATP"),
            code("06", "seafarers (ENIM)", "marins (ENIM)"),
            code("07", "mines", "mines"),
            code("08", "military (CNMSS)", "militaires (CNMSS)"),
            code("09", "Bank of France", "Banque de France"),
            code("10", "notaries' clerks (CRPCEN)", "clercs de notaires (CRPCEN)"),
            code("12", "Paris chamber of commerce (CCIP)", "chambre de commerce de Paris (CCIP)"),
            code("14", "National Assembly", "Assemblée nationale"),
            code("15", "Senate", "Sénat"),
            code("16", "port of Bordeaux", "port de Bordeaux"),
            code("90", "ministers of religion (CAVIMAC)", "cultes (CAVIMAC)"),
            code("91", "MGEN, a mutual", "mutuelle MGEN"),
            code("92", "MG, a mutual", "mutuelle MG"),
            code("93", "MGP, a mutual", "mutuelle MGP"),
            code("94", "MFP, a mutual", "mutuelle MFP"),
            code("95", "MNH, a mutual", "mutuelle MNH"),
            code("96", "MNAM, a mutual", "mutuelle MNAM"),
            seen("99"),
        ],
    },
    CodeList {
        name: "gestion",
        codes: &[
            seen("04"),
            seen("10"),
            seen("11"),
            seen("12"),
            seen("13"),
            seen("18"),
            seen("29"),
            seen("87"),
            seen("A1"),
            seen("A2"),
            seen("N1"),
        ],
    },
    CodeList {
        name: "qualite",
        codes: &[
            code("0", "insured", "assuré"),
            code("1", "ascendant, descendant or collateral", "ascendant, descendant ou collatéral"),
            code("2", "spouse", "conjoint"),
            code("3", "divorced spouse", "conjoint divorcé"),
            code("4", "cohabitant", "concubin"),
            code("5", "separated spouse", "conjoint séparé"),
            code("6", "child", "enfant"),
            code("7", "beneficiary outside article L. 313", "bénéficiaire hors article L. 313"),
            code("8", "widow or widower", "conjoint veuf"),
            code("9", "other beneficiary", "autre ayant droit"),
        ],
    },
    CodeList {
        name: "service_amo",
        codes: &[
            code("00", "none", "aucun"),
            code("01", "free complementary cover (CMU-C), managed by the AMO", "CMU-C gérée par l'AMO"),
            code("02", "complementary cover delegated by the AMC", "AMC déléguée"),
            code("03", "complementary cover managed by the AMC", "AMC"),
            code("10", "leaving free complementary cover (CMU-C)", "sortie de CMU-C"),
            seen("11"),
        ],
    },
    CodeList {
        name: "ald",
        codes: &[
            code("0", "no long-term illness", "pas d'ALD"),
            code("1", "long-term illness, exonerated", "ALD exonérante"),
            code("2", "long-term illness, exonerated", "ALD exonérante"),
            code("3", "long-term illness, exonerated", "ALD exonérante"),
            seen("4"),
            seen("5"),
            seen("6"),
        ],
    },
    CodeList {
        name: "situation",
        codes: &[
            seen("0100"),
            seen("0101"),
            seen("0102"),
            seen("0103"),
            seen("0104"),
            seen("0105"),
            seen("0106"),
            seen("0107"),
            seen("0108"),
            seen("0109"),
            seen("0110"),
            seen("0200"),
            seen("0201"),
            seen("0202"),
            seen("0204"),
            seen("0225"),
            seen("0400"),
            seen("0401"),
            seen("0402"),
            seen("0404"),
        ],
    },
    CodeList {
        name: "exoneration",
        codes: &[
            code("0", "none, maternity or accident at work", "aucune, maternité ou accident du travail"),
            code("3", "special care", "soins particuliers exonérés"),
            code("4", "long-term illness", "ALD"),
            code("5", "patient exempt", "assuré ou bénéficiaire exonéré"),
            code("7", "prevention", "prévention"),
            code("9", "solidarity fund (FSV)", "fonds de solidarité (FSV)"),
        ],
    },
    CodeList {
        name: "traitement_amc",
        codes: &[
            seen("00"),
            seen("12"),
            seen("13"),
            seen("22"),
            seen("23"),
            seen("32"),
            seen("33"),
            seen("60"),
            seen("62"),
            seen("63"),
            seen("72"),
            seen("73"),
        ],
    },
    CodeList { name: "traitement_mutuelle", codes: &[seen("00"), seen("01"), seen("02"), seen("62"), seen("71")] },
    CodeList {
        name: "sts",
        codes: &[
            code("4", "insurers (FFSA)", "assureurs (FFSA)"),
            code("8", "provident institutions (CTIP)", "institutions de prévoyance (CTIP)"),
            code("M", "mutuals", "mutualité"),
            seen("R"),
            seen("A"),
            seen("U"),
        ],
    },
    CodeList { name: "routage", codes: &[seen("NR"), seen("IP"), seen("OC"), seen("SP"), seen("MA")] },
];

#[cfg(test)]
mod tests {
    use super::{lists, meaning};

    #[test]
    fn a_meaning_is_told_where_it_is_public_only() {
        assert_eq!(meaning("regime", "10").map(|label| label.fr), Some("clercs de notaires (CRPCEN)"));
        assert_eq!(meaning("profession", "40").map(|label| label.fr), Some("Chirurgien-Dentiste"));
        for (list, code) in [("situation", "0100"), ("regime", "99"), ("regime", "11"), ("no such list", "01")] {
            assert_eq!(meaning(list, code), None, "{list} {code}");
        }
    }

    #[test]
    fn no_list_and_no_code_stands_twice() {
        for known in lists() {
            assert_eq!(lists().filter(|list| list.name == known.name).count(), 1, "{}", known.name);
            let mut values: Vec<_> = known.codes.iter().map(|code| code.value).collect();
            values.sort_unstable();
            values.dedup();
            assert_eq!(values.len(), known.codes.len(), "{}", known.name);
        }
    }
}
