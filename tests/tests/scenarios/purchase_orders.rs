//! Purchase orders, whose lines change, and which vanish when they are done.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::time::Duration;

use exact_json::{Map, Value};
use sandbox::business_central::invoices::{Line, Terms};
use sandbox::business_central::schema::Table;
use sandbox::faults::{Effect, Fault, Service};
use sandbox::zoho::Module;
use sync::flow::Flow;
use sync::policy::{FlowPolicy, OnDelete};
use tests::looking::{counts, id_of, reference, text};
use tests::{Choices, Rig, assert_clean, decimal, number};
use uuid::Uuid;

struct Yard {
    rig: Rig,
    vendor: Uuid,
    item: Uuid,
}

impl Yard {
    async fn open() -> Self {
        Self::open_with(Choices::purchasing()).await
    }

    async fn open_with(choices: Choices) -> Self {
        let rig = Rig::bare_with(choices).await;
        let vendor = rig.vendor("V10000", "Fabrikam, Inc.");
        let item = rig.item("1000", "Drill 18V", "129.50");
        Self { rig, vendor, item }
    }

    fn line(&self, quantity: &str, cost: &str) -> Line {
        self.rig.line(self.item, quantity, cost)
    }

    fn order(&self, number: &str, lines: &[Line]) -> Uuid {
        self.rig.world.bc(|bc| bc.order(self.vendor, number, lines, Terms::default())).unwrap()
    }

    /// Two orders, so that one can be looked at when the other vanishes, both copied.
    async fn with_two() -> (Self, Uuid) {
        let yard = Self::open().await;
        yard.order("106002", &[yard.line("1", "1")]);
        let order = yard.order("106001", &[yard.line("10", "78.07"), yard.line("2", "5.55")]);
        assert_clean(&yard.rig.sync().await);
        (yard, order)
    }

    fn rewrite(&self, order: Uuid, lines: &[(Option<Uuid>, Line)]) {
        assert!(self.rig.world.bc(|bc| bc.rewrite_order(order, lines, Terms::default())));
    }

    fn lines(&self, order: Uuid) -> Vec<Uuid> {
        self.rig.world.bc(|bc| bc.order_lines(order))
    }

    fn copy(&self, order: Uuid) -> Map {
        self.rig.copy_of(Module::PurchaseOrders, order)
    }

    fn total(&self, order: Uuid) -> exact_json::Decimal {
        self.rig.world.bc(|bc| bc.table(Table::PurchaseOrders)[&order].number("totalAmountIncludingTax"))
    }
}

fn rows(order: &Map) -> Vec<Map> {
    let rows = order.get("Purchase_Items").and_then(Value::as_list).unwrap_or_default();
    rows.iter().filter_map(Value::as_object).cloned().collect()
}

fn quantities(order: &Map) -> Vec<String> {
    rows(order).iter().map(|row| number(row, "Quantity").to_string()).collect()
}

#[tokio::test(start_paused = true)]
async fn an_order_arrives_with_its_vendor_its_rows_and_its_total() {
    let yard = Yard::open().await;
    let order = yard.order(
        "106001",
        &[
            Line::comment("Please confirm by return"),
            yard.line("10", "78.07").discounted(decimal("2.5")),
            Line::other("Account", "5710", "Customs", decimal("1"), decimal("49.50")),
            Line::comment("by lorry"),
        ],
    );
    yard.rig.edit(Table::PurchaseOrders, order, "requestedReceiptDate", "2025-03-25");
    yard.rig.edit(Table::PurchaseOrders, order, "status", "In_x0020_Review");
    assert_clean(&yard.rig.sync().await);
    let record = yard.copy(order);
    for (field, value) in [
        ("Subject", "PO 106001"),
        ("PO_Number", "106001"),
        ("BC_Number", "106001"),
        ("BC_Status", "In Review"),
        ("Due_Date", "2025-03-25"),
        ("Description", "Please confirm by return"),
    ] {
        assert_eq!(text(&record, field), Some(value), "{field}");
    }
    let vendor = yard.rig.copy_of(Module::Vendors, yard.vendor);
    assert_eq!(reference(&record, "Vendor_Name"), Some(id_of(&vendor)));
    let rows = rows(&record);
    assert_eq!(rows.len(), 2);
    assert_eq!(reference(&rows[0], "Product_Name"), Some(id_of(&yard.rig.product("1000"))));
    assert_eq!(reference(&rows[1], "Product_Name"), Some(id_of(&yard.rig.product("BC-LINE"))));
    assert_eq!(text(&rows[1], "Description"), Some("Customs\nby lorry"));
    assert_eq!(number(&record, "Grand_Total"), yard.total(order));
    yard.rig.assert_agrees().await;
    let writes = yard.rig.writes();
    assert_clean(&yard.rig.sync().await);
    assert_eq!(yard.rig.writes(), writes);
}

