//! Compares a document's rows in Zoho with what they should be, and says which writes make them so.

use std::collections::BTreeMap;

use business_central::BcId;
use exact_json::{Decimal, Map, Value};

use super::lines::MappedLine;
use super::{MappedRecord, compare, text};

/// Which row of the subform, by its id in Zoho, stands for which line of Business Central.
pub type RowMap = BTreeMap<BcId, String>;

/// The rows to send so that Zoho's rows become the record's: changes by id, additions without id, `_delete` for the surplus.
///
/// `have` is the subform as Zoho printed it, `known` says which of its rows stand for which lines; for a line that is not in it, a row that
/// says the same is looked for. `None` where nothing has to be sent: a row that is not mentioned stays as it is.
#[must_use]
pub fn repair_lines(record: &MappedRecord, have: &[Value], known: &RowMap) -> Option<Vec<Value>> {
    repair(&record.lines, have, known)
}

/// Which row stands for which line, as far as rows say what the lines say. Taxes are not looked at: queries do not bring them.
#[must_use]
pub fn pair_lines(lines: &[MappedLine], have: &[Value]) -> RowMap {
    let mut left: Vec<&Value> = have.iter().filter(|row| id(row).is_some()).collect();
    let mut pairs = RowMap::new();
    // Of two lines with the same figures, each gets the row with its own text first.
    for says_the_same in [agrees_in_words, agrees_in_figures] {
        for line in lines {
            let Some(key) = line.line.filter(|key| !pairs.contains_key(key)) else { continue };
            if let Some(at) = left.iter().position(|row| says_the_same(line, row))
                && let Some(row) = id(left.remove(at))
            {
                pairs.insert(key, row.to_owned());
            }
        }
    }
    pairs
}

fn repair(want: &[MappedLine], have: &[Value], known: &RowMap) -> Option<Vec<Value>> {
    let mut left: Vec<&Value> = have.iter().filter(|row| id(row).is_some()).collect();
    let mut rows = Vec::new();
    let mut unpaired = Vec::new();
    for line in want {
        let row = line.line.and_then(|key| known.get(&key));
        match row.and_then(|known| left.iter().position(|row| id(row) == Some(known))) {
            Some(at) => {
                let row = left.remove(at);
                if !agrees(line, row)
                    && let Some(id) = id(row)
                {
                    rows.push(Value::Object(change(line, id)));
                }
            }
            None => unpaired.push(line),
        }
    }
    // A row that stood for a line which is gone goes with it, and is not given to another line.
    let (stale, mut left): (Vec<&Value>, Vec<&Value>) =
        left.into_iter().partition(|row| known.values().any(|known| id(row) == Some(known)));
    let mut missing = Vec::new();
    for line in unpaired {
        match left.iter().position(|row| agrees(line, row)) {
            Some(at) => drop(left.remove(at)),
            None => missing.push(line),
        }
    }
    for line in missing {
        // A row of the same Product is more likely to be the one that was changed.
        let same_product = left.iter().position(|row| product(row) == Some(line.product.as_str()));
        let at = same_product.or(if left.is_empty() { None } else { Some(0) });
        rows.push(Value::Object(match at.map(|at| left.remove(at)).and_then(id) {
            Some(id) => change(line, id),
            None => line.to_row(),
        }));
    }
    for row in stale.into_iter().chain(left).filter_map(id) {
        rows.push(Value::Object(
            [("id".to_owned(), Value::text(row)), ("_delete".to_owned(), Value::Null)].into(),
        ));
    }
    if rows.is_empty() { None } else { Some(rows) }
}

/// The whole row, with what the line does not have cleared.
fn change(line: &MappedLine, id: &str) -> Map {
    let mut row = line.to_row();
    row.insert_absent("Description", Value::Null);
    row.insert_absent("Line_Tax", Value::List(Vec::new()));
    row.insert("id".to_owned(), Value::text(id));
    row
}

fn agrees_in_figures(line: &MappedLine, row: &Value) -> bool {
    let number = |name: &str| row.get(name).and_then(compare::number).unwrap_or_default();
    product(row) == Some(line.product.as_str())
        && number("Quantity") == line.quantity
        && number("List_Price") == line.list_price
        && number("Discount") == line.discount
}

fn agrees_in_words(line: &MappedLine, row: &Value) -> bool {
    let description = row.get("Description").and_then(Value::as_text).and_then(text::many_lines);
    agrees_in_figures(line, row) && description == line.description.as_deref().and_then(text::many_lines)
}

fn agrees(line: &MappedLine, row: &Value) -> bool {
    agrees_in_words(line, row)
        && taxes(row) == line.tax.iter().map(|tax| (tax.name.as_str(), tax.percentage)).collect::<Vec<_>>()
}

/// The taxes that a row has; Zoho may print those of nought too.
fn taxes(row: &Value) -> Vec<(&str, Decimal)> {
    let list = row.get("Line_Tax").and_then(Value::as_list).unwrap_or_default();
    let tax = |entry: &'_ Value| entry.get("percentage").and_then(compare::number);
    list.iter()
        .filter_map(|entry| Some((entry.get("name").and_then(Value::as_text)?, tax(entry)?)))
        .filter(|(_, percentage)| !percentage.is_zero())
        .collect()
}

fn id(row: &Value) -> Option<&str> {
    row.get("id").and_then(Value::as_text)
}

fn product(row: &Value) -> Option<&str> {
    row.get("Product_Name").and_then(compare::reference)
}

#[cfg(test)]
mod tests {
    use exact_json::{Decimal, Value};
    use zoho_crm::ZohoId;

