//! Customers, items, contacts and the small tables.

use exact_json::{Decimal, Value};
use uuid::Uuid;

use super::words::{COMPANIES, GOODS, PEOPLE, PHONES, TOWNS, WEBSITES};
use super::{amount, pick};
use crate::business_central::BcState;
use crate::business_central::row::Row;
use crate::business_central::schema::Table;

/// Countries, currencies, payment terms, salespeople, ledger set-up, company information.
pub(super) fn setup(bc: &mut BcState) {
    let countries = [
        ("DE", "Germany"),
        ("AT", "Austria"),
        ("CH", "Switzerland"),
        ("GB", "United Kingdom"),
        ("US", "United States"),
        ("DK", "Denmark"),
        ("PL", "Poland"),
        ("FR", "France"),
        ("ES", "Spain"),
    ];
    for (code, name) in countries {
        let row = Row::new(bc.new_id()).with("code", code).with("displayName", name);
        bc.add(Table::Countries, row);
    }
    for (code, name, decimals) in
        [("USD", "US dollar", "2:2"), ("GBP", "Pound sterling", "2:2"), ("JPY", "Yen", "0:0")]
    {
        let row = Row::new(bc.new_id())
            .with("code", code)
            .with("displayName", name)
            .with("amountDecimalPlaces", decimals);
        bc.add(Table::Currencies, row);
    }
    for (code, name) in [("30D", "Net 30 days"), ("14D", "Net 14 days"), ("COD", "Cash on delivery")] {
        let row = Row::new(bc.new_id())
            .with("code", code)
            .with("displayName", name)
            .with("dueDateCalculation", code);
        bc.add(Table::PaymentTerms, row);
    }
    for (code, name, email) in
        [("JO", "Jim Olive", "jo@northwind.example"), ("LM", "Linda Martin", "lm@northwind.example")]
    {
        let row = Row::new(bc.new_id()).with("code", code).with("displayName", name).with("email", email);
        bc.add(Table::Salespeople, row);
    }
    let row = Row::new(bc.new_id()).with("localCurrencyCode", "EUR").with("localCurrencySymbol", "€");
    bc.add(Table::LedgerSetup, row);
    let row = Row::new(bc.new_id())
        .with("displayName", "Northwind Industrial Supplies")
        .with("currencyCode", "EUR");
    bc.add(Table::CompanyInformation, row);
}

/// Customers, each with its company contact.
pub(super) fn customers(bc: &mut BcState, count: usize) -> Vec<Uuid> {
    let mut terms: Vec<Uuid> = bc.table(Table::PaymentTerms).keys().copied().collect();
    terms.sort_unstable();
    let mut known = Vec::with_capacity(count);
    for n in 0..count {
        let number = format!("C{:05}", 10_000 + n * 10);
        let base = COMPANIES[n % COMPANIES.len()];
        // The first forty bear their names as they are, two of them the same one; later branches name their town.
        let (city, country, code) = TOWNS[n % TOWNS.len()];
        let name = if n < COMPANIES.len() { base.to_owned() } else { format!("{base} {city} {n}") };
        let name: String = name.chars().take(100).collect();
        let contact = format!("CT{:06}", n + 1);
        let currency = match n % 17 {
            5 => "USD",
            9 => "GBP",
            13 => "JPY",
            _ => "EUR",
        };
        let blocked = match n % 41 {
            7 => "Ship",
            19 => "Invoice",
            33 => "All",
            _ => "_x0020_",
        };
        let mut row = Row::new(bc.new_id())
            .with("number", number.as_str())
            .with("displayName", if n == 77 { "" } else { name.as_str() })
            .with("type", "Company")
            .with("addressLine1", format!("Industriestraße {}", n + 1))
            .with("city", city)
            .with("country", country)
            .with("postalCode", code)
            .with("phoneNumber", PHONES[n % PHONES.len()])
            .with("website", WEBSITES[n % WEBSITES.len()])
            .with("email", if n % 3 == 0 { format!("office{n}@example.com") } else { String::new() })
            .with("salespersonCode", ["JO", "LM", ""][n % 3])
            .with("creditLimit", if n % 4 == 0 { Decimal::from(10_000) } else { Decimal::ZERO })
            .with("taxRegistrationNumber", format!("DE{:09}", 100_000_000 + n))
            .with("currencyCode", currency)
            .with("currencyId", bc.currency_id(currency).to_string())
            .with("paymentTermsId", terms[n % terms.len()].to_string())
            .with("blocked", blocked)
            .with("companyContact", contact.as_str());
        if n % 5 == 0 {
            row.set("addressLine2", "Hinterhaus, 2. OG");
        }
        if n % 6 == 1 {
            row.set("overdueAmount", amount(n));
        }
        let person = Row::new(bc.new_id())
            .with("number", contact.as_str())
            .with("type", "Company")
            .with("displayName", name.as_str())
            .with("companyNumber", contact.as_str())
            .with("contactBusinessRelation", "Customer");
        bc.add(Table::Contacts, person);
        known.push(bc.add(Table::Customers, row));
    }
    known
}

