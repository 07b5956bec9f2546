//! `virtuale serve`: readers until stopped.

use std::{
    env,
    fs::File,
    io::{self, BufRead, BufReader, Write},
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    iterator::Signals,
};

use super::{Exit, Failure, exit, failure::reason, opensc, options::Slots, output, supervise::Ignored};

const EXAMPLES: &str = "\
Examples:
  eval \"$(virtuale serve --detach --card fixtures/cards/vitale2-martin.toml)\"
  virtuale serve --card fixtures/cards/vitale2-martin.toml --socket /tmp/my-readers";

/// Arguments of `serve`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    slots: Slots,
    /// Also tell OpenSC which driver our cards need: the line exports OPENSC_CONF too
    #[arg(long)]
    opensc: bool,
    /// Where to put the PC/SC socket; the control socket goes beside it [default: a private folder]
    #[arg(long, value_name = "PATH")]
    socket: Option<PathBuf>,
    /// Record each card that comes into a slot, as a trace of its own in this folder
    #[arg(long, value_name = "DIR")]
    record: Option<PathBuf>,
    /// Go on in the background once programs may connect; end it with `virtuale stop`
    #[arg(long)]
    detach: bool,
    /// Be the process in the background.
    #[arg(long, hide = true)]
    detached: bool,
}

/// Serves in this process, or starts another one that does.
pub(super) fn run(args: &Args) -> Exit {
    if args.detach && !args.detached { detach() } else { serve(args) }
}

fn serve(args: &Args) -> Exit {
    if args.detached {
        // Fails only for the leader of a process group, which we were not started as.
        let _ = rustix::process::setsid();
    }
    let ignored = Ignored::now();
    let heard = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|&signal| signal != SIGHUP || !ignored.has(signal));
    let mut signals = Signals::new(heard).map_err(unheard)?;
    let ears = signals.handle();
    let mut host = args.slots.host().on_stop(move || ears.close());
    if let Some(socket) = &args.socket {
        host = host.socket(socket);
    }
    if let Some(folder) = &args.record {
        host = host.record_folder(folder);
    }
    let host = host.start()?;
    let configuration = args.opensc.then(|| opensc::write(host.folder())).transpose()?;
    announce(host.socket(), configuration.as_deref())?;
    if args.detached {
        let_go().map_err(unheard)?;
    }
    let _ = signals.forever().next();
    host.stop().iter().for_each(output::say);
    Ok(exit::DONE)
}

fn unheard(error: io::Error) -> Failure {
    Failure::Environment(format!("the system does not let us serve: {}", reason(&error)), None)
}

/// Starts the process in the background and hands on the line that it prints when it is ready.
fn detach() -> Exit {
    let mut child = env::current_exe()
        .and_then(|program| {
            let mut command = Command::new(program);
            command.args(env::args_os().skip(1)).arg("--detached").stdin(Stdio::null()).stdout(Stdio::piped()).spawn()
        })
        .map_err(|error| Failure::Environment(format!("cannot go to the background: {}", reason(&error)), None))?;
    let mut line = Vec::new();
    if let Some(output) = child.stdout.take() {
        BufReader::new(output).read_until(b'\n', &mut line).map_err(unheard)?;
    }
    if line.last() == Some(&b'\n') {
        let Err(error) = say(&line) else { return Ok(exit::DONE) };
        // Nobody would know of readers that nobody was told of.
        let _ = kill_process(Pid::from_child(&child), Signal::TERM);
        child.wait().map_err(unheard)?;
        let message = format!("the readers are stopped, since nobody could be told of them: {}", reason(&error));
        return Err(Failure::Environment(message, None));
    }
    // It has said why on our standard error.
    let status = child.wait().map_err(unheard)?;
    let code = status.code().and_then(|code| u8::try_from(code).ok()).filter(|&code| code != exit::DONE);
    Ok(code.unwrap_or(exit::ENVIRONMENT))
}

/// Says on standard output that programs may connect, in a line for a shell.
fn announce(socket: &Path, opensc: Option<&Path>) -> io::Result<()> {
    let mut line = b"export PCSCLITE_CSOCK_NAME=".to_vec();
    line.extend(quoted(socket.as_os_str().as_bytes()));
    if let Some(configuration) = opensc {
        line.extend(format!(" {}=", opensc::VARIABLE).bytes());
        line.extend(quoted(configuration.as_os_str().as_bytes()));
    }
    line.push(b'\n');
    say(&line)
}

/// Prints a line of bytes on standard output.
fn say(line: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(line)?;
    out.flush()
}

/// A word that a shell takes for these bytes.
fn quoted(word: &[u8]) -> Vec<u8> {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-+,:@%".contains(byte);
    if word.iter().all(is_plain) {
        return word.to_vec();
    }
    let mut quoted = b"'".to_vec();
    for &byte in word {
        match byte {
            b'\'' => quoted.extend(b"'\\''"),
            other => quoted.push(other),
        }
    }
    quoted.push(b'\'');
    quoted
}

/// Lets go of the terminal and of the folder that we were started in.
fn let_go() -> io::Result<()> {
    let nothing = File::options().read(true).write(true).open("/dev/null")?;
    rustix::stdio::dup2_stdout(&nothing)?;
    rustix::stdio::dup2_stderr(&nothing)?;
    env::set_current_dir("/")
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_shell_reads_the_path_as_it_is() {
        assert_eq!(quoted(b"/run/user/1000/virtuale/42/pcsc"), b"/run/user/1000/virtuale/42/pcsc");
        assert_eq!(quoted(b"/tmp/l'abri $HOME"), br"'/tmp/l'\''abri $HOME'");
    }
}
