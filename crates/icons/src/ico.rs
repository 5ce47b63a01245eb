//! Windows' container for one icon in several sizes.
//!
//! A header, a directory with an entry of 16 bytes for each picture, then the pictures, each a whole PNG file, which Windows reads since
//! Vista. Numbers are little-endian; a side of 256 pixels is written as 0.

/// Bytes of the header.
const HEADER: u32 = 6;

/// Bytes of a directory entry.
const ENTRY: u32 = 16;

/// The container for pictures of these sizes; each file is a PNG. Sides above 256 pixels have no place in it.
pub fn container(pictures: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let count = number(pictures.len());
    let mut file = Vec::new();
    // Reserved, the kind (1 for an icon), how many.
    for word in [0, 1, count] {
        file.extend(short(word));
    }
    let mut place = HEADER + ENTRY * count;
    for (size, png) in pictures {
        let side = u8::try_from(*size).unwrap_or(0);
        // Width, height, no palette, reserved, one plane, 32 bits a pixel.
        file.extend([side, side, 0, 0]);
        file.extend(short(1));
        file.extend(short(32));
        file.extend(number(png.len()).to_le_bytes());
        file.extend(place.to_le_bytes());
        place += number(png.len());
    }
    for (_, png) in pictures {
        file.extend(png);
    }
    file
}

fn short(number: u32) -> [u8; 2] {
    u16::try_from(number).unwrap_or(u16::MAX).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::container;

    #[test]
    fn each_entry_leads_to_its_picture() {
        let pictures = vec![(16, b"small".to_vec()), (256, b"large one".to_vec())];
        let file = container(&pictures);
        assert_eq!(file[..6], [0, 0, 1, 0, 2, 0]);
        for (index, (size, png)) in pictures.iter().enumerate() {
            let entry = &file[6 + 16 * index..][..16];
            assert_eq!(u32::from(entry[0]), size % 256);
            assert_eq!(entry[0..2], [entry[0]; 2]);
            assert_eq!(entry[4..8], [1, 0, 32, 0]);
            let number = |at: usize| u32::from_le_bytes(entry[at..at + 4].try_into().unwrap()) as usize;
            assert_eq!(&file[number(12)..][..number(8)], png);
        }
        assert_eq!(file.len(), 6 + 2 * 16 + 5 + 9);
    }
}
