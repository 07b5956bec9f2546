//! Tables: columns as wide as what stands in them, and on a narrow page narrower.

use super::{
    Page, Role,
    page::{Span, longest_word, wrap},
};

/// Spaces before the first column.
const INDENT: usize = 2;

/// Spaces between two columns.
const GAP: usize = 2;

/// No column that is cut is narrower: the first five bytes of a command still show.
const LEAST_CUT: usize = 15;

/// No column that is wrapped is narrower.
const LEAST_WRAPPED: usize = 9;

/// What a column does where the page is too narrow for all of them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Fit {
    /// It keeps its width.
    Whole,
    /// Its texts end in `…`. Such columns give way first.
    Cut,
    /// Its texts go on below themselves.
    Wrap,
}

/// What stands in a column of a row.
pub(super) type Cell = (Role, String);

impl Page {
    /// Rows of cells, one below the other.
    pub(super) fn table<const N: usize>(&mut self, fits: [Fit; N], rows: &[[Cell; N]]) {
        let rows: Vec<_> = rows.iter().map(|row| row.each_ref().map(|(role, text)| Span::new(*role, text))).collect();
        let room = self.width().saturating_sub(INDENT + GAP * N.saturating_sub(1));
        let mut widths = [0; N];
        for (index, width) in widths.iter_mut().enumerate() {
            let cells = rows.iter().filter_map(|row| row.get(index));
            *width = cells.map(Span::width).max().unwrap_or(0).min(room);
        }
        let mut words = [LEAST_WRAPPED; N];
        for (index, word) in words.iter_mut().enumerate() {
            let cells = rows.iter().filter_map(|row| row.get(index));
            *word = cells.map(|cell| longest_word(&cell.text)).max().unwrap_or(0).max(LEAST_WRAPPED);
        }
        narrow(&mut widths, fits, words, room);
        rows.iter().for_each(|row| self.table_row(row, fits, widths));
    }

    fn table_row<const N: usize>(&mut self, row: &[Span; N], fits: [Fit; N], widths: [usize; N]) {
        let mut cells: [Vec<String>; N] = [const { Vec::new() }; N];
        for (((cell, span), fit), width) in cells.iter_mut().zip(row).zip(fits).zip(widths) {
            *cell = match fit {
                Fit::Wrap if span.width() > width => wrap(&span.text, width),
                _ => vec![shorten(&span.text, width)],
            };
        }
        for line in 0..cells.iter().map(Vec::len).max().unwrap_or(0) {
            let mut spans = vec![Span::new(Role::Plain, &" ".repeat(INDENT))];
            for ((cell, span), width) in cells.iter().zip(row).zip(widths) {
                let text = cell.get(line).map(String::as_str).unwrap_or_default();
                spans.push(Span { role: span.role, text: format!("{text:<width$}") });
                spans.push(Span::new(Role::Plain, &" ".repeat(GAP)));
            }
            self.line(spans);
        }
    }
}

/// Takes columns in until all of them have room: first those that are cut, then those that are wrapped, the widest
/// first. These keep their longest words whole, unless there is no room even so.
fn narrow<const N: usize>(widths: &mut [usize; N], fits: [Fit; N], words: [usize; N], room: usize) {
    for (giving, leasts) in [(Fit::Cut, [LEAST_CUT; N]), (Fit::Wrap, words), (Fit::Wrap, [LEAST_WRAPPED; N])] {
        while widths.iter().sum::<usize>() > room {
            let columns = widths.iter_mut().zip(fits).zip(leasts);
            let giving = columns.filter(|((width, fit), least)| *fit == giving && **width > *least);
            let Some(((widest, _), _)) = giving.max_by_key(|((width, _), _)| **width) else { break };
            *widest -= 1;
        }
    }
}

/// Text of at most so many characters; a longer one ends in `…`.
fn shorten(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Fit, Page, Role, Span, shorten};

    fn row<const N: usize>(cells: [&str; N]) -> [(Role, String); N] {
        cells.map(|text| (Role::Plain, text.to_owned()))
    }

    #[test]
    fn long_text_is_cut_with_a_mark() {
        assert_eq!(shorten("6A82 file or application", 10), "6A82 file…");
        assert_eq!(shorten("short", 5), "short");
    }

    #[test]
    fn columns_are_as_wide_as_what_stands_in_them() {
        let mut page = Page::new(80);
        page.table([Fit::Whole, Fit::Wrap], &[row([" 9", "nine"]), row(["10", "ten"])]);
        assert_eq!(page.plain(), "   9  nine\n  10  ten\n");
    }

    #[test]
    fn a_narrow_page_cuts_what_may_be_cut_before_it_wraps_the_rest() {
        let cells = row(["READ BINARY", "00 A4 04 00 0B D2 50 00 00 02 56", "6982 security status not satisfied"]);
        let fits = [Fit::Wrap, Fit::Cut, Fit::Wrap];
        let mut page = Page::new(70);
        page.table(fits, std::slice::from_ref(&cells));
        assert_eq!(page.plain(), "  READ BINARY  00 A4 04 00 0B D2…   6982 security status not satisfied\n");
        let mut page = Page::new(53);
        page.table(fits, &[cells]);
        let wrapped =
            "  READ BINARY  00 A4 04 00 0B…  6982 security status\n                                not satisfied\n";
        assert_eq!(page.plain(), wrapped);
    }

    #[test]
    fn a_column_keeps_its_words_whole_where_another_can_give_way() {
        let mut page = Page::new(40);
        page.table([Fit::Wrap, Fit::Wrap], &[row(["professionnel", "one two three four five six seven"])]);
        let lines = ["  professionnel  one two three four five", "                 six seven", ""];
        assert_eq!(page.plain(), lines.join("\n"));
    }

    proptest! {
        #[test]
        fn no_wrapped_text_is_lost(first in "\\PC{0,90}", second in "\\PC{0,90}", width in 40_usize..120) {
            let mut page = Page::new(width);
            page.table([Fit::Whole, Fit::Wrap, Fit::Wrap], &[row(["10", &first, &second])]);
            let plain = page.plain();
            let letters = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).count();
            let shown = |text: &str| letters(&Span::new(Role::Plain, text).text);
            prop_assert_eq!(letters(&plain), 2 + shown(&first) + shown(&second));
            for line in plain.lines() {
                prop_assert!(line.chars().count() <= width);
            }
        }
    }
}
