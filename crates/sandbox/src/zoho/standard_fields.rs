//! The fields that every module has from the start.
//!
//! Names and types follow Zoho's SDK for v8; lengths are those of facts §5.1, on purpose not all alike: recorded Leads metadata
//! where it exists, the older help tables elsewhere. A client has to read them.

use super::field::{DataType, Field};
use super::module::Module;

/// The standard fields of `module`, with ids.
pub(super) fn of(module: Module) -> Vec<Field> {
    let own = match module {
        Module::Accounts => accounts(),
        Module::Contacts => contacts(),
        Module::Products => products(),
        Module::Vendors => vendors(),
        Module::Invoices => invoices(),
        Module::PurchaseOrders => purchase_orders(),
        Module::InvoicedItems | Module::PurchaseItems => rows(module),
    };
    let mut fields = own;
    fields.extend(system(module));
    let first = 554_023_000_000_002_300 + 100 * module as u64;
    for (field, id) in fields.iter_mut().zip(first..) {
        field.id = id;
    }
    fields
}

/// Whether a field exists only while the organisation has several currencies.
pub(super) fn needs_currencies(field: &Field) -> bool {
    matches!(field.api_name.as_str(), "Currency" | "Exchange_Rate")
}

fn text(name: &str, length: u32) -> Field {
    Field::standard(name, DataType::Text, length)
}

fn area(name: &str, length: u32) -> Field {
    Field::standard(name, DataType::Textarea, length)
}

fn phone(name: &str) -> Field {
    Field::standard(name, DataType::Phone, 30)
}

fn email(name: &str) -> Field {
    Field::standard(name, DataType::Email, 100)
}

fn integer(name: &str) -> Field {
    Field::standard(name, DataType::Integer, 9)
}

fn double(name: &str, decimals: u32) -> Field {
    Field { decimals: Some(decimals), ..Field::standard(name, DataType::Double, 16) }
}

fn money(name: &str) -> Field {
    Field { decimals: Some(2), ..Field::standard(name, DataType::Currency, 16) }
}

fn date(name: &str) -> Field {
    Field::standard(name, DataType::Date, 20)
}

fn boolean(name: &str) -> Field {
    Field::standard(name, DataType::Boolean, 5)
}

fn lookup(name: &str, module: Module) -> Field {
    Field::standard(name, DataType::Lookup(module), 120)
}

fn picklist(name: &str, values: &[&str]) -> Field {
    let picklist = values.iter().map(|&value| value.to_owned()).collect();
    Field { picklist, ..Field::standard(name, DataType::Picklist, 120) }
}

/// Street, city, state, code and country below one prefix.
fn address(prefix: &str, code: &str, place_length: u32) -> Vec<Field> {
    let place = |part: &str, length| text(&format!("{prefix}_{part}"), length);
    vec![
        place("Street", 250),
        place("City", place_length),
        place("State", place_length),
        place(code, 30),
        place("Country", place_length),
    ]
}

fn accounts() -> Vec<Field> {
    let mut fields = vec![
        text("Account_Name", 200).mandatory(),
        Field::standard("Account_Number", DataType::Bigint, 18),
        lookup("Parent_Account", Module::Accounts),
        text("Account_Site", 80),
        phone("Phone"),
        text("Fax", 30),
        Field::standard("Website", DataType::Website, 255),
        integer("Employees"),
        integer("SIC_Code"),
        money("Annual_Revenue"),
        picklist("Industry", &["Communications", "Manufacturing", "Technology", "Other"]),
        picklist("Ownership", &["Private", "Public", "Other"]),
        picklist("Rating", &["Acquired", "Active", "Market Failed", "Project Cancelled"]),
        picklist("Account_Type", &["Analyst", "Competitor", "Customer", "Prospect", "Vendor"]),
        text("Ticker_Symbol", 30),
    ];
    fields.extend(address("Billing", "Code", 30));
    fields.extend(address("Shipping", "Code", 30));
    fields.push(area("Description", 32_000));
    fields.push(Field::standard("Record_Image", DataType::Image, 255));
    fields
}

fn contacts() -> Vec<Field> {
    let mut fields = vec![
        text("Last_Name", 80).mandatory(),
        text("First_Name", 40),
        text("Full_Name", 120).read_only(),
        picklist("Salutation", &["Mr.", "Mrs.", "Ms.", "Dr.", "Prof."]),
        email("Email"),
        email("Secondary_Email"),
        lookup("Account_Name", Module::Accounts),
        lookup("Vendor_Name", Module::Vendors),
        lookup("Reporting_To", Module::Contacts),
        text("Title", 100),
        text("Department", 50),
        phone("Phone"),
        phone("Mobile"),
        phone("Home_Phone"),
        phone("Other_Phone"),
        phone("Asst_Phone"),
        text("Fax", 30),
        date("Date_of_Birth"),
        picklist("Lead_Source", &["Advertisement", "Cold Call", "Trade Show", "Web Download"]),
        boolean("Email_Opt_Out"),
    ];
    fields.extend(address("Mailing", "Zip", 100));
    fields.extend(address("Other", "Zip", 100));
    fields.push(area("Description", 32_000));
    fields
}

