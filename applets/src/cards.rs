//! The cards that are part of the program, all of invented people, as the text of their card files.
//!
//! Which family they are of, and by which name a person asks for one, the families say (`profile::families` of the root
//! package).

/// A family: the insured, her spouse, and twins whom only their birth rank tells apart.
pub const VITALE2_MARTIN: &str = include_str!("../cards/vitale2-martin.toml");

/// Single, exonerated for a long-term illness since half a year, with complementary cover.
pub const VITALE2_DURAND: &str = include_str!("../cards/vitale2-durand.toml");

/// A Corsican NIR, letters with accents, a birth month that no calendar has, free complementary cover.
pub const VITALE2_BASTIA: &str = include_str!("../cards/vitale2-bastia.toml");

/// The least that is a card of the second generation.
pub const VITALE2_MINIMAL: &str = include_str!("../cards/vitale2-minimal.toml");

/// Birth dates that are days of the calendar, for programs that do not take the month 19: what is fictitious is where
/// its people were born, and their fund.
pub const VITALE2_CALENDRIER: &str = include_str!("../cards/vitale2-calendrier.toml");

/// A chip that speaks T=1 and says that it takes extended lengths.
pub const VITALE2_T1: &str = include_str!("../cards/vitale2-t1.toml");

/// A personal card of the first generation, in its third version: the first that always says when it ends.
pub const VITALE1_PETIT: &str = include_str!("../cards/vitale1-petit.toml");

/// A family card of the first generation: everybody who depends on the insured is on it.
pub const VITALE1_FAMILLE_LEROY: &str = include_str!("../cards/vitale1-famille-leroy.toml");

/// A personal card of the first generation, in its second version, which does not say when it ends.
pub const VITALE1_V1BIS: &str = include_str!("../cards/vitale1-v1bis.toml");

/// A card with a component that fails: after some sessions it goes mute for ever.
pub const VITALE1_IGEA440: &str = include_str!("../cards/vitale1-igea440.toml");

/// A look-alike of [`VITALE1_PETIT`] that takes no code.
pub const VITALE1_CLONE: &str = include_str!("../cards/vitale1-clone.toml");

/// A card of the first generation whose memory can also be read as files.
pub const VITALE1_ISO: &str = include_str!("../cards/vitale1-iso.toml");

/// The card of a general practitioner with one activity.
pub const CPS_LEFEVRE: &str = include_str!("../cards/cps-lefevre.toml");

/// The card of the next generation of the holder of [`CPS_LEFEVRE`].
pub const CPS4_LEFEVRE: &str = include_str!("../cards/cps4-lefevre.toml");

/// A pharmacist with two activities.
pub const CPS_MOREAU: &str = include_str!("../cards/cps-moreau.toml");

/// A nurse who stands in for others.
pub const CPS_DIALLO: &str = include_str!("../cards/cps-diallo.toml");

/// A secretary of a health centre.
pub const CPE_ACCUEIL: &str = include_str!("../cards/cpe-accueil.toml");

/// A card of a health centre's staff, without a name.
pub const CPE_ANONYME: &str = include_str!("../cards/cpe-anonyme.toml");

/// An agent of a basic regime's caisse.
pub const CPA_CAISSE: &str = include_str!("../cards/cpa-caisse.toml");

/// Its code is blocked.
pub const CPS_BLOQUEE: &str = include_str!("../cards/cps-bloquee.toml");

/// It is no longer valid.
pub const CPS_PERIMEE: &str = include_str!("../cards/cps-perimee.toml");

/// Its certificates are revoked.
pub const CPS_REVOQUEE: &str = include_str!("../cards/cps-revoquee.toml");

/// It gives no answer to reset.
pub const CPS_MUETTE: &str = include_str!("../cards/cps-muette.toml");

/// Its answer to reset is that of an earlier generation.
pub const CPS_INCONNUE: &str = include_str!("../cards/cps-inconnue.toml");

/// The next card of the holder of [`CPS_LEFEVRE`].
pub const CPS_CHANGEE: &str = include_str!("../cards/cps-changee.toml");
