//! What is wrong with a card file, a layout or a trace: what, where, and what to do.

use std::{borrow::Cow, fmt, ops::Range, sync::Arc};

use super::{said::Said, schema::Language};
use crate::shown;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet, renderer::Style};

/// A text that a user wrote, and its name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Source {
    /// The path, as the user gave it.
    pub name: String,
    /// The whole text.
    pub text: String,
}

/// One mistake.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Diagnostic {
    /// Where it stands.
    pub source: Arc<Source>,
    /// Which bytes of the text it is about.
    pub span: Range<usize>,
    /// What is wrong, in one line: `unknown key "nmo"`.
    pub message: Said,
    /// What stands at the arrow: `not a key of a beneficiary`. May be empty.
    pub label: Said,
    /// Other places of the same text that it takes to understand it, each with what stands there.
    pub related: Vec<(Range<usize>, Said)>,
    /// A place of another text that has a part in it.
    pub elsewhere: Option<Elsewhere>,
    /// What to do: `did you mean "nom"?`
    pub hint: Option<Said>,
}

/// A place of another text: what of a layout asks for what a card file does not give.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Elsewhere {
    /// Which text.
    pub source: Arc<Source>,
    /// Where in it.
    pub span: Range<usize>,
    /// What stands there.
    pub label: Said,
}

/// All the mistakes that were found, at least one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Diagnostics(pub Vec<Diagnostic>);

/// The mistakes of one text, while it is being read. It keeps the first [`Mistakes::MOST`].
#[derive(Clone, Debug)]
pub struct Mistakes {
    source: Arc<Source>,
    found: Vec<Diagnostic>,
}

impl Source {
    /// A span, cut to what exists.
    fn within(&self, span: &Range<usize>) -> Range<usize> {
        let start = self.text.floor_char_boundary(span.start);
        start..self.text.floor_char_boundary(span.end).max(start)
    }
}

impl Diagnostic {
    /// A mistake at a place, with nothing at the arrow and no hint.
    #[must_use]
    pub fn new(source: &Arc<Source>, span: Range<usize>, message: impl Into<Said>) -> Self {
        let source = Arc::clone(source);
        let (label, related, elsewhere, hint) = (Said::default(), Vec::new(), None, None);
        Self { source, span, message: message.into(), label, related, elsewhere, hint }
    }

    /// Says what stands at the arrow.
    #[must_use]
    pub fn label(mut self, label: impl Into<Said>) -> Self {
        self.label = label.into();
        self
    }

    /// Shows another place of the same text.
    #[must_use]
    pub fn related(mut self, span: Range<usize>, label: impl Into<Said>) -> Self {
        self.related.push((span, label.into()));
        self
    }

