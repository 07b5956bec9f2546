//! A page in the making, and how single values are written on it.

use super::{
    Format, Lang, Page, Role,
    page::{Column, Span},
    words::{self, Words},
};
use crate::{
    profile::{codes, tree::CardDate},
    shown::Pairs,
    terminal::vitale::{Period, Reading},
};

/// Writes about one reading in one language.
pub(super) struct Writer<'a> {
    pub(super) reading: &'a Reading,
    pub(super) words: &'static Words,
    pub(super) page: Page,
    pub(super) lang: Lang,
    /// How many digits the place of the last person has.
    digits: usize,
}

/// The labels of a page's parts.
pub(super) const LABELS: Column = Column { indent: 2, width: 24 };

impl<'a> Writer<'a> {
    pub(super) fn new(reading: &'a Reading, format: Format) -> Self {
        let Format { lang, width } = format;
        let digits = reading.volet.beneficiaries.len().to_string().len();
        Self { reading, words: words::of(lang), page: Page::new(width), lang, digits }
    }

    /// The place of a person on the card, counted from 1 as people do; the places of all stand below each other.
    pub(super) fn place(&self, index: usize) -> String {
        format!("{:>digits$}", index + 1, digits = self.digits)
    }

    /// The labels below a person's name; their values stand below those of the page.
    pub(super) fn personal_labels(&self) -> Column {
        let indent = self.name_indent();
        Column { indent, width: (LABELS.indent + LABELS.width).saturating_sub(indent) }
    }

    /// A person's place and name.
    pub(super) fn name_line(&mut self, index: usize) {
        let lead = [Span::new(Role::Quiet, &format!("  {}  ", self.place(index)))];
        let (indent, name) = (self.name_indent(), self.reading.name_of(index + 1));
        self.page.flow(&lead, indent, Role::Title, &name);
    }

    fn name_indent(&self) -> usize {
        self.digits + 4
    }

    /// A value with its name; nothing where there is no value.
    pub(super) fn value(&mut self, column: Column, label: &str, value: Option<impl AsRef<str>>) {
        if let Some(value) = value {
            self.page.field(column, (Role::Label, label), (Role::Plain, value.as_ref()));
        }
    }

    /// A period with its name, in the colour of today: past, current or to come. `what` goes before it.
    pub(super) fn period(&mut self, column: Column, label: &str, what: &str, period: Period) {
        let text = (self.words.period)(period.start, period.end);
        let text = if what.is_empty() { text } else { format!("{what}, {text}") };
        self.page.field(column, (Role::Label, label), (self.role_of(period), &text));
    }

    /// More about the value above, below it.
    pub(super) fn more(&mut self, text: Option<impl AsRef<str>>) {
        if let Some(text) = text {
            self.page.field(self.personal_labels(), (Role::Label, ""), (Role::Quiet, text.as_ref()));
        }
    }

    fn role_of(&self, period: Period) -> Role {
        let today = self.reading.today;
        match period {
            _ if !period.is_given() => Role::Plain,
            _ if period.is_over(today) => Role::Warning,
            _ if period.is_to_come(today) => Role::Quiet,
            _ => Role::Good,
        }
    }

    /// A code with its meaning, or with the remark that its meaning is not public.
    pub(super) fn code(&self, list: &str, code: &str) -> String {
        coded(list, code, self.words, self.lang)
    }

    /// The same behind the name of the code.
    pub(super) fn labelled_code(&self, label: &str, list: &str, code: &str) -> String {
        let meaning = meaning(list, code, self.lang).unwrap_or_else(|| without_meaning(list, code, self.words));
        format!("{label} {code}{}{meaning}", self.words.colon)
    }

    pub(super) fn date(&self, date: CardDate) -> String {
        (self.words.date)(date)
    }
}

/// A code with its meaning, or with the remark why there is none.
pub(super) fn coded(list: &str, code: &str, words: &Words, lang: Lang) -> String {
    match meaning(list, code, lang) {
        Some(meaning) => format!("{code} {meaning}"),
        None => format!("{code} ({})", without_meaning(list, code, words)),
    }
}

/// Why there is no meaning of a code: some are used without one that is public, others nobody was seen to use.
fn without_meaning(list: &str, code: &str, words: &Words) -> &'static str {
    if codes::is_known(list, code) { words.meaning_not_public } else { words.unknown_code }
}

/// What a code of a list means, if that is public.
fn meaning(list: &str, code: &str, lang: Lang) -> Option<&'static str> {
    let label = codes::meaning(list, code)?;
    Some(match lang {
        Lang::En => label.en,
        Lang::Fr => label.fr,
    })
}

/// Bytes as people write them: `3B 75`.
pub(super) fn hex(bytes: &[u8]) -> String {
    Pairs(bytes).to_string()
}

/// A NIR in its parts: sex, year, month, department, commune, order, key. Anything else stays as it is.
pub(super) fn nir(nir: &str) -> String {
    const PARTS: [usize; 7] = [1, 2, 2, 2, 3, 3, 2];
    if nir.len() != PARTS.iter().sum::<usize>() || !nir.is_ascii() {
        return nir.to_owned();
    }
    let mut rest = nir;
    let parts = PARTS.map(|width| {
        let (part, behind) = rest.split_at_checked(width).unwrap_or((rest, ""));
        rest = behind;
        part
    });
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::nir;

    #[test]
    fn a_nir_is_written_in_its_parts() {
        assert_eq!(nir("172192B99900224"), "1 72 19 2B 999 002 24");
        assert_eq!(nir("12"), "12");
        assert_eq!(nir("ééééééé1"), "ééééééé1");
    }
}
