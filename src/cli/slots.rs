//! `virtuale slots`.

use std::fmt::Write;

use super::{
    Exit, exit,
    language::Language,
    messages::Places,
    options::{Attach, Spoken},
    output,
    running::{contents, own},
    users,
};
use crate::{
    host::{
        SlotStatus,
        control::{AskedPin, Asks, Reply, Request, Status},
        running,
    },
    shown,
};

const EXAMPLES: &str = "\
Examples:
  virtuale slots
  virtuale slots --json
  virtuale slots --all";

/// Arguments of `slots`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    attach: Attach,
    /// List the slots of all running readers of this user, each below the name and the socket of its readers
    #[arg(long, conflicts_with_all = ["name", "socket"])]
    all: bool,
    /// Print JSON; with --all, a list
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    spoken: Spoken,
}

impl Args {
    /// The language of what is said.
    pub(super) fn language(&self) -> Language {
        self.spoken.language()
    }
}

/// Asks and prints.
pub(super) fn run(args: &Args) -> Exit {
    let language = args.language();
    if args.all {
        return list_all(args.json, language);
    }
    let mut client = args.attach.client()?;
    match client.ask(Request::Slots)? {
        Reply::Slots(status) if args.json => output::print_json(&status)?,
        Reply::Slots(status) => {
            output::print(table(&status, language))?;
            status.not_whole.iter().for_each(output::say);
            users::all_turned_away(&status, language).iter().for_each(output::say);
        }
        _ => return Err(client.nonsense().into()),
    }
    Ok(exit::DONE)
}

/// Lists what runs. Readers that give no answer are named all the same, and make the exit code one of a failure.
fn list_all(json: bool, language: Language) -> Exit {
    let own = own();
    let mut code = exit::DONE;
    let mut known = Vec::new();
    for running in running() {
        let status = running.status();
        if !json {
            let (name, socket) = (shown::line(&running.name), shown::path(&running.socket));
            let whose = own.as_ref() == Some(&running);
            let whose = behind(whose.then_some(Places::OfThisShell), language);
            output::print(format_args!("{name}  {socket}{whose}\n{}", contents(&status, language)))?;
        }
        match status {
            Ok(status) => {
                status.not_whole.iter().for_each(output::say);
                users::all_turned_away(&status, language).iter().for_each(output::say);
                known.push(status);
            }
            Err(error) => {
                if json {
                    output::say(error.said().text(language.into()));
                }
                code = exit::ENVIRONMENT;
            }
        }
    }
    if json {
        output::print_json(&known)?;
    }
    Ok(code)
}

/// One line for each slot.
pub(super) fn table(status: &Status, language: Language) -> String {
    let digits = status.slots.iter().map(|slot| slot.slot.to_string().len()).max().unwrap_or(0);
    let readers: Vec<_> = status.slots.iter().map(|slot| shown::line(&slot.reader)).collect();
    let width = readers.iter().map(|reader| reader.chars().count()).max().unwrap_or(0);
    status.slots.iter().zip(&readers).fold(String::new(), |mut table, (slot, reader)| {
        let none = if slot.unplugged { Places::Unplugged } else { Places::Empty };
        let card = slot.card.clone().unwrap_or_else(|| none.text(language));
        let card = shown::line(&card);
        let mute = behind(slot.is_mute().then_some(Places::Mute), language);
        let drivers = slot.drivers.iter().map(|driver| Places::ShownBy { driver });
        let drivers: String = drivers.map(|said| behind(Some(said), language)).collect();
        let awaits = slot.awaits.as_ref().map(|why| format!("  ({})", shown::line(why))).unwrap_or_default();
        let asks = behind(slot.asks.map(asks), language);
        let number = slot.typed_ahead.to_string();
        let ahead = match slot.typed_ahead {
            0 => None,
            1 => Some(Places::OneAhead),
            _ => Some(Places::MoreAhead { number: &number }),
        };
        let ahead = behind(ahead, language);
        let faults = faults(slot, language);
        let _ = writeln!(
            table,
            "{:digits$}  {reader:width$}  {card}{mute}{drivers}{awaits}{asks}{ahead}{faults}",
            slot.slot
        );
        table
    })
}