    /// Shows a place of another text, if there is one to show.
    #[must_use]
    pub fn elsewhere(mut self, elsewhere: Option<Elsewhere>) -> Self {
        self.elsewhere = elsewhere;
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Said>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The line and column of its start, both from 1; columns count characters.
    #[must_use]
    pub fn position(&self) -> (usize, usize) {
        position(&self.source.text, self.span.start)
    }

    /// The mistake with file, line, column, an arrow and a hint, for a terminal with or without colours.
    #[must_use]
    pub fn render(&self, colours: bool) -> String {
        self.render_in(Language::English, colours)
    }

    /// The same in a language: its frame, and what of it has been said in that language. A mistake that is told in
    /// English only has an English frame.
    #[must_use]
    pub fn render_in(&self, language: Language, colours: bool) -> String {
        let language = if self.message.french.is_some() { language } else { Language::English };
        // The renderer puts a colon behind them, which in French has a space before it.
        let (error, help) = match language {
            Language::English => (Level::ERROR, Level::HELP),
            Language::French => (Level::ERROR.with_name("erreur "), Level::HELP.with_name("aide ")),
        };
        let (near, far): (Vec<_>, Vec<_>) = self.related.iter().partition(|(span, _)| is_near(&self.span, span));
        let excerpt = Excerpt::of(&self.source, near.iter().map(|(span, _)| span).chain([&self.span]));
        let arrow =
            AnnotationKind::Primary.span(excerpt.places(&self.span)).label(shown::line(self.label.text(language)));
        let related = near.into_iter().map(|(span, label)| {
            AnnotationKind::Context.span(excerpt.places(span)).label(shown::line(label.text(language)))
        });
        let snippet = excerpt.snippet().annotation(arrow).annotations(related);
        let title = error.primary_title(shown::line(self.message.text(language)));
        // Of no text there is no line to show: the file is empty, or what is in it is no text.
        let mut first = match self.source.text.is_empty() {
            true => title.element(Origin::path(&*excerpt.name)),
            false => title.element(snippet),
        };
        let elsewhere = self.elsewhere.iter().map(|Elsewhere { source, span, label }| (&**source, span, label));
        let apart = far.into_iter().map(|(span, label)| (&*self.source, span, label)).chain(elsewhere);
        let apart: Vec<_> = apart.map(|(source, span, label)| (Excerpt::of(source, [span]), span, label)).collect();
        for (excerpt, span, label) in &apart {
            let place = AnnotationKind::Context.span(excerpt.places(span)).label(shown::line(label.text(language)));
            first = first.element(excerpt.snippet().annotation(place));
        }
        let mut report = vec![first];
        if let Some(hint) = &self.hint {
            report.push(Group::with_title(help.secondary_title(shown::text(hint.text(language)))));
        }
        // The same on every system: on Windows it would take white, which is no colour where all else is.
        let renderer = if colours { Renderer::styled().emphasis(EMPHASIS) } else { Renderer::plain() };
        let rendered = excerpt.with_column(renderer.render(&report), &self.span);
        apart.iter().fold(rendered, |rendered, (excerpt, span, _)| excerpt.with_column(rendered, span))
    }
}

/// What stands out without a colour.
const EMPHASIS: Style = Style::new().bold();

/// How much of a line is shown on either side of a place, and how much of a place, in bytes: many times what a terminal
/// is wide.
const BESIDE: usize = 4096;

/// How far apart places of one excerpt may be, in bytes. Others are shown one by one.
const NEAR: usize = 65_536;

fn is_near(place: &Range<usize>, other: &Range<usize>) -> bool {
    place.start.abs_diff(other.start) <= NEAR
}

/// A part of a text and its name as people may see them: the lines with the places that are shown, and of long lines
/// what is beside the places. A report takes as long as what it shows, however long the text is.
struct Excerpt<'a> {
    source: &'a Source,
    name: Cow<'a, str>,
    /// Which part of the text it is.
    part: Range<usize>,
    /// The number of its first line.
    line: usize,
    text: Cow<'a, str>,
}

impl<'a> Excerpt<'a> {
    /// Of the lines that have these places.
    fn of<'s>(source: &'a Source, places: impl IntoIterator<Item = &'s Range<usize>>) -> Self {
        let text = source.text.as_str();
        let places = places.into_iter().map(|place| cut(&source.within(place)));
        let all = places.reduce(|all, place| all.start.min(place.start)..all.end.max(place.end)).unwrap_or(0..0);
        let start = text[..all.start].rfind('\n').map_or(0, |end| end + 1);
        let start = text.ceil_char_boundary(start.max(all.start.saturating_sub(BESIDE)));
        let end = text[all.end..].find('\n').map_or(text.len(), |end| all.end + end + 1);
        let end = text.floor_char_boundary(end.min(all.end.saturating_add(BESIDE)));
        let line = text[..start].matches('\n').count() + 1;
        Self { source, name: shown::line(&source.name), line, text: shown::text(&text[start..end]), part: start..end }
    }

    fn snippet<T: Clone>(&self) -> Snippet<'_, T> {
        Snippet::source(&*self.text).path(&*self.name).line_start(self.line)
    }

    /// Where a span of the text stands in what is shown of it.
    fn places(&self, span: &Range<usize>) -> Range<usize> {
        let span = cut(&self.source.within(span));
        self.place(span.start)..self.place(span.end)
    }

    fn place(&self, at: usize) -> usize {
        let (start, end) = (self.part.start, self.part.end);
        let at = self.source.text.floor_char_boundary(at.clamp(start, end));
        let (before, behind) = (&self.source.text[start..at], &self.source.text[at..end]);
        match self.has_escapes() {
            // The `\r` of a line end is shown as it is only together with its `\n`.
            true if behind.starts_with('\n') => shown::text(before.strip_suffix('\r').unwrap_or(before)).len(),
            true => shown::text(before).len(),
            false => before.len(),
        }
    }

    fn has_escapes(&self) -> bool {
        self.text.len() != self.part.len()
    }

    /// A report with the column of the text itself: escapes are longer than what they stand for, and a long line may
    /// not be shown from its beginning.
    fn with_column(&self, report: String, span: &Range<usize>) -> String {
        let text = &self.source.text[..self.source.text.floor_char_boundary(span.start)];
        let tail = text.rfind('\n').map_or(text, |end| &text[end + 1..]);
        let (line, shown) = position(&self.text, self.place(span.start));
        let (line, column) = (self.line + line - 1, tail.chars().count() + 1);
        if column == shown {
            return report;
        }
        let name = &self.name;
        report.replacen(&format!("{name}:{line}:{shown}"), &format!("{name}:{line}:{column}"), 1)
    }
}

