//! A page of text: lines of styled spans, aligned, as wide as the page is but for lines that people copy.
//!
//! What stands on a page may come from a hostile card, so control characters never reach a line: a name cannot move a
//! cursor or change a colour.

use std::fmt;

use anstyle::{AnsiColor, Style};

use crate::shown;

/// How wide a page is that nobody says anything else of, in characters.
pub const DEFAULT_WIDTH: usize = 100;

/// No page is narrower: columns of a few letters cannot be read.
pub const NARROWEST: usize = 40;

/// No page is wider: the eye loses the line.
pub const WIDEST: usize = 120;

/// How much further than its label a value is indented that stands below it.
const BELOW: usize = 2;

/// What a piece of text is; how it looks is decided once, in [`Role::style`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Role {
    /// The title of a page or a part.
    Title,
    /// Ordinary text.
    Plain,
    /// What names a value.
    Label,
    /// What matters less: hexadecimal, sources.
    Quiet,
    /// Good news.
    Good,
    /// What a person should look at.
    Warning,
    /// What stands in the way.
    Bad,
}

/// A piece of a line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Span {
    /// What it is.
    pub role: Role,
    /// Its text: no control characters, no line ends.
    pub text: String,
}

/// A line.
pub type Line = Vec<Span>;

/// Where labels stand and how wide they are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Column {
    /// Spaces before the label.
    pub indent: usize,
    /// The label's width; the value follows two spaces behind it.
    pub width: usize,
}

/// Lines for people. [`fmt::Display`] writes it with colours, which `anstream` strips where nobody sees them;
/// [`Page::plain`] has none.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Page {
    /// From top to bottom.
    pub lines: Vec<Line>,
    width: usize,
}

impl Default for Page {
    fn default() -> Self {
        Self::new(DEFAULT_WIDTH)
    }
}

impl Role {
    /// How it looks on a terminal.
    #[must_use]
    pub fn style(self) -> Style {
        match self {
            Self::Title => Style::new().bold(),
            Self::Plain => Style::new(),
            Self::Label | Self::Quiet => Style::new().dimmed(),
            Self::Good => AnsiColor::Green.on_default(),
            Self::Warning => AnsiColor::Yellow.on_default(),
            Self::Bad => AnsiColor::Red.on_default().bold(),
        }
    }
}

impl Span {
    /// A piece of text, with a `·` for each character that is not seen.
    #[must_use]
    pub fn new(role: Role, text: &str) -> Self {
        let seen = |c: char| if shown::is_hidden(c) { '·' } else { c };
        Self { role, text: text.chars().map(seen).collect() }
    }

    pub(super) fn width(&self) -> usize {
        self.text.chars().count()
    }
}

impl Page {
    /// An empty page of so many columns; from [`NARROWEST`] to [`WIDEST`].
    #[must_use]
    pub fn new(width: usize) -> Self {
        Self { lines: Vec::new(), width: width.clamp(NARROWEST, WIDEST) }
    }

    /// How many columns it has.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// A title with a rule below it.
    pub fn title(&mut self, text: &str) {
        let before = self.lines.len();
        self.text(0, Role::Title, text);
        let written = self.lines.iter().skip(before);
        let widest = written.map(|line| line.iter().map(Span::width).sum()).max().unwrap_or(0);
        self.line(vec![Span::new(Role::Quiet, &"─".repeat(widest))]);
    }

    /// The title of a part, after an empty line.
    pub fn heading(&mut self, text: &str) {
        self.gap();
        self.text(0, Role::Title, text);
    }

    /// An empty line, unless the page is empty or ends with one.
    pub fn gap(&mut self) {
        if self.lines.last().is_some_and(|line| !line.is_empty()) {
            self.lines.push(Line::new());
        }
    }

    /// A paragraph, indented, wrapped at words.
    pub fn text(&mut self, indent: usize, role: Role, text: &str) {
        self.flow(&[], indent, role, text);
    }

    /// A value after its label; values behind labels of one width stand below each other. Long ones go on below
    /// themselves. A label that is wider has a line of its own, and one before a value with a word that has room on the
    /// page, but not behind a label: that value stands below.
    pub fn field(&mut self, column: Column, label: (Role, &str), value: (Role, &str)) {
        let Column { indent, width } = column;
        let label = Span::new(label.0, label.1);
        let (behind, below, longest) = (indent + width + 2, indent + BELOW, longest_word(value.1));
        let is_too_long = behind + longest > self.width && below + longest <= self.width;
        if label.width() > width || is_too_long {
            if !label.text.is_empty() {
                self.text(indent, label.role, &label.text);
            }
            return self.text(if is_too_long { below } else { behind }, value.0, value.1);
        }
        let lead = [Span { text: format!("{:indent$}{:<width$}  ", "", label.text), ..label }];
        self.flow(&lead, indent + width + 2, value.0, value.1);
    }

    /// A line that people copy: indented, never cut or wrapped.
    pub fn verbatim(&mut self, text: &str) {
        self.lines.push(vec![Span::new(Role::Plain, &format!("    {text}"))]);
    }

    /// A line as it is, cut where the page ends. Spaces at its end go: padding would wrap on a narrow terminal.
    pub fn line(&mut self, spans: Line) {
        let mut left = self.width;
        let mut line = Line::new();
        for Span { role, text } in spans {
            let text: String = text.chars().take(left).collect();
            left -= text.chars().count();
            line.push(Span { role, text });
        }
        while let Some(last) = line.last_mut() {
            last.text.truncate(last.text.trim_end().len());
            if !last.text.is_empty() {
                break;
            }
            line.pop();
        }
        self.lines.push(line);
    }

