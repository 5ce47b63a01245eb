//! Which icons there are.

use std::collections::BTreeMap;

use crate::drawing::{Drawing, Grid};
use crate::{IconError, Panel, Source, ico};

/// The six states of the tray; the names are those of the states everywhere else.
pub const STATES: [&str; 6] = ["up_to_date", "syncing", "paused", "offline", "attention", "error"];

/// The tray's sizes and the grid that each is drawn on: multiples of 16 for Windows and for doubled pixels, the others for Linux panels.
pub const TRAY_SIZES: [(u32, Grid); 5] = [
    (16, Grid::Sixteen),
    (22, Grid::TwentyTwo),
    (24, Grid::TwentyTwoInRim),
    (32, Grid::Sixteen),
    (48, Grid::Sixteen),
];

/// The application icon's sizes and the grid that each is drawn on.
const APP_SIZES: [(u32, Grid); 7] = [
    (16, Grid::Sixteen),
    (32, Grid::Sixteen),
    (48, Grid::SixtyFour),
    (64, Grid::SixtyFour),
    (128, Grid::SixtyFour),
    (256, Grid::SixtyFour),
    (512, Grid::SixtyFour),
];

/// The largest picture of Windows' container.
const LARGEST_IN_ICO: u32 = 256;

/// The tray's icon of a state.
#[must_use]
pub fn tray(state: &'static str, panel: Panel, size: u32, grid: Grid) -> Drawing {
    Drawing { shapes: vec!["ledger", state], grid, panel, size }
}

/// Every file below `icons/` that is made from the source: its path there, and its content.
///
/// # Errors
/// When the source cannot be drawn.
pub fn files(source: &Source) -> Result<BTreeMap<String, Vec<u8>>, IconError> {
    let mut files = BTreeMap::new();
    let mut in_ico = Vec::new();
    for (size, grid) in APP_SIZES {
        let png = Drawing { shapes: vec!["app"], grid, panel: Panel::Light, size }.draw(source)?.png()?;
        if size <= LARGEST_IN_ICO {
            in_ico.push((size, png.clone()));
        }
        files.insert(format!("app/{size}.png"), png);
    }
    files.insert("app/icon.ico".to_owned(), ico::container(&in_ico));
    for state in STATES {
        for panel in Panel::ALL {
            for (size, grid) in TRAY_SIZES {
                let png = tray(state, panel, size, grid).draw(source)?.png()?;
                files.insert(format!("tray/{state}-{}-{size}.png", panel.name()), png);
            }
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::{STATES, TRAY_SIZES, files, tray};
    use crate::drawing::{Drawing, Grid};
    use crate::{Panel, Source, folder};

    #[test]
    fn the_committed_icons_are_what_the_source_draws() {
        let files = files(&Source::built_in().unwrap()).unwrap();
        let found = folder::difference(&folder::of_workspace(), &files).unwrap();
        assert!(found.is_none(), "run `cargo run -p icons`, look at the icons and commit them: {found:?}");
    }

    #[test]
    fn states_are_told_apart_by_their_shape_alone() {
        // Of the pixels that either mark covers, so many belong to one of them only.
        const LEAST_PERCENT: usize = 45;
        let source = Source::built_in().unwrap();
        for (size, grid) in [(16, Grid::Sixteen), (22, Grid::TwentyTwo)] {
            let covered = STATES.map(|state| {
                let mark = Drawing { shapes: vec![state], grid, panel: Panel::Light, size };
                mark.draw(&source)
                    .unwrap()
                    .opacity()
                    .into_iter()
                    .map(|opacity| opacity >= 128)
                    .collect::<Vec<_>>()
            });
            for (index, one) in covered.iter().enumerate() {
                for (other_index, other) in covered.iter().enumerate().skip(index + 1) {
                    let count = |wanted: fn(bool, bool) -> bool| {
                        one.iter().zip(other).filter(|(a, b)| wanted(**a, **b)).count()
                    };
                    let percent = count(|a, b| a != b) * 100 / count(|a, b| a || b);
                    let (one, other) = (STATES[index], STATES[other_index]);
                    assert!(percent >= LEAST_PERCENT, "{one} and {other} at {size} pixels: {percent} %");
                }
            }
        }
    }

    #[test]
    fn the_mark_keeps_clear_of_the_ledger() {
        let source = Source::built_in().unwrap();
        for (size, grid) in TRAY_SIZES {
            let opacity = |shape| {
                let part = Drawing { shapes: vec![shape], grid, panel: Panel::Light, size };
                part.draw(&source).unwrap().opacity()
            };
            let ledger = opacity("ledger");
            for state in STATES {
                let both = ledger.iter().zip(opacity(state)).filter(|(a, b)| **a > 0 && *b > 0).count();
                assert_eq!(both, 0, "{state} at {size} pixels");
            }
        }
    }

    #[test]
    fn both_panels_have_the_same_shapes_in_other_colours() {
        let source = Source::built_in().unwrap();
        for state in STATES {
            let [light, dark] =
                Panel::ALL.map(|panel| tray(state, panel, 22, Grid::TwentyTwo).draw(&source).unwrap());
            assert_eq!(light.opacity(), dark.opacity());
            assert_ne!(light.rgba, dark.rgba);
        }
    }

    #[test]
    fn a_picture_file_holds_the_picture() {
        let picture =
            tray("error", Panel::Dark, 16, Grid::Sixteen).draw(&Source::built_in().unwrap()).unwrap();
        let file = picture.png().unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
        let mut rgba = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut rgba).unwrap();
        assert_eq!((info.width, info.height, info.color_type), (16, 16, png::ColorType::Rgba));
        assert_eq!(rgba, picture.rgba);
    }
}
