//! Differences for people: which group, then each of its fields with what either zone says.

use std::fmt::{self, Write};

use anstyle::{AnsiColor, Style};

use super::{Change, Difference};
use crate::{
    billing::groups::describe::{DescribedField, Heading},
    profile::{
        said::{Bilingual, Said, counted, said},
        schema::Language,
    },
    shown,
};

/// The page. `names` are what the two zones are called.
#[must_use]
pub fn differences_page(differences: &[Difference<'_>], names: [&str; 2], language: Language) -> String {
    let mut page = Writer { text: String::new(), language };
    // Memory takes all.
    let _ = page.all(differences, names);
    page.text
}

struct Writer {
    text: String,
    language: Language,
}

impl Writer {
    fn all(&mut self, differences: &[Difference<'_>], names: [&str; 2]) -> fmt::Result {
        if differences.is_empty() {
            let same = self.of(said!(en: "they say the same", fr: "ils disent la même chose"));
            return writeln!(self.text, "{same}");
        }
        for (side, name) in names.into_iter().enumerate() {
            self.side(side, 3, &shown::line(name))?;
        }
        let mut before = None;
        for difference in differences {
            let title = self.of(title(difference));
            if before.as_ref() != Some(&title) {
                let bold = Style::new().bold();
                writeln!(self.text, "\n{bold}{title}{bold:#}")?;
            }
            before = Some(title);
            self.one(&difference.change)?;
        }
        let count = self.of(counted(differences.len(), "difference", "différence"));
        writeln!(self.text, "\n{count}")
    }

    fn of(&self, said: Bilingual) -> String {
        Said::from(said).text(self.language).to_owned()
    }

    fn one(&mut self, change: &Change<'_>) -> fmt::Result {
        match change {
            Change::Field { fields, .. } => {
                if let Some(field) = fields.iter().flatten().next() {
                    let what = self.of(field.said());
                    let colon = self.of(said!(en: ": ", fr: " : "));
                    writeln!(self.text, "  {} {}{colon}{what}", field.number, field.name())?;
                }
                let mut sides = fields.iter().enumerate();
                sides.try_for_each(|(side, field)| {
                    field.as_ref().map_or(Ok(()), |field| self.value(side, "    ", field))
                })
            }
            Change::Only { side, group } => {
                let given = group.fields.iter().filter(|field| !field.bytes.is_empty());
                let mut given = given.peekable();
                if given.peek().is_none() {
                    let nothing = self.of(said!(en: "nothing stands in it", fr: "rien n'y figure"));
                    return self.side(*side, 1, &format!("  {nothing}"));
                }
                given.try_for_each(|field| self.value(*side, &format!("  {} {} ", field.number, field.name()), field))
            }
            Change::Moved { .. } => {
                let moved = self.of(said!(en: "it stands in another place", fr: "la place n'est pas la même"));
                writeln!(self.text, "  {moved}")
            }
            Change::Order { .. } => {
                let order = self.of(said!(en: "the groups stand in another order", fr: "l'ordre des groupes diffère"));
                writeln!(self.text, "  {order}")
            }
        }
    }

    fn value(&mut self, side: usize, lead: &str, field: &DescribedField<'_>) -> fmt::Result {
        let meaning = field.meaning().map(|meaning| format!("  {}", self.of(meaning))).unwrap_or_default();
        self.side(side, 1, &format!("{lead}{}{meaning}", field.quoted()))
    }

    /// A line of one zone, with its sign in front.
    fn side(&mut self, side: usize, signs: usize, text: &str) -> fmt::Result {
        let (sign, colour) = if side == 0 { ("-", AnsiColor::Red) } else { ("+", AnsiColor::Green) };
        let style = colour.on_default();
        let space = if signs > 1 { " " } else { "" };
        writeln!(self.text, "{style}{}{space}{text}{style:#}", sign.repeat(signs))
    }
}

/// What a difference is about: `104[2], SACHA EXEMPLE: a person`.
fn title(difference: &Difference<'_>) -> Bilingual {
    let Difference { card, person, change } = difference;
    let place = |group: &Heading| format!("{}[{}]", group.number, group.place.occurrence);
    let (places, group) = match change {
        Change::Field { groups: [left, right], .. } | Change::Moved { groups: [left, right] } => {
            let [first, second] = [place(left), place(right)];
            (if first == second { first } else { format!("{first} -> {second}") }, left)
        }
        Change::Only { group, .. } => (place(&group.head), &group.head),
        Change::Order { .. } => return said!(en: "card {card}", fr: "carte {card}"),
    };
    let person = person.as_ref().filter(|name| !name.is_empty()).map(|name| format!(", {name}")).unwrap_or_default();
    let what = group.said();
    said!(with what; en: "{places}{person}: {what}", fr: "{places}{person} : {what}")
}