    use super::{RowMap, pair_lines, repair};
    use crate::map::{LineTax, MappedLine};

    fn line(product: &str, quantity: i64, tax: bool) -> MappedLine {
        MappedLine {
            line: None,
            product: ZohoId::new(product),
            quantity: quantity.into(),
            list_price: Decimal::from(10),
            discount: Decimal::ZERO,
            description: Some("ATHENS Desk\nin oak".to_owned()),
            tax: tax.then(|| LineTax { name: "VAT".to_owned(), percentage: 19.into() }),
        }
    }

    fn printed(id: &str, product: &str, quantity: &str) -> Value {
        Value::parse(&format!(
            r#"{{"id":"{id}","Product_Name":{{"id":"{product}","name":"Desk","Product_Code":"1896"}},"Quantity":{quantity},
            "List_Price":10.00,"Discount":"0","Description":"ATHENS Desk\r\nin oak","Total":30,"Parent_Id":{{"id":"9"}},
            "Line_Tax":[{{"name":"VAT","percentage":19.0,"id":"5","value":1.9}},{{"name":"Other","percentage":0}}]}}"#
        ))
        .unwrap()
    }

    fn repaired(want: &[MappedLine], have: &[Value]) -> Option<String> {
        repair(want, have, &RowMap::new()).map(|rows| Value::List(rows).to_json())
    }

    #[test]
    fn equal_rows_need_no_write_whatever_their_order() {
        let have = [printed("2", "b", "1.0"), printed("1", "a", "3.00")];
        assert_eq!(repaired(&[line("a", 3, true), line("b", 1, true)], &have), None);
    }

    #[test]
    fn doubled_rows_lose_their_doubles() {
        let have = [printed("1", "a", "3"), printed("2", "a", "3")];
        assert_eq!(repaired(&[line("a", 3, true)], &have).unwrap(), r#"[{"_delete":null,"id":"2"}]"#);
    }

    #[test]
    fn a_changed_row_is_changed_by_its_id() {
        let have = [printed("1", "a", "3"), printed("2", "b", "1")];
        let rows = repaired(&[line("a", 3, true), line("b", 2, false)], &have).unwrap();
        assert_eq!(
            rows,
            r#"[{"Description":"ATHENS Desk\nin oak","Discount":0,"Line_Tax":[],"List_Price":10,"Product_Name":{"id":"b"},"Quantity":2,"id":"2"}]"#
        );
    }

    #[test]
    fn a_missing_row_is_added_without_id() {
        let rows = repaired(&[line("a", 3, true), line("b", 2, true)], &[printed("1", "a", "3")]).unwrap();
        assert!(rows.contains(r#""Product_Name":{"id":"b"}"#) && !rows.contains(r#""id":"1""#), "{rows}");
    }

    #[test]
    fn rows_of_another_invoice_are_replaced_one_by_one() {
        let have = [printed("1", "x", "1"), printed("2", "y", "1"), printed("3", "a", "7")];
        let rows = repair(&[line("a", 3, true), line("b", 2, true)], &have, &RowMap::new()).unwrap();
        let ids: Vec<&str> = rows.iter().filter_map(|row| row.get("id")).filter_map(Value::as_text).collect();
        assert_eq!(ids, ["3", "1", "2"]);
        assert!(rows[2].get("_delete").is_some());
    }

    fn id(n: u8) -> business_central::BcId {
        format!("00000000-0000-0000-0000-0000000000{n:02x}").parse().unwrap()
    }

    fn known_line(n: u8, product: &str, quantity: i64) -> MappedLine {
        MappedLine { line: Some(id(n)), ..line(product, quantity, true) }
    }

    #[test]
    fn a_known_row_is_changed_whatever_it_says() {
        let known: RowMap = [(id(1), "1".to_owned()), (id(2), "2".to_owned())].into();
        let have = [printed("1", "a", "3"), printed("2", "b", "1")];
        // The lines took each other's place: by what they say, nothing would have to be written.
        let want = [known_line(1, "b", 1), known_line(2, "a", 3)];
        let rows = repair(&want, &have, &known).unwrap();
        let ids: Vec<&str> = rows.iter().filter_map(|row| row.get("id")).filter_map(Value::as_text).collect();
        assert_eq!(ids, ["1", "2"]);
    }

    #[test]
    fn the_row_of_a_line_that_went_is_deleted_and_one_that_is_missing_is_made_anew() {
        let known: RowMap = [(id(1), "1".to_owned()), (id(2), "2".to_owned())].into();
        let have = [printed("1", "a", "3"), printed("2", "b", "1")];
        assert_eq!(
            repair(&[known_line(1, "a", 3)], &have, &known).map(|rows| Value::List(rows).to_json()).unwrap(),
            r#"[{"_delete":null,"id":"2"}]"#
        );
        // A row that somebody deleted in Zoho is made anew.
        let rows = repair(&[known_line(1, "a", 3), known_line(2, "b", 1)], &have[..1], &known).unwrap();
        assert!(rows.len() == 1 && rows[0].get("id").is_none(), "{rows:?}");
    }

    #[test]
    fn lines_of_the_same_figures_are_told_apart_by_their_text() {
        let mut other = known_line(1, "a", 3);
        other.description = Some("another text".to_owned());
        let have = [printed("1", "a", "3"), printed("2", "a", "3.0")];
        let pairs = pair_lines(&[other, known_line(2, "a", 3), known_line(3, "c", 1)], &have);
        assert_eq!(pairs, [(id(2), "1".to_owned()), (id(1), "2".to_owned())].into());
    }
}
