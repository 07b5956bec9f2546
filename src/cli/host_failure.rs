//! What the host's errors are on the command line: their exit codes, and what to do about them.

use std::io;

use super::{Failure, cards, running};
use crate::{
    host::{HostError, Kind},
    profile::said::{Said, said},
    shown,
};

/// What to do where the system is in the way.
const DOCTOR: &str = "see what stands in the way: virtuale doctor";

impl From<HostError> for Failure {
    fn from(error: HostError) -> Self {
        match error {
            HostError::Card(error) => cards::failure(error),
            HostError::File { did, path, error } => Self::file(did, &path, &error),
            HostError::Refused(refusal) if refusal.kind == Kind::Invalid => match refusal.advice() {
                None => Self::Reported(refusal.said()),
                hint => Self::Malformed(refusal.said(), hint),
            },
            HostError::State(error) => error.into(),
            other => {
                // Of sockets and readers the exit code says so, whosever fault it is.
                let is_outside = matches!(
                    other,
                    HostError::Unmade { .. }
                        | HostError::NotASocket(_)
                        | HostError::InUse(_)
                        | HostError::NameTaken(_)
                        | HostError::NoneNamed(_)
                );
                let (kind, message) = (other.kind(), other.said());
                match (kind, hint(other)) {
                    (Kind::Usage, hint) if !is_outside => Self::Usage(message, hint),
                    (_, hint) => Self::Environment(message, hint),
                }
            }
        }
    }
}

/// What to do about it, in words of the command line.
fn hint(error: HostError) -> Option<Said> {
    let hint: String = match error {
        HostError::TooManySlots { .. } => "where your libpcsclite has room for more, say so: --reader-slots".into(),
        HostError::TooManyNames { .. } => "each --card makes a slot, and --reader names one".into(),
        HostError::Name(_) => "give another name with --reader".into(),
        HostError::Unmade { .. } => DOCTOR.into(),
        HostError::NotASocket(_) => "give another path with --socket".into(),
        HostError::NameTaken(name) => {
            format!("stop them with `virtuale stop --name {}`, or give another name with --name", shown::word(&name))
        }
        HostError::InUse(socket) => format!(
            "stop its readers with `virtuale stop --socket {}`, or give another path with --socket",
            shown::word(&socket)
        ),
        HostError::Unclear { .. } => "remove that socket if nobody needs it, or give another path with --socket".into(),
        HostError::NoneOwn | HostError::NoneNamed(_) => return Some(running::choice().into()),
        HostError::NotThere { kind: io::ErrorKind::NotFound, .. } => return Some(running::choice().into()),
        HostError::NotThere { kind: io::ErrorKind::ConnectionRefused, .. } => {
            let choice = running::choice();
            let hint = said!(
                with choice;
                en: "the program that made the socket is gone: start it again; {choice}",
                fr: "le programme qui a fait ce socket n'est plus là : le redémarrer ; {choice}",
            );
            return Some(hint.into());
        }
        other => return other.advice(),
    };
    Some(hint.into())
}

#[cfg(test)]
mod tests {
    use super::Failure;
    use crate::{
        cli::exit,
        host::{HostError, Kind, Refusal},
    };

    #[test]
    fn what_a_running_reader_refuses_has_the_exit_code_of_its_kind() {
        for (kind, code) in
            [(Kind::Usage, exit::USAGE), (Kind::Invalid, exit::INVALID), (Kind::Environment, exit::ENVIRONMENT)]
        {
            let refusal = Refusal::new(kind, "why", Some("what to do".into()));
            let failure = Failure::from(HostError::Refused(refusal));
            assert_eq!((failure.code(), failure.to_string().as_str()), (code, "why"));
            let hint = failure.hint();
            assert_eq!(hint.as_deref(), Some("what to do"), "{kind:?}");
        }
    }
}