fn products() -> Vec<Field> {
    vec![
        text("Product_Name", 200).mandatory(),
        text("Product_Code", 40),
        picklist("Product_Category", &["Hardware", "Software", "CRM Applications"]),
        picklist("Manufacturer", &["AltvetPet Inc.", "LexPon Inc.", "MetBeat Corp."]),
        picklist("Usage_Unit", &["Box", "Carton", "Dozen", "Each", "Hours", "M", "Pack", "Pieces", "Sheet"]),
        money("Unit_Price"),
        boolean("Taxable"),
        Field::standard("Tax", DataType::ProductTax, 120),
        double("Commission_Rate", 2),
        double("Qty_in_Stock", 4),
        double("Qty_Ordered", 4),
        double("Qty_in_Demand", 4),
        double("Reorder_Level", 4),
        lookup("Vendor_Name", Module::Vendors),
        Field::standard("Handler", DataType::Owner, 120),
        boolean("Product_Active"),
        date("Sales_Start_Date"),
        date("Sales_End_Date"),
        date("Support_Start_Date"),
        date("Support_Expiry_Date"),
        area("Description", 32_000),
    ]
}

fn vendors() -> Vec<Field> {
    vec![
        text("Vendor_Name", 120).mandatory(),
        email("Email"),
        phone("Phone"),
        Field::standard("Website", DataType::Website, 255),
        text("Category", 100),
        picklist("GL_Account", &["Sales-Software", "Sales-Hardware", "Rental Income", "Interest Income"]),
        text("Street", 250),
        text("City", 30),
        text("State", 30),
        text("Zip_Code", 30),
        text("Country", 30),
        area("Description", 32_000),
    ]
}

/// Totals, addresses and texts that invoices and purchase orders share.
fn document() -> Vec<Field> {
    let mut fields = vec![
        money("Sub_Total").read_only(),
        money("Discount"),
        money("Tax").read_only(),
        money("Adjustment"),
        money("Grand_Total").read_only(),
        money("Excise_Duty"),
        money("Sales_Commission"),
        area("Terms_and_Conditions", 32_000),
        area("Description", 32_000),
    ];
    fields.extend(address("Billing", "Code", 30));
    fields.extend(address("Shipping", "Code", 30));
    fields
}

fn invoices() -> Vec<Field> {
    let mut fields = vec![
        text("Subject", 255).mandatory(),
        Field::standard("Invoice_Number", DataType::AutoNumber, 120).read_only(),
        date("Invoice_Date"),
        date("Due_Date"),
        // The full default list is unverified; "Created" is in Zoho's own sample.
        picklist("Status", &["Created", "Approved", "Delivered", "Cancelled"]),
        lookup("Account_Name", Module::Accounts),
        lookup("Contact_Name", Module::Contacts),
        Field::standard("Sales_Order", DataType::ForeignLookup("Sales_Orders"), 120),
        Field::standard("Deal_Name__s", DataType::ForeignLookup("Deals"), 120),
        text("Purchase_Order", 100),
        Field::standard("Invoiced_Items", DataType::Subform(Module::InvoicedItems), 2000).mandatory(),
    ];
    fields.extend(document());
    fields
}

fn purchase_orders() -> Vec<Field> {
    let mut fields = vec![
        text("Subject", 255).mandatory(),
        lookup("Vendor_Name", Module::Vendors).mandatory(),
        text("PO_Number", 100),
        date("PO_Date"),
        date("Due_Date"),
        text("Requisition_No", 30),
        text("Tracking_Number", 30),
        picklist("Carrier", &["FedEX", "UPS", "USPS", "DHL", "BlueDart"]),
        picklist("Status", &["Created", "Approved", "Delivered", "Cancelled"]),
        lookup("Contact_Name", Module::Contacts),
        Field::standard("Purchase_Items", DataType::Subform(Module::PurchaseItems), 2000).mandatory(),
    ];
    fields.extend(document());
    fields
}

fn rows(module: Module) -> Vec<Field> {
    let parent = module.parent().unwrap_or(Module::Invoices);
    vec![
        lookup("Product_Name", Module::Products).mandatory(),
        double("Quantity", 9).mandatory(),
        money("List_Price"),
        money("Discount"),
        area("Description", 2_000),
        Field::standard("Line_Tax", DataType::LineTax, 120),
        Field::standard("Price_Book_Name", DataType::ForeignLookup("Price_Books"), 120),
        integer("Sequence_Number").read_only(),
        money("Total").read_only(),
        money("Total_After_Discount").read_only(),
        money("Tax").read_only(),
        money("Net_Total").read_only(),
        lookup("Parent_Id", parent).read_only(),
    ]
}

fn system(module: Module) -> Vec<Field> {
    let mut fields = vec![
        Field::standard("Created_By", DataType::Owner, 120).read_only(),
        Field::standard("Modified_By", DataType::Owner, 120).read_only(),
        Field::standard("Created_Time", DataType::DateTime, 120).read_only(),
        Field::standard("Modified_Time", DataType::DateTime, 120).read_only(),
        Field::standard("Locked__s", DataType::Boolean, 5).read_only(),
        Field::standard("id", DataType::Bigint, 18).read_only().labelled("Record Id"),
    ];
    if module.parent().is_none() {
        let label = format!("{} Owner", module.singular());
        fields.extend([
            Field::standard("Owner", DataType::Owner, 120).labelled(&label),
            Field::standard("Layout", DataType::Layout, 50),
            Field::standard("Tag", DataType::Tags, 2000),
            Field::standard("Currency", DataType::Picklist, 120),
            // Read-only in the one metadata dump that is known.
            Field { decimals: Some(9), ..Field::standard("Exchange_Rate", DataType::Double, 16) }.read_only(),
        ]);
    }
    fields
}
