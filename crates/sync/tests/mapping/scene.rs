//! An org, a company and links to map against.

use std::collections::{BTreeMap, BTreeSet};

use business_central::BcId;
use exact_json::{Map, Value};
use sync::company_facts::CompanyFacts;
use sync::flow::Flow;
use sync::map::{Context, Links, MapPolicy, Mapped, MappedRecord, map_row};
use sync::org_schema::{CustomField, ModuleSchema, OrgSchema};
use zoho_crm::{Edition, FieldInfo, Module, PicklistValue, Tax, Unique, User, ZohoId};

/// Everything a row is mapped against; tests change what they are about.
pub struct Scene {
    pub org: OrgSchema,
    pub company: CompanyFacts,
    pub policy: MapPolicy,
    pub links: KnownLinks,
}

/// Links as a table.
#[derive(Default)]
pub struct KnownLinks {
    pub zoho: BTreeMap<(Flow, BcId), ZohoId>,
    pub numbers: BTreeMap<(Flow, String), ZohoId>,
    pub ties: BTreeMap<String, BcId>,
    pub coming: BTreeSet<(Flow, BcId)>,
    pub line_product: Option<ZohoId>,
    pub deleted_customers: Option<ZohoId>,
}

impl Links for KnownLinks {
    fn zoho_id(&self, flow: Flow, id: BcId) -> Option<ZohoId> {
        self.zoho.get(&(flow, id)).cloned()
    }

    fn by_number(&self, flow: Flow, number: &str) -> Option<ZohoId> {
        self.numbers.get(&(flow, number.to_owned())).cloned()
    }

    fn customer_of_contact(&self, company_number: Option<&str>, contact_number: &str) -> Option<BcId> {
        company_number
            .and_then(|number| self.ties.get(number))
            .or_else(|| self.ties.get(contact_number))
            .copied()
    }

    fn line_product(&self) -> Option<ZohoId> {
        self.line_product.clone()
    }

    fn deleted_customers_account(&self) -> Option<ZohoId> {
        self.deleted_customers.clone()
    }

    fn will_come(&self, flow: Flow, id: BcId) -> bool {
        self.coming.contains(&(flow, id))
    }
}

pub const CUSTOMER: &str = "00010000-0a1b-f011-9a4a-7c1e5275406f";
pub const VENDOR: &str = "00090000-0a1b-f011-9a4a-7c1e5275406f";
pub const VENDOR_RECORD: &str = "5501";
pub const ITEM: &str = "00020000-0a1b-f011-9a4a-7c1e5275406f";
pub const RECORD: &str = "000f0000-0a1b-f011-9a4a-7c1e5275406f";
pub const ACCOUNT: &str = "5001";
pub const PRODUCT: &str = "6001";
pub const LINE_PRODUCT: &str = "6999";

impl Scene {
    /// A US company and an Enterprise org with every field, one tax of 19 %, US dollars and euros.
    pub fn new() -> Self {
        let modules = [
            (Module::Accounts, ModuleSchema::new(true, account_fields(), Some(Flow::Customers))),
            (Module::Products, ModuleSchema::new(true, product_fields(), Some(Flow::Items))),
            (Module::Contacts, ModuleSchema::new(true, contact_fields(), Some(Flow::Contacts))),
            (Module::Invoices, ModuleSchema::new(true, invoice_fields(), Some(Flow::Invoices))),
            (Module::InvoicedItems, ModuleSchema::new(true, row_fields(2, 2), None)),
            (Module::Vendors, ModuleSchema::new(true, vendor_fields(), Some(Flow::Vendors))),
            (Module::PurchaseOrders, ModuleSchema::new(true, order_fields(), Some(Flow::PurchaseOrders))),
            (Module::PurchaseItems, ModuleSchema::new(true, row_fields(2, 2), None)),
        ];
        let org = OrgSchema {
            zgid: "808232144".to_owned(),
            edition: Edition::Enterprise,
            licensed_users: 10,
            home_currency: "USD".to_owned(),
            multi_currency: true,
            active_currencies: ["USD".to_owned(), "EUR".to_owned()].into(),
            taxes: vec![Tax { id: ZohoId::new("7001"), name: "VAT 19".to_owned(), percentage: 19.into() }],
            users: vec![User {
                id: ZohoId::new("8001"),
                name: "Jim Olive".to_owned(),
                email: "JO@Contoso.com".to_owned(),
            }],
            modules: modules.into(),
        };
        let company = CompanyFacts {
            local_currency: "USD".to_owned(),
            countries: [("US".to_owned(), "United States".to_owned())].into(),
            salespeople: [("JO".to_owned(), "jo@contoso.com".to_owned())].into(),
            currency_decimals: BTreeMap::new(),
        };
        let links = KnownLinks {
            zoho: [
                ((Flow::Customers, id(CUSTOMER)), ZohoId::new(ACCOUNT)),
                ((Flow::Items, id(ITEM)), ZohoId::new(PRODUCT)),
                ((Flow::Vendors, id(VENDOR)), ZohoId::new(VENDOR_RECORD)),
            ]
            .into(),
            numbers: [((Flow::Customers, "10000".to_owned()), ZohoId::new(ACCOUNT))].into(),
            ties: [("CT000001".to_owned(), id(CUSTOMER))].into(),
            line_product: Some(ZohoId::new(LINE_PRODUCT)),
            ..KnownLinks::default()
        };
        Self { org, company, policy: MapPolicy::default(), links }
    }

