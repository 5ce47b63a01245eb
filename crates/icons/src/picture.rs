//! A drawn icon: its pixels, and the file made of them.

use png::{BitDepth, ColorType, Compression};

use crate::IconError;

/// A square of pixels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Pixels along each side.
    pub size: u32,
    /// Four bytes a pixel, row by row; colours are not multiplied with the opacity.
    pub rgba: Vec<u8>,
}

impl Picture {
    /// Only how opaque each pixel is: what is left of an icon in one colour.
    #[must_use]
    pub fn opacity(&self) -> Vec<u8> {
        self.rgba.chunks_exact(4).filter_map(|pixel| pixel.last().copied()).collect()
    }

    /// The picture as a PNG file.
    ///
    /// # Errors
    /// When the size and the number of pixels contradict each other.
    pub fn png(&self) -> Result<Vec<u8>, IconError> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, self.size, self.size);
        encoder.set_color(ColorType::Rgba);
        encoder.set_depth(BitDepth::Eight);
        // The other ways go through `flate2`, whose files differ with the features that it is built with.
        encoder.set_compression(Compression::Fast);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&self.rgba)?;
        writer.finish()?;
        Ok(file)
    }
}
