//! What is looked at on Windows: the variable of this environment, other readers of ours, where they can be, and
//! whether a program is one.

use std::{
    env, io,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{Diagnosis, Level, winscard};
use crate::{
    cli::{
        attach::{find, is_wine_as_it_comes},
        plain, running,
        system::words::START,
    },
    host::{self, VARIABLE},
    shown::{self, reason},
    system::socket::connect,
    terminal::transport::pcsclite::Service,
};

/// How long somebody may take to let us in.
const PATIENCE: Duration = Duration::from_secs(5);

/// Looks at all of it.
pub(super) fn findings(program: Option<&Path>) -> Vec<Diagnosis> {
    let variable = env::var_os(VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from);
    let own = running::own();
    let others = running::look().into_iter().filter(|seen| own.as_ref() != Some(&seen.running));
    let mut findings = vec![match &variable {
        Some(socket) => of_socket(socket),
        None => finding(
            "variable",
            Level::Note,
            format!("{VARIABLE} is not set: our own verbs look for readers of this shell there"),
            Some(START.into()),
        ),
    }];
    findings.extend(others.map(|seen| {
        let message = format!("the readers {} run too", shown::text(&seen.running.name));
        finding("readers", Level::Note, message, Some(running::export(&seen.running)))
    }));
    findings.push(match host::place() {
        Ok(place) => finding("place", Level::Ok, format!("readers can be in {}", shown::path(&place)), None),
        Err(error) => finding("place", Level::Broken, error.to_string(), Some("set LOCALAPPDATA to a folder".into())),
    });
    findings.extend(is_wine_as_it_comes().then(of_wine));
    findings.extend(program.into_iter().flat_map(of_program));
    findings
}

fn finding(check: &'static str, level: Level, message: String, advice: Option<String>) -> Diagnosis {
    Diagnosis { check, level, message, advice }
}

fn of_wine() -> Diagnosis {
    let message = "this is Wine, which takes its own winscard.dll before the one beside a program";
    let advice =
        "start Wine so that it does not: WINEDLLOVERRIDES=winscard=n,b wine ...; or say it of winscard in winecfg";
    finding("wine", Level::Warning, message.into(), Some(advice.into()))
}

/// What is at the socket that the variable names.
fn of_socket(socket: &Path) -> Diagnosis {
    let path = shown::path(socket);
    let broken = |message: String| finding("socket", Level::Broken, message, Some(START.into()));
    match connect(socket, PATIENCE) {
        Ok(_) => {}
        Err(_) if socket.is_dir() => return broken(format!("{VARIABLE} is {path}, which is a folder")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return broken(format!("{VARIABLE} is {path}, and nothing is there"));
        }
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            return broken(format!("{VARIABLE} is {path}, and nobody listens there any more"));
        }
        Err(error) => return broken(format!("{VARIABLE} is {path}, where nobody lets us in: {}", reason(&error))),
    }
    match Service::establish(socket).and_then(|mut service| service.slots()) {
        Ok(slots) => {
            let names: Vec<_> = slots.iter().map(|slot| shown::text(&slot.name).into_owned()).collect();
            finding("socket", Level::Ok, format!("readers listen at {path}: {}", names.join(", ")), None)
        }
        Err(error) => broken(format!("{VARIABLE} is {path}, and who listens there is no PC/SC service: {error}")),
    }
}

/// What is found of a program: where the system looks for it, as `exec` does.
fn of_program(program: &Path) -> Vec<Diagnosis> {
    let place = find(program.as_os_str()).unwrap_or_else(|| program.to_owned());
    if let Some(findings) = winscard::findings(&place) {
        return findings;
    }
    let path = shown::path(program);
    let message = match plain::open(&place) {
        Ok(_) => format!("{path} is no program"),
        Err(_) if place.is_dir() => format!("{path} is a folder"),
        Err(error) => format!("{path} cannot be read: {}", reason(&error)),
    };
    vec![finding("program", Level::Broken, message, Some("give the path of its .exe file".into()))]
}