    /// The same with one currency and an edition that has no more.
    pub fn one_currency() -> Self {
        let mut scene = Self::new();
        scene.org.edition = Edition::Professional;
        scene.org.multi_currency = false;
        scene.org.active_currencies = ["USD".to_owned()].into();
        scene
    }

    /// Maps a row.
    pub fn map(&self, flow: Flow, row: &Value, posted: bool) -> Mapped {
        let context =
            Context { org: &self.org, company: &self.company, policy: &self.policy, links: &self.links };
        map_row(flow, &row.to_json(), posted, &context).unwrap()
    }

    /// Maps a row that becomes a record.
    pub fn record(&self, flow: Flow, row: &Value) -> MappedRecord {
        match self.map(flow, row, true) {
            Mapped::Record(record) => record,
            other => panic!("no record: {other:?}"),
        }
    }

    /// Changes a live field.
    pub fn field(&mut self, module: Module, name: &str, change: impl FnOnce(&mut FieldInfo)) {
        change(self.org.modules.get_mut(&module).unwrap().fields.get_mut(name).unwrap());
    }

    /// Takes a field away.
    pub fn without(&mut self, module: Module, name: &str) {
        let schema = self.org.modules.get_mut(&module).unwrap();
        schema.fields.remove(name).unwrap();
        schema.ours.retain(|_, own| own != name);
    }
}

pub fn id(text: &str) -> BcId {
    text.parse().unwrap()
}

pub fn lookup(id: &str) -> Value {
    Value::Object([("id".to_owned(), Value::text(id))].into())
}

pub fn number(text: &str) -> Value {
    Value::Number(text.parse().unwrap())
}

/// A row with some members replaced.
pub fn with(row: &Value, changes: &[(&str, &str)]) -> Value {
    let mut members = row.as_object().unwrap().clone();
    for (name, json) in changes {
        members.insert((*name).to_owned(), Value::parse(json).unwrap());
    }
    Value::Object(members)
}

/// The codes of a record's warnings, each with its field.
pub fn warnings(record: &MappedRecord) -> Vec<(&str, &str)> {
    record.warnings.iter().map(|warning| (warning.field.as_str(), warning.code.as_str())).collect()
}

/// What fields hold, as JSON; `-` for those that are absent.
pub fn shown<const N: usize>(fields: &Map, names: [&str; N]) -> [String; N] {
    names.map(|name| fields.get(name).map_or_else(|| "-".to_owned(), Value::to_json))
}

pub fn field(api_name: &str, data_type: &str) -> FieldInfo {
    let (length, decimal_place) = match data_type {
        "phone" => (Some(30), None),
        "email" | "picklist" => (Some(100), None),
        "website" => (Some(450), None),
        "textarea" => (Some(32_000), None),
        "currency" | "double" => (Some(16), Some(2)),
        "text" => (Some(255), None),
        _ => (None, None),
    };
    FieldInfo {
        id: ZohoId::new("1"),
        api_name: api_name.to_owned(),
        label: api_name.replace('_', " "),
        data_type: data_type.to_owned(),
        json_type: None,
        length,
        decimal_place,
        unique: None,
        writable: true,
        mandatory: false,
        read_only: false,
        custom: false,
        visible: true,
        customizable: Vec::new(),
        picklist: Vec::new(),
        associated_module: None,
        tooltip: None,
    }
}

pub fn picklist(api_name: &str, values: &[&str]) -> FieldInfo {
    let value = |text: &str| PicklistValue { actual: text.to_owned(), display: text.to_owned(), used: true };
    let picklist = std::iter::once("-None-").chain(values.iter().copied()).map(value).collect();
    FieldInfo { picklist, ..field(api_name, "picklist") }
}

