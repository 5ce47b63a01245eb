//! Compares an invoice's rows in Zoho with what they should be, and says which writes make them so.

use exact_json::{Decimal, Map, Value};

use super::lines::MappedLine;
use super::{MappedRecord, compare, text};

/// The rows to send so that Zoho's rows become the record's: changes by id, additions without id, `_delete` for the surplus.
///
/// `have` is the subform as Zoho printed it. `None` where nothing has to be sent: a row that is not mentioned stays as it is.
#[must_use]
pub fn repair_lines(record: &MappedRecord, have: &[Value]) -> Option<Vec<Value>> {
    repair(&record.lines, have)
}

fn repair(want: &[MappedLine], have: &[Value]) -> Option<Vec<Value>> {
    let mut left: Vec<&Value> = have.iter().filter(|row| id(row).is_some()).collect();
    let mut missing = Vec::new();
    for line in want {
        match left.iter().position(|row| agrees(line, row)) {
            Some(at) => drop(left.remove(at)),
            None => missing.push(line),
        }
    }
    let mut rows = Vec::new();
    for line in missing {
        // A row of the same Product is more likely to be the one that was changed.
        let same_product = left.iter().position(|row| product(row) == Some(line.product.as_str()));
        let at = same_product.or(if left.is_empty() { None } else { Some(0) });
        rows.push(Value::Object(match at.map(|at| left.remove(at)).and_then(id) {
            Some(id) => change(line, id),
            None => line.to_row(),
        }));
    }
    for row in left.into_iter().filter_map(id) {
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

fn agrees(line: &MappedLine, row: &Value) -> bool {
    let number = |name: &str| row.get(name).and_then(compare::number).unwrap_or_default();
    let description = row.get("Description").and_then(Value::as_text).and_then(text::many_lines);
    product(row) == Some(line.product.as_str())
        && number("Quantity") == line.quantity
        && number("List_Price") == line.list_price
        && number("Discount") == line.discount
        && description == line.description.as_deref().and_then(text::many_lines)
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

    use super::repair;
    use crate::map::{LineTax, MappedLine};

    fn line(product: &str, quantity: i64, tax: bool) -> MappedLine {
        MappedLine {
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
        repair(want, have).map(|rows| Value::List(rows).to_json())
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
        let rows = repair(&[line("a", 3, true), line("b", 2, true)], &have).unwrap();
        let ids: Vec<&str> = rows.iter().filter_map(|row| row.get("id")).filter_map(Value::as_text).collect();
        assert_eq!(ids, ["3", "1", "2"]);
        assert!(rows[2].get("_delete").is_some());
    }
}
