//! Exchanges printed as the programs print them, in many styles, and what is read of them again.

use std::fmt::Write;

use proptest::{collection::vec, prelude::*};

use super::parse;
use crate::trace::{
    Action, Expected, Pattern,
    convert::{Format, Imported},
};

pub(super) type Exchange = (Vec<u8>, Vec<u8>);

/// How bytes are printed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    /// What stands before each line.
    prefix: &'static str,
    /// What stands between bytes.
    between: &'static str,
    /// How many bytes a row has, where the form lets a paste wrap.
    row: usize,
    /// Whether the same bytes stand behind as text.
    column: bool,
    end: &'static str,
    /// What stands before commands and before answers, where a form has many such marks.
    marks: (&'static str, &'static str),
    /// What stands before each line of the log when it was passed on.
    frame: Frame,
}

/// What was put before each line of a log.
#[derive(Clone, Copy, Debug)]
enum Frame {
    Nothing,
    /// Of a mail that answers another one.
    Quote,
    /// The number of the line, and this.
    Number(&'static str),
}

/// Marks with their bytes on the same line, or on those below.
const MARKS: [(&str, &str); 16] = [
    (" => ", " <= "),
    (" => ", " <= "),
    (" --> ", " <-- "),
    ("C-APDU: ", "R-APDU: "),
    ("cmd: ", "rsp: "),
    ("Sent: ", "Received: "),
    ("Requ\u{EA}te : ", "R\u{E9}ponse : "),
    ("APDU envoy\u{E9}e : ", "APDU re\u{E7}ue : "),
    ("Terminal: ", "Card: "),
    ("R1 TX: ", "R1 RX: "),
    ("TX:", "RX:"),
    ("Commande APDU :", "R\u{E9}ponse APDU :"),
    ("Envoi APDU : ", "R\u{E9}ponse APDU : "),
    ("Commande envoy\u{E9}e \u{E0} la carte : ", "R\u{E9}ponse de la carte : "),
    ("Sending to ICC1: ", "Received from ICC1: "),
    ("=> (1) ", "<= (1) "),
];

const FRAMES: [Frame; 6] =
    [Frame::Nothing, Frame::Nothing, Frame::Nothing, Frame::Quote, Frame::Number("\t"), Frame::Number(". ")];

impl Style {
    /// With each command and each answer in one line.
    pub(super) fn unwrapped(self) -> Self {
        Self { row: usize::MAX, ..self }
    }
}

const PREFIXES: [&str; 8] = [
    "",
    "    ",
    "Nov 28 08:00:36 host app[2811]: ",
    "2026-11-28T08:00:36+0100 host app[2811]: ",
    "2026-11-28 08:00:36.123 ",
    "[08:00:36] ",
    "card-1  | ",
    "2026-11-28T08:00:36.123456789Z stdout F ",
];

const BETWEEN: [&str; 6] = [" ", "", "-", ":", ", ", ","];

pub(super) fn style() -> impl Strategy<Value = Style> {
    let lines = (0..PREFIXES.len(), prop_oneof![Just(usize::MAX), 3_usize..40], any::<bool>(), 0..FRAMES.len());
    let bytes = (0..BETWEEN.len(), any::<bool>(), 0..MARKS.len());
    (lines, bytes).prop_map(|((prefix, row, windows, frame), (between, column, marks))| Style {
        prefix: PREFIXES[prefix],
        between: BETWEEN[between],
        row,
        column: column && BETWEEN[between] == " ",
        end: if windows { "\r\n" } else { "\n" },
        marks: MARKS[marks],
        frame: FRAMES[frame],
    })
}

fn command() -> impl Strategy<Value = Vec<u8>> {
    (vec(any::<u8>(), 4), vec(any::<u8>(), 0..50), proptest::option::of(any::<u8>())).prop_map(
        |(mut command, data, le)| {
            if let Ok(lc @ 1..) = u8::try_from(data.len()) {
                command.push(lc);
                command.extend(data);
            }
            command.extend(le);
            command
        },
    )
}

fn answer() -> impl Strategy<Value = Vec<u8>> {
    let first = prop_oneof![Just(0x90), 0x61_u8..=0x6F];
    (vec(any::<u8>(), 0..50), first, any::<u8>()).prop_map(|(data, first, second)| [data, vec![first, second]].concat())
}

/// A command and its answer, which is no longer than the command asks for.
fn exchange() -> impl Strategy<Value = Exchange> {
    (command(), answer()).prop_map(|(command, mut answer)| {
        let data = match command.len() {
            length if length == 5 || length > 6 && length == 6 + usize::from(command[4]) => command[length - 1],
            _ => 0,
        };
        let data = if data == 0 { usize::MAX } else { usize::from(data) };
        answer.drain(data.min(answer.len() - 2)..answer.len() - 2);
        (command, answer)
    })
}

pub(super) fn exchanges() -> impl Strategy<Value = Vec<Exchange>> {
    vec(exchange(), 1..5)
}

fn hex(bytes: &[u8], between: &str) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(between)
}