fn fields(flow: Flow, standard: &[(&str, &str)]) -> Vec<FieldInfo> {
    let ours = CustomField::of(flow).iter().map(|ours| {
        let data_type = match ours {
            CustomField::Balance | CustomField::Overdue | CustomField::CreditLimit => "double",
            CustomField::RemainingAmount
            | CustomField::TotalExclTax
            | CustomField::TotalTax
            | CustomField::TotalInclTax => "currency",
            _ => "text",
        };
        let unique = (*ours == CustomField::Number).then_some(Unique { case_sensitive: false });
        let length = if data_type == "text" { Some(50) } else { Some(16) };
        FieldInfo { custom: true, unique, length, ..field(&ours.usual_api_name(), data_type) }
    });
    standard.iter().map(|(name, data_type)| field(name, data_type)).chain(ours).collect()
}

pub fn account_fields() -> Vec<FieldInfo> {
    let standard = [
        ("Account_Name", "text"),
        ("Phone", "phone"),
        ("Website", "website"),
        ("Billing_Street", "text"),
        ("Billing_City", "text"),
        ("Billing_State", "text"),
        ("Billing_Code", "text"),
        ("Billing_Country", "text"),
        ("Description", "textarea"),
        ("Owner", "ownerlookup"),
    ];
    let mut fields = fields(Flow::Customers, &standard);
    fields.push(picklist("Currency", &["USD", "EUR"]));
    fields
}

fn product_fields() -> Vec<FieldInfo> {
    let standard = [
        ("Product_Name", "text"),
        ("Product_Code", "text"),
        ("Unit_Price", "currency"),
        ("Product_Active", "boolean"),
        ("Description", "textarea"),
        ("Qty_in_Stock", "double"),
    ];
    let mut fields = fields(Flow::Items, &standard);
    fields.push(picklist("Usage_Unit", &["Box", "pcs"]));
    fields.push(picklist("Product_Category", &["Hardware", "Table"]));
    fields
}

fn contact_fields() -> Vec<FieldInfo> {
    let standard = [
        ("Last_Name", "text"),
        ("First_Name", "text"),
        ("Account_Name", "lookup"),
        ("Email", "email"),
        ("Phone", "phone"),
        ("Mobile", "phone"),
        ("Title", "text"),
        ("Mailing_Street", "text"),
        ("Mailing_City", "text"),
        ("Mailing_State", "text"),
        ("Mailing_Zip", "text"),
        ("Mailing_Country", "text"),
    ];
    fields(Flow::Contacts, &standard)
}

fn invoice_fields() -> Vec<FieldInfo> {
    let standard = [
        ("Subject", "text"),
        ("Account_Name", "lookup"),
        ("Invoice_Date", "date"),
        ("Due_Date", "date"),
        ("Purchase_Order", "text"),
        ("Billing_Street", "text"),
        ("Billing_City", "text"),
        ("Billing_State", "text"),
        ("Billing_Code", "text"),
        ("Billing_Country", "text"),
        ("Shipping_Street", "text"),
        ("Shipping_City", "text"),
        ("Shipping_State", "text"),
        ("Shipping_Code", "text"),
        ("Shipping_Country", "text"),
        ("Description", "textarea"),
        ("Adjustment", "currency"),
        ("Grand_Total", "currency"),
        ("Invoiced_Items", "subform"),
    ];
    let mut fields = fields(Flow::Invoices, &standard);
    fields.push(picklist("Status", &["Created", "Approved", "Delivered", "Canceled"]));
    fields.push(picklist("Currency", &["USD", "EUR"]));
    fields
}

fn vendor_fields() -> Vec<FieldInfo> {
    let standard = [
        ("Vendor_Name", "text"),
        ("Email", "email"),
        ("Phone", "phone"),
        ("Website", "website"),
        ("Category", "text"),
        ("Street", "text"),
        ("City", "text"),
        ("State", "text"),
        ("Zip_Code", "text"),
        ("Country", "text"),
    ];
    fields(Flow::Vendors, &standard)
}

fn order_fields() -> Vec<FieldInfo> {
    let standard = [
        ("Subject", "text"),
        ("Vendor_Name", "lookup"),
        ("PO_Number", "text"),
        ("PO_Date", "date"),
        ("Due_Date", "date"),
        ("Status", "text"),
        ("Description", "textarea"),
        ("Adjustment", "currency"),
        ("Grand_Total", "currency"),
        ("Purchase_Items", "subform"),
    ];
    let mut fields = fields(Flow::PurchaseOrders, &standard);
    fields.push(picklist("Currency", &["USD", "EUR"]));
    fields
}

/// The fields of a document's rows, with so many decimals of amounts and of quantities.
pub fn row_fields(amounts: u32, quantity: u32) -> Vec<FieldInfo> {
    let decimals = |name: &str, data_type: &str, places| FieldInfo {
        decimal_place: Some(places),
        ..field(name, data_type)
    };
    vec![
        decimals("Quantity", "double", quantity),
        decimals("List_Price", "currency", amounts),
        decimals("Discount", "currency", amounts),
        FieldInfo { length: Some(2_000), ..field("Description", "textarea") },
    ]
}
