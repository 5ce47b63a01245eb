//! What can be asked for, what leads from one thing to another, and `$select` and `$expand` over both (facts, §3 and §5.1).

use super::schema::{
    CONTACTS_INFORMATION, FINANCIAL_DETAIL, POSTED_SALES_INVOICES, PURCHASE_ORDER_LINES, Property,
    SALES_INVOICE_LINES, Table,
};

/// What one object of an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entity {
    /// A record of a table.
    Record(Table),
    /// A customer's sums.
    FinancialDetail,
    /// A contact below a customer.
    ContactInformation,
    /// A line of a sales invoice.
    Line,
    /// A line of a purchase order.
    OrderLine,
    /// A posted invoice's header in the automation API.
    PostedHeader,
}

impl Entity {
    /// Its properties.
    pub(super) fn properties(self) -> &'static [Property] {
        match self {
            Self::Record(table) => table.properties(),
            Self::FinancialDetail => FINANCIAL_DETAIL,
            Self::ContactInformation => CONTACTS_INFORMATION,
            Self::Line => SALES_INVOICE_LINES,
            Self::OrderLine => PURCHASE_ORDER_LINES,
            Self::PostedHeader => POSTED_SALES_INVOICES,
        }
    }

    /// The property of that name.
    ///
    /// # Errors
    /// Business Central's words.
    pub(super) fn property(self, name: &str) -> Result<&'static Property, String> {
        self.properties().iter().find(|property| property.name == name).ok_or_else(|| unknown(name))
    }
}

/// A way from one object to others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Navigation {
    /// From a customer to its sums.
    FinancialDetail,
    /// From a customer to its payment terms.
    PaymentTerm,
    /// From a customer to its contacts.
    ContactsInformation,
    /// From there to the contact itself.
    Contact,
    /// From an invoice to its lines.
    Lines,
    /// From a purchase order to its lines.
    OrderLines,
    /// From a line to its item.
    Item,
}

impl Navigation {
    fn of(from: Entity, name: &str) -> Option<Self> {
        match (from, name) {
            (Entity::Record(Table::Customers), "customerFinancialDetail") => Some(Self::FinancialDetail),
            (Entity::Record(Table::Customers), "paymentTerm") => Some(Self::PaymentTerm),
            (Entity::Record(Table::Customers), "contactsInformation") => Some(Self::ContactsInformation),
            (Entity::ContactInformation, "contact") => Some(Self::Contact),
            (Entity::Record(Table::SalesInvoices), "salesInvoiceLines") => Some(Self::Lines),
            (Entity::Record(Table::PurchaseOrders), "purchaseOrderLines") => Some(Self::OrderLines),
            (Entity::Line | Entity::OrderLine, "item") => Some(Self::Item),
            _ => None,
        }
    }

    /// What it leads to.
    pub(super) fn leads_to(self) -> Entity {
        match self {
            Self::FinancialDetail => Entity::FinancialDetail,
            Self::PaymentTerm => Entity::Record(Table::PaymentTerms),
            Self::ContactsInformation => Entity::ContactInformation,
            Self::Contact => Entity::Record(Table::Contacts),
            Self::Lines => Entity::Line,
            Self::OrderLines => Entity::OrderLine,
            Self::Item => Entity::Record(Table::Items),
        }
    }
}

/// Which members an object is printed with.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// These properties; all where there are none.
    pub(super) select: Vec<&'static Property>,
    /// What comes along.
    pub(super) expand: Vec<Expand>,
}

/// A navigation property that comes along.
#[derive(Debug)]
pub(super) struct Expand {
    pub(super) name: String,
    pub(super) navigation: Navigation,
    pub(super) wanted: Wanted,
}

/// Reads `$select`.
///
/// # Errors
/// Business Central's words.
pub(super) fn selected(text: &str, from: Entity) -> Result<Vec<&'static Property>, String> {
    text.split(',').map(|name| from.property(name.trim())).collect()
}

/// Reads `$expand`.
///
/// # Errors
/// Business Central's words.
pub(super) fn expanded(text: &str, from: Entity) -> Result<Vec<Expand>, String> {
    parts(text, ',').into_iter().map(|part| one(part.trim(), from)).collect()
}

fn one(part: &str, from: Entity) -> Result<Expand, String> {
    let (name, options) = match part.split_once('(') {
        Some((name, options)) => (name, options.strip_suffix(')').ok_or_else(syntax)?),
        None => (part, ""),
    };
    let navigation = Navigation::of(from, name).ok_or_else(|| unknown(name))?;
    let to = navigation.leads_to();
    let mut wanted = Wanted::default();
    for option in parts(options, ';').into_iter().filter(|option| !option.is_empty()) {
        match option.split_once('=') {
            Some(("$select", names)) => wanted.select = selected(names, to)?,
            Some(("$expand", inner)) => wanted.expand = expanded(inner, to)?,
            _ => return Err(syntax()),
        }
    }
    Ok(Expand { name: name.to_owned(), navigation, wanted })
}

fn unknown(name: &str) -> String {
    format!("Could not find a property named '{name}' on the type.")
}

fn syntax() -> String {
    "Syntax error in $expand.".to_owned()
}

/// Splits at separators that stand outside parentheses.
fn parts(text: &str, separator: char) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0_i32, 0, Vec::new());
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            c if c == separator && depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::{Entity, Navigation, expanded, selected};
    use crate::business_central::schema::Table;

    const INVOICE: Entity = Entity::Record(Table::SalesInvoices);

    #[test]
    fn expansions_nest() {
        let expand = expanded("salesInvoiceLines($select=id,quantity;$expand=item($select=number))", INVOICE);
        let lines = expand.unwrap().remove(0);
        assert_eq!((lines.navigation, lines.wanted.select.len()), (Navigation::Lines, 2));
        let item = &lines.wanted.expand[0];
        assert_eq!((item.navigation, item.wanted.select[0].name), (Navigation::Item, "number"));
    }

    #[test]
    fn what_is_not_there_is_refused_at_every_depth() {
        for text in
            ["lines", "salesInvoiceLines($select=amount)", "salesInvoiceLines($expand=items)", "customer"]
        {
            assert!(expanded(text, INVOICE).unwrap_err().contains("Could not find a property"), "{text}");
        }
        assert!(expanded("salesInvoiceLines($select=id", INVOICE).is_err());
        assert!(selected("id,amount", INVOICE).is_err());
    }
}