/// The beginning of a place that is longer than anybody sees.
fn cut(place: &Range<usize>) -> Range<usize> {
    place.start..place.end.min(place.start.saturating_add(BESIDE))
}

/// The line and column of a byte of a text, both from 1; columns count characters.
fn position(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(at)];
    let column = before.rsplit('\n').next().map_or(0, |tail| tail.chars().count()) + 1;
    (before.matches('\n').count() + 1, column)
}

impl Mistakes {
    /// How many mistakes of one text are kept; nobody reads more.
    pub const MOST: usize = 50;

    /// None so far.
    #[must_use]
    pub fn of(source: &Arc<Source>) -> Self {
        Self { source: Arc::clone(source), found: Vec::new() }
    }

    /// The text.
    #[must_use]
    pub fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// How many there are so far.
    #[must_use]
    pub fn count(&self) -> usize {
        self.found.len()
    }

    /// Whether more mistakes would not be kept.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.found.len() >= Self::MOST
    }

    /// Notes a mistake, once.
    pub fn add(&mut self, mistake: Diagnostic) {
        if !self.is_full() && !self.found.contains(&mistake) {
            self.found.push(mistake);
        }
    }

    /// Whether something was noted with this message at this place.
    pub(super) fn has(&self, span: &Range<usize>, message: &str) -> bool {
        self.found.iter().any(|mistake| mistake.span == *span && mistake.message == *message)
    }

    /// What was noted at places that begin here.
    pub(super) fn from(&self, start: usize) -> impl Iterator<Item = &Diagnostic> {
        self.found.iter().filter(move |mistake| mistake.span.start == start)
    }

    /// Takes back what was noted with this message at this place: another mistake turned out to be its cause.
    pub(super) fn take_back(&mut self, span: &Range<usize>, message: &str) {
        self.found.retain(|mistake| mistake.span != *span || mistake.message != message);
    }

    /// Puts mistakes before those that were found, of which those stay that `stays` holds for.
    #[must_use]
    pub(super) fn behind(self, first: Vec<Diagnostic>, stays: impl Fn(&Diagnostic) -> bool) -> Self {
        let mut all = Self { source: self.source, found: first };
        self.found.into_iter().filter(stays).for_each(|mistake| all.add(mistake));
        all
    }

    /// What was read, if there was no mistake.
    ///
    /// # Errors
    ///
    /// The mistakes, in the order of the text.
    pub fn or<T>(mut self, read: T) -> Result<T, Diagnostics> {
        if self.found.is_empty() {
            return Ok(read);
        }
        self.found.sort_by_key(|mistake| mistake.span.start);
        Err(Diagnostics(self.found))
    }
}

impl Diagnostics {
    /// All of them, one below the other.
    #[must_use]
    pub fn render(&self, colours: bool) -> String {
        self.render_in(Language::English, colours)
    }

    /// The same in a language.
    #[must_use]
    pub fn render_in(&self, language: Language, colours: bool) -> String {
        self.0.iter().map(|diagnostic| diagnostic.render_in(language, colours)).collect::<Vec<_>>().join("\n\n")
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}

#[cfg(test)]
mod tests {
    use super::{Diagnostic, Elsewhere, Language, Source};
    use crate::profile::said::said;
    use std::sync::Arc;

