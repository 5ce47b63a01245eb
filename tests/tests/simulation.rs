//! Random histories: people edit both systems, requests fail in every way, the program dies between any two of its steps.
//!
//! Every history comes from a seed. `LEDGERLINE_SEEDS` says how many are played (40), `LEDGERLINE_SEED` plays a single one.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::time::Duration;

use exact_json::{Map, Value};
use jiff::SignedDuration;
use sandbox::World;
use sandbox::business_central::BcState;
use sandbox::business_central::invoices::{Line, Terms};
use sandbox::business_central::schema::Table;
use sandbox::faults::{Effect, Fault, FaultBody, Service};
use sandbox::zoho::Module;
use sync::flow::Flow;
use sync::reconcile::{Difference, DifferenceKind};
use tests::invariants::assert_nothing_is_spoilt;
use tests::{Choices, Rig, assert_clean, decimal, outside};
use transport::{Random, SeededRandom};
use uuid::Uuid;

/// How many steps a history has.
const STEPS: u64 = 25;

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

#[test]
fn after_any_history_both_systems_agree_and_nothing_is_there_twice() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seeds = match number("LEDGERLINE_SEED") {
        Some(seed) => seed..=seed,
        None => 1..=number("LEDGERLINE_SEEDS").unwrap_or(40),
    };
    for seed in seeds {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        let played = catch_unwind(AssertUnwindSafe(|| runtime.block_on(play(seed))));
        if let Err(panic) = played {
            eprintln!("the history of seed {seed} broke; play it again with");
            eprintln!("    LEDGERLINE_SEED={seed} cargo test -p tests --test simulation -- --nocapture");
            resume_unwind(panic);
        }
    }
}

/// Plays one history, lets everything come to rest, and looks.
async fn play(seed: u64) {
    let (clock, _) = outside();
    let world = World::new(Arc::clone(&clock), Arc::new(SeededRandom::new(seed)));
    world.bc(sandbox::seed::bare);
    let mut story = Story { chance: SeededRandom::new(seed ^ 0xC0FF_EE00), made: 0 };
    let mut rig = Rig::over(world, clock, Choices::default());
    rig.set_up().await;
    for _ in 0..6 {
        story.newcomers(&rig);
    }
    rig.world.set_latency(Duration::from_millis(40), Duration::from_millis(70));
    for step in 0..STEPS {
        for _ in 0..story.chance.below(4) {
            let what = story.edit(&rig);
            tell(seed, step, &what);
        }
        rig.world.faults(sandbox::faults::FaultPlan::clear);
        for _ in 0..story.chance.below(3) {
            let fault = story.fault();
            tell(seed, step, &format!("{fault:?}"));
            rig.world.faults(|faults| faults.add(fault));
        }
        rig = story.engine(rig, seed, step).await;
        let pause = match story.chance.below(6) {
            0 => 26 * 3600,
            1 => 3700,
            2 => 1,
            _ => 60 + story.chance.below(900),
        };
        rig.pass(Duration::from_secs(pause)).await;
    }
    rest(rig).await;
}

/// The services work again, a day goes by, and a few runs later nothing is left to be done.
async fn rest(rig: Rig) {
    rig.world.faults(sandbox::faults::FaultPlan::clear);
    rig.world.set_latency(Duration::ZERO, Duration::ZERO);
    rig.pass(Duration::from_secs(26 * 3600)).await;
    let rig = rig.restarted();
    rig.full().await;
    // A person has typed accounts of the same names: somebody says that they are others.
    rig.create_whatever_is_there().await;
    rig.sync().await;
    let last = rig.sync().await;
    if last.error.is_some() || !rig.failures().is_empty() {
        eprintln!("{:#?}", rig.failures());
    }
    assert_clean(&last);
    let writes = rig.writes();
    assert_clean(&rig.sync().await);
    assert_eq!(rig.writes(), writes, "a run with nothing to do wrote");
    assert_nothing_is_spoilt(&rig);
    let found = rig.compare().await;
    let differences: Vec<_> =
        found.differences.iter().filter(|found| !has_lost_its_customer(&rig, found)).collect();
    assert!(differences.is_empty(), "{differences:#?}");
}

