//! A card as people see it: what is printed on it, who is on it, what it is made of.

use super::{
    Format, Page, Role, Span,
    page::{Column, wrap},
};
use crate::profile::families::Face;

/// How many characters fit on the card between its edges, where the page is wide enough.
const INSIDE: usize = 52;

/// How many columns an edge takes, with the blank inside of it.
const EDGE: usize = 2;

/// The column of names, and what a birth date behind it needs.
const NAMES: Column = Column { indent: 2, width: 40 };
const BIRTH: usize = 12;

/// The card in its edges, everybody on it, and a line on what it is made of.
#[must_use]
pub(crate) fn face(face: &Face, made_of: &str, format: Format) -> Page {
    let mut page = Page::new(format.width);
    let inside = INSIDE.min(page.width().saturating_sub(2 * EDGE));
    let edge = "─".repeat(inside + 2);
    page.line(plain(format!("╭{edge}╮")));
    for line in &face.lines {
        let fits = line.chars().count() <= inside;
        let pieces = if fits { vec![line.clone()] } else { wrap(&Span::new(Role::Plain, line).text, inside) };
        pieces.iter().for_each(|piece| page.line(plain(format!("│ {piece:inside$} │"))));
    }
    page.line(plain(format!("╰{edge}╯")));
    page.gap();
    let width = if page.width() < NAMES.indent + NAMES.width + BIRTH { 0 } else { NAMES.width };
    for (name, born) in &face.people {
        page.field(Column { width, ..NAMES }, (Role::Plain, name), (Role::Plain, born));
    }
    page.text(NAMES.indent, Role::Plain, made_of);
    page
}

fn plain(text: String) -> Vec<Span> {
    vec![Span { role: Role::Plain, text }]
}

#[cfg(test)]
mod tests {
    use super::{Face, Format, face};
    use crate::terminal::pages::{Lang, NARROWEST, WIDEST};

    #[test]
    fn no_page_is_too_narrow_for_a_card() {
        let name = "MARIE-ANTOINETTE DE LA ROCHEFOUCAULD-MONTBEL";
        let card = Face { lines: vec![name.into(), String::new()], people: vec![(name.into(), "19/14/1990".into())] };
        for width in NARROWEST..=WIDEST {
            let page = face(&card, &"3B 75 ".repeat(20), Format { lang: Lang::En, width }).plain();
            assert!(page.lines().all(|line| line.chars().count() <= width), "{width}\n{page}");
            let words = |text: &str| text.split([' ', '│', '\n']).filter(|word| name.contains(*word)).count();
            assert!(words(&page) >= 2 * words(name) && page.contains("19/14/1990"), "{width}\n{page}");
        }
    }
}
