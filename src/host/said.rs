//! What a host says to people who asked it for something, in both languages: what can be asked of running readers, by a
//! page or over the control socket, and why they give no answer.
//!
//! Why readers do not start is English here.

use std::io;

use super::HostError;
use crate::{
    layer::fault::NotArmed,
    profile::{
        LoadError,
        reason::reason,
        said::{Bilingual, Said, said},
        schema::Language,
    },
    reader::SlotError,
    shown,
};

impl HostError {
    /// Why something was not done, in both languages as far as it has both.
    pub(crate) fn said(&self) -> Said {
        match self {
            Self::Card(LoadError::Io { path, error }) => {
                let (path, why) = (shown::path(path), reason(error));
                said!(with why; en: "cannot read {path}: {why}", fr: "impossible de lire {path} : {why}").into()
            }
            Self::Card(LoadError::Invalid(mistakes)) => {
                let french = mistakes.render_in(Language::French, false);
                Said { english: self.to_string().into(), french: Some(Box::new(french.into())) }
            }
            Self::Card(LoadError::Unknown(unknown)) => unknown.said().into(),
            Self::File { path, error, .. } => {
                let (english, path, why) = (self.to_string(), shown::path(path), reason(error));
                let french = format!("impossible de se servir de {path} : {}", why.french);
                Said { english: english.into(), french: Some(Box::new(french.into())) }
            }
            Self::NotAPin(_) => {
                let english = self.to_string();
                said!(en: "{english}", fr: "un code n'a que des chiffres, de 1 à 32").into()
            }
            Self::NobodyHasAPad => said!(
                en: "none of these readers has a PIN pad",
                fr: "aucun de ces lecteurs n'a de clavier à code",
            )
            .into(),
            Self::NoSlot { slot, slots } => {
                let (english, numbers) = (self.to_string(), numbers(*slots));
                said!(en: "{english}", fr: "il n'y a pas d'emplacement {slot} : {numbers}").into()
            }
            Self::Slot(SlotError::Unknown(slot)) => {
                let english = self.to_string();
                said!(en: "{english}", fr: "il n'y a pas d'emplacement {slot}").into()
            }
            Self::WhichPad => {
                let english = self.to_string();
                let french = "plusieurs emplacements ont un clavier à code, et rien ne dit lequel";
                Bilingual::new(english, french).into()
            }
            Self::NoneOwn => {
                let english = self.to_string();
                let french = "ce terminal n'a pas de lecteurs : PCSCLITE_CSOCK_NAME n'y est pas défini";
                Bilingual::new(english, french).into()
            }
            Self::NoneNamed(name) => {
                let english = self.to_string();
                said!(en: "{english}", fr: "aucun lecteur nommé {name:?} ne tourne").into()
            }
            Self::NotThere { socket, why, .. } => {
                let socket = shown::path(socket);
                said!(
                    with why;
                    en: "cannot control the reader at {socket}: {why}",
                    fr: "impossible de commander le lecteur de {socket} : {why}",
                )
                .into()
            }
            Self::Lost { socket, error } => {
                let (socket, why) = (shown::path(socket), reason(error));
                said!(
                    with why;
                    en: "no answer of the reader at {socket}: {why}",
                    fr: "pas de réponse du lecteur de {socket} : {why}",
                )
                .into()
            }
            Self::Nonsense(socket) => {
                let socket = shown::path(socket);
                said!(
                    en: "the reader at {socket} answered something else than it was asked",
                    fr: "le lecteur de {socket} a répondu à côté",
                )
                .into()
            }
            Self::Refused(refusal) => refusal.said(),
            Self::State(error) => error.said().into(),
            Self::Slot(error) => in_slot(*error),
            Self::SameSlot(slot) => said!(
                en: "the card of slot {slot} cannot come out of the same slot",
                fr: "la carte de l'emplacement {slot} ne peut pas en sortir pour y entrer",
            )
            .into(),
            Self::NotAFault(mistake) => {
                let (english, french) = (mistake.to_string(), mistake.what.french());
                said!(en: "{english}", fr: "{french}").into()
            }
            Self::NotArmed(NotArmed::TooMany) => {
                let english = self.to_string();
                said!(en: "{english}", fr: "autant de pannes qu'il se peut sont déjà armées").into()
            }
            Self::NotArmed(NotArmed::NoFile { file, .. }) => {
                let file = shown::line(file);
                said!(en: "the card has no file {file}", fr: "la carte n'a pas de fichier {file}").into()
            }
            Self::NoCardForFile { slot, file } => {
                let file = shown::line(file);
                said!(
                    en: "slot {slot} is empty: no card says which of its files is {file}",
                    fr: "l'emplacement {slot} est vide : aucune carte ne dit lequel de ses fichiers est {file}",
                )
                .into()
            }
            Self::RealInSlot { reader, slot } => {
                let reader = shown::line(reader);
                said!(
                    en: "the card of {reader} is in slot {slot} already",
                    fr: "la carte de {reader} est déjà dans l'emplacement {slot}",
                )
                .into()
            }
            Self::Empty { reader, .. } => {
                let reader = shown::line(reader);
                said!(en: "{reader} is empty already", fr: "{reader} est déjà vide").into()
            }
            other => other.to_string().into(),
        }
    }

