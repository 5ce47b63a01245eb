//! Rows of documents and their totals.

use super::super::Module;
use super::{Answer, Desk};

struct Invoice {
    desk: Desk,
    product: String,
    id: String,
}

impl Invoice {
    /// An invoice with two rows: 2 × 10 and 1 × 5.
    fn new() -> Self {
        let mut desk = Desk::keyed();
        let product = desk.add("Products", r#"{"Product_Name":"P","Product_Code":"1000"}"#);
        let rows = format!(
            r#"{{"Product_Name":{{"id":"{product}"}},"Quantity":2,"List_Price":10}},{{"Product_Name":{{"id":"{product}"}},"Quantity":1,"List_Price":5}}"#
        );
        let id = desk.add("Invoices", &format!(r#"{{"Subject":"Invoice 1","Invoiced_Items":[{rows}]}}"#));
        Self { desk, product, id }
    }

    fn update(&mut self, members: &str) -> Answer {
        self.desk.put(&format!("Invoices/{}", self.id), &format!(r#"{{"data":[{{{members}}}]}}"#))
    }

    fn shown(&mut self) -> Answer {
        self.desk.get(&format!("Invoices/{}", self.id))
    }

    fn row_id(&mut self, n: usize) -> String {
        self.shown().text(&format!("data.0.Invoiced_Items.{n}.id"))
    }

    fn total(&mut self) -> String {
        self.shown().text("data.0.Grand_Total")
    }

    fn insert(&mut self, row: &str, more: &str) -> Answer {
        let product = &self.product;
        let row = format!(
            r#"{{"data":[{{"Subject":"Another"{more},"Invoiced_Items":[{{"Product_Name":{{"id":"{product}"}},{row}}}]}}]}}"#
        );
        self.desk.post("Invoices", &row)
    }
}

#[test]
fn rows_come_back_with_ids_parents_and_amounts() {
    let mut invoice = Invoice::new();
    let shown = invoice.shown();
    assert_eq!(shown.text("data.0.Invoiced_Items.0.Product_Name.Product_Code"), "1000");
    assert_eq!(shown.text("data.0.Invoiced_Items.0.Parent_Id.id"), invoice.id);
    assert_eq!(shown.text("data.0.Invoiced_Items.0.Total"), "20");
    assert_eq!(shown.text("data.0.Invoiced_Items.1.Sequence_Number"), "2");
    assert_eq!(shown.text("data.0.Sub_Total"), "25");
    assert_eq!(shown.text("data.0.Grand_Total"), "25");
    assert_eq!(shown.text("data.0.$has_more.Invoiced_Items"), "false");
}

#[test]
fn a_row_with_an_id_is_changed_and_the_others_stay() {
    let mut invoice = Invoice::new();
    let row = invoice.row_id(1);
    assert_eq!(invoice.update(&format!(r#""Invoiced_Items":[{{"id":"{row}","Quantity":3}}]"#)).status, 200);
    let shown = invoice.shown();
    assert_eq!(shown.len("data.0.Invoiced_Items"), 2);
    assert_eq!(shown.text("data.0.Invoiced_Items.1.Quantity"), "3");
    assert_eq!(shown.text("data.0.Grand_Total"), "35");
}

#[test]
fn a_row_without_an_id_is_appended() {
    let mut invoice = Invoice::new();
    let product = invoice.product.clone();
    invoice.update(&format!(
        r#""Invoiced_Items":[{{"Product_Name":{{"id":"{product}"}},"Quantity":1,"List_Price":1}}]"#
    ));
    assert_eq!(invoice.shown().len("data.0.Invoiced_Items"), 3);
    assert_eq!(invoice.total(), "26");
}

#[test]
fn a_row_with_delete_is_taken_out() {
    let mut invoice = Invoice::new();
    let row = invoice.row_id(0);
    invoice.update(&format!(r#""Invoiced_Items":[{{"id":"{row}","_delete":null}}]"#));
    assert_eq!(invoice.shown().len("data.0.Invoiced_Items"), 1);
    assert_eq!(invoice.total(), "5");
    assert_eq!(invoice.desk.zoho.record_count(Module::InvoicedItems), 1);
}

#[test]
fn an_empty_list_takes_out_every_row() {
    let mut invoice = Invoice::new();
    assert_eq!(invoice.update(r#""Invoiced_Items":[]"#).status, 200);
    assert_eq!(invoice.shown().len("data.0.Invoiced_Items"), 0);
    assert_eq!(invoice.total(), "0");
}

#[test]
fn an_update_of_the_header_leaves_the_rows_and_renews_the_total() {
    let mut invoice = Invoice::new();
    invoice.update(r#""Adjustment":-0.03"#);
    assert_eq!(invoice.shown().len("data.0.Invoiced_Items"), 2);
    assert_eq!(invoice.total(), "24.97");
}

#[test]
fn a_row_of_another_invoice_is_no_row() {
    let mut invoice = Invoice::new();
    let answer =
        invoice.update(r#""Subject":"New","Invoiced_Items":[{"id":"554023000000300001","Quantity":1}]"#);
    assert_eq!(answer.text("data.0.code"), "INVALID_DATA");
    assert_eq!(answer.text("data.0.details.json_path"), "$.data[0].Invoiced_Items[0].id");
    // Nothing of a refused row is written.
    assert_eq!(invoice.shown().text("data.0.Subject"), "Invoice 1");
}

#[test]
fn a_row_needs_an_existing_product() {
    let mut invoice = Invoice::new();
    let free_text = invoice.desk.post(
        "Invoices",
        r#"{"data":[{"Subject":"S","Invoiced_Items":[{"Quantity":1,"List_Price":1,"Description":"free text"}]}]}"#,
    );
    assert_eq!(free_text.text("data.0.code"), "MANDATORY_NOT_FOUND");
    assert_eq!(free_text.text("data.0.details.json_path"), "$.data[0].Invoiced_Items[0].Product_Name");
    let unknown = invoice.desk.post(
        "Invoices",
        r#"{"data":[{"Subject":"S","Invoiced_Items":[{"Product_Name":{"id":"1"},"Quantity":1,"List_Price":1}]}]}"#,
    );
    assert_eq!(unknown.text("data.0.details.api_name"), "Product_Name");
}

#[test]
fn an_invoice_needs_rows() {
    let mut invoice = Invoice::new();
    for body in [r#"{"data":[{"Subject":"S"}]}"#, r#"{"data":[{"Subject":"S","Invoiced_Items":[]}]}"#] {
        let answer = invoice.desk.post("Invoices", body);
        assert_eq!(answer.text("data.0.code"), "MANDATORY_NOT_FOUND");
        assert_eq!(answer.text("data.0.details.api_name"), "Invoiced_Items");
    }
}

#[test]
fn sent_totals_are_ignored_unless_honoured() {
    let mut invoice = Invoice::new();
    let answer = invoice.insert(r#""Quantity":1,"List_Price":10"#, r#","Grand_Total":99"#);
    let id = answer.text("data.0.details.id");
    assert_eq!(invoice.desk.field(Module::Invoices, &id, "Grand_Total"), "10");
    invoice.desk.zoho.switches.honour_sent_totals = true;
    let answer = invoice.insert(r#""Quantity":1,"List_Price":10"#, r#","Grand_Total":99"#);
    let id = answer.text("data.0.details.id");
    assert_eq!(invoice.desk.field(Module::Invoices, &id, "Grand_Total"), "99");
}

#[test]
fn a_list_price_is_rounded_to_two_decimals_or_refused() {
    let mut invoice = Invoice::new();
    let answer = invoice.insert(r#""Quantity":1000,"List_Price":0.125"#, "");
    assert_eq!(invoice.desk.field(Module::Invoices, &answer.text("data.0.details.id"), "Grand_Total"), "130");
    invoice.desk.zoho.set_decimals(Module::InvoicedItems, "List_Price", 5).unwrap();
    let answer = invoice.insert(r#""Quantity":1000,"List_Price":0.125"#, "");
    assert_eq!(invoice.desk.field(Module::Invoices, &answer.text("data.0.details.id"), "Grand_Total"), "125");
    invoice.desk.zoho.set_decimals(Module::InvoicedItems, "List_Price", 2).unwrap();
    invoice.desk.zoho.switches.refuse_excess_decimals = true;
    assert_eq!(
        invoice.insert(r#""Quantity":1000,"List_Price":0.125"#, "").text("data.0.code"),
        "INVALID_DATA"
    );
}

#[test]
fn a_discount_may_be_a_number_or_text() {
    let mut invoice = Invoice::new();
    for discount in ["5", "\"5\""] {
        let answer = invoice.insert(&format!(r#""Quantity":2,"List_Price":10,"Discount":{discount}"#), "");
        assert_eq!(
            invoice.desk.field(Module::Invoices, &answer.text("data.0.details.id"), "Grand_Total"),
            "15"
        );
    }
    assert_eq!(invoice.insert(r#""Quantity":2,"List_Price":10,"Discount":"5%""#, "").status, 400);
}

#[test]
fn a_line_tax_must_be_a_tax_of_the_organisation() {
    let mut invoice = Invoice::new();
    let row = r#""Quantity":1,"List_Price":100,"Line_Tax":[{"name":"VAT","percentage":25}]"#;
    assert_eq!(invoice.insert(row, "").text("data.0.details.api_name"), "Line_Tax");
    invoice.desk.zoho.add_tax("VAT", exact_json::Decimal::from(25));
    let id = invoice.insert(row, "").text("data.0.details.id");
    let shown = invoice.desk.get(&format!("Invoices/{id}"));
    assert_eq!(shown.text("data.0.Invoiced_Items.0.Line_Tax.0.value"), "25");
    assert_eq!(shown.text("data.0.Invoiced_Items.0.Net_Total"), "125");
    assert_eq!(
        (shown.text("data.0.Tax"), shown.text("data.0.Grand_Total")),
        ("25".to_owned(), "125".to_owned())
    );
}

#[test]
fn negative_rows_are_taken_unless_a_switch_refuses_them() {
    let mut invoice = Invoice::new();
    let answer = invoice.insert(r#""Quantity":-1,"List_Price":10"#, "");
    assert_eq!(invoice.desk.field(Module::Invoices, &answer.text("data.0.details.id"), "Grand_Total"), "-10");
    invoice.desk.zoho.switches.refuse_negative_quantity = true;
    assert_eq!(
        invoice.insert(r#""Quantity":-1,"List_Price":10"#, "").text("data.0.details.api_name"),
        "Quantity"
    );
    assert_eq!(invoice.insert(r#""Quantity":1,"List_Price":-10"#, "").status, 201);
    invoice.desk.zoho.switches.refuse_negative_price = true;
    assert_eq!(
        invoice.insert(r#""Quantity":1,"List_Price":-10"#, "").text("data.0.details.api_name"),
        "List_Price"
    );
}

#[test]
fn a_switch_bounds_the_rows() {
    let mut invoice = Invoice::new();
    invoice.desk.zoho.switches.max_subform_rows = Some(2);
    let product = invoice.product.clone();
    let answer = invoice
        .update(&format!(r#""Invoiced_Items":[{{"Product_Name":{{"id":"{product}"}},"Quantity":1}}]"#));
    assert_eq!(answer.text("data.0.code"), "LIMIT_EXCEEDED");
    assert_eq!(answer.text("data.0.details.maximum_length"), "2");
}

#[test]
fn amounts_follow_the_currencys_decimals() {
    let mut invoice = Invoice::new();
    invoice.desk.zoho.set_multi_currency(true);
    invoice.desk.zoho.set_currency("JPY", true);
    let answer = invoice.insert(r#""Quantity":3,"List_Price":33.33"#, r#","Currency":"JPY""#);
    assert_eq!(invoice.desk.field(Module::Invoices, &answer.text("data.0.details.id"), "Grand_Total"), "100");
}

#[test]
fn deleting_an_invoice_deletes_its_rows() {
    let mut invoice = Invoice::new();
    let id = invoice.id.clone();
    invoice.desk.delete(&format!("Invoices/{id}"));
    assert_eq!(invoice.desk.zoho.record_count(Module::InvoicedItems), 0);
}

#[test]
fn a_purchase_order_needs_a_vendor_and_has_rows_too() {
    let mut invoice = Invoice::new();
    let product = invoice.product.clone();
    let rows = format!(
        r#""Purchase_Items":[{{"Product_Name":{{"id":"{product}"}},"Quantity":4,"List_Price":2.5}}]"#
    );
    let answer =
        invoice.desk.post("Purchase_Orders", &format!(r#"{{"data":[{{"Subject":"PO 1",{rows}}}]}}"#));
    assert_eq!(answer.text("data.0.details.api_name"), "Vendor_Name");
    let vendor = invoice.desk.add("Vendors", r#"{"Vendor_Name":"V"}"#);
    let id = invoice
        .desk
        .add("Purchase_Orders", &format!(r#"{{"Subject":"PO 1","Vendor_Name":{{"id":"{vendor}"}},{rows}}}"#));
    assert_eq!(invoice.desk.field(Module::PurchaseOrders, &id, "Grand_Total"), "10");
}
