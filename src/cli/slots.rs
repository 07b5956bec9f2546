//! `virtuale slots`.

use std::fmt::Write;

use super::{Exit, exit, options::Attach, output};
use crate::host::control::{Client, Reply, Request, Status};

const EXAMPLES: &str = "\
Examples:
  virtuale slots
  virtuale slots --json";

/// Arguments of `slots`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    attach: Attach,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Asks and prints.
pub(super) fn run(args: &Args) -> Exit {
    let mut client = Client::find(args.attach.socket.as_deref())?;
    match client.ask(Request::Slots)? {
        Reply::Slots(status) if args.json => output::print_json(&status)?,
        Reply::Slots(status) => {
            output::print(table(&status))?;
            status.not_whole.iter().for_each(output::say);
        }
        _ => return Err(client.nonsense().into()),
    }
    Ok(exit::DONE)
}

/// One line for each slot.
fn table(status: &Status) -> String {
    let digits = status.slots.iter().map(|slot| slot.slot.to_string().len()).max().unwrap_or(0);
    let width = status.slots.iter().map(|slot| slot.reader.chars().count()).max().unwrap_or(0);
    status.slots.iter().fold(String::new(), |mut table, slot| {
        let card = slot.card.as_deref().unwrap_or("empty");
        let _ = writeln!(table, "{:digits$}  {:width$}  {card}", slot.slot, slot.reader);
        table
    })
}

#[cfg(test)]
mod tests {
    use super::table;
    use crate::host::{SlotStatus, control::Status};

    #[test]
    fn a_line_for_each_slot() {
        let slot = |slot, card: Option<&str>| SlotStatus {
            slot,
            reader: format!("Virtuale 00 {slot:02X}"),
            card: card.map(Into::into),
            atr: None,
        };
        let status = Status {
            socket: "/s".into(),
            pid: 1,
            slots: vec![slot(0, Some("/a.toml")), slot(1, None)],
            not_whole: vec![],
        };
        assert_eq!(table(&status), "0  Virtuale 00 00  /a.toml\n1  Virtuale 00 01  empty\n");
        let status = Status { slots: vec![slot(9, None), slot(10, None)], ..status };
        assert_eq!(table(&status), " 9  Virtuale 00 09  empty\n10  Virtuale 00 0A  empty\n");
    }
}