    /// What to do about it, in both languages as far as it has both.
    pub(crate) fn advice(&self) -> Option<Said> {
        if let Self::State(error) = self {
            return Some(error.hint().into());
        }
        if let Self::Refused(refusal) = self {
            return refusal.advice();
        }
        let english = self.hint()?;
        Some(match self.french_advice() {
            Some(french) => Said { english: english.into(), french: Some(Box::new(french.into())) },
            None => english.into(),
        })
    }

    fn french_advice(&self) -> Option<String> {
        Some(match self {
            Self::Card(LoadError::Io { error, .. }) => match error.kind() {
                io::ErrorKind::PermissionDenied => "laisser l'utilisateur de ce programme lire ce fichier".into(),
                io::ErrorKind::IsADirectory => "donner le chemin d'un fichier de carte".into(),
                _ => "vérifier le nom et le dossier".into(),
            },
            Self::Card(LoadError::Unknown(unknown)) => {
                let meant = unknown.nearest.map(|name| format!("serait-ce {name} ? ")).unwrap_or_default();
                format!("{meant}cartes intégrées : {} ; tout autre nom est un chemin", unknown.known.join(", "))
            }
            Self::File { error, .. } => match error.kind() {
                io::ErrorKind::AlreadyExists => "donner un autre nom, ou ôter d'abord ce fichier".into(),
                io::ErrorKind::StorageFull => "y faire de la place, ou donner un autre chemin".into(),
                io::ErrorKind::PermissionDenied => "permettre à cet utilisateur d'y écrire".into(),
                _ => "donner un autre chemin".into(),
            },
            Self::NotAPin(_) => "ne taper que des chiffres".into(),
            Self::NotAFault(_) => "docs/faults.md et `virtuale fault --help` donnent les mots des pannes".into(),
            Self::NotArmed(NotArmed::TooMany) => "en enlever d'abord : virtuale fault EMPLACEMENT --clear".into(),
            Self::NoCardForFile { slot, .. } => format!(
                "y mettre d'abord une carte : virtuale insert {slot} CARTE ; ou désigner le fichier par son \
                 identifiant, par exemple file=D001"
            ),
            Self::NotArmed(NotArmed::NoFile { near: Some(near), .. }) => format!("serait-ce {near} ?"),
            Self::NotArmed(NotArmed::NoFile { near: None, .. }) => {
                "`virtuale card show` nomme les fichiers d'une carte ; D001, 3F00/D001 ou sfi:2 en désignent un".into()
            }
            Self::NobodyHasAPad | Self::Slot(SlotError::NoPad(_)) => {
                "donner aux lecteurs, à leur départ, un modèle à clavier (--model) : `virtuale reader list` les nomme"
                    .into()
            }
            Self::WhichPad => {
                "nommer l'emplacement : --slot ; `virtuale slots` montre lesquels demandent un code".into()
            }
            Self::NoneOwn => "dire lesquels, par leur nom ou leur socket : `virtuale slots --all` les montre".into(),
            Self::NoneNamed(_) => "`virtuale slots --all` montre ceux qui tournent".into(),
            Self::NotThere { kind: io::ErrorKind::NotFound, .. } => {
                "y démarrer des lecteurs, ou en prendre d'autres : `virtuale slots --all` montre ceux qui tournent"
                    .into()
            }
            Self::NotThere { kind: io::ErrorKind::ConnectionRefused, .. } => {
                "le programme qui a fait ce socket n'est plus là : le redémarrer".into()
            }
            Self::NotThere { kind: io::ErrorKind::PermissionDenied, .. } => {
                "seul l'utilisateur qui a démarré le lecteur peut le commander".into()
            }
            Self::NotThere { .. } => "voir ce qui s'interpose : virtuale doctor".into(),
            Self::Lost { .. } => "voir quels lecteurs tournent et répondent : virtuale slots --all".into(),
            Self::Nonsense(_) => "le redémarrer, avec cette version du programme".into(),
            Self::SameSlot(slot) => format!("une carte retirée revient par : virtuale insert {slot}"),
            Self::NoSlot { .. } | Self::Slot(SlotError::Unknown(_)) => "`virtuale slots` les nomme".into(),
            Self::RealInSlot { slot, .. } => format!(
                "une carte n'est que dans un emplacement à la fois ; `virtuale insert AUTRE --from {slot}` l'amène"
            ),
            Self::Empty { slot, .. } => {
                format!("`virtuale insert {slot} -` laisse un emplacement vide, qu'il le soit ou non")
            }
            Self::Slot(error) => match *error {
                SlotError::Occupied(slot) => format!("la retirer d'abord : virtuale remove {slot}"),
                SlotError::Empty(slot) | SlotError::NeverHeld(slot) => {
                    format!("nommer une carte : virtuale insert {slot} CARTE")
                }
                SlotError::Busy(_) => "essayer encore quand elle aura fini, ou en insérer une autre".into(),
                SlotError::NothingToCancel(_) => "`virtuale slots` montre qui demande un code, et ce qui attend".into(),
                SlotError::PromptOver(_) => "ce qui est demandé maintenant l'est par : virtuale pin".into(),
                SlotError::NotAsked(_) => "attendre qu'un programme le demande, ou le taper d'avance".into(),
                SlotError::NotAllAsked { .. } => {
                    "donner ce qui est demandé ; tapés d'avance, les autres attendent d'être demandés".into()
                }
                SlotError::TooManyPins { slot, .. } => {
                    format!("en taper moins d'avance ; `virtuale pin --cancel --slot {slot}` oublie ceux qui attendent")
                }
                _ => return None,
            },
            _ => return None,
        })
    }
}

