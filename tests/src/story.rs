//! What people do in both systems, by chance.

use exact_json::{Map, Value};
use jiff::SignedDuration;
use sandbox::business_central::BcState;
use sandbox::business_central::invoices::{Line, Terms};
use sandbox::business_central::schema::Table;
use sandbox::zoho::Module;
use transport::{Random, SeededRandom};
use uuid::Uuid;

use crate::{Rig, decimal};

/// Names that have broken programs before.
const NAMES: [&str; 8] = [
    "Müller & Söhne GmbH",
    "O'Brien \"Quotes\" Ltd",
    "株式会社サンプル",
    "شركة المثال",
    "Emoji 🚀 Supplies 👩‍🔧",
    "100% (sure) \\ back\\slash",
    "A",
    "Abcdefghij Abcdefghij Abcdefghij Abcdefghij Abcdefghij Abcdefghij Abcdefghij Abcdefghij Abcdefghij Abcdefghij",
];

/// What happens next, by chance.
pub struct Story {
    /// Chance.
    pub chance: SeededRandom,
    made: u32,
}

impl Story {
    /// A story that chance tells from this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { chance: SeededRandom::new(seed), made: 0 }
    }

    /// One of the list.
    pub fn pick<T: Clone>(&self, list: &[T]) -> Option<T> {
        let place = usize::try_from(self.chance.below(list.len() as u64)).unwrap();
        list.get(place).cloned()
    }

    fn any(&self, rig: &Rig, table: Table) -> Option<Uuid> {
        let ids: Vec<Uuid> = rig.world.bc(|bc| bc.table(table).keys().copied().collect());
        self.pick(&ids)
    }

    /// A document of that kind.
    fn document(&self, rig: &Rig, posted: bool) -> Option<Uuid> {
        let ids: Vec<Uuid> = rig.world.bc(|bc| {
            let all = bc.table(Table::SalesInvoices).values();
            all.filter(|row| row.posted == posted).map(|row| row.id).collect()
        });
        self.pick(&ids)
    }

    fn name(&self) -> String {
        format!("{} {}", self.pick(&NAMES).unwrap(), self.chance.below(50)).chars().take(100).collect()
    }

    fn next(&mut self, prefix: &str) -> String {
        self.made += 1;
        format!("{prefix}{:05}", self.made)
    }

    /// A customer with a person, an item and an invoice.
    pub fn newcomers(&mut self, rig: &Rig) {
        let number = self.next("C");
        let customer = rig.customer(&number, &self.name());
        let person = self.next("P");
        rig.person(&person, &self.name(), &number);
        let item = self.next("I");
        rig.item(&item, &self.name(), "12.34");
        self.invoice(rig, customer);
        let vendor = self.next("V");
        let vendor = rig.vendor(&vendor, &self.name());
        self.order(rig, vendor);
    }

    fn order_line(&self, rig: &Rig) -> Line {
        let quantity = (1 + self.chance.below(9)).to_string();
        let cost = format!("{}.{:02}", self.chance.below(500), self.chance.below(100));
        match (self.chance.below(6), self.any(rig, Table::Items)) {
            (0, _) | (_, None) => Line::other("Account", "5710", "Customs", decimal("1"), decimal(&cost)),
            (1, Some(_)) => Line::comment("Please confirm"),
            (2, Some(item)) => rig.line(item, &quantity, &cost).discounted(decimal("12.5")),
            (_, Some(item)) => rig.line(item, &quantity, &cost),
        }
    }

    fn order(&mut self, rig: &Rig, vendor: Uuid) {
        let lines: Vec<Line> = (0..=self.chance.below(4)).map(|_| self.order_line(rig)).collect();
        let number = self.next("PO");
        rig.world.bc(|bc| bc.order(vendor, &number, &lines, Terms::default())).unwrap();
    }

    /// Somebody changes an order, moves it on, or writes another one. Returns what.
    fn purchase(&mut self, rig: &Rig) -> String {
        let Some(vendor) = self.any(rig, Table::Vendors) else { return "nothing".to_owned() };
        let Some(order) = self.any(rig, Table::PurchaseOrders).filter(|_| self.chance.below(5) > 0) else {
            self.order(rig, vendor);
            return format!("an order to {vendor}");
        };
        match self.chance.below(8) {
            0 => {
                let name = self.name();
                rig.world.bc(|bc| bc.edit(Table::Vendors, vendor, "displayName", name.as_str()));
                format!("vendor {vendor} is called {name}")
            }
            1 => {
                let number = self.next("V");
                rig.world.bc(|bc| bc.renumber(Table::Vendors, vendor, &number));
                format!("vendor {vendor} has the number {number}")
            }
            2 => {
                rig.world.bc(|bc| bc.release_order(order));
                format!("order {order} is released")
            }
            3 => {
                let (receipt, invoice) = (self.next("R"), self.next("PI"));
                rig.world.bc(|bc| {
                    bc.receive_order(order, &receipt);
                    bc.invoice_order(order, &invoice)
                });
                format!("order {order} is received and invoiced")
            }
            4 => {
                // Where nothing was ever posted, nobody can say whether an order was deleted or completed.
                let can_tell = rig.world.bc(|bc| {
                    bc.table(Table::PurchaseOrders).len() > 3 && !bc.table(Table::PurchaseReceipts).is_empty()
                });
                if can_tell {
                    rig.world.bc(|bc| bc.delete(Table::PurchaseOrders, order));
                }
                format!("order {order} is deleted: {can_tell}")
            }
            _ => {
                let kept: Vec<Uuid> = rig.world.bc(|bc| bc.order_lines(order));
                let mut lines: Vec<(Option<Uuid>, Line)> = Vec::new();
                for id in kept.into_iter().filter(|_| self.chance.below(4) > 0) {
                    lines.push((Some(id), self.order_line(rig)));
                }
                lines.extend((0..self.chance.below(3)).map(|_| (None, self.order_line(rig))));
                rig.world.bc(|bc| bc.rewrite_order(order, &lines, Terms::default()));
                format!("order {order} has {} other lines", lines.len())
            }
        }
    }

    fn invoice(&mut self, rig: &Rig, customer: Uuid) {
        let mut lines = Vec::new();
        for _ in 0..=self.chance.below(4) {
            let quantity = (1 + self.chance.below(9)).to_string();
            let price = format!("{}.{:02}", self.chance.below(500), self.chance.below(100));
            lines.push(match (self.chance.below(6), self.any(rig, Table::Items)) {
                (0, _) | (_, None) => {
                    Line::other("Account", "8400", "Freight", decimal("1"), decimal(&price))
                }
                (1, Some(_)) => Line::comment("Thank you for your order"),
                (2, Some(item)) => rig.line(item, &quantity, &price).discounted(decimal("12.5")),
                (_, Some(item)) => rig.line(item, &quantity, &price),
            });
        }
        let terms = Terms { cents_off: i64::from(self.chance.below(5) == 0), ..Terms::default() };
        let number = self.next("INV");
        if self.chance.below(5) == 0 {
            rig.world.bc(|bc| bc.draft(customer, &format!("D-{number}"), &lines, terms)).unwrap();
        } else {
            rig.invoice(customer, &number, &lines, terms);
        }
    }

    /// Somebody does something in one of the systems. Returns what.
    pub fn edit(&mut self, rig: &Rig) -> String {
        let kind = self.chance.below(23);
        let bc = |work: &mut dyn FnMut(&mut BcState) -> bool| rig.world.bc(work);
        let customer = self.any(rig, Table::Customers);
        let item = self.any(rig, Table::Items);
        let (Some(customer), Some(item)) = (customer, item) else {
            self.newcomers(rig);
            return "newcomers".to_owned();
        };
        match kind {
            0 | 1 => {
                self.newcomers(rig);
                "newcomers".to_owned()
            }
            2 | 3 => {
                self.invoice(rig, customer);
                format!("an invoice for {customer}")
            }
            4 => {
                let name = self.name();
                bc(&mut |bc| bc.edit(Table::Customers, customer, "displayName", name.as_str()));
                format!("customer {customer} is called {name}")
            }
            5 => {
                let phone = format!("+49 40 {:06}", self.chance.below(1_000_000));
                bc(&mut |bc| bc.edit(Table::Customers, customer, "phoneNumber", phone.as_str()));
                format!("customer {customer} has the phone {phone}")
            }
            6 => {
                let price = decimal(&format!("{}.{:02}", self.chance.below(900), self.chance.below(100)));
                bc(&mut |bc| bc.edit(Table::Items, item, "unitPrice", price));
                format!("item {item} costs {price}")
            }
            7 => {
                let blocked = self.chance.below(2) == 0;
                bc(&mut |bc| bc.edit(Table::Items, item, "blocked", Value::Bool(blocked)));
                format!("item {item} blocked: {blocked}")
            }
            8 => {
                let stock = decimal(&self.chance.below(500).to_string());
                bc(&mut |bc| bc.move_stock(item, stock));
                format!("stock of {item}: {stock}")
            }
            9 => {
                let (table, id) = if self.chance.below(2) == 0 {
                    (Table::Customers, customer)
                } else {
                    (Table::Items, item)
                };
                let number = self.next("R");
                bc(&mut |bc| bc.renumber(table, id, &number));
                format!("{id} has the number {number}")
            }
            10 => {
                let (table, a) = if self.chance.below(2) == 0 {
                    (Table::Customers, customer)
                } else {
                    (Table::Items, item)
                };
                let b = self.any(rig, table).unwrap();
                bc(&mut |bc| a != b && bc.swap_numbers(table, a, b));
                format!("{a} and {b} change numbers")
            }
            11 | 12 => match self.document(rig, true) {
                Some(id) => {
                    let half = self.chance.below(2) == 0;
                    bc(&mut |bc| {
                        let open = &bc.table(Table::SalesInvoices)[&id];
                        let (left, is_open) = (open.number("remainingAmount"), open.text("status") == "Open");
                        let amount =
                            if half { left.checked_div(decimal("2")).unwrap().round(2) } else { left };
                        is_open && bc.pay(id, amount)
                    });
                    format!("invoice {id} is paid, half: {half}")
                }
                None => "nothing".to_owned(),
            },
            13 => match self.document(rig, true) {
                Some(id) if self.chance.below(2) == 0 => {
                    bc(&mut |bc| bc.cancel(id));
                    format!("invoice {id} is cancelled")
                }
                Some(id) => {
                    bc(&mut |bc| {
                        let status = bc.table(Table::SalesInvoices)[&id].text("status").to_owned();
                        (status == "Open" || status == "Paid") && bc.unapply(id)
                    });
                    format!("payments of invoice {id} are taken back")
                }
                None => "nothing".to_owned(),
            },
            14 => match self.document(rig, false) {
                Some(id) => {
                    let number = self.next("INV");
                    bc(&mut |bc| bc.post(id, &number));
                    format!("draft {id} is posted as {number}")
                }
                None => "nothing".to_owned(),
            },
            15 => self.delete(rig),
            16 => {
                let ago = SignedDuration::from_secs(i64::try_from(self.chance.below(3600)).unwrap());
                let (number, name) = (self.next("L"), self.name());
                let stamped = rig.world.now().checked_sub(ago).unwrap();
                rig.world.bc(|bc| bc.late_customer(&number, &name, stamped));
                format!("customer {number} appears, stamped {stamped}")
            }
            17 => {
                let values: Map = [("Account_Name".to_owned(), Value::text(self.name()))].into();
                let added =
                    rig.world.zoho(|zoho| zoho.person_adds(Module::Accounts, &values, rig.clock.now()));
                format!("a person adds the account {added:?}")
            }
            18..=21 => self.purchase(rig),
            _ => {
                rig.world.zoho(sandbox::ZohoState::expire_tokens);
                rig.world.bc(BcState::expire_tokens);
                "all tokens end".to_owned()
            }
        }
    }

    /// Somebody edits a field of ours in Zoho, or deletes a copy there. Returns what.
    pub fn in_zoho(&mut self, rig: &Rig) -> String {
        let fields: [(Module, &str); 8] = [
            (Module::Accounts, "Phone"),
            (Module::Accounts, "Account_Name"),
            (Module::Accounts, "Billing_City"),
            (Module::Products, "Product_Name"),
            (Module::Contacts, "Title"),
            (Module::Contacts, "Last_Name"),
            (Module::Invoices, "Purchase_Order"),
            (Module::Invoices, "Due_Date"),
        ];
        let (module, field) = self.pick(&fields).unwrap();
        let copies: Vec<Map> = rig.zoho_records(module);
        let copies: Vec<Map> = copies
            .into_iter()
            .filter(|record| record.get("BC_Id").and_then(Value::as_text).is_some())
            .collect();
        let Some(copy) = self.pick(&copies) else { return "nothing".to_owned() };
        let (id, now) = (crate::looking::id_of(&copy), rig.clock.now());
        if self.chance.below(4) == 0 {
            let done = rig.world.zoho(|zoho| zoho.person_deletes(module, &id, now));
            return format!("a person deletes {id} in {module:?}: {done:?}");
        }
        let value = match field {
            "Phone" => format!("+49 30 {:06}", self.chance.below(1_000_000)),
            "Due_Date" => format!("2027-01-{:02}", 1 + self.chance.below(28)),
            _ => format!("typed by hand {}", self.chance.below(1_000)),
        };
        let values: Map = [(field.to_owned(), Value::text(value.as_str()))].into();
        let done = rig.world.zoho(|zoho| zoho.person_edits(module, &id, &values, now));
        format!("a person writes {value} into {field} of {id} in {module:?}: {done:?}")
    }

    /// Somebody deletes something in Business Central; sometimes its number is used again.
    fn delete(&mut self, rig: &Rig) -> String {
        let (table, id) = match self.chance.below(4) {
            0 => (Table::Customers, self.any(rig, Table::Customers)),
            1 => (Table::Items, self.any(rig, Table::Items)),
            2 => (Table::Contacts, self.any(rig, Table::Contacts)),
            _ => (Table::SalesInvoices, self.document(rig, false)),
        };
        let Some(id) = id else { return "nothing".to_owned() };
        if rig.world.bc(|bc| bc.table(table).len()) < 5 {
            return "nothing: too few are left".to_owned();
        }
        let number = rig.world.bc(|bc| {
            let number = bc.table(table).get(&id).map(|row| row.text("number").to_owned());
            bc.delete(table, id);
            number.unwrap()
        });
        if self.chance.below(2) == 0 {
            match table {
                Table::Customers => rig.world.bc(|bc| bc.late_customer(&number, "Second holder", bc.now())),
                Table::Items => rig.item(&number, "Second holder", "1"),
                _ => id,
            };
        }
        format!("{table:?} {id} ({number}) is deleted")
    }
}
