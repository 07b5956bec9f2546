//! `virtuale stop`.

use super::{Exit, exit, options::Attach, output};
use crate::host::control::{Client, Reply, Request};

const EXAMPLES: &str = "\
Example:
  virtuale stop";

/// Arguments of `stop`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    attach: Attach,
}

/// Asks and says what happened.
pub(super) fn run(args: &Args) -> Exit {
    let mut client = Client::find(args.attach.socket.as_deref())?;
    match client.ask(Request::Stop)? {
        Reply::Stopping { pid, not_whole } => {
            client.wait_for_its_end();
            output::say(format_args!("the readers of process {pid} are gone"));
            not_whole.iter().for_each(output::say);
            Ok(exit::DONE)
        }
        _ => Err(client.nonsense().into()),
    }
}
