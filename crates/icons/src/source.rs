//! The one file that all icons are drawn from.

use crate::IconError;

/// The panel that a tray's icon stands on; the application's own icon looks the same on both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Panel {
    /// A light one. Its colours are middle tones that can be seen on a dark one too, since not every desktop says which it has.
    Light,
    /// A dark one.
    Dark,
}

impl Panel {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Light, Self::Dark];

    /// As file names have it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// The source, taken apart.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    colours: [&'a str; 2],
    shapes: &'a str,
}

impl<'a> Source<'a> {
    /// Finds the shapes, which stand in `<defs>`, and the two sheets of colours, which are the styles `light` and `dark`.
    ///
    /// # Errors
    /// When one of them is missing.
    pub fn of(svg: &'a str) -> Result<Self, IconError> {
        let sheet = |panel: Panel| {
            let (_, rest) = svg.split_once(&format!("<style id=\"{}\"", panel.name()))?;
            between(rest, ">", "</style>")
        };
        let lacks = |part: &str| IconError::SourceLacks(part.to_owned());
        Ok(Self {
            colours: [
                sheet(Panel::Light).ok_or_else(|| lacks("style \"light\""))?,
                sheet(Panel::Dark).ok_or_else(|| lacks("style \"dark\""))?,
            ],
            shapes: between(svg, "<defs>", "</defs>").ok_or_else(|| lacks("<defs>"))?,
        })
    }

    /// The source that the program was built with.
    ///
    /// # Errors
    /// As [`Source::of`].
    pub fn built_in() -> Result<Source<'static>, IconError> {
        Source::of(include_str!("../../../icons/source/ledgerline.svg"))
    }

    /// The style sheet for a panel.
    #[must_use]
    pub fn colours(&self, panel: Panel) -> &'a str {
        let [light, dark] = self.colours;
        match panel {
            Panel::Light => light,
            Panel::Dark => dark,
        }
    }

    /// Every shape, each with an id.
    #[must_use]
    pub fn shapes(&self) -> &'a str {
        self.shapes
    }

    /// Whether there is a shape of that id.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        self.shapes.contains(&format!("id=\"{id}\""))
    }
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(start)?;
    rest.split_once(end).map(|(found, _)| found)
}

#[cfg(test)]
mod tests {
    use super::{Panel, Source};

    const SVG: &str = "<svg><style id=\"light\">.a{}</style><style id=\"dark\" media=\"x\">.b{}</style><defs><g id=\"s\"/></defs></svg>";

    #[test]
    fn colours_and_shapes_are_found() {
        let source = Source::of(SVG).unwrap();
        assert_eq!((source.colours(Panel::Light), source.colours(Panel::Dark)), (".a{}", ".b{}"));
        assert_eq!(source.shapes(), "<g id=\"s\"/>");
        assert!(source.has("s") && !source.has("t"));
    }

    #[test]
    fn a_source_without_a_part_is_refused_by_that_parts_name() {
        for (part, named) in [("light", "style \"light\""), ("dark", "style \"dark\""), ("defs", "<defs>")] {
            let error = Source::of(&SVG.replace(part, "other")).unwrap_err();
            assert_eq!(error.to_string(), format!("the source has no {named}"));
        }
    }
}
