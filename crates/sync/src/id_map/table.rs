//! The file of the id map.

use business_central::BcId;
use serde::Serialize;
use zoho_crm::ZohoId;

use crate::csv;
use crate::flow::Flow;
use crate::store::{Store, StoreError, links};

/// The columns, in order. Those that an import needs are the first three of them that are not the number.
const COLUMNS: [&str; 6] = ["flow", "bc_id", "bc_number", "zoho_id", "adopted", "last_written"];

/// How many links are read at a time.
const PAGE: usize = 500;

/// One line that was read: this record in Zoho stands for that record of Business Central.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Wanted {
    /// Where it stands in the file, from 1 on.
    pub line: usize,
    /// The flow.
    pub flow: Flow,
    /// The record in Business Central.
    pub bc_id: BcId,
    /// The record in Zoho.
    pub zoho_id: ZohoId,
}

/// A fault of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The line, from 1 on.
    pub line: usize,
    /// The column's name; blank where the line as a whole is meant.
    pub column: String,
    /// What is wrong.
    pub message: String,
}

impl Fault {
    pub(super) fn new(line: usize, column: &str, message: impl Into<String>) -> Self {
        Self { line, column: column.to_owned(), message: message.into() }
    }

    /// The fault in words.
    #[must_use]
    pub fn words(&self) -> String {
        match self.column.as_str() {
            "" => format!("line {}: {}", self.line, self.message),
            column => format!("line {}, column {column}: {}", self.line, self.message),
        }
    }
}

/// Tells every line of the table, the header first. Returns how many links there are.
///
/// # Errors
/// When the database fails, or whoever is told.
pub fn export<E: From<StoreError>>(
    store: &Store,
    flows: &[Flow],
    mut tell: impl FnMut(&str) -> Result<(), E>,
) -> Result<u64, E> {
    tell(&csv::row(&COLUMNS))?;
    let mut rows = 0;
    for flow in flows.iter().copied() {
        let mut after = None;
        loop {
            let page = store.read(|tx| links::page(tx, flow, after, PAGE))?;
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            for link in &page {
                let adopted = if link.adopted { "yes" } else { "" };
                tell(&csv::row(&[
                    flow.name(),
                    &link.id.to_string(),
                    &link.number,
                    link.zoho_id.as_str(),
                    adopted,
                    &link.written_at.to_string(),
                ]))?;
                rows += 1;
            }
        }
    }
    Ok(rows)
}

/// Reads a file: each line, or every fault of form.
///
/// # Errors
/// The faults.
pub fn parse(text: &str) -> Result<Vec<Wanted>, Vec<Fault>> {
    let lines = csv::parse(text).map_err(|error| {
        vec![Fault::new(error.line, "", "a quotation mark that opens a cell is never closed")]
    })?;
    let Some((header, rows)) = lines.split_first() else {
        return Err(vec![Fault::new(1, "", "the file is empty")]);
    };
    let column = |name: &str| header.cells.iter().position(|cell| cell.trim().eq_ignore_ascii_case(name));
    let (Some(flow), Some(bc_id), Some(zoho_id)) = (column("flow"), column("bc_id"), column("zoho_id"))
    else {
        let message = "the first line must name the columns \"flow\", \"bc_id\" and \"zoho_id\", as an exported file does";
        return Err(vec![Fault::new(header.number, "", message)]);
    };
    let (mut wanted, mut faults) = (Vec::new(), Vec::new());
    for row in rows {
        let cell = |at: usize| row.cells.get(at).map(|cell| cell.trim()).unwrap_or_default();
        let found = [
            cell(flow)
                .to_lowercase()
                .parse::<Flow>()
                .map_err(|error| ("flow", error.to_string()))
                .map(|_| ()),
            cell(bc_id)
                .parse::<BcId>()
                .map_err(|_| ("bc_id", format!("\"{}\" is not an id of Business Central", cell(bc_id))))
                .map(|_| ()),
            zoho_id_of(cell(zoho_id)).map_err(|message| ("zoho_id", message)).map(|_| ()),
        ];
        faults.extend(
            found
                .into_iter()
                .filter_map(Result::err)
                .map(|(column, message)| Fault::new(row.number, column, message)),
        );
        if let (Ok(flow), Ok(bc_id), Ok(zoho_id)) =
            (cell(flow).to_lowercase().parse(), cell(bc_id).parse(), zoho_id_of(cell(zoho_id)))
        {
            wanted.push(Wanted { line: row.number, flow, bc_id, zoho_id });
        }
    }
    if faults.is_empty() { Ok(wanted) } else { Err(faults) }
}

/// Zoho's ids have 18 or 19 digits: more than a spreadsheet keeps of a number.
fn zoho_id_of(cell: &str) -> Result<ZohoId, String> {
    if !cell.is_empty() && cell.chars().all(|c| c.is_ascii_digit()) {
        return Ok(ZohoId::new(cell));
    }
    let number = cell.contains(['E', 'e']) && cell.chars().all(|c| c.is_ascii_digit() || ".,E+e".contains(c));
    Err(if number {
        format!(
            "\"{cell}\" was shortened by a spreadsheet; import the column as text, or edit the file in a text editor"
        )
    } else {
        format!("\"{cell}\" is not an id of Zoho")
    })
}

#[cfg(test)]
mod tests {
    use super::{Fault, parse};
    use crate::flow::Flow;

    const ID: &str = "141355be-6369-1b63-8000-000000000018";

    #[test]
    fn columns_are_found_by_name_in_any_order_and_others_are_passed_over() {
        let wanted = parse(&format!("zoho_id;note;BC_ID;flow\n554;x;{ID};customers\n")).unwrap();
        assert_eq!(wanted.len(), 1);
        assert_eq!((wanted[0].line, wanted[0].flow, wanted[0].zoho_id.as_str()), (2, Flow::Customers, "554"));
        assert_eq!(wanted[0].bc_id.to_string(), ID);
    }

    #[test]
    fn every_fault_is_named_by_line_and_column() {
        let text = format!("flow,bc_id,zoho_id\ncustomer,{ID},554\nitems,C1,5.54023E+17\nitems,{ID},\n");
        let faults = parse(&text).unwrap_err();
        let places: Vec<(usize, &str)> =
            faults.iter().map(|fault| (fault.line, fault.column.as_str())).collect();
        assert_eq!(places, [(2, "flow"), (3, "bc_id"), (3, "zoho_id"), (4, "zoho_id")]);
        assert!(
            faults[2].words().starts_with("line 3, column zoho_id: \"5.54023E+17\" was shortened"),
            "{faults:?}"
        );
    }

    #[test]
    fn a_file_without_the_columns_is_refused() {
        for text in ["", "a,b\n1,2\n", "flow,bc_id\n"] {
            assert_eq!(parse(text).unwrap_err().len(), 1, "{text:?}");
        }
        assert_eq!(
            parse("flow,bc_id,zoho_id\n\"x,1,2\n").unwrap_err(),
            [Fault::new(2, "", "a quotation mark that opens a cell is never closed")]
        );
    }
}
