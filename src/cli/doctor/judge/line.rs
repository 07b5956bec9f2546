//! What stands between a program and our readers that is about the command line which starts it.

use std::path::Path;

use super::{
    super::{
        super::users,
        Diagnosis,
        line::{Hop, Shown, Switch},
        survey::{Admitted, Closed, Survey},
    },
    broken, note, ok,
    program::{FLATPAK, SNAP, within},
    warning,
};
use crate::shown;

const CHECK: &str = "program";

/// What is to be said of the steps to the program.
pub(super) fn judge_all(hops: &[Hop], survey: &Survey) -> Vec<Diagnosis> {
    match hops.split_last() {
        Some((Hop::Each(commands), before)) => {
            commands.iter().flat_map(|hops| judge_all(&[before, hops].concat(), survey)).collect()
        }
        _ => that_count(hops).iter().map(|hop| judge(hop, survey)).collect(),
    }
}

/// The steps that count in the end: who goes on as another user is not the one whom readers see, and a variable that is
/// given later may be dropped before.
fn that_count(hops: &[Hop]) -> Vec<Hop> {
    let given = hops.iter().rposition(|hop| matches!(hop, Hop::Sets { .. }));
    let last_user = hops.iter().rposition(|hop| matches!(hop, Hop::Switch(_) | Hop::Container { user: Some(_), .. }));
    let that_counts = |(at, hop): (usize, &Hop)| {
        let is_given_later = given.is_some_and(|given| at < given);
        match hop {
            Hop::Clears { .. } if is_given_later => None,
            Hop::Switch(switch) => match (switch.keeps || is_given_later, last_user.is_some_and(|last| at < last)) {
                (true, true) => None,
                (false, true) => {
                    let instead = switch.keep.unwrap_or("give it the variable behind: env PCSCLITE_CSOCK_NAME=PATH");
                    Some(Hop::Clears { by: switch.by.clone(), instead })
                }
                (keeps, false) => Some(Hop::Switch(Switch { keeps, ..switch.clone() })),
            },
            other => Some(other.clone()),
        }
    };
    hops.iter().enumerate().filter_map(that_counts).collect()
}

/// What is to be said of a step to the program.
fn judge(hop: &Hop, survey: &Survey) -> Diagnosis {
    match hop {
        Hop::Switch(it) => switch(survey, it),
        Hop::Sets { by, value } => value_of(survey, by, value),
        Hop::Hides { by, folders } => hides(survey, by, folders),
        Hop::Root { folder, .. } if folder == "/" => ok(CHECK, "it goes on in the same root"),
        Hop::Root { by, folder } => {
            let folder = shown::line(folder);
            warning(CHECK, format!("{by} starts a program in {folder}, where nothing was looked at"))
                .with("let the folder of the socket be there, under the same path: mount --bind (docs/other-users.md)")
        }
        Hop::Unknown { by } => note(
            CHECK,
            format!("{by} starts another program: whether that is given the variable and the socket is not known"),
        )
        .with(format!("ask from within: {by} ... virtuale doctor PROGRAM")),
        Hop::Clears { by, instead } => {
            broken(CHECK, format!("{by} takes PCSCLITE_CSOCK_NAME away from what it starts")).with(*instead)
        }
        Hop::Container { by, variable, folders, user } => container(survey, by, *variable, folders, user.as_deref()),
        Hop::Flatpak { variable, folders } => {
            let mounted = is_let_in(survey, folders) || is_in_runtime_folder(survey, folders);
            match (*variable, mounted) {
                (true, true) => ok(CHECK, "the flatpak is given the variable and the folder of the socket"),
                (false, _) => broken(CHECK, "a flatpak is not given the variable").with(FLATPAK),
                (true, false) => broken(CHECK, "a flatpak does not see the folder of the socket").with(FLATPAK),
            }
        }
        Hop::Snap => broken(CHECK, "the program runs in a snap").with(SNAP),
        Hop::Each(_) => ok(CHECK, "it starts several programs"),
    }
}

