//! `virtuale stop`.

use std::{env, io, path::Path};

use super::{Exit, Failure, exit, opensc, options::Attach, output, running, shell, system::words};
use crate::{
    host::{
        HostError, VARIABLE,
        control::{Reply, Request},
    },
    system::socket::led_to,
};

/// Arguments of `stop`.
#[derive(Debug, clap::Args)]
#[command(after_help = words::STOP)]
pub(super) struct Args {
    #[command(flatten)]
    attach: Attach,
}

/// Asks, says what happened, and takes the variables from the shell whose readers they were.
pub(super) fn run(args: &Args) -> Exit {
    let own = running::own().map(|own| own.socket);
    let mut client = args.attach.client().inspect_err(|error| {
        if is_gone(error) {
            // Whoever reads this is told of the error anyway.
            let _ = shell::hand_over(&unset());
        }
    })?;
    let is_own = own.is_some_and(|own| led_to(client.socket()).is_some_and(|socket| socket == own));
    match client.ask(Request::Stop)? {
        Reply::Stopping { pid, not_whole } => {
            // What is not whole may be why it takes long.
            not_whole.iter().for_each(output::say);
            client.wait_for_its_end().map_err(|error| {
                let hint = format!("see what their process does, or end it: {}", words::ending(pid));
                Failure::Environment(error.to_string().into(), Some(hint.into()))
            })?;
            output::say(format_args!("the readers of process {pid} are gone"));
        }
        _ => return Err(client.nonsense().into()),
    }
    if is_own {
        shell::hand_over(&unset())?;
        if output::is_on_terminal() {
            output::say(words::STILL_SET);
        }
    }
    Ok(exit::DONE)
}

/// Whether nobody is at the socket of this shell any more.
fn is_gone(error: &HostError) -> bool {
    let gone = [io::ErrorKind::NotFound, io::ErrorKind::ConnectionRefused];
    matches!(error, HostError::NotThere { socket, kind, .. }
        if gone.contains(kind) && env::var_os(VARIABLE).is_some_and(|own| *own == *socket))
}

/// The line that takes from the shell what is of no use once its readers are gone: OpenSC's configuration, if it went
/// with them.
fn unset() -> Vec<u8> {
    let opensc = env::var_os(opensc::VARIABLE).filter(|path| !Path::new(path).exists()).map(|_| opensc::VARIABLE);
    shell::unset(&[Some(VARIABLE), opensc].into_iter().flatten().collect::<Vec<_>>())
}
