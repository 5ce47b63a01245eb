//! The spelling of enum values in Business Central's JSON and filters.
//!
//! A value's name is written as an XML name: every character that is no letter, digit or underscore becomes `_xHHHH_`, its UTF-16
//! code in four hexadecimal digits (`In_x0020_Review`, `Non_x002D_Inventory`). Seen in a tenant's `$metadata`; a filter with a literal
//! blank is refused.

use std::fmt::Write as _;

/// The decoded name of an encoded enum value; text without escapes stays as it is.
#[must_use]
pub fn decode(encoded: &str) -> String {
    if !encoded.contains("_x") {
        return encoded.to_owned();
    }
    let mut units: Vec<u16> = Vec::with_capacity(encoded.len());
    let mut rest = encoded;
    while let Some(first) = rest.chars().next() {
        if let Some(unit) = escape_at(rest) {
            units.push(unit);
            rest = rest.get(ESCAPE_LEN..).unwrap_or_default();
        } else {
            units.extend(first.encode_utf16(&mut [0; 2]).iter());
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        }
    }
    String::from_utf16_lossy(&units)
}

/// The encoded spelling of a decoded name; no name at all is the blank value, `_x0020_`.
#[must_use]
pub fn encode(name: &str) -> String {
    if name.is_empty() {
        return "_x0020_".to_owned();
    }
    let mut out = String::with_capacity(name.len() + 8);
    for (at, c) in name.char_indices() {
        let literal =
            c.is_alphanumeric() || (c == '_' && name.get(at..).is_none_or(|rest| escape_at(rest).is_none()));
        if literal {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]).iter() {
                // Writing to a String cannot fail.
                let _ = write!(out, "_x{unit:04X}_");
            }
        }
    }
    out
}

/// `_xHHHH_`
const ESCAPE_LEN: usize = 7;

fn escape_at(text: &str) -> Option<u16> {
    let hex = text.get(..ESCAPE_LEN)?.strip_prefix("_x")?.strip_suffix('_')?;
    if !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    u16::from_str_radix(hex, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    #[test]
    fn names_of_the_metadata_survive_both_ways() {
        let pairs = [
            (" ", "_x0020_"),
            ("In Review", "In_x0020_Review"),
            ("Non-Inventory", "Non_x002D_Inventory"),
            ("Fixed Asset", "Fixed_x0020_Asset"),
            ("Post Code+City", "Post_x0020_Code_x002B_City"),
            ("G/L Account", "G_x002F_L_x0020_Account"),
            ("a(b).c", "a_x0028_b_x0029__x002E_c"),
            ("Paid", "Paid"),
            ("Größe", "Größe"),
            ("under_score", "under_score"),
            ("_x0020_", "_x005F_x0020_"),
            ("😀", "_xD83D__xDE00_"),
        ];
        for (name, encoded) in pairs {
            assert_eq!(encode(name), encoded, "{name}");
            assert_eq!(decode(encoded), name, "{encoded}");
        }
    }

    #[test]
    fn lower_case_escapes_are_read_too() {
        assert_eq!(decode("Non_x002d_Inventory"), "Non-Inventory");
    }

    #[test]
    fn what_only_looks_like_an_escape_stays() {
        for text in ["_x20_", "_xZZZZ_", "_x0020", "a_x", "_x+020_"] {
            assert_eq!(decode(text), text);
        }
    }

    #[test]
    fn no_name_is_the_blank_value() {
        assert_eq!(encode(""), "_x0020_");
    }
}
