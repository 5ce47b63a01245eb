//! Rows for spreadsheets (RFC 4180).

/// One row. What a spreadsheet would take for a formula gets an apostrophe in front, so that opening the file runs nothing.
pub fn row(cells: &[&str]) -> String {
    cells.iter().map(|text| cell(text)).collect::<Vec<_>>().join(",")
}

fn cell(text: &str) -> String {
    let text =
        if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::row;

    #[test]
    fn commas_quotes_and_line_breaks_are_kept_together() {
        assert_eq!(row(&["a", "b,c", "say \"x\"", "1\n2"]), "a,\"b,c\",\"say \"\"x\"\"\",\"1\n2\"");
    }

    #[test]
    fn a_spreadsheet_does_not_run_what_a_customer_is_called() {
        assert_eq!(row(&["=1+1", "@x", "C-1"]), "'=1+1,'@x,C-1");
    }
}