fn numbers(slots: usize) -> String {
    match slots {
        1 => "le seul est l'emplacement 0".to_owned(),
        slots => format!("ils sont numérotés de 0 à {}", slots.saturating_sub(1)),
    }
}

fn in_slot(error: SlotError) -> Said {
    let french = match error {
        SlotError::Unknown(slot) => format!("il n'y a pas d'emplacement {slot}"),
        SlotError::Occupied(slot) => format!("l'emplacement {slot} contient déjà une carte"),
        SlotError::Empty(slot) => format!("l'emplacement {slot} est vide"),
        SlotError::NeverHeld(slot) => {
            format!("aucune carte n'a été retirée de l'emplacement {slot} qui puisse y revenir")
        }
        SlotError::Busy(slot) => {
            format!("la carte retirée de l'emplacement {slot} est encore occupée par une commande")
        }
        SlotError::NoPad(slot) => format!("le lecteur de l'emplacement {slot} n'a pas de clavier à code"),
        SlotError::NotAsked(slot) => format!("le lecteur de l'emplacement {slot} ne demande pas de code maintenant"),
        SlotError::NothingToCancel(slot) => format!(
            "rien à annuler : le lecteur de l'emplacement {slot} ne demande pas de code maintenant, et aucun n'est tapé \
             d'avance"
        ),
        SlotError::PromptOver(slot) => {
            format!("le lecteur de l'emplacement {slot} ne demande plus ce code : rien n'a été tapé")
        }
        SlotError::NotAllAsked { slot, asked, given } => format!(
            "le lecteur de l'emplacement {slot} en demande {asked} maintenant, et {given} codes ont été donnés : aucun \
             n'a été tapé"
        ),
        SlotError::TooManyPins { slot, most } => {
            format!("autant de codes qu'il se peut, {most}, attendent déjà dans l'emplacement {slot}")
        }
    };
    Said { english: error.to_string().into(), french: Some(Box::new(french.into())) }
}

#[cfg(test)]
mod tests {
    use super::{HostError, SlotError};
    use crate::{
        host::{Host, control::Request, control::Typed},
        layer::fault::NotArmed,
    };

    /// What a page asks for and is refused is told in both languages, what to do included.
    #[test]
    fn what_a_page_is_refused_has_its_french() {
        let host = Host::builder().card("vitale2-martin").empty_slot().start().expect("a host");
        let remote = host.remote();
        let asked = [
            Request::Remove { slot: 1 },
            Request::Remove { slot: 9 },
            Request::Reinsert { slot: 1 },
            Request::Insert { slot: 0, card: "nobody".into(), state_reset: None },
            Request::Insert { slot: 0, card: "/nowhere/a.toml".into(), state_reset: None },
            Request::InsertFrom { slot: 0, from: 0 },
            Request::InsertFrom { slot: 0, from: 1 },
            Request::Pin { slot: Some(0), pins: vec![Typed("1234".into())], ahead: false },
            Request::Pin { slot: Some(0), pins: vec![Typed("x".into())], ahead: false },
            Request::CancelPin { slot: None },
            Request::Fault { slot: 0, faults: vec!["dance".into()] },
            Request::Fault { slot: 0, faults: vec!["sw=6F00 file=9999".into()] },
            Request::Fault { slot: 1, faults: vec!["sw=6F00 file=IDENTITE".into()] },
        ];
        let told = |error: &HostError| {
            let (said, advice) = (error.said(), error.advice());
            assert_eq!(said.as_str(), error.to_string());
            assert!(said.french.is_some(), "{error}");
            if let Some(advice) = advice {
                assert!(advice.french.is_some(), "{error}: {advice}");
            }
        };
        for asked in asked {
            let shown = format!("{asked:?}");
            let error = remote.carry_out(asked).err().unwrap_or_else(|| panic!("{shown} was done"));
            told(&error);
        }
        for error in [
            SlotError::Occupied(1),
            SlotError::Busy(1),
            SlotError::NotAsked(1),
            SlotError::NothingToCancel(1),
            SlotError::PromptOver(1),
            SlotError::NotAllAsked { slot: 1, asked: 1, given: 2 },
            SlotError::TooManyPins { slot: 1, most: 8 },
        ] {
            told(&error.into());
        }
        told(&NotArmed::TooMany.into());
    }
}
