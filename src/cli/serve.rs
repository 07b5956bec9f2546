//! `virtuale serve`: readers until stopped.

use std::{
    env,
    ffi::OsString,
    io::{self, BufRead, BufReader, Read, Write},
    path::PathBuf,
    process::{Command, Stdio},
};

use zeroize::Zeroizing;

use super::{
    Exit, Failure,
    console::Page,
    drivers::Drivers,
    exit,
    language::Language,
    opensc,
    options::Slots,
    output, pin, running, shell,
    system::{Ears, background, words},
};
use crate::{host::Running, shown::reason};

/// The option whose values everybody would see for as long as a process in the background has them in its arguments.
const SECRET: &str = "--pin-pad";

/// No more is typed ahead at a pad than that, in bytes: what comes by standard input is read into room for it.
const MOST_TYPED: usize = 4096;

/// What a person is told who sees the line for a shell.
const IN_A_TERMINAL: &str =
    "programs of another terminal see the readers once this line is run there; they are there until Ctrl-C";

/// Arguments of `serve`.
#[derive(Debug, clap::Args)]
#[command(after_help = words::SERVE)]
pub(super) struct Args {
    #[command(flatten)]
    slots: Slots,
    /// Also tell OpenSC which driver our cards need: the line exports OPENSC_CONF too
    #[arg(long)]
    opensc: bool,
    /// Where to put the PC/SC socket; the control socket goes beside it [default: a private folder]
    #[arg(long, value_name = "PATH")]
    socket: Option<PathBuf>,
    #[command(flatten)]
    drivers: Drivers,
    #[command(flatten)]
    page: Page,
    /// Record each card that comes into a slot, as a trace of its own in this folder
    #[arg(long, value_name = "DIR")]
    record: Option<PathBuf>,
    /// Go on in the background once programs may connect; end it with `virtuale stop`
    #[arg(long)]
    detach: bool,
    /// Be the process in the background. What is typed at pads comes by standard input.
    #[arg(long, hide = true)]
    detached: bool,
}

/// Serves in this process, or starts another one that does.
pub(super) fn run(args: &Args) -> Exit {
    if args.detach && !args.detached { detach(args) } else { serve(args) }
}

/// Says which readers a shell leaves that evaluates the line: nothing in it will lead back to them.
fn mention(earlier: Option<Running>) {
    if let Some(Running { name, .. }) = earlier.filter(|_| !output::is_on_terminal()) {
        output::say(format_args!("the earlier readers of this shell go on; to end them: virtuale stop --name {name}"));
    }
}

fn serve(args: &Args) -> Exit {
    let slots = if args.detached {
        background::enter();
        let mut typed = Zeroizing::new(String::with_capacity(MOST_TYPED));
        io::stdin().read_to_string(&mut typed).map_err(unheard)?;
        args.slots.host_typing(&typed)?
    } else {
        args.slots.host()?
    };
    let earlier = running::own();
    let mut host = args.page.ask_of(args.drivers.ask_of(slots))?;
    if let Some(socket) = &args.socket {
        host = host.socket(socket);
    }
    if let Some(folder) = &args.record {
        host = host.record_folder(folder);
    }
    // Before signals are heard: one ends what waits for a card file, and leaves nothing behind.
    let host = host.prepare().inspect_err(|_| args.slots.keeping.remarks().iter().for_each(output::say))?;
    let ears = Ears::open().map_err(unheard)?;
    let host = host.on_stop(ears.close()).open()?;
    args.slots.remarks(&host).iter().for_each(output::say);
    args.slots.keeping.say_remarks(Language::of_locale());
    args.record.iter().for_each(|_| pin::mention_recording(&host));
    args.drivers.mention(&host);
    let _page = args.page.serve(&host)?;
    let configuration = args.opensc.then(|| opensc::write(host.folder())).transpose()?;
    shell::hand_over(&shell::export(host.socket(), configuration.as_deref()))?;
    if args.detached {
        background::let_go().map_err(unheard)?;
    } else {
        mention(earlier);
        output::say(if output::is_on_terminal() { IN_A_TERMINAL } else { words::IN_A_SHELL });
    }
    ears.wait();
    host.stop().iter().for_each(output::say);
    Ok(exit::DONE)
}

fn unheard(error: io::Error) -> Failure {
    Failure::Environment(format!("the system does not let us serve: {}", reason(&error)).into(), None)
}

/// Starts the process in the background and hands on the line that it prints when it is ready.
fn detach(args: &Args) -> Exit {
    if let Some((why, instead)) = background::REFUSAL {
        return Err(Failure::usage(why, instead));
    }
    let earlier = running::own();
    let mut child = env::current_exe()
        .and_then(|program| {
            let mut command = Command::new(program);
            command
                .args(without_secrets(env::args_os().skip(1)))
                .arg(shell::DETACHED)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
        })
        .map_err(|error| {
            Failure::Environment(format!("cannot go to the background: {}", reason(&error)).into(), None)
        })?;
    if let Some(mut input) = child.stdin.take() {
        // Whoever fails before that says why; then nobody reads it.
        let _ = input.write_all(args.slots.typed().as_bytes());
    }
    let mut line = Vec::new();
    if let Some(output) = child.stdout.take() {
        BufReader::new(output).read_until(b'\n', &mut line).map_err(unheard)?;
    }
    if line.last() == Some(&b'\n') {
        let Err(error) = shell::hand_over(&line) else {
            mention(earlier);
            return Ok(exit::DONE);
        };
        // Nobody would know of readers that nobody was told of.
        background::end(&mut child);
        child.wait().map_err(unheard)?;
        let message = format!("the readers are stopped, since nobody could be told of them: {}", reason(&error));
        return Err(Failure::Environment(message.into(), None));
    }
    // It has said why on our standard error.
    let status = child.wait().map_err(unheard)?;
    let code = status.code().and_then(|code| u8::try_from(code).ok()).filter(|&code| code != exit::DONE);
    Ok(code.unwrap_or(exit::ENVIRONMENT))
}

/// Arguments without what nobody is to see there.
fn without_secrets(mut arguments: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut kept = Vec::new();
    while let Some(argument) = arguments.next() {
        let rest = argument.as_encoded_bytes().strip_prefix(SECRET.as_bytes());
        match rest {
            Some([]) => drop(arguments.next()),
            Some([b'=', ..]) => {}
            _ => kept.push(argument),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::without_secrets;

    #[test]
    fn what_is_typed_is_no_argument_of_the_process_in_the_background() {
        let given = ["serve", "--pin-pad", "1234", "--detach", "--pin-pad=5678,1", "--pin-padding", "--card", "-"];
        let kept = without_secrets(given.into_iter().map(Into::into));
        assert_eq!(kept, ["serve", "--detach", "--pin-padding", "--card", "-"]);
    }
}
