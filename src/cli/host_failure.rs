//! What the host's errors are on the command line: their exit codes, and what to do about them.

use std::{io, path::PathBuf};

use super::{Failure, cards};
use crate::host::{HostError, Kind, Refusal, running};

/// What to do where none runs.
const START: &str = "start one: eval \"$(virtuale serve --detach --card FILE)\"";

/// What to do where the system is in the way.
const DOCTOR: &str = "see what stands in the way: virtuale doctor";

impl From<HostError> for Failure {
    fn from(error: HostError) -> Self {
        match error {
            HostError::Card(error) => cards::failure(error),
            HostError::File { did, path, error } => Self::file(did, &path, &error),
            HostError::Refused(Refusal { kind: Kind::Invalid, message, .. }) => Self::Reported(message),
            other => {
                let (kind, message) = (other.kind(), other.to_string());
                match (kind, hint(other)) {
                    (Kind::Usage, hint) => Self::Usage(message, hint),
                    (Kind::Environment | Kind::Invalid, hint) => Self::Environment(message, hint),
                }
            }
        }
    }
}

/// What to do about it, in words of the command line.
fn hint(error: HostError) -> Option<String> {
    let hint = match error {
        HostError::TooManySlots { .. } => "where your libpcsclite has room for more, say so: --reader-slots".into(),
        HostError::TooManyNames { .. } => "each --card makes a slot, and --slot-name names one".into(),
        HostError::Name(_) => "give another name with --reader or --slot-name".into(),
        HostError::Unmade { .. } => DOCTOR.into(),
        HostError::NotASocket(_) => "give another path with --socket".into(),
        HostError::InUse(_) => "stop that reader with `virtuale stop`, or give another path with --socket".into(),
        HostError::Unclear { .. } => "remove that socket if nobody needs it, or give another path with --socket".into(),
        HostError::NoneRuns => START.into(),
        HostError::SeveralRun(sockets) => format!("say which:\n{}", options(&sockets)),
        HostError::NotThere { kind: io::ErrorKind::NotFound, .. } => known(&running()),
        HostError::NotThere { kind: io::ErrorKind::ConnectionRefused, .. } => {
            "the program that made the socket is gone: start it again".into()
        }
        HostError::NotThere { kind: io::ErrorKind::PermissionDenied, .. } => {
            "only the user who started the reader may control it".into()
        }
        HostError::NotThere { .. } => DOCTOR.into(),
        HostError::Lost { .. } => "see whether it still runs: virtuale slots".into(),
        HostError::Nonsense(_) => "start it again, with this version of the program".into(),
        other => return other.hint(),
    };
    Some(hint)
}

/// How each of these readers is named, line by line.
fn options(sockets: &[PathBuf]) -> String {
    let lines: Vec<_> = sockets.iter().map(|socket| format!("  --socket {}", socket.display())).collect();
    lines.join("\n")
}

/// Which readers there are instead of one that is not there.
fn known(running: &[PathBuf]) -> String {
    match running {
        [] => format!("no reader of ours runs; {START}"),
        running => format!("readers of ours run at:\n{}", options(running)),
    }
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
            assert_eq!(failure.hint(), Some("what to do").filter(|_| kind != Kind::Invalid), "{kind:?}");
        }
    }

    #[test]
    fn of_several_readers_one_is_to_be_named() {
        let failure = Failure::from(HostError::SeveralRun(vec!["/a".into(), "/b".into()]));
        assert_eq!(failure.hint(), Some("say which:\n  --socket /a\n  --socket /b"));
    }
}
