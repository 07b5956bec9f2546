//! What the host's errors are on the command line: their exit codes, and what to do about them.

use std::io;

use super::{Failure, cards, running};
use crate::{
    host::{HostError, Kind, Refusal},
    shown,
};

/// What to do where the system is in the way.
const DOCTOR: &str = "see what stands in the way: virtuale doctor";

impl From<HostError> for Failure {
    fn from(error: HostError) -> Self {
        match error {
            HostError::Card(error) => cards::failure(error),
            HostError::File { did, path, error } => Self::file(did, &path, &error),
            HostError::Refused(Refusal { kind: Kind::Invalid, message, hint: None }) => Self::Reported(message),
            HostError::Refused(Refusal { kind: Kind::Invalid, message, hint }) => {
                Self::Malformed(message.into(), hint.map(Into::into))
            }
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
                let (kind, message) = (other.kind(), other.to_string());
                match (kind, hint(other)) {
                    (Kind::Usage, hint) if !is_outside => Self::Usage(message.into(), hint.map(Into::into)),
                    (_, hint) => Self::Environment(message.into(), hint.map(Into::into)),
                }
            }
        }
    }
}

/// What to do about it, in words of the command line.
fn hint(error: HostError) -> Option<String> {
    let hint = match error {
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
        HostError::NoneOwn | HostError::NoneNamed(_) => running::choice(),
        HostError::NotThere { kind: io::ErrorKind::NotFound, .. } => running::choice(),
        HostError::NotThere { kind: io::ErrorKind::ConnectionRefused, .. } => {
            format!("the program that made the socket is gone: start it again; {}", running::choice())
        }
        other => return other.hint(),
    };
    Some(hint)
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
            let refusal = Refusal { kind, message: "why".into(), hint: Some("what to do".into()) };
            let failure = Failure::from(HostError::Refused(refusal));
            assert_eq!((failure.code(), failure.to_string().as_str()), (code, "why"));
            let hint = failure.hint();
            assert_eq!(hint.as_deref(), Some("what to do"), "{kind:?}");
        }
    }
}