fn switch(survey: &Survey, Switch { by, options, user, groups, keeps, keep }: &Switch) -> Diagnosis {
    let shown_user = shown::line(user);
    if user.contains(['$', '`']) {
        return note(
            CHECK,
            format!("{by} starts the program as {shown_user}: whom a shell makes of that is not known"),
        )
        .with("ask with a name: virtuale doctor -- COMMAND...");
    }
    let Ok(number) = users::user(user) else {
        return broken(CHECK, format!("{by} is to start the program as {shown_user}: there is no such user here"))
            .with("name one, or give a number");
    };
    let given: Vec<_> = groups.iter().filter_map(|group| users::group(group).ok()).collect();
    let in_group = || given.iter().any(|&group| lets_in(survey, group));
    let admitted = number == survey.user || is_admitted(survey, number) || in_group();
    let is_shut_out =
        |closed: &&Closed| closed.is_to(number) && !closed.group.is_some_and(|group| given.contains(&group));
    if let Some(Closed { folder, .. }) = survey.closed.as_ref().filter(|closed| admitted && is_shut_out(closed)) {
        let (folder, word) = (shown::path(folder), shown::word(folder));
        return broken(CHECK, format!("{by} starts the program as {shown_user}, to whom {folder} is closed"))
            .with(format!("chmod o+x {word}, or let the socket be elsewhere: virtuale serve --socket PATH"));
    }
    let drops = if by == "sudo" { "drops PCSCLITE_CSOCK_NAME (env_reset)" } else { "drops PCSCLITE_CSOCK_NAME" };
    let space = if options.is_empty() { "" } else { " " };
    let let_in = || match keep.filter(|_| !keeps) {
        Some(keep) if by == "sudo" => format!(
            "or let that user in: virtuale exec --allow-user {shown_user} --card vitale2-martin -- \
             {by}{space}{options} {keep} PROGRAM"
        ),
        _ => format!("or let that user in, with --allow-user {shown_user} behind exec or serve"),
    };
    let within = || within(by, options);
    match (*keeps, admitted) {
        (true, true) => ok(CHECK, format!("{by} starts the program as {shown_user}, whom these readers let in")),
        (true, false) => {
            broken(CHECK, format!("{by} starts the program as {shown_user}, whom our readers do not answer"))
                .with(format!("{}\n{}", within(), let_in()))
        }
        (false, true) => {
            let how = keep.map_or_else(within, |keep| format!("let it keep the variable: {by} {keep}"));
            broken(CHECK, format!("{by} {drops}")).with(how)
        }
        (false, false) => {
            let message =
                format!("{by} {drops}, and starts the program as {shown_user}, whom our readers do not answer");
            broken(CHECK, message).with(format!("{}\n{}", within(), let_in()))
        }
    }
}

/// What a value of the variable means that a command line gives.
fn value_of(survey: &Survey, by: &str, value: &str) -> Diagnosis {
    let own = survey.variable.as_ref().is_some_and(|(path, _)| path.components().eq(Path::new(value).components()));
    if own {
        return ok(CHECK, format!("{by} gives the program the variable as it is here"));
    }
    if value.is_empty() {
        return broken(CHECK, format!("{by} gives PCSCLITE_CSOCK_NAME no value: the program sees no readers"))
            .with("leave it as it is, or give it the path of the socket");
    }
    let (shown, word) = (shown::line(value), shown::word(value));
    warning(CHECK, format!("{by} sends the program to other readers, those of {shown}"))
        .with(format!("ask about these: PCSCLITE_CSOCK_NAME={word} virtuale doctor PROGRAM"))
}

/// Whether a sandbox has the socket at its path.
fn hides(survey: &Survey, by: &str, folders: &[Shown]) -> Diagnosis {
    let Some((socket, _)) = &survey.variable else {
        return note(CHECK, format!("{by} starts the program in a sandbox; no variable says where the socket is"));
    };
    let is_there = folders.iter().fold(false, |is_there, Shown { outside, inside }| {
        match (socket.strip_prefix(inside), outside) {
            (Err(_), _) => is_there,
            (Ok(_), None) => false,
            (Ok(behind), Some(outside)) => Path::new(outside).join(behind).components().eq(socket.components()),
        }
    });
    if is_there {
        return ok(CHECK, format!("the folder of the socket is in the sandbox of {by}"));
    }
    let folder = shown::word(socket.parent().unwrap_or(socket));
    broken(CHECK, format!("the folder of the socket is not in the sandbox of {by}"))
        .with(format!("let it in, behind what hides it: --bind {folder} {folder}"))
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

/// Whether one of these is the folder in the user's runtime folder where the socket is.
fn is_in_runtime_folder(survey: &Survey, folders: &[String]) -> bool {
    let Some((socket, _)) = &survey.variable else { return true };
    let runtime = Path::new("/run/user").join(survey.user.to_string());
    let mut within = folders.iter().filter_map(|folder| folder.split(':').next()?.strip_prefix("xdg-run/"));
    within.any(|folder| socket.starts_with(runtime.join(folder)))
}

/// Whether the readers that the variable names let the members of a group in.
fn lets_in(survey: &Survey, group: u32) -> bool {
    survey.admitted.as_ref().is_some_and(|admitted| admitted.groups.contains(&group))
}

/// Whether the readers that the variable names let a user in, by his number or as the member of a group.
pub(super) fn is_admitted(survey: &Survey, user: u32) -> bool {
    survey.admitted.as_ref().is_some_and(|Admitted { users, groups, .. }| {
        users.contains(&user) || groups.iter().any(|&group| users::is_member(user, group))
    })
}
