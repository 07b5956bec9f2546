//! What the system says of a failure, in both languages.

use std::{error::Error, fmt, io};

use super::said::{Bilingual, said};
use crate::shown;

/// A failure of reading that the system knows nothing of.
#[derive(Clone, Debug)]
struct Spoken(Bilingual);

impl fmt::Display for Spoken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.english)
    }
}

impl Error for Spoken {}

/// An error of input and output that says this.
pub(crate) fn error(kind: io::ErrorKind, said: Bilingual) -> io::Error {
    io::Error::new(kind, Spoken(said))
}

/// The same error once more: the system's has no copy.
#[cfg(feature = "cli")]
pub(crate) fn copy(error: &io::Error) -> io::Error {
    match (error.raw_os_error(), spoken(error)) {
        (Some(code), _) => io::Error::from_raw_os_error(code),
        (None, Some(said)) => io::Error::new(error.kind(), said.clone()),
        (None, None) => io::Error::new(error.kind(), error.to_string()),
    }
}

/// What is said of a failure to read. Of what a user rarely meets, the French quotes the system.
pub(crate) fn reason(error: &io::Error) -> Bilingual {
    if let Some(Spoken(said)) = spoken(error) {
        return said.clone();
    }
    let english = shown::reason(error);
    if english == shown::IN_USE {
        return Bilingual::new(english, "un autre programme l'a ouvert".to_owned());
    }
    let french = match error.kind() {
        io::ErrorKind::NotFound => "aucun fichier ou dossier de ce nom".to_owned(),
        io::ErrorKind::AlreadyExists => "il y a déjà quelque chose à ce chemin".to_owned(),
        io::ErrorKind::PermissionDenied => "permission refusée".to_owned(),
        io::ErrorKind::IsADirectory => "c'est un dossier".to_owned(),
        io::ErrorKind::NotADirectory => "le chemin passe par ce qui n'est pas un dossier".to_owned(),
        io::ErrorKind::InvalidFilename => "ce nom est trop long, ou impossible".to_owned(),
        _ => format!("le système dit « {english} »"),
    };
    Bilingual::new(english, french)
}

fn spoken(error: &io::Error) -> Option<&Spoken> {
    error.get_ref()?.downcast_ref()
}

/// That a file is too long.
pub(super) fn too_long(longest: impl fmt::Display) -> Bilingual {
    said!(en: "it has more than {longest} bytes", fr: "il a plus de {longest} octets")
}

#[cfg(all(test, feature = "cli"))]
mod tests {
    use std::io;

    use super::{copy, error, reason, too_long};

    #[test]
    fn what_is_said_of_a_failure_survives_its_copy() {
        let ours = error(io::ErrorKind::FileTooLarge, too_long(8));
        let theirs = io::Error::from_raw_os_error(2);
        let not_found = if cfg!(windows) { "there is no such file or folder" } else { "No such file or directory" };
        for (failed, english, french) in [
            (&ours, "it has more than 8 bytes", "il a plus de 8 octets"),
            (&theirs, not_found, "aucun fichier ou dossier de ce nom"),
        ] {
            let copied = copy(failed);
            assert_eq!((copied.kind(), copied.to_string()), (failed.kind(), failed.to_string()));
            let said = reason(&copied);
            assert_eq!((&*said.english, &**said.french), (english, french));
        }
    }
}
