//! What is said about drivers that have our slots as their hardware.

use super::{Bilingual, Language, in_both};
use crate::shown;

messages! {
    /// A message about drivers.
    Driven:
    /// No vpcd is where a card goes to.
    NoVpcd { slot, address, why } = {
        en: "slot {slot}: no vpcd at {address} ({why}); its card goes there as soon as one is",
        fr: "emplacement {slot} : pas de vpcd en {address} ({why}) ; la carte y va dès qu'il y en a un"
    };
    /// Who is there is no vpcd, or has another card.
    StrangeVpcd { slot, address } = {
        en: "slot {slot}: who is at {address} does not speak as vpcd does, or has another card there",
        fr: "emplacement {slot} : ce qui est en {address} ne parle pas comme vpcd, ou y a une autre carte"
    };
    /// vpcd has the card.
    VpcdThere { slot, address } = {
        en: "slot {slot}: vpcd at {address} has the card",
        fr: "emplacement {slot} : vpcd en {address} a la carte"
    };
    /// vpcd is awaited where others than those of this machine may come, too.
    OpenPort { address } = {
        en: "whoever reaches {address} can use the cards: nothing there asks who it is",
        fr: "quiconque atteint {address} peut utiliser les cartes : rien n'y demande qui c'est"
    };
}
