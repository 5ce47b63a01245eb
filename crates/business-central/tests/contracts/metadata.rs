//! What the client names exists in a tenant's `$metadata`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;

use exact_json::Value;
use serde::de::{self, DeserializeOwned, Deserializer, Visitor};

use business_central::{
    BusinessRelation, Company, CompanyInformation, Contact, ContactInformation, ContactType, CountryRegion,
    Currency, Customer, CustomerBlocked, CustomerFinancialDetail, DetailedLedgerEntry, DocumentStatus,
    Entity, GeneralLedgerEntry, GeneralLedgerSetup, Item, ItemType, LedgerDocumentType, LineType,
    OrderStatus, PaymentTerm, PostedPurchaseInvoice, PostedSalesInvoice, PurchaseOrder, PurchaseOrderLine,
    PurchaseReceipt, SalesInvoice, SalesInvoiceLine, Salesperson, Vendor, VendorBlocked, xml_name,
};

use crate::material;

/// The metadata, as far as it matters here.
#[derive(Default)]
struct Metadata {
    /// Entity type → its properties and, by navigation property, the type behind.
    types: BTreeMap<String, BTreeMap<String, Option<String>>>,
    /// Entity set → entity type.
    sets: BTreeMap<String, String>,
    /// Enum → its members, encoded.
    enums: BTreeMap<String, BTreeSet<String>>,
}

impl Metadata {
    fn read() -> Option<Self> {
        let text = fs::read_to_string(material()?.join("apiv2-metadata.edmx.xml")).unwrap();
        let mut metadata = Self::default();
        let mut current = String::new();
        for line in text.lines().map(str::trim) {
            let name = || attribute(line, "Name").unwrap();
            if line.starts_with("<EntityType ") || line.starts_with("<EnumType ") {
                current = name();
            } else if line.starts_with("<Property ") {
                metadata.types.entry(current.clone()).or_default().insert(name(), None);
            } else if line.starts_with("<NavigationProperty ") {
                let behind = bare_type(&attribute(line, "Type").unwrap());
                metadata.types.entry(current.clone()).or_default().insert(name(), Some(behind));
            } else if line.starts_with("<Member ") {
                metadata.enums.entry(current.clone()).or_default().insert(name());
            } else if line.starts_with("<EntitySet ") {
                metadata.sets.insert(name(), bare_type(&attribute(line, "EntityType").unwrap()));
            }
        }
        assert!(metadata.sets.len() > 80, "the metadata was not understood");
        Some(metadata)
    }

    fn check_type<T: DeserializeOwned>(&self, entity_type: &str) {
        let known = &self.types[entity_type];
        for field in fields::<T>() {
            assert!(known.contains_key(*field), "{entity_type} has no {field}");
        }
    }

    fn check_enum(&self, name: &str, known: &[&str]) {
        let members: BTreeSet<String> =
            self.enums[name].iter().filter(|member| *member != "_x0020_").cloned().collect();
        let known: BTreeSet<String> = known.iter().map(|value| xml_name::encode(value)).collect();
        assert_eq!(known, members, "{name}");
    }
}

fn attribute(line: &str, name: &str) -> Option<String> {
    let (_, rest) = line.split_once(&format!(" {name}=\""))?;
    Some(rest.split_once('"')?.0.to_owned())
}

fn bare_type(text: &str) -> String {
    text.trim_start_matches("Collection(")
        .trim_end_matches(')')
        .trim_start_matches("Microsoft.NAV.")
        .to_owned()
}

/// The property names that a type reads, as serde knows them.
fn fields<T: DeserializeOwned>() -> &'static [&'static str] {
    match T::deserialize(Catcher) {
        Err(Caught(fields)) => {
            assert!(!fields.is_empty(), "serde named no fields");
            fields
        }
        Ok(_) => panic!("no struct"),
    }
}

struct Catcher;

#[derive(Debug)]
struct Caught(&'static [&'static str]);

impl fmt::Display for Caught {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl std::error::Error for Caught {}

impl de::Error for Caught {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self(&[])
    }
}

