//! One icon, composed of the source's shapes and drawn.

use resvg::tiny_skia::{Pixmap, PremultipliedColorU8, Transform};
use resvg::usvg;

use crate::{IconError, Panel, Picture, Source};

/// The squares that shapes are drawn on. An edge on a line of its grid stays sharp in every size that is a multiple of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grid {
    /// Sixteen squares a side.
    Sixteen,
    /// Twenty-two squares a side.
    TwentyTwo,
    /// The same with an empty rim of one square, for 24.
    TwentyTwoInRim,
    /// Sixty-four squares a side: detail that only large icons can show.
    SixtyFour,
}

impl Grid {
    /// The part of the shapes' plane that the icon shows.
    fn view_box(self) -> &'static str {
        match self {
            Self::Sixteen => "0 0 16 16",
            Self::TwentyTwo => "0 0 22 22",
            Self::TwentyTwoInRim => "-1 -1 24 24",
            Self::SixtyFour => "0 0 64 64",
        }
    }

    /// How the ids of its shapes end.
    fn ending(self) -> &'static str {
        match self {
            Self::Sixteen => "16",
            Self::TwentyTwo | Self::TwentyTwoInRim => "22",
            Self::SixtyFour => "64",
        }
    }
}

/// What an icon is composed of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawing {
    /// Names of the shapes, the lowest first.
    pub shapes: Vec<&'static str>,
    /// The grid that they were drawn on.
    pub grid: Grid,
    /// Whose colours they have.
    pub panel: Panel,
    /// Pixels along each side.
    pub size: u32,
}

impl Drawing {
    /// Draws it.
    ///
    /// # Errors
    /// When the source lacks a shape, or is not SVG.
    pub fn draw(&self, source: &Source) -> Result<Picture, IconError> {
        let not_drawn = |reason: String| IconError::NotDrawn { icon: self.shapes.join(" with "), reason };
        let tree = usvg::Tree::from_str(&self.svg(source)?, &usvg::Options::default())
            .map_err(|error| not_drawn(error.to_string()))?;
        let mut canvas = Pixmap::new(self.size, self.size)
            .ok_or_else(|| not_drawn(format!("{} pixels a side are not possible", self.size)))?;
        // The picture's size is the document's, so that nothing is left to scale.
        resvg::render(&tree, Transform::identity(), &mut canvas.as_mut());
        Ok(Picture { size: self.size, rgba: straight(&canvas) })
    }

    fn svg(&self, source: &Source) -> Result<String, IconError> {
        let mut uses = String::new();
        for shape in &self.shapes {
            let id = format!("{shape}-{}", self.grid.ending());
            if !source.has(&id) {
                return Err(IconError::SourceLacks(format!("shape \"{id}\"")));
            }
            uses.push_str(&format!("<use href=\"#{id}\"/>"));
        }
        let (size, view_box) = (self.size, self.grid.view_box());
        let (colours, shapes) = (source.colours(self.panel), source.shapes());
        Ok(format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{size}\" height=\"{size}\" viewBox=\"{view_box}\"><style>{colours}</style><defs>{shapes}</defs>{uses}</svg>"
        ))
    }
}

/// The pixels with their colours as they are, not multiplied with the opacity.
fn straight(canvas: &Pixmap) -> Vec<u8> {
    let pixels = canvas.pixels().iter().map(PremultipliedColorU8::demultiply);
    pixels.flat_map(|pixel| [pixel.red(), pixel.green(), pixel.blue(), pixel.alpha()]).collect()
}

#[cfg(test)]
mod tests {
    use super::{Drawing, Grid};
    use crate::{Panel, Source};

    const SVG: &str = "<svg><style id=\"light\">.ink{fill:#102030}</style><style id=\"dark\">.ink{fill:#f0e0d0}</style>\
        <defs><path id=\"left-16\" class=\"ink\" d=\"M0 0h8v16h-8z\"/><path id=\"all-22\" class=\"ink\" d=\"M0 0h22v22h-22z\"/></defs></svg>";

    fn drawing(shape: &'static str, grid: Grid, panel: Panel, size: u32) -> Drawing {
        Drawing { shapes: vec![shape], grid, panel, size }
    }

    #[test]
    fn an_edge_on_the_grid_is_sharp_and_has_the_panels_colour() {
        let source = Source::of(SVG).unwrap();
        for (panel, colour) in
            [(Panel::Light, [0x10, 0x20, 0x30, 255]), (Panel::Dark, [0xf0, 0xe0, 0xd0, 255])]
        {
            let picture = drawing("left", Grid::Sixteen, panel, 32).draw(&source).unwrap();
            for (index, pixel) in picture.rgba.chunks_exact(4).enumerate() {
                assert_eq!(pixel, if index % 32 < 16 { colour } else { [0; 4] });
            }
        }
    }

    #[test]
    fn in_24_pixels_the_drawing_for_22_has_a_rim() {
        let source = Source::of(SVG).unwrap();
        let picture = drawing("all", Grid::TwentyTwoInRim, Panel::Light, 24).draw(&source).unwrap();
        for (index, opacity) in picture.opacity().into_iter().enumerate() {
            let (row, column) = (index / 24, index % 24);
            let inside = (1..23).contains(&row) && (1..23).contains(&column);
            assert_eq!(opacity, if inside { 255 } else { 0 }, "row {row}, column {column}");
        }
    }

    #[test]
    fn a_shape_that_the_source_lacks_is_named() {
        let source = Source::of(SVG).unwrap();
        let error = drawing("right", Grid::Sixteen, Panel::Light, 16).draw(&source).unwrap_err();
        assert_eq!(error.to_string(), "the source has no shape \"right-16\"");
    }
}
