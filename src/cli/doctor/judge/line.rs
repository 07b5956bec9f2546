//! What stands between a program and our readers that is about the command line which starts it.

use super::{
    super::{
        super::users,
        Diagnosis,
        line::Hop,
        survey::{Admitted, Survey},
    },
    broken, ok,
    program::{FLATPAK, SNAP, within},
    warning,
};
use crate::shown;

const CHECK: &str = "program";

/// What is to be said of a step to the program.
pub(super) fn judge(hop: &Hop, survey: &Survey) -> Diagnosis {
    match hop {
        Hop::Switch { by, user, keeps, keep } => switch(survey, by, user, *keeps, *keep),
        Hop::Clears { by, instead } => {
            broken(CHECK, format!("{by} takes PCSCLITE_CSOCK_NAME away from what it starts")).with(*instead)
        }
        Hop::Container { by, variable, folders, user } => container(survey, by, *variable, folders, user.as_deref()),
        Hop::Flatpak { variable, folders } => {
            let mounted =
                is_let_in(survey, folders) || folders.iter().any(|folder| folder.starts_with("xdg-run/virtuale"));
            match (*variable, mounted) {
                (true, true) => ok(CHECK, "the flatpak is given the variable and the folder of the socket"),
                (false, _) => broken(CHECK, "a flatpak is not given the variable").with(FLATPAK),
                (true, false) => broken(CHECK, "a flatpak does not see the folder of the socket").with(FLATPAK),
            }
        }
        Hop::Snap => broken(CHECK, "the program runs in a snap").with(SNAP),
    }
}

fn switch(survey: &Survey, by: &str, user: &str, keeps: bool, keep: Option<&'static str>) -> Diagnosis {
    let shown_user = shown::line(user);
    let number = users::user(user).ok();
    let is_own = number == Some(survey.user);
    let admitted = is_own || number.is_some_and(|number| is_admitted(survey, number));
    let drops = if by == "sudo" { "drops PCSCLITE_CSOCK_NAME (env_reset)" } else { "drops PCSCLITE_CSOCK_NAME" };
    let let_in = || match keep {
        Some(keep) if by == "sudo" => format!(
            "or let that user in: virtuale exec --allow-user {shown_user} --card vitale2-martin -- \
             {by} -u {shown_user} {keep} PROGRAM"
        ),
        _ => format!("or let that user in, with --allow-user {shown_user} behind exec or serve"),
    };
    match (keeps, admitted) {
        (true, true) => ok(CHECK, format!("{by} starts the program as {shown_user}, whom these readers let in")),
        (true, false) => {
            broken(CHECK, format!("{by} starts the program as {shown_user}, whom our readers do not answer"))
                .with(format!("{}\n{}", within(by), let_in()))
        }
        (false, true) => {
            let how = keep.map_or_else(|| within(by), |keep| format!("let it keep the variable: {by} {keep}"));
            broken(CHECK, format!("{by} {drops}")).with(how)
        }
        (false, false) => {
            let message =
                format!("{by} {drops}, and starts the program as {shown_user}, whom our readers do not answer");
            broken(CHECK, message).with(format!("{}\n{}", within(by), let_in()))
        }
    }
}

fn container(survey: &Survey, by: &str, variable: bool, folders: &[String], user: Option<&str>) -> Diagnosis {
    let advice = super::program::CONTAINER;
    if !variable {
        return broken(CHECK, format!("{by} does not give the container the variable")).with(advice);
    }
    if !is_let_in(survey, folders) {
        return broken(CHECK, format!("{by} does not give the container the folder of the socket")).with(advice);
    }
    let number = user.and_then(|user| user.split(':').next()?.parse().ok());
    match number {
        Some(number) if number == survey.user || is_admitted(survey, number) => ok(
            CHECK,
            format!("{by} gives the container the variable and the folder, as a user whom these readers let in"),
        ),
        _ if by == "podman" && user.is_none() && survey.user != 0 => {
            ok(CHECK, "podman gives the container the variable and the folder; its root is you outside of it")
        }
        _ => warning(CHECK, format!("{by} may run the program as a user whom our readers do not answer")).with(advice),
    }
}

/// Whether one of these lets the socket's folder in.
fn is_let_in(survey: &Survey, folders: &[String]) -> bool {
    let socket = survey.variable.as_ref().map(|(path, _)| path.to_string_lossy().into_owned());
    folders.iter().any(|folder| match &socket {
        Some(socket) => {
            let words = folder.split([':', ',']).map(|word| word.rsplit('=').next().unwrap_or(word));
            words.into_iter().any(|word| word.starts_with('/') && socket.starts_with(word.trim_end_matches('/')))
        }
        None => true,
    })
}

/// Whether the readers that the variable names let a user in, by his number or as the member of a group.
pub(super) fn is_admitted(survey: &Survey, user: u32) -> bool {
    survey.admitted.as_ref().is_some_and(|Admitted { users, groups, .. }| {
        users.contains(&user) || groups.iter().any(|&group| users::is_member(user, group))
    })
}