/// Items of all kinds.
pub(super) fn items(bc: &mut BcState, count: usize) -> Vec<Uuid> {
    let mut known = Vec::with_capacity(count);
    for n in 0..count {
        let name = if n == 123 { String::new() } else { format!("{} {}", GOODS[n % GOODS.len()], n) };
        let kind = ["Inventory", "Inventory", "Inventory", "Service", "Non_x002D_Inventory"][n % 5];
        let price = if n % 7 == 3 {
            // Five decimals: screws are sold by the thousand.
            Decimal::new(i64::try_from(n).unwrap_or(1) * 137 + 1, 5)
        } else {
            amount(n)
        };
        let row = Row::new(bc.new_id())
            .with("number", format!("{}-{}", 1000 + n, ["S", "B", "W"][n % 3]))
            .with("displayName", name)
            .with("displayName2", if n % 9 == 0 { "DIN/ISO" } else { "" })
            .with("type", kind)
            .with("itemCategoryCode", ["FASTENER", "BEARING", ""][n % 3])
            .with("blocked", Value::Bool(n % 37 == 11))
            .with("inventory", Decimal::from(i64::try_from(n * 13 % 900).unwrap_or_default()))
            .with("unitPrice", price)
            .with("priceIncludesTax", Value::Bool(n % 29 == 5))
            .with("unitCost", amount(n + 1))
            .with("baseUnitOfMeasureCode", ["PCS", "BOX", "M"][n % 3]);
        known.push(bc.add(Table::Items, row));
    }
    known
}

/// Persons: most belong to a customer, some to nobody, some share an e-mail address, some are blocked for privacy.
pub(super) fn contacts(bc: &mut BcState, customers: &[Uuid], count: usize) {
    for n in 0..count {
        let customer = bc.table(Table::Customers).get(&pick(customers, n)).cloned();
        let orphan = n % 40 == 17;
        let company = customer.as_ref().map(|row| row.text("companyContact").to_owned()).unwrap_or_default();
        let (city, country, code) = TOWNS[n % TOWNS.len()];
        let email = match n % 10 {
            0 => String::new(),
            1 | 2 => "info@shared.example.com".to_owned(),
            3 => "not an address".to_owned(),
            _ => format!("person{n}@example.com"),
        };
        let row = Row::new(bc.new_id())
            .with("number", format!("P{:06}", n + 1))
            .with("type", "Person")
            .with("displayName", PEOPLE[n % PEOPLE.len()])
            .with("jobTitle", ["Purchasing", "Geschäftsführer", ""][n % 3])
            .with("companyNumber", if orphan { "" } else { company.as_str() })
            .with("companyName", customer.as_ref().map(|row| row.text("displayName")).unwrap_or_default())
            .with("contactBusinessRelation", if orphan { "None" } else { "Customer" })
            .with("addressLine1", format!("Weg {}", n + 1))
            .with("city", city)
            .with("country", country)
            .with("postalCode", code)
            .with("phoneNumber", PHONES[n % PHONES.len()])
            .with("mobilePhoneNumber", if n % 2 == 0 { "+49 170 555 0100" } else { "" })
            .with("email", email)
            .with("privacyBlocked", Value::Bool(n % 50 == 23));
        bc.add(Table::Contacts, row);
    }
}