    #[test]
    fn a_mistake_shows_its_place_and_what_to_do() {
        let source = Arc::new(Source { name: "é.toml".into(), text: "a = 1\né = 2\nnmo = 3\n".into() });
        let diagnostic = Diagnostic::new(&source, 13..16, "unknown key \"nmo\"");
        let diagnostic = diagnostic.label("not a key").hint("did you mean \"nom\"?");
        assert_eq!(diagnostic.position(), (3, 1));
        let text = diagnostic.render(false);
        for part in ["é.toml:3:1", "^^^ not a key", "help: did you mean \"nom\"?"] {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
    }

    #[test]
    fn a_mistake_is_told_in_french_with_its_frame() {
        let source = Arc::new(Source { name: "a.toml".into(), text: "nmo = 3\n".into() });
        let diagnostic = Diagnostic::new(&source, 0..3, said!(en: "unknown key", fr: "clé inconnue"));
        let diagnostic = diagnostic.label("English only").hint(said!(en: "leave it out", fr: "l'enlever"));
        let text = diagnostic.render_in(Language::French, false);
        for part in ["erreur : clé inconnue", "^^^ English only", "aide : l'enlever"] {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
        let english = diagnostic.render(false);
        assert!(english.starts_with("error: unknown key") && english.contains("help: leave it out"), "{english}");
    }

    #[test]
    fn a_place_of_another_text_is_shown_below() {
        let source = |name: &str| Arc::new(Source { name: name.into(), text: "one\ntwo\nthree\n".into() });
        let elsewhere = Elsewhere { source: source("b.toml"), span: 8..13, label: "asked for here".into() };
        let text = Diagnostic::new(&source("a.toml"), 4..7, "wrong").elsewhere(Some(elsewhere)).render(false);
        let (first, second) = text.split_once("b.toml:3:1").expect("both");
        assert!(first.contains("a.toml:2:1") && second.contains("----- asked for here"), "{text}");
    }

    /// What is shown of a long text, or of a long line, is what is shown of a short one, but for the numbers.
    #[test]
    fn of_a_long_text_only_what_is_beside_the_place_is_shown() {
        let text =
            format!("{}one\ntwo\n{}three {} four\n", "\n".repeat(70_000), "x\n".repeat(40_000), "é".repeat(9_000));
        let source = Arc::new(Source { name: "a.toml".into(), text });
        let of = |word: &str| {
            let at = source.text.find(word).expect("a word");
            at..at + word.len()
        };
        let two = Diagnostic::new(&source, of("two"), "wrong").related(of("one"), "here").render(false);
        let lines: Vec<_> = two.lines().collect();
        assert_eq!(lines[1..5], ["     --> a.toml:70002:1", "      |", "70001 | one", "      | --- here"], "{two}");
        let far = Diagnostic::new(&source, of("four"), "wrong").related(of("one"), "here").render(false);
        for part in
            ["--> a.toml:110003:9008\n", "éé four\n", " ^^^^\n", "::: a.toml:70001:1\n", " 70001 | one\n", "--- here"]
        {
            assert!(far.contains(part), "{part} is missing in\n{far}");
        }
        let whole = Diagnostic::new(&source, 0..source.text.len(), "wrong").render(false);
        assert!(whole.contains("a.toml:1:1") && whole.len() < 100_000, "{}", whole.len());
        let at = source.text.find("é four").expect("a place");
        let inside = Diagnostic::new(&source, at + 1..at + 2, "wrong").render(false);
        assert!(inside.contains("a.toml:110003:"), "no place is between two characters: {inside}");
    }

    #[test]
    fn a_mistake_at_the_end_of_a_line_of_windows_stays_on_it() {
        let source = Source { name: "a.toml".into(), text: "# \u{202e}\r\nnom =\r\nprenom\r\n".into() };
        let end = source.text.find("=\r\n").expect("the line") + "=\r".len();
        for at in [end - 1..end, end..end] {
            let text = Diagnostic::new(&Arc::new(source.clone()), at, "no value").render(false);
            assert!(text.contains("a.toml:2:") && text.contains("      ^") && !text.contains("prenom"), "{text}");
        }
    }

    #[test]
    fn what_is_hidden_in_a_text_is_shown_and_the_arrow_stands_where_it_should() {
        let source =
            Source { name: "a\n\u{1b}[2J.toml".into(), text: "a = \"\u{202e}é\u{9b}1m\"; nmo##[x]\r\nb\r".into() };
        let at = source.text.find("nmo").expect("the mistake");
        let diagnostic = Diagnostic::new(&Arc::new(source), at..at + 3, "no\u{1b}[31m");
        let diagnostic = diagnostic.label("\u{2028}").hint("a\n\u{202e}").related(0..1, "\r");
        assert_eq!(diagnostic.position(), (1, 14));
        let text = diagnostic.render(false);
        assert!(!text.contains(|character| character != '\n' && crate::shown::is_hidden(character)), "{text:?}");
        for part in [
            r"no\u{1b}[31m",
            r"a\n\u{1b}[2J.toml:1:14",
            r#"a = "\u{202e}é\u{9b}1m"; nmo##\[x]"#,
            r"^^^ \u{2028}",
            "- \\r",
            "help: a",
        ] {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
        let column = |part: &str| text.lines().find_map(|line| line.find(part).map(|at| line[..at].chars().count()));
        assert_eq!(column("^^^"), column("nmo##"), "{text}");
    }
}
