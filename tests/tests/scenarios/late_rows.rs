//! Rows that come late, and loads that end in the middle: nothing is lost.

use std::time::Duration;

use sandbox::business_central::invoices::Terms;
use sandbox::business_central::row::Row;
use sandbox::business_central::schema::Table;
use sandbox::faults::{Effect, Fault, FaultBody, Service};
use sandbox::seed;
use sandbox::zoho::Module;
use sync::flow::Flow;
use sync::report::Outcome;
use tests::looking::{counts, text};
use tests::{Rig, assert_clean, decimal, of};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[tokio::test(start_paused = true)]
async fn a_row_committed_a_few_minutes_late_arrives_with_the_next_poll() {
    let rig = Rig::bare().await;
    rig.customer("C1", "Adatum");
    assert_clean(&rig.sync().await);
    rig.pass(10 * MINUTE).await;
    rig.customer("C2", "Fabrikam");
    let stamped = rig.world.now() - jiff::SignedDuration::from_secs(4 * 60);
    assert_clean(&rig.poll().await);
    rig.world.bc(|bc| bc.late_customer("LATE", "Late", stamped));
    let report = rig.poll().await;
    assert_clean(&report);
    assert_eq!(of(&report, Flow::Customers).created, 1);
    assert_eq!(text(&rig.account("LATE"), "Account_Name"), Some("Late"));
}

#[tokio::test(start_paused = true)]
async fn a_row_committed_an_hour_late_arrives_with_the_daily_sweep() {
    let rig = Rig::bare().await;
    let edited = rig.customer("C1", "Adatum");
    assert_clean(&rig.sync().await);
    let stamped = rig.world.now() + jiff::SignedDuration::from_secs(60);
    rig.pass(HOUR).await;
    rig.customer("C2", "Fabrikam");
    assert_clean(&rig.poll().await);
    rig.world.bc(|bc| {
        bc.late_customer("LATE", "Late", stamped);
        // A long transaction edited a known row, too.
        let row = bc.table(Table::Customers)[&edited].clone().with("city", "Hamburg");
        bc.add_late(Table::Customers, row, stamped);
    });
    rig.pass(HOUR).await;
    assert_eq!(counts(&rig.poll().await, Flow::Customers)[1..3], [0, 0]);
    assert_eq!(rig.zoho_records(Module::Accounts).len(), 2);
    rig.pass(DAY).await;
    let report = rig.poll().await;
    assert_clean(&report);
    assert_eq!(counts(&report, Flow::Customers)[1..3], [1, 1]);
    assert_eq!(text(&rig.account("LATE"), "Account_Name"), Some("Late"));
    assert_eq!(text(&rig.account("C1"), "Billing_City"), Some("Hamburg"));
    rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn a_late_item_contact_and_invoice_arrive_with_the_daily_sweep() {
    let rig = Rig::bare().await;
    let customer = rig.customer("C1", "Adatum");
    let bolt = rig.item("1000", "Bolt", "1");
    assert_clean(&rig.sync().await);
    let stamped = rig.world.now() - jiff::SignedDuration::from_secs(60 * 60);
    rig.pass(2 * HOUR).await;
    rig.item("2000", "Nut", "1");
    rig.person("P1", "Ann Beebe", "C1");
    rig.invoice(customer, "I1", &[rig.line(bolt, "1", "1")], Terms::default());
    assert_clean(&rig.poll().await);
    let late = rig.invoice(customer, "I2", &[rig.line(bolt, "2", "1")], Terms::default());
    rig.world.bc(|bc| {
        let item = Row::new(bc.new_id()).with("number", "3000").with("displayName", "Late bolt");
        bc.add_late(Table::Items, item.with("unitPrice", decimal("1")), stamped);
        let person = Row::new(bc.new_id()).with("number", "P2").with("type", "Person");
        let person = person.with("displayName", "Late Person").with("companyNumber", "CT-C1");
        bc.add_late(Table::Contacts, person, stamped);
        let invoice = bc.table(Table::SalesInvoices)[&late].clone();
        bc.add_late(Table::SalesInvoices, invoice, stamped);
    });
    rig.pass(HOUR).await;
    assert_eq!(rig.poll().await.flows.iter().map(|flow| flow.created).sum::<u64>(), 0);
    rig.pass(DAY).await;
    let report = rig.poll().await;
    assert_clean(&report);
    for flow in [Flow::Items, Flow::Contacts, Flow::Invoices] {
        assert_eq!(of(&report, flow).created, 1, "{flow}");
    }
    rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn a_load_that_breaks_between_two_pages_loses_nothing() {
    for broken_after in [1, 2] {
        let rig = Rig::bare().await;
        rig.world.bc(|bc| seed::bulk_customers(bc, 2_500));
        let broken = Fault::once(Service::BusinessCentral, "/customers", Effect::ResetBefore);
        rig.world.faults(|faults| faults.add(broken.after(broken_after).times(1_000)));
        let report = rig.poll().await;
        assert_ne!(report.outcome, Outcome::Clean);
        assert!(report.error.is_some());
        assert!(rig.world.faults(|faults| faults.hit()) > 0);
        rig.world.faults(sandbox::faults::FaultPlan::clear);
        // The program starts again, with the database as the crash left it.
        let rig = rig.restarted();
        rig.pass(HOUR).await;
        let report = rig.poll().await;
        assert_clean(&report);
        assert_eq!(rig.zoho_records(Module::Accounts).len(), 2_500);
        rig.assert_agrees().await;
    }
}

#[tokio::test(start_paused = true)]
async fn changes_that_come_while_a_poll_breaks_between_two_pages_arrive_with_the_next() {
    let rig = Rig::bare().await;
    rig.world.bc(|bc| seed::bulk_customers(bc, 2_500));
    assert_clean(&rig.poll().await);
    rig.pass(HOUR).await;
    let ids: Vec<_> = rig.world.bc(|bc| bc.table(Table::Customers).keys().copied().collect());
    for id in &ids {
        rig.edit(Table::Customers, *id, "city", "Bremen");
    }
    let status = Effect::Status { code: 500, retry_after: None, body: FaultBody::Html };
    let broken = Fault::once(Service::BusinessCentral, "/customers", status).after(1).times(1_000);
    rig.world.faults(|faults| faults.add(broken));
    assert!(rig.poll().await.error.is_some());
    rig.world.faults(sandbox::faults::FaultPlan::clear);
    rig.pass(HOUR).await;
    let report = rig.poll().await;
    assert_clean(&report);
    let cities = rig.zoho_records(Module::Accounts);
    assert_eq!(cities.iter().filter(|record| text(record, "Billing_City") == Some("Bremen")).count(), 2_500);
    assert_eq!(cities.len(), 2_500);
}

#[tokio::test(start_paused = true)]
async fn a_clock_of_business_central_that_is_behind_or_ahead_loses_nothing() {
    for minutes in [-30, 30] {
        let rig = Rig::bare().await;
        rig.world.bc(|bc| bc.behaviour.clock_skew = jiff::SignedDuration::from_mins(minutes));
        rig.customer("C1", "Adatum");
        assert_clean(&rig.poll().await);
        for number in ["C2", "C3"] {
            rig.pass(MINUTE).await;
            rig.customer(number, "Fabrikam");
            assert_clean(&rig.poll().await);
            assert_eq!(text(&rig.account(number), "Account_Name"), Some("Fabrikam"));
        }
    }
}