fn text_of(bytes: &[u8]) -> String {
    let shown = |&byte: &u8| if byte.is_ascii_graphic() || byte == b' ' { char::from(byte) } else { '.' };
    bytes.iter().map(shown).collect()
}

/// Prints into lines.
struct Printer {
    style: Style,
    log: String,
}

impl Printer {
    fn line(&mut self, text: &str) {
        let Style { prefix, end, .. } = self.style;
        write!(self.log, "{prefix}{text}{end}").expect("memory");
    }

    /// A mark and bytes, wrapped.
    fn wrapped(&mut self, mark: &str, bytes: &[u8]) {
        for (index, row) in bytes.chunks(self.style.row).enumerate() {
            let shown = hex(row, self.style.between);
            let mark = if index == 0 { mark } else { "" };
            let width = 3 * self.style.row.min(50);
            if self.style.column {
                self.line(&format!("{mark}{shown:width$}  {}", text_of(row)));
            } else {
                self.line(&format!("{mark}{shown}"));
            }
        }
    }

    /// A mark, and bytes behind or below it.
    fn marked(&mut self, mark: &str, bytes: &[u8]) {
        if mark.ends_with(' ') {
            return self.wrapped(mark, bytes);
        }
        self.line(mark);
        self.wrapped("", bytes);
    }

    /// Rows of sixteen bytes and the text behind them.
    fn rows(&mut self, bytes: &[u8]) {
        for row in bytes.chunks(16) {
            let width = if bytes.len() > 16 { 47 } else { 0 };
            self.line(&format!("{:width$} {}", hex(row, " "), text_of(row)));
        }
    }