    /// Everything without colours, each line ended, no spaces at line ends.
    #[must_use]
    pub fn plain(&self) -> String {
        let text_of = |line: &Line| line.iter().map(|span| span.text.as_str()).collect::<String>();
        self.lines.iter().map(|line| format!("{}\n", text_of(line).trim_end())).collect()
    }

    /// Words after `lead`, which is as wide as the `indent` of the lines that follow.
    pub(super) fn flow(&mut self, lead: &[Span], indent: usize, role: Role, text: &str) {
        let room = self.width.saturating_sub(indent).max(1);
        let blank = [Span::new(Role::Plain, &" ".repeat(indent))];
        let mut lead = if lead.is_empty() { &blank } else { lead };
        for piece in wrap(&Span::new(role, text).text, room) {
            let mut line = lead.to_vec();
            line.push(Span { role, text: piece });
            self.line(line);
            lead = &blank;
        }
    }
}

/// Text in lines of at most `room` characters, broken at spaces, and inside words only where one is too long.
pub(super) fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        for (index, piece) in chunks(word, room).into_iter().enumerate() {
            let width = piece.chars().count();
            let gap = usize::from(used > 0 && index == 0);
            if used + gap + width > room || (index > 0 && used > 0) {
                lines.push(String::new());
                used = 0;
            }
            let Some(line) = lines.last_mut() else { continue };
            if used > 0 {
                line.push(' ');
                used += 1;
            }
            line.push_str(&piece);
            used += width;
        }
    }
    lines
}

/// How many characters the longest word of a text has.
pub(super) fn longest_word(text: &str) -> usize {
    text.split(' ').map(|word| word.chars().count()).max().unwrap_or(0)
}

/// A word in pieces of at most `room` characters.
fn chunks(word: &str, room: usize) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    letters.chunks(room.max(1)).map(|piece| piece.iter().collect()).collect()
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.lines {
            for span in line {
                let style = span.role.style();
                write!(f, "{style}{}{style:#}", span.text)?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Column, NARROWEST, Page, Role, Span, WIDEST};

    #[test]
    fn long_values_go_on_below_themselves() {
        let mut page = Page::default();
        let column = Column { indent: 2, width: 6 };
        page.field(column, (Role::Label, "name"), (Role::Plain, &"word ".repeat(30)));
        let text = page.plain();
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("  name    word word"), "{text}");
        assert!(lines[1].starts_with("          word word"), "{text}");
    }

    #[test]
    fn a_word_that_has_room_on_the_page_is_not_broken() {
        let mut page = Page::new(40);
        let column = Column { indent: 2, width: 24 };
        page.field(column, (Role::Label, "kind"), (Role::Plain, "carte de professionnel"));
        page.field(column, (Role::Label, ""), (Role::Plain, "authentification"));
        page.field(column, (Role::Label, "short"), (Role::Plain, "one or two words"));
        page.field(column, (Role::Label, "digits"), (Role::Plain, &"7".repeat(39)));
        let text = page.plain();
        let lines: Vec<&str> = text.lines().collect();
        let kind = ["  kind", "    carte de professionnel", "    authentification"];
        let short = ["  short                     one or two", "                            words"];
        assert_eq!(lines[..5], [&kind[..], &short].concat(), "{text}");
        assert_eq!(lines[5], "  digits                    777777777777", "no page of this width has room for it");
    }

    #[test]
    fn a_card_cannot_drive_the_terminal() {
        let span = Span::new(Role::Plain, "A\u{1b}[2J\u{9b}1m\u{202e}B\n");
        assert_eq!(span.text, "A·[2J·1m·B·");
    }

    #[test]
    fn a_line_ends_with_its_last_word_also_in_colour() {
        let mut page = Page::default();
        page.line(vec![Span::new(Role::Title, "MARTIN   "), Span::new(Role::Plain, "  ")]);
        assert_eq!(page.to_string(), "\u{1b}[1mMARTIN\u{1b}[0m\n");
    }

    #[test]
    fn colours_come_with_display_only() {
        let mut page = Page::default();
        page.text(0, Role::Good, "fine");
        assert_eq!(page.plain(), "fine\n");
        assert_eq!(page.to_string(), "\u{1b}[32mfine\u{1b}[0m\n");
    }

    proptest! {
        #[test]
        fn no_text_makes_a_line_too_wide_or_is_lost(
            text in "\\PC{0,300}", indent in 0_usize..20, label in "\\PC{0,40}", width in 0_usize..200,
        ) {
            let mut page = Page::new(width);
            prop_assert!((NARROWEST..=WIDEST).contains(&page.width()));
            page.field(Column { indent, width: 10 }, (Role::Label, &label), (Role::Plain, &text));
            page.text(indent, Role::Plain, &text);
            page.heading(&text);
            let plain = page.plain();
            for line in plain.lines() {
                prop_assert!(line.chars().count() <= page.width());
            }
            let letters = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).count();
            let shown = |text: &str| letters(&Span::new(Role::Plain, text).text);
            prop_assert_eq!(letters(&plain), shown(&label) + 3 * shown(&text));
        }
    }
}