/// What stands behind something, if it is said.
fn behind(said: Option<Places<'_>>, language: Language) -> String {
    said.map(|said| format!("  {}", said.text(language))).unwrap_or_default()
}

/// What stands behind a slot whose card is struck by faults: those that can still strike.
fn faults(slot: &SlotStatus, language: Language) -> String {
    let live: Vec<_> = slot.faults.iter().filter(|fault| !fault.spent).map(|fault| fault.fault.as_str()).collect();
    let all = live.join(", ");
    let said = match live.len() {
        0 => None,
        1 => Some(Places::OneFault { fault: &all }),
        _ => Some(Places::MoreFaults { faults: &all }),
    };
    behind(said, language)
}

/// What stands behind a slot whose reader waits for a person.
fn asks(asks: Asks) -> Places<'static> {
    match asks.pin {
        AskedPin::Pin => Places::AsksPin,
        AskedPin::Current => Places::AsksCurrent,
        AskedPin::New => Places::AsksNew,
        AskedPin::NewAgain => Places::AsksNewAgain,
    }
}

#[cfg(test)]
mod tests {
    use super::{Language, table as table_in};
    use crate::host::{
        SlotStatus,
        control::{AskedPin, Asks, Status},
    };

    fn table(status: &Status) -> String {
        table_in(status, Language::En)
    }

    #[test]
    fn a_line_for_each_slot() {
        let slot = |slot, card: Option<&str>| SlotStatus {
            slot,
            reader: format!("Virtuale 00 {slot:02X}"),
            card: card.map(Into::into),
            atr: Some("3B 00".into()),
            drivers: vec![],
            unplugged: false,
            awaits: None,
            faults: vec![],
            kept: None,
            asks: None,
            typed_ahead: 0,
        };
        let mute = |status: &Status| table(status).contains("/a.toml  (mute: ");
        let status = Status {
            name: "1".into(),
            socket: "/s".into(),
            pid: 1,
            slots: vec![slot(0, Some("/a.toml")), slot(1, None)],
            not_whole: vec![],
            allowed_users: vec![],
            allowed_groups: vec![],
            refused_users: vec![],
            crowding_users: vec![],
        };
        assert_eq!(table(&status), "0  Virtuale 00 00  /a.toml\n1  Virtuale 00 01  empty\n");
        let silent = SlotStatus { atr: None, ..slot(0, Some("/a.toml")) };
        assert!(mute(&Status { slots: vec![silent], ..status.clone() }) && !mute(&status));
        let driven = SlotStatus { drivers: vec!["vpcd".into()], ..slot(0, Some("/a.toml")) };
        let table_of = table(&Status { slots: vec![driven], ..status.clone() });
        assert_eq!(table_of, "0  Virtuale 00 00  /a.toml  (shown by vpcd)\n");
        let asked = Asks { pin: AskedPin::Pin, shortest: 4, longest: 8, number: 1 };
        let asking = SlotStatus { asks: Some(asked), ..slot(0, Some("/a.toml")) };
        let asking = table(&Status { slots: vec![asking], ..status.clone() });
        assert_eq!(asking, "0  Virtuale 00 00  /a.toml  (asks for a PIN: virtuale pin)\n");
        let ahead = SlotStatus { typed_ahead: 2, ..slot(0, Some("/a.toml")) };
        let ahead = table(&Status { slots: vec![ahead], ..status.clone() });
        assert_eq!(ahead, "0  Virtuale 00 00  /a.toml  (2 PINs are typed ahead)\n");
        let waiting = SlotStatus { awaits: Some("no card".into()), ..slot(0, None) };
        let status = Status { slots: vec![waiting], ..status };
        assert_eq!(table(&status), "0  Virtuale 00 00  empty  (no card)\n");
        let gone = Status { slots: vec![SlotStatus { unplugged: true, ..slot(0, None) }], ..status.clone() };
        assert!(table(&gone).contains("  unplugged by a fault"), "{}", table(&gone));
        let french = table_in(&gone, Language::Fr);
        assert!(french.starts_with("0  Virtuale 00 00  débranché par une panne"), "{french}");
        let status = Status { slots: vec![slot(9, None), slot(10, None)], ..status };
        assert_eq!(table(&status), " 9  Virtuale 00 09  empty\n10  Virtuale 00 0A  empty\n");
    }
}