    fn exchange(&mut self, format: Format, (command, answer): &Exchange) {
        let (data, status) = answer.split_at(answer.len() - 2);
        match format {
            Format::Spy => {
                let length = |bytes: &[u8]| format!("1@0x{:08X}", bytes.len());
                for line in ["1@>|1|2|SCardTransmit", "1@0x00000007", "1@0x00000002", "1@0x00000010"] {
                    self.line(line);
                }
                self.line(&length(command));
                self.line(&format!("1@{} ", hex(command, " ")));
                self.line("1@0x00000002");
                self.line("1@0x00000010");
                self.line(&length(answer));
                self.line(&format!("1@{} ", hex(answer, " ")));
                self.line("1@<|1|2|SCardTransmit|0x00000000");
            }
            Format::Pcscd => {
                self.wrapped("00000019 APDU: ", command);
                self.wrapped("00000020 SW: ", answer);
            }
            Format::Opensc => {
                for (mark, bytes) in [("Outgoing", command), ("Incoming", answer)] {
                    self.line("P:1; T:0x2 08:00:00.1 [t] reader-pcsc.c:1:pcsc_transmit: reader 'Lecteur 00 00'");
                    self.line(&format!("{mark} APDU ({} bytes):", bytes.len()));
                    self.rows(bytes);
                    self.line("");
                }
            }
            Format::OpenscTool => {
                self.line(&format!("Sending: {} ", hex(command, " ")));
                let colon = if data.is_empty() { "" } else { ":" };
                self.line(&format!("Received (SW1=0x{:02X}, SW2=0x{:02X}){colon}", status[0], status[1]));
                self.rows(data);
            }
            Format::Scdaemon => {
                self.line(&format!("scdaemon[7] DBG:   PCSC_data: {}", hex(command, "").to_lowercase()));
                self.line(&format!("scdaemon[7] DBG:  response: sw={}  datalen={}", hex(status, ""), data.len()));
                for (index, row) in data.chunks(32).enumerate() {
                    let mark = if index == 0 { "     dump: " } else { "      " };
                    let more = if 32 * (index + 1) < data.len() { " \\" } else { "" };
                    self.line(&format!("scdaemon[7] DBG:{mark}{}{more}", hex(row, "")));
                }
            }
            Format::Scriptor => {
                self.line(&hex(command, " "));
                self.line(&format!("> {}", hex(command, " ")));
                let rows: Vec<String> = answer.chunks(16).map(|row| hex(row, " ") + " ").collect();
                let mut rows = rows.iter().enumerate().peekable();
                while let Some((index, row)) = rows.next() {
                    let mark = if index == 0 { "< " } else { "" };
                    let meaning = if rows.peek().is_none() { ": Normal processing." } else { "" };
                    self.line(&format!("{mark}{row}{meaning}"));
                }
            }
            Format::Gp => {
                let (header, body) = command.split_at(4);
                let lc = usize::from(body.len() > 1);
                let count = if lc == 1 { usize::from(body[0]) } else { 0 };
                self.line(&format!(
                    "A>> T=1 (4+{count:04}) {} {} {} {}",
                    hex(header, ""),
                    hex(&body[..lc], ""),
                    hex(&body[lc..lc + count], ""),
                    hex(&body[lc + count..], "")
                ));
                self.line(&format!("A<< ({:04}+2) (12ms) {} {}", data.len(), hex(data, ""), hex(status, "")));
            }
            Format::Gpshell => {
                self.line("Command --> 8001020300");
                self.line(&format!("Wrapped command --> {}", hex(command, "")));
                self.line(&format!("Response <-- {}", hex(answer, "")));
            }
            Format::Arrows => {
                let (sent, received) = self.style.marks;
                self.marked(sent, command);
                self.line(" (1217 usec)");
                self.marked(received, answer);
                self.line(if answer.ends_with(&[0x90, 0x00]) {
                    "Status: No Error"
                } else {
                    "Status: Warning or error"
                });
            }
            Format::Angles => {
                self.wrapped("> ", command);
                self.wrapped("< ", answer);
            }
            Format::Csv => {
                let between = self.style.between;
                self.line(&format!("1,\"{}\",\"{}\"", hex(command, between), hex(answer, between)));
            }
            Format::Pairs => {
                let between = self.style.between;
                self.line(&format!("Cmd={};Rep={};SW={}", hex(command, between), hex(data, between), hex(status, "")));
            }
            Format::Json => {
                let between = self.style.between;
                self.line("  {");
                self.line(&format!("    \"command\": \"{}\",", hex(command, between)));
                self.line(&format!("    \"response\": \"{}\"", hex(answer, between)));
                self.line("  },");
            }
            Format::JsonLines => {
                let between = self.style.between;
                self.line(&format!(
                    "{{\"command\":\"{}\",\"response\":\"{}\"}}",
                    hex(command, between),
                    hex(answer, between)
                ));
            }
        }
    }
}

pub(super) fn printed(format: Format, exchanges: &[Exchange], style: Style) -> String {
    // Two forms are not prefixed by a service, and a dump of a fixed form is not wrapped.
    let prefix = if matches!(format, Format::Spy | Format::Csv | Format::Json) { "" } else { style.prefix };
    let mut printer = Printer { style: Style { prefix, ..style }, log: String::new() };
    match format {
        Format::Csv => printer.line("no,Command,Response"),
        Format::Scriptor => printer.line("Using T=0 protocol"),
        Format::Json => printer.line("["),
        _ => {}
    }
    exchanges.iter().for_each(|exchange| printer.exchange(format, exchange));
    if format == Format::Json {
        printer.line("  {}");
        printer.line("]");
    }
    // Records are passed on as files, and of one line nothing tells that it has a frame.
    let is_file = matches!(format, Format::Spy | Format::Csv | Format::Json | Format::JsonLines | Format::Pairs);
    if is_file { printer.log } else { style.frame.around(&printer.log) }
}

impl Frame {
    fn around(self, log: &str) -> String {
        let framed = |(index, line): (usize, &str)| match self {
            Self::Nothing => line.to_owned(),
            Self::Quote => format!("> {line}"),
            Self::Number(end) => format!("{}{end}{line}", index + 7),
        };
        log.split_inclusive('\n').enumerate().map(framed).collect()
    }
}

/// The exchanges of a trace, as far as their bytes are known.
pub(super) fn read_back(imported: &Imported) -> Vec<Exchange> {
    let trace = parse(imported);
    let exact = |pattern: &Pattern| trace.exact(pattern).map(<[u8]>::to_vec).unwrap_or_default();
    let exchange = |step: &crate::trace::Step| match (&step.action, &step.expected) {
        (Action::Send(command), Expected::Response(answer, _)) => Some((exact(command), exact(answer))),
        (Action::Send(command), _) => Some((exact(command), Vec::new())),
        _ => None,
    };
    trace.steps().iter().filter_map(exchange).collect()
}
