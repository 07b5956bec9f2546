//! What is wrong with a card file, a layout or a trace: what, where, and what to do.

use std::{fmt, ops::Range, sync::Arc};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

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
    pub message: String,
    /// What stands at the arrow: `not a key of a beneficiary`. May be empty.
    pub label: String,
    /// What to do: `did you mean "nom"?`
    pub hint: Option<String>,
}

/// All the mistakes that were found, at least one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Diagnostics(pub Vec<Diagnostic>);

impl Diagnostic {
    /// The line and column of its start, both from 1; columns count characters.
    #[must_use]
    pub fn position(&self) -> (usize, usize) {
        let text = &self.source.text;
        let start = (0..=self.span.start.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
        let before = &text[..start];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |tail| tail.chars().count()) + 1;
        (line, column)
    }

    /// The mistake with file, line, column, an arrow and a hint, for a terminal with or without colours.
    #[must_use]
    pub fn render(&self, colours: bool) -> String {
        let end = self.source.text.len();
        let span = self.span.start.min(end)..self.span.end.clamp(self.span.start.min(end), end);
        let annotation = AnnotationKind::Primary.span(span).label(self.label.as_str());
        let snippet = Snippet::source(self.source.text.as_str()).path(self.source.name.as_str()).annotation(annotation);
        let mut report = vec![Level::ERROR.primary_title(self.message.as_str()).element(snippet)];
        if let Some(hint) = &self.hint {
            report.push(Group::with_title(Level::HELP.secondary_title(hint.as_str())));
        }
        let renderer = if colours { Renderer::styled() } else { Renderer::plain() };
        renderer.render(&report)
    }
}

impl Diagnostics {
    /// All of them, one below the other.
    #[must_use]
    pub fn render(&self, colours: bool) -> String {
        self.0.iter().map(|diagnostic| diagnostic.render(colours)).collect::<Vec<_>>().join("\n\n")
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
    use super::{Diagnostic, Source};
    use std::sync::Arc;

    #[test]
    fn a_mistake_shows_its_place_and_what_to_do() {
        let source = Arc::new(Source { name: "é.toml".into(), text: "a = 1\né = 2\nnmo = 3\n".into() });
        let diagnostic = Diagnostic {
            source,
            span: 13..16,
            message: "unknown key \"nmo\"".into(),
            label: "not a key".into(),
            hint: Some("did you mean \"nom\"?".into()),
        };
        assert_eq!(diagnostic.position(), (3, 1));
        let text = diagnostic.render(false);
        for part in ["é.toml:3:1", "^^^ not a key", "help: did you mean \"nom\"?"] {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
    }
}
