//! The icons of the six states, as pixels.

use app::window::state::LightName;

/// The panel that the icon stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Panel {
    /// A light one.
    Light,
    /// A dark one.
    Dark,
}

/// An icon: width, height and RGBA, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pixels {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Four bytes a pixel.
    pub rgba: Vec<u8>,
}

macro_rules! icon {
    ($state:literal, $panel:literal) => {
        [
            include_bytes!(concat!("../../../icons/tray/", $state, "-", $panel, "-22.png")).as_slice(),
            include_bytes!(concat!("../../../icons/tray/", $state, "-", $panel, "-48.png")).as_slice(),
        ]
    };
}

fn files(light: LightName, panel: Panel) -> [&'static [u8]; 2] {
    match (light, panel) {
        (LightName::UpToDate, Panel::Light) => icon!("up_to_date", "light"),
        (LightName::UpToDate, Panel::Dark) => icon!("up_to_date", "dark"),
        (LightName::Syncing, Panel::Light) => icon!("syncing", "light"),
        (LightName::Syncing, Panel::Dark) => icon!("syncing", "dark"),
        (LightName::Paused, Panel::Light) => icon!("paused", "light"),
        (LightName::Paused, Panel::Dark) => icon!("paused", "dark"),
        (LightName::Offline, Panel::Light) => icon!("offline", "light"),
        (LightName::Offline, Panel::Dark) => icon!("offline", "dark"),
        (LightName::Attention, Panel::Light) => icon!("attention", "light"),
        (LightName::Attention, Panel::Dark) => icon!("attention", "dark"),
        (LightName::Error, Panel::Light) => icon!("error", "light"),
        (LightName::Error, Panel::Dark) => icon!("error", "dark"),
    }
}

/// The state's icon in two sizes. What cannot be decoded is left out; a test holds that none is.
#[must_use]
pub fn pixels(light: LightName, panel: Panel) -> Vec<Pixels> {
    files(light, panel).into_iter().filter_map(decoded).collect()
}

fn decoded(file: &[u8]) -> Option<Pixels> {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(file));
    decoder.set_transformations(png::Transformations::normalize_to_color8() | png::Transformations::ALPHA);
    let mut reader = decoder.read_info().ok()?;
    let mut rgba = vec![0; reader.output_buffer_size()?];
    let info = reader.next_frame(&mut rgba).ok()?;
    rgba.truncate(info.buffer_size());
    (info.color_type == png::ColorType::Rgba).then_some(Pixels {
        width: info.width,
        height: info.height,
        rgba,
    })
}

#[cfg(test)]
mod tests {
    use app::window::state::LightName;

    use super::{Panel, pixels};

    #[test]
    fn every_state_has_its_own_icon_on_both_panels() {
        let states = [
            LightName::UpToDate,
            LightName::Syncing,
            LightName::Paused,
            LightName::Offline,
            LightName::Attention,
            LightName::Error,
        ];
        let mut seen = Vec::new();
        for light in states {
            for panel in [Panel::Light, Panel::Dark] {
                let found = pixels(light, panel);
                assert_eq!(found.iter().map(|icon| icon.width).collect::<Vec<_>>(), [22, 48]);
                assert!(!seen.contains(&found), "{light:?} on {panel:?} looks like another");
                seen.push(found);
            }
        }
    }
}
