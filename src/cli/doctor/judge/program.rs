//! What stands between a program and our readers that is about the program itself.

use super::{
    super::{
        Diagnosis, Level,
        library::Version,
        program::{Kind, Program},
        survey::Survey,
    },
    broken, line, ok, warning,
};
use crate::shown;

/// What lets readers into a flatpak.
pub(super) const FLATPAK: &str = "let the socket and the variable in:\n\
    flatpak run --filesystem=\"${PCSCLITE_CSOCK_NAME%/*}\" --env=PCSCLITE_CSOCK_NAME=\"$PCSCLITE_CSOCK_NAME\" APP";
/// What lets readers into a container.
pub(super) const CONTAINER: &str = "let both in, as the same user (docs/other-users.md):\n\
    docker run --user \"$(id -u)\" -e PCSCLITE_CSOCK_NAME -v \"${PCSCLITE_CSOCK_NAME%/*}:${PCSCLITE_CSOCK_NAME%/*}\" IMAGE";
/// What to do about set-user-ID.
const COPY: &str = "run a copy, which runs as you (cp does not keep set-user-ID), or start the readers as that user";
/// What to do about a snap.
pub(super) const SNAP: &str = "a snap sees neither the socket nor the variable: install the program in another way";

/// What is to be said of it, where the system and the readers are like that.
pub(super) fn judge(Program { path, kind }: &Program, survey: &Survey) -> Diagnosis {
    const CHECK: &str = "program";
    let wary = survey.library.as_ref().and_then(|library| library.version).is_none_or(Version::is_wary);
    let (path, word) = (shown::path(path), shown::word(path));
    match kind {
        Kind::Plain => ok(CHECK, format!("nothing about {path} keeps the variable out")),
        Kind::Missing => broken(CHECK, format!("there is no program {path}")).with("look at the name and at PATH"),
        Kind::Here => broken(CHECK, format!("there is no program {path} in the folders of PATH"))
            .with(format!("the file here is started with its path: ./{word}")),
        Kind::NoFile => {
            broken(CHECK, format!("{path} is no program: it is a folder or a device")).with("name the program in it")
        }
        Kind::NotRunnable => {
            broken(CHECK, format!("{path} is there, and we may not run it")).with(format!("chmod +x {word}"))
        }
        Kind::Other(owner) if !wary && line::is_admitted(survey, *owner) => {
            ok(CHECK, format!("{path} runs as user {owner} (set-user-ID), whom these readers let in"))
        }
        Kind::Other(owner) => {
            broken(CHECK, format!("{path} runs as user {owner} (set-user-ID), whom our readers do not answer"))
                .with(format!("{COPY}{}", if wary { String::new() } else { format!(", or with --allow-user {owner}") }))
        }
        Kind::Privileged if wary => {
            broken(CHECK, format!("{path} runs with more rights than you: libpcsclite ignores the variable"))
                .with("run a copy without them (cp keeps neither set-group-ID nor capabilities)")
        }
        Kind::Privileged => ok(CHECK, format!("{path} runs with more rights than you, which this libpcsclite allows")),
        Kind::Switch(switch) => {
            broken(CHECK, format!("{path} starts programs as another user, whom our readers do not answer"))
                .with(within_as(switch, None))
        }
        Kind::Script(lines) => {
            let judged = |(line, hops)| line::judge_all(hops, survey).into_iter().map(move |finding| (line, finding));
            match lines
                .iter()
                .map(|(line, hops)| (line, hops.as_slice()))
                .flat_map(judged)
                .find(|(_, finding)| finding.level != Level::Ok)
            {
                None => ok(CHECK, format!("nothing in the lines of {path} keeps the variable out")),
                Some((line, Diagnosis { message, advice, .. })) => {
                    let line = shown::line(line);
                    let message = format!("the script {path} runs `{line}`, if it gets there: {message}");
                    Diagnosis { advice, ..warning(CHECK, message) }
                }
            }
        }
        Kind::NoInterpreter(interpreter) => {
            let interpreter = shown::path(interpreter);
            broken(CHECK, format!("{path} is a script for {interpreter}, which is not there to be run"))
                .with("install it, or name in the first line of the script, behind #!, what runs it here")
        }
        Kind::ItsOwnInterpreter => {
            broken(CHECK, format!("{path} is a script that is to be run by itself: the system does not run it"))
                .with("name in the first line of the script, behind #!, the program that runs it")
        }
        Kind::Damaged => broken(CHECK, format!("{path} begins as a program, and is cut off or damaged"))
            .with("get it anew: the system does not run it as it is"),
        Kind::Links => broken(CHECK, format!("{path} is a link that leads round to itself")).with("make the link anew"),
        Kind::Closed(why) => broken(CHECK, format!("{path} cannot be looked at: {why}"))
            .with("ask as a user who may, or look at the folders on the way to it"),
        Kind::Container => warning(CHECK, format!("{path} starts programs in a container")).with(CONTAINER),
        Kind::Remote => broken(CHECK, format!("{path} starts programs on another machine"))
            .with("start virtuale and the program there"),
        Kind::Flatpak => warning(CHECK, format!("{path} runs in a flatpak")).with(FLATPAK),
        Kind::Snap => warning(CHECK, format!("{path} runs in a snap")).with(SNAP),
    }
}

/// How a program that is started as another user, by a program that does so with these options, has readers.
pub(super) fn within(by: &str, options: &str) -> String {
    const EXEC: &str = "exec --card vitale2-martin -- PROGRAM";
    let is_chosen = options.split(' ').any(|word| word.starts_with("-u") || word.starts_with("--user"));
    let space = if options.is_empty() { "" } else { " " };
    let command = match by {
        "su" => format!("su{space}{options} -c \"$(command -v virtuale) {EXEC}\""),
        "runuser" if !is_chosen => format!("runuser{space}{options} -c \"$(command -v virtuale) {EXEC}\""),
        "runuser" => format!("runuser{space}{options} -- \"$(command -v virtuale)\" {EXEC}"),
        "start-stop-daemon" => return "start the readers as that user, too, in the same way".to_owned(),
        _ => format!("{by}{space}{options} \"$(command -v virtuale)\" {EXEC}"),
    };
    format!("start the readers as that user, too: {command}")
}

/// The same where the user is not known, or is this one.
pub(super) fn within_as(by: &str, user: Option<&str>) -> String {
    let user = user.unwrap_or("USER");
    match by {
        "su" => within(by, user),
        "runuser" | "sudo" | "doas" if user != "USER" || by == "runuser" => within(by, &format!("-u {user}")),
        "pkexec" if user != "USER" => within(by, &format!("--user {user}")),
        _ => within(by, ""),
    }
}