/// A person whose customer was deleted is nobody's person any more. The database remembers whose it was; a new one cannot know.
fn has_lost_its_customer(rig: &Rig, found: &Difference) -> bool {
    let Some(id) =
        found.bc_id.filter(|_| found.kind == DifferenceKind::Extra && found.flow == Flow::Contacts)
    else {
        return false;
    };
    let id: Uuid = id.to_string().parse().unwrap();
    rig.world.bc(|bc| {
        let company = bc.table(Table::Contacts).get(&id).map(|row| row.text("companyNumber").to_owned());
        let mut customers = bc.table(Table::Customers).values();
        company.is_some_and(|company| customers.all(|customer| customer.text("companyContact") != company))
    })
}

fn tell(seed: u64, step: u64, what: &str) {
    if std::env::var_os("LEDGERLINE_SEED").is_some() {
        eprintln!("seed {seed}, step {step}: {what}");
    }
}

/// What happens next, by chance.
struct Story {
    chance: SeededRandom,
    made: u32,
}

impl Story {
    fn pick<T: Clone>(&self, list: &[T]) -> Option<T> {
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

    fn newcomers(&mut self, rig: &Rig) {
        let number = self.next("C");
        let customer = rig.customer(&number, &self.name());
        let person = self.next("P");
        rig.person(&person, &self.name(), &number);
        let item = self.next("I");
        rig.item(&item, &self.name(), "12.34");
        self.invoice(rig, customer);
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
    fn edit(&mut self, rig: &Rig) -> String {
        let kind = self.chance.below(19);
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
            _ => {
                rig.world.zoho(sandbox::ZohoState::expire_tokens);
                rig.world.bc(BcState::expire_tokens);
                "all tokens end".to_owned()
            }
        }
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

    fn fault(&self) -> Fault {
        let services = [Service::Login, Service::BusinessCentral, Service::Accounts, Service::Zoho];
        // Most requests go to Zoho, and only there can harm be done.
        let service = if self.chance.below(2) == 0 { Service::Zoho } else { self.pick(&services).unwrap() };
        let body = self.pick(&[FaultBody::Json, FaultBody::Empty, FaultBody::Html]).unwrap();
        let code = self.pick(&[429, 429, 500, 502, 503, 504]).unwrap();
        let retry_after = self.pick(&[None, None, Some(1), Some(20)]).unwrap();
        let effect = match self.chance.below(6) {
            0 | 1 => Effect::LoseAnswer,
            2 => Effect::Truncate,
            3 => Effect::ResetBefore,
            4 => Effect::Delay(Duration::from_secs(self.chance.below(200))),
            _ => Effect::Status { code, retry_after, body },
        };
        let times = self.pick(&[1, 2, 8, 1000]).unwrap();
        let skip = u32::try_from(self.chance.below(12)).unwrap();
        let percent = self.pick(&[10, 30, 100]).unwrap();
        Fault::once(service, "", effect).times(times).after(skip).percent(percent)
    }

    /// The program runs: to the end, or until it dies; now and then with its database gone.
    async fn engine(&self, rig: Rig, seed: u64, step: u64) -> Rig {
        let dies = Duration::from_millis(self.chance.below(4000));
        let died = match self.chance.below(8) {
            0..=2 => {
                let report = rig.poll().await;
                tell(seed, step, &format!("polled: {:?} {:?}", report.outcome, report.error));
                false
            }
            3 | 4 => {
                let report = rig.sync().await;
                tell(seed, step, &format!("synced: {:?} {:?}", report.outcome, report.error));
                false
            }
            _ => tokio::select! {
                biased;
                () = tokio::time::sleep(dies) => true,
                report = rig.poll() => {
                    tell(seed, step, &format!("polled: {:?} {:?}", report.outcome, report.error));
                    false
                }
            },
        };
        if died {
            tell(seed, step, &format!("the program dies after {dies:?}"));
        }
        match self.chance.below(12) {
            0 => {
                tell(seed, step, "the database is deleted");
                rig.without_database()
            }
            1..=3 => rig.restarted(),
            _ if died => rig.restarted(),
            _ => rig,
        }
    }
}
