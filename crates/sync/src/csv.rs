//! Tables for spreadsheets, out and back (RFC 4180).
//!
//! What a spreadsheet would take for a formula goes out with an apostrophe in front, so that opening a file runs nothing, and comes back without
//! it. Spreadsheets save with commas or semicolons, depending on the country, and with or without a byte order mark: all of that is read.

/// What makes a spreadsheet compute.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// One row, without the line's end.
#[must_use]
pub fn row(cells: &[&str]) -> String {
    cells.iter().map(|text| cell(text)).collect::<Vec<_>>().join(",")
}

fn cell(text: &str) -> String {
    // A text that begins with the sign that is put in front gets another, or it would come back without its own.
    let guarded = text.starts_with(FORMULA) || text.starts_with('\'');
    let text = if guarded { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', ';', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

/// One row of a file, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The number of its first line in the file, from 1 on.
    pub number: usize,
    /// Its cells.
    pub cells: Vec<String>,
}

/// A file that is no table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: a quotation mark that opens a cell is never closed")]
pub struct NotClosed {
    /// Where the cell begins.
    pub line: usize,
}

/// The rows of a file; blank lines are passed over. Cells are parted by what parts those of the first line.
///
/// # Errors
/// When a quoted cell never ends.
pub fn parse(text: &str) -> Result<Vec<Line>, NotClosed> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let parted_by = separator(text);
    let mut lines = Vec::new();
    let mut cells: Vec<String> = Vec::new();
    let mut cell = String::new();
    let (mut number, mut began) = (1, 1);
    // Since which line a quoted cell is open, and whether the cell was quoted at all.
    let (mut quoted, mut was_quoted): (Option<usize>, bool) = (None, false);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if c == '\n' {
            number += 1;
        }
        if quoted.is_some() {
            match c {
                '"' if rest.peek() == Some(&'"') => {
                    rest.next();
                    cell.push('"');
                }
                '"' => quoted = None,
                _ => cell.push(c),
            }
            continue;
        }
        match c {
            '"' if cell.trim().is_empty() && !was_quoted => {
                cell.clear();
                (quoted, was_quoted) = (Some(number), true);
            }
            '\r' if rest.peek() == Some(&'\n') => {}
            '\n' | '\r' => {
                cells.push(unguarded(std::mem::take(&mut cell)));
                end(&mut lines, &mut cells, began);
                (began, was_quoted) = (number, false);
            }
            _ if c == parted_by => {
                cells.push(unguarded(std::mem::take(&mut cell)));
                was_quoted = false;
            }
            // Blanks between a closing quotation mark and the next cell say nothing.
            _ if was_quoted && c.is_whitespace() => {}
            _ => cell.push(c),
        }
    }
    if let Some(line) = quoted {
        return Err(NotClosed { line });
    }
    cells.push(unguarded(cell));
    end(&mut lines, &mut cells, began);
    Ok(lines)
}

fn end(lines: &mut Vec<Line>, cells: &mut Vec<String>, number: usize) {
    let cells = std::mem::take(cells);
    if cells.iter().any(|cell| !cell.trim().is_empty()) {
        lines.push(Line { number, cells });
    }
}

/// What stands most often outside of quotation marks in the first line: comma, semicolon or tab.
fn separator(text: &str) -> char {
    let mut quoted = false;
    let mut counts = [(',', 0), (';', 0), ('\t', 0)];
    for c in text.trim_start().chars() {
        match c {
            '"' => quoted = !quoted,
            '\n' | '\r' if !quoted => break,
            _ if !quoted => {
                counts.iter_mut().filter(|(sign, _)| *sign == c).for_each(|(_, count)| *count += 1);
            }
            _ => {}
        }
    }
    // The first of equals is the comma.
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map_or(',', |(sign, _)| sign)
}

fn unguarded(cell: String) -> String {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(FORMULA) || rest.starts_with('\'') => rest.to_owned(),
        Some(_) | None => cell,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Line, NotClosed, parse, row};

    fn cells(text: &str) -> Vec<Vec<String>> {
        parse(text).unwrap().into_iter().map(|line| line.cells).collect()
    }

    #[test]
    fn a_spreadsheet_does_not_run_what_a_customer_is_called() {
        assert_eq!(row(&["=1+1", "@x", "C-1", "-5", "'n Huis"]), "'=1+1,'@x,C-1,'-5,''n Huis");
    }

    #[test]
    fn commas_semicolons_tabs_and_a_byte_order_mark_are_read() {
        let expected = [["a", "b c"], ["1", "x,y;z"]];
        for text in ["a,b c\n1,\"x,y;z\"\n", "\u{feff}a;b c\r\n1;\"x,y;z\"\r\n", "a\tb c\n\n1\t\"x,y;z\""] {
            assert_eq!(cells(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_row_knows_its_line_also_behind_cells_of_several_lines() {
        let lines = parse("h\n\"one\ntwo\"\n\nlast").unwrap();
        let numbers: Vec<usize> = lines.iter().map(|line| line.number).collect();
        assert_eq!(numbers, [1, 2, 5]);
        assert_eq!(lines[1], Line { number: 2, cells: vec!["one\ntwo".to_owned()] });
    }

    #[test]
    fn a_quotation_mark_that_is_never_closed_is_named_by_its_line() {
        assert_eq!(parse("a,b\n1,\"x\n2,y\n"), Err(NotClosed { line: 2 }));
    }

    proptest! {
        #[test]
        fn what_goes_out_comes_back(table in prop::collection::vec(prop::collection::vec("[ -~äß€\n\t']{0,8}", 2), 1..6)) {
            // A line of nothing but blanks is none, and a line break within a cell may be either kind.
            let table: Vec<Vec<String>> = table.into_iter().map(|mut cells| { cells.insert(0, "k".to_owned()); cells }).collect();
            let text: Vec<String> =
                table.iter().map(|cells| row(&cells.iter().map(String::as_str).collect::<Vec<_>>())).collect();
            let back = parse(&format!("a,b,c\n{}\n", text.join("\n"))).unwrap();
            let back: Vec<Vec<String>> = back.into_iter().skip(1).map(|line| line.cells).collect();
            prop_assert_eq!(back, table);
        }
    }
}