impl<'de> Deserializer<'de> for Catcher {
    type Error = Caught;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Caught> {
        Err(Caught(&[]))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Caught> {
        Err(Caught(fields))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[test]
fn every_property_that_a_type_reads_exists() {
    let Some(metadata) = Metadata::read() else { return };
    metadata.check_type::<Company>("company");
    metadata.check_type::<CompanyInformation>("companyInformation");
    metadata.check_type::<Contact>("contact");
    metadata.check_type::<ContactInformation>("contactInformation");
    metadata.check_type::<CountryRegion>("countryRegion");
    metadata.check_type::<Currency>("currency");
    metadata.check_type::<Customer>("customer");
    metadata.check_type::<CustomerFinancialDetail>("customerFinancialDetail");
    metadata.check_type::<GeneralLedgerEntry>("generalLedgerEntry");
    metadata.check_type::<GeneralLedgerSetup>("generalLedgerSetup");
    metadata.check_type::<Item>("item");
    metadata.check_type::<PaymentTerm>("paymentTerm");
    metadata.check_type::<PostedPurchaseInvoice>("purchaseInvoice");
    metadata.check_type::<PurchaseReceipt>("purchaseReceipt");
    metadata.check_type::<PurchaseOrder>("purchaseOrder");
    metadata.check_type::<PurchaseOrderLine>("purchaseOrderLine");
    metadata.check_type::<SalesInvoice>("salesInvoice");
    metadata.check_type::<SalesInvoiceLine>("salesInvoiceLine");
    metadata.check_type::<Salesperson>("salespersonPurchaser");
    metadata.check_type::<Vendor>("vendor");
}

#[test]
fn every_property_of_the_other_apis_exists_in_their_payloads() {
    let Some(folder) = material() else { return };
    let types = [
        (
            "automate.postedSalesInvoices.page.json",
            Entity::PostedSalesInvoices,
            fields::<PostedSalesInvoice>(),
        ),
        (
            "reportsFinance.detailedCustomerLedgerEntries.page.json",
            Entity::DetailedCustomerLedgerEntries,
            fields::<DetailedLedgerEntry>(),
        ),
    ];
    for (file, entity, fields) in types {
        let page = Value::parse(&fs::read_to_string(folder.join("samples").join(file)).unwrap()).unwrap();
        let row = &page.get("value").and_then(Value::as_list).unwrap()[0];
        for field in fields.iter().chain([&entity.key()]) {
            assert!(row.get(field).is_some(), "{entity} has no {field}");
        }
        let context = page.get("@odata.context").and_then(Value::as_text).unwrap();
        assert!(context.contains(&format!("/api/{}/$metadata", entity.api())), "{context}");
        assert!(context.ends_with(&format!("/{entity}")), "{context}");
    }
}

#[test]
fn every_entity_of_the_standard_api_exists() {
    let Some(metadata) = Metadata::read() else { return };
    for entity in Entity::ALL.into_iter().filter(|entity| entity.api() == "v2.0") {
        let entity_type = &metadata.sets[entity.set_name()];
        assert!(metadata.types[entity_type].contains_key(entity.key()), "{entity}");
    }
}

#[test]
fn what_is_expanded_leads_to_the_type_that_reads_it() {
    let Some(metadata) = Metadata::read() else { return };
    let expansions = [
        ("customer", "customerFinancialDetail", "customerFinancialDetail"),
        ("customer", "paymentTerm", "paymentTerm"),
        ("customer", "contactsInformation", "contactInformation"),
        ("contactInformation", "contact", "contact"),
        ("salesInvoice", "salesInvoiceLines", "salesInvoiceLine"),
        ("purchaseOrder", "purchaseOrderLines", "purchaseOrderLine"),
    ];
    for (entity_type, navigation, behind) in expansions {
        assert_eq!(
            metadata.types[entity_type][navigation].as_deref(),
            Some(behind),
            "{entity_type}.{navigation}"
        );
    }
}

/// The properties that the sync filters by. Computed ones exist too, but a filter by them is refused.
#[test]
fn what_is_filtered_by_stands_in_a_table() {
    let Some(folder) = material() else { return };
    let schema = Value::parse(&fs::read_to_string(folder.join("apiv2-schema.json")).unwrap()).unwrap();
    let filters = [
        (Entity::Customers, "lastModifiedDateTime"),
        (Entity::Items, "lastModifiedDateTime"),
        (Entity::Contacts, "lastModifiedDateTime"),
        (Entity::Contacts, "type"),
        (Entity::SalesInvoices, "lastModifiedDateTime"),
        (Entity::SalesInvoices, "status"),
        (Entity::SalesInvoices, "invoiceDate"),
        (Entity::SalesInvoices, "billToCustomerNumber"),
        (Entity::Vendors, "lastModifiedDateTime"),
        (Entity::PurchaseOrders, "lastModifiedDateTime"),
        (Entity::GeneralLedgerEntries, "documentNumber"),
        (Entity::PurchaseInvoices, "orderNumber"),
        (Entity::PurchaseInvoices, "status"),
        (Entity::PurchaseReceipts, "orderNumber"),
    ];
    for (entity, name) in filters {
        let entity_schema = schema.get("entities").and_then(|entities| entities.get(entity.set_name()));
        let properties =
            entity_schema.and_then(|entity| entity.get("properties")).and_then(Value::as_list).unwrap();
        let is_it = |property: &&Value| property.get("name").and_then(Value::as_text) == Some(name);
        let property = properties.iter().find(is_it).unwrap_or_else(|| panic!("{entity} has no {name}"));
        assert_eq!(property.get("computed").and_then(Value::as_bool), Some(false), "{entity}.{name}");
    }
}

#[test]
fn every_member_of_an_enum_is_known_by_its_decoded_name() {
    let Some(metadata) = Metadata::read() else { return };
    macro_rules! check {
        ($($member:literal: $name:ident),* $(,)?) => {
            $(metadata.check_enum($member, &$name::KNOWN.iter().map($name::name).collect::<Vec<_>>());)*
        };
    }
    check! {
        "contactBusinessRelation": BusinessRelation,
        "contactType": ContactType,
        "customerBlocked": CustomerBlocked,
        "genJournalDocumentType": LedgerDocumentType,
        "invoiceEntityAggregateStatus": DocumentStatus,
        "invoiceLineAggLineType": LineType,
        "itemType": ItemType,
        "purchaseOrderEntityBufferStatus": OrderStatus,
        "vendorBlocked": VendorBlocked,
    }
}