#[tokio::test(start_paused = true)]
async fn changed_lines_change_their_own_rows_and_no_row_is_there_twice() {
    let (yard, order) = Yard::with_two().await;
    let before: Vec<String> = rows(&yard.copy(order)).iter().map(id_of).collect();
    let lines = yard.lines(order);
    // The first line becomes what the second one was, the second one goes, and a third one comes: by their values alone nobody could tell.
    yard.rewrite(order, &[(Some(lines[0]), yard.line("2", "5.55")), (None, yard.line("7", "1.25"))]);
    assert_clean(&yard.rig.sync().await);
    let record = yard.copy(order);
    let after: Vec<String> = rows(&record).iter().map(id_of).collect();
    assert_eq!(quantities(&record), ["2", "7"]);
    assert!(after[0] == before[0] && !before.contains(&after[1]), "{before:?} {after:?}");
    assert_eq!(number(&record, "Grand_Total"), yard.total(order));
    yard.rig.assert_agrees().await;
    // And again, now with the row that was added last time.
    let lines = yard.lines(order);
    yard.rewrite(
        order,
        &[(Some(lines[0]), yard.line("7", "1.25")), (Some(lines[1]), yard.line("8", "1.25"))],
    );
    assert_clean(&yard.rig.sync().await);
    let record = yard.copy(order);
    assert_eq!(rows(&record).iter().map(id_of).collect::<Vec<_>>(), after);
    assert_eq!(quantities(&record), ["7", "8"]);
    assert_eq!(number(&record, "Grand_Total"), yard.total(order));
}

