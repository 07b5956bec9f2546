//! `virtuale doctor`: what stands between a program and our readers.
//!
//! `survey` looks at the system and judges nothing; `judge` says what the facts mean and what to do, and touches
//! nothing; this file prints. Windows, where programs have no variable and no pcscd, has less to be looked at, in one
//! file of its own; `winscard` looks at a program of Windows on any system.

#[cfg(unix)]
mod judge;
#[cfg(unix)]
mod library;
#[cfg(unix)]
mod line;
#[cfg(unix)]
mod processes;
#[cfg(unix)]
mod program;
#[cfg(unix)]
mod questions;
#[cfg(unix)]
mod script;
#[cfg(unix)]
mod socket;
#[cfg(unix)]
mod survey;
#[cfg(windows)]
mod windows;
mod winscard;

use std::{
    ffi::OsString,
    fmt::{self, Write},
};

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::{Exit, exit, output};

const EXAMPLES: &str = "\
Examples:
  virtuale doctor
  virtuale doctor /usr/bin/opensc-tool
  virtuale doctor -- sudo -u anna ./billing-software
  virtuale exec --card vitale2-martin -- virtuale doctor --json";

/// Arguments of `doctor`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// A program that should see our readers, or the whole command line that starts it, as sudo -u anna till: is there
    /// something about it that drops the variable, or that readers do not answer?
    #[arg(trailing_var_arg = true, value_name = "PROGRAM")]
    command: Vec<OsString>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// One thing that was looked at.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
struct Diagnosis {
    /// What was looked at: `library`, `variable`, `socket`...
    check: &'static str,
    level: Level,
    /// What was found.
    message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
enum Level {
    /// As it should be.
    Ok,
    /// Good to know.
    Note,
    /// Some program will not see our readers.
    Warning,
    /// No program will.
    Broken,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Report<'a> {
    findings: &'a [Diagnosis],
}

/// Looks, judges, prints.
pub(super) fn run(args: &Args) -> Exit {
    #[cfg(unix)]
    let findings = match args.command.first().and_then(|program| winscard::findings(program.as_ref())) {
        Some(findings) => findings,
        None => judge::judge(&survey::survey(&args.command)),
    };
    #[cfg(windows)]
    let findings = windows::findings(args.command.first().map(std::path::Path::new));
    let printed = match args.json {
        true => output::print_json(&Report { findings: &findings }),
        false => output::print(page(&findings)),
    };
    let broken = findings.iter().any(|finding| finding.level == Level::Broken);
    exit::after(if broken { exit::ENVIRONMENT } else { exit::DONE }, printed)
}

fn page(findings: &[Diagnosis]) -> String {
    findings.iter().fold(String::new(), |mut page, Diagnosis { level, message, advice, .. }| {
        let style = level.style();
        let _ = writeln!(page, "{style}{level:<8}{style:#} {message}");
        for line in advice.iter().flat_map(|advice| advice.lines()) {
            let _ = writeln!(page, "         {line}");
        }
        page
    })
}

impl Level {
    fn style(self) -> Style {
        let colour = match self {
            Self::Ok => AnsiColor::Green,
            Self::Note => AnsiColor::Cyan,
            Self::Warning => AnsiColor::Yellow,
            Self::Broken => AnsiColor::Red,
        };
        Style::new().bold().fg_color(Some(colour.into()))
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Broken => "broken",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Diagnosis, Level, page};

    #[test]
    fn advice_stands_below_its_finding() {
        let finding = Diagnosis {
            check: "socket",
            level: Level::Broken,
            message: "nobody listens".into(),
            advice: Some("start it again\nor unset the variable".into()),
        };
        let text = anstream::adapter::strip_str(&page(&[finding])).to_string();
        assert_eq!(text, "broken   nobody listens\n         start it again\n         or unset the variable\n");
    }
}