#[tokio::test(start_paused = true)]
async fn a_changed_header_leaves_the_rows_alone() {
    let (yard, order) = Yard::with_two().await;
    let rows_before = rows(&yard.copy(order));
    assert!(yard.rig.world.bc(|bc| bc.release_order(order)));
    let logged = yard.rig.logged();
    assert_clean(&yard.rig.sync().await);
    let written = yard.rig.written_since(Module::PurchaseOrders, logged);
    assert_eq!(written.len(), 1);
    let sent: BTreeSet<&str> = written[0].sent.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(sent, ["BC_Status", "id"].into());
    assert_eq!(rows(&yard.copy(order)), rows_before);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_to_changed_lines_doubles_no_row() {
    let (yard, order) = Yard::with_two().await;
    let lines = yard.lines(order);
    let kept = lines.iter().map(|id| (Some(*id), yard.line("3", "9.99")));
    yard.rewrite(order, &kept.chain([(None, yard.line("4", "1.10"))]).collect::<Vec<_>>());
    yard.rig.world.faults(|faults| {
        faults.add(Fault::once(Service::Zoho, "/Purchase_Orders", Effect::LoseAnswer).times(3));
    });
    yard.rig.sync().await;
    yard.rig.world.faults(sandbox::faults::FaultPlan::clear);
    yard.rig.pass(Duration::from_secs(3600)).await;
    assert_clean(&yard.rig.sync().await);
    assert_eq!(quantities(&yard.copy(order)), ["3", "3", "4"]);
    assert_eq!(number(&yard.copy(order), "Grand_Total"), yard.total(order));
    yard.rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn a_new_database_finds_the_rows_again_and_doubles_none() {
    let (yard, order) = Yard::with_two().await;
    let lines = yard.lines(order);
    let Yard { rig, vendor, item } = yard;
    let yard = Yard { rig: rig.without_database(), vendor, item };
    yard.rewrite(order, &[(Some(lines[0]), yard.line("10", "78.07")), (None, yard.line("6", "3"))]);
    assert_clean(&yard.rig.sync().await);
    assert_eq!(quantities(&yard.copy(order)), ["10", "6"]);
    yard.rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn a_row_that_somebody_deleted_in_zoho_comes_back_with_the_next_change() {
    let (yard, order) = Yard::with_two().await;
    let record = yard.copy(order);
    let row = [("id".to_owned(), Value::text(id_of(&rows(&record)[1]))), ("_delete".to_owned(), Value::Null)];
    let values = Value::List(vec![Value::Object(row.into())]);
    yard.rig.by_hand(Module::PurchaseOrders, &record, "Purchase_Items", values);
    assert_eq!(rows(&yard.copy(order)).len(), 1);
    let lines = yard.lines(order);
    yard.rewrite(
        order,
        &[(Some(lines[0]), yard.line("11", "78.07")), (Some(lines[1]), yard.line("2", "5.55"))],
    );
    assert_clean(&yard.rig.sync().await);
    assert_eq!(quantities(&yard.copy(order)), ["11", "2"]);
    yard.rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn an_order_that_was_received_and_invoiced_is_completed_whatever_is_wished_for_deletions() {
    for on_delete in [OnDelete::Flag, OnDelete::Leave, OnDelete::Delete] {
        let mut choices = Choices::purchasing();
        let policy = FlowPolicy { on_delete, ..FlowPolicy::default() };
        choices.policy.by_flow.insert(Flow::PurchaseOrders, policy);
        let yard = Yard::open_with(choices).await;
        let order = yard.order("106001", &[yard.line("10", "78.07")]);
        yard.order("106002", &[yard.line("1", "1")]);
        assert_clean(&yard.rig.sync().await);
        yard.rig.world.bc(|bc| {
            bc.receive_order(order, "107001").unwrap();
            bc.invoice_order(order, "108001").unwrap();
            assert!(!bc.table(Table::PurchaseOrders).contains_key(&order));
        });
        assert_clean(&yard.rig.full().await);
        assert_eq!(text(&yard.copy(order), "BC_Status"), Some("Completed"));
        yard.rig.assert_agrees().await;
        assert_clean(&yard.rig.sync().await);
    }
}

#[tokio::test(start_paused = true)]
async fn an_order_that_was_deleted_is_flagged_where_other_orders_left_traces() {
    let (yard, order) = Yard::with_two().await;
    let other = yard.order("106003", &[yard.line("1", "1")]);
    yard.rig.world.bc(|bc| {
        bc.receive_order(other, "107001").unwrap();
        bc.invoice_order(other, "108001").unwrap();
        bc.delete(Table::PurchaseOrders, order)
    });
    assert_clean(&yard.rig.full().await);
    assert_eq!(text(&yard.copy(order), "BC_Status"), Some("Deleted"));
    yard.rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn an_order_that_vanished_while_no_posted_document_can_be_seen_is_not_called_deleted() {
    let (yard, order) = Yard::with_two().await;
    yard.rig.delete(Table::PurchaseOrders, order);
    let report = yard.rig.full().await;
    assert!(report.flow_problems.iter().any(|p| p.code == "orders_without_trace"), "{report:#?}");
    assert_eq!(text(&yard.copy(order), "BC_Status"), Some("Draft"));
}

#[tokio::test(start_paused = true)]
async fn orders_that_permissions_hide_are_neither_completed_nor_deleted() {
    let (yard, order) = Yard::with_two().await;
    yard.rig.world.bc(|bc| {
        bc.receive_order(order, "107001").unwrap();
        bc.behaviour.hidden.insert(Table::PurchaseOrders);
    });
    yard.rig.full().await;
    assert_ne!(text(&yard.copy(order), "BC_Status"), Some("Deleted"));
    yard.rig.world.bc(|bc| bc.behaviour.hidden.clear());
    assert_clean(&yard.rig.full().await);
    assert_eq!(text(&yard.copy(order), "BC_Status"), Some("Draft"));
    yard.rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn the_distributors_orders_arrive_and_agree_line_by_line() {
    let (clock, random) = tests::outside();
    let world = sandbox::World::distributor(std::sync::Arc::clone(&clock), random);
    let mut choices = Choices::purchasing();
    choices.policy.flows = vec![Flow::Items, Flow::Vendors, Flow::PurchaseOrders];
    let rig = Rig::over(world, clock, choices);
    rig.set_up().await;
    let report = rig.sync().await;
    assert_eq!(counts(&report, Flow::Vendors)[1], 8, "{report:#?}");
    assert_eq!(counts(&report, Flow::PurchaseOrders)[1], 24, "{report:#?}");
    rig.assert_agrees().await;
}
