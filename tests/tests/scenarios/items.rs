//! Items become Products, field by field, and stay right when they change.

use std::time::Duration;

use exact_json::Value;
use sandbox::business_central::row::Row;
use sandbox::business_central::schema::Table;
use sandbox::zoho::Module;
use sync::flow::Flow;
use tests::looking::{assert_holds, counts, text};
use tests::{Choices, Rig, assert_clean, decimal, number, of};
use uuid::Uuid;

/// An item with something in every field that is copied.
fn whole_item(rig: &Rig) -> Uuid {
    rig.world.bc(|bc| {
        let row = Row::new(bc.new_id())
            .with("number", "1896-S")
            .with("displayName", "ATHENS Desk")
            .with("displayName2", "birch")
            .with("type", "Inventory")
            .with("itemCategoryCode", "HARDWARE")
            .with("inventory", decimal("4"))
            .with("unitPrice", decimal("1000.80"))
            .with("baseUnitOfMeasureCode", "PIECES");
        bc.add(Table::Items, row)
    })
}

#[tokio::test(start_paused = true)]
async fn every_field_of_an_item_arrives_as_the_mapping_says() {
    let rig = Rig::bare().await;
    let id = whole_item(&rig);
    assert_clean(&rig.sync().await);
    let expected = [
        ("BC_Number", "1896-S".into()),
        ("BC_Id", id.to_string().into()),
        ("BC_Status", "Active".into()),
        ("Product_Name", "ATHENS Desk".into()),
        ("Product_Code", "1896-S".into()),
        ("Description", "birch".into()),
        ("Product_Active", Value::Bool(true)),
        ("Unit_Price", decimal("1000.8").into()),
        ("Qty_in_Stock", decimal("4").into()),
        // Matched without regard to case, written as Zoho spells them.
        ("Product_Category", "Hardware".into()),
        ("Usage_Unit", "Pieces".into()),
    ];
    assert_holds(&rig.product("1896-S"), &expected);
    assert_eq!(rig.warnings(Flow::Items, id), []);
}

#[tokio::test(start_paused = true)]
async fn edits_of_every_mapped_field_of_an_item_arrive_one_by_one() {
    let edits: [(&str, Value, &str, Value); 10] = [
        ("displayName", "ATHENS Table".into(), "Product_Name", "ATHENS Table".into()),
        ("displayName", "".into(), "Product_Name", "1896-S".into()),
        ("displayName2", "".into(), "Description", Value::Null),
        ("unitPrice", decimal("0").into(), "Unit_Price", decimal("0").into()),
        ("unitPrice", decimal("19.99").into(), "Unit_Price", decimal("19.99").into()),
        ("blocked", Value::Bool(true), "Product_Active", Value::Bool(false)),
        ("blocked", Value::Bool(false), "Product_Active", Value::Bool(true)),
        ("itemCategoryCode", "software".into(), "Product_Category", "Software".into()),
        ("baseUnitOfMeasureCode", "BOX".into(), "Usage_Unit", "Box".into()),
        ("baseUnitOfMeasureCode", "".into(), "Usage_Unit", Value::Null),
    ];
    let rig = Rig::bare().await;
    let id = whole_item(&rig);
    assert_clean(&rig.sync().await);
    for (property, value, field, expected) in edits {
        rig.pass(Duration::from_secs(60)).await;
        rig.edit(Table::Items, id, property, value);
        let report = rig.poll().await;
        assert_clean(&report);
        assert_eq!(counts(&report, Flow::Items), [1, 0, 1, 0, 0, 0, 0], "{property}");
        assert_eq!(rig.product("1896-S").get(field), Some(&expected), "{property} in {field}");
    }
}

#[tokio::test(start_paused = true)]
async fn stock_arrives_with_the_hourly_sweep_although_no_timestamp_moves() {
    let rig = Rig::bare().await;
    let id = whole_item(&rig);
    rig.pass(Duration::from_secs(10 * 60)).await;
    // A later edit of another item, so that no listing reads the first one again.
    rig.item("2000", "Nut", "1");
    assert_clean(&rig.sync().await);
    rig.world.bc(|bc| bc.move_stock(id, decimal("-2.5")));
    rig.pass(Duration::from_secs(30 * 60)).await;
    assert_eq!(counts(&rig.poll().await, Flow::Items), [1, 0, 0, 1, 0, 0, 0]);
    assert_eq!(number(&rig.product("1896-S"), "Qty_in_Stock"), decimal("4"));
    rig.pass(Duration::from_secs(30 * 60)).await;
    assert_eq!(counts(&rig.poll().await, Flow::Items), [2, 0, 1, 1, 0, 0, 0]);
    assert_eq!(number(&rig.product("1896-S"), "Qty_in_Stock"), decimal("-2.5"));
    // A person's run does not wait.
    rig.world.bc(|bc| bc.move_stock(id, decimal("7")));
    assert_clean(&rig.sync().await);
    assert_eq!(number(&rig.product("1896-S"), "Qty_in_Stock"), decimal("7"));
}

#[tokio::test(start_paused = true)]
async fn values_that_a_list_lacks_are_left_out_with_a_warning_and_stay_a_persons_own() {
    let rig = Rig::bare().await;
    let id = whole_item(&rig);
    rig.edit(Table::Items, id, "baseUnitOfMeasureCode", "PCS");
    rig.edit(Table::Items, id, "itemCategoryCode", "FASTENER");
    assert_clean(&rig.sync().await);
    let product = rig.product("1896-S");
    assert_eq!(
        (product.get("Usage_Unit"), product.get("Product_Category")),
        (Some(&Value::Null), Some(&Value::Null))
    );
    let lacks = |field: &str| (field.to_owned(), "not_in_picklist".to_owned());
    assert_eq!(rig.warnings(Flow::Items, id), [lacks("Usage_Unit"), lacks("Product_Category")]);

    // Somebody chooses by hand: it is not ours, with or without the database.
    rig.by_hand(Module::Products, &product, "Usage_Unit", "Each");
    rig.edit(Table::Items, id, "displayName2", "oak");
    assert_clean(&rig.full().await);
    assert_eq!(text(&rig.product("1896-S"), "Usage_Unit"), Some("Each"));
    let rig = rig.without_database();
    let writes = rig.writes();
    assert_clean(&rig.full().await);
    assert_eq!(text(&rig.product("1896-S"), "Usage_Unit"), Some("Each"));
    assert_eq!(rig.writes(), writes);

    // The list gets the value.
    rig.world.zoho(|zoho| zoho.add_picklist_value(Module::Products, "Usage_Unit", "Pcs")).unwrap();
    let rig = rig.restarted();
    assert_clean(&rig.sync().await);
    assert_eq!(text(&rig.product("1896-S"), "Usage_Unit"), Some("Pcs"));
    assert_eq!(rig.warnings(Flow::Items, id), [lacks("Product_Category")]);
}

#[tokio::test(start_paused = true)]
async fn a_category_that_leaves_the_list_leaves_no_stale_value() {
    let rig = Rig::bare().await;
    let id = whole_item(&rig);
    assert_clean(&rig.sync().await);
    rig.edit(Table::Items, id, "itemCategoryCode", "FASTENER");
    assert_clean(&rig.sync().await);
    assert_eq!(rig.product("1896-S").get("Product_Category"), Some(&Value::Null));
}

#[tokio::test(start_paused = true)]
async fn prices_that_include_tax_or_have_many_decimals_are_not_falsified() {
    let rig = Rig::bare().await;
    let gross = rig.item("1", "Gross", "119");
    rig.edit(Table::Items, gross, "priceIncludesTax", Value::Bool(true));
    let screw = rig.item("2", "Screw", "0.01375");
    assert_clean(&rig.sync().await);
    assert_eq!(rig.product("1").get("Unit_Price"), Some(&Value::Null));
    assert_eq!(number(&rig.product("2"), "Unit_Price"), decimal("0.01"));
    let warning = |code: &str| [("Unit_Price".to_owned(), code.to_owned())];
    assert_eq!(rig.warnings(Flow::Items, gross), warning("price_includes_tax"));
    assert_eq!(rig.warnings(Flow::Items, screw), warning("rounded"));
    rig.edit(Table::Items, gross, "priceIncludesTax", Value::Bool(false));
    assert_clean(&rig.sync().await);
    assert_eq!(number(&rig.product("1"), "Unit_Price"), decimal("119"));
}

#[tokio::test(start_paused = true)]
async fn prices_are_left_out_where_the_local_currency_is_not_zohos_home_currency() {
    let rig = Rig::bare_in(Choices::default(), |world| {
        world.zoho(|zoho| zoho.set_home_currency("USD"));
    })
    .await;
    let id = whole_item(&rig);
    assert_clean(&rig.sync().await);
    assert_eq!(rig.product("1896-S").get("Unit_Price"), Some(&Value::Null));
    assert_eq!(rig.warnings(Flow::Items, id), []);
}

#[tokio::test(start_paused = true)]
async fn a_products_name_code_and_description_are_cut_where_the_org_made_them_short_and_its_key_never() {
    let rig = Rig::bare_in(Choices::default(), |world| {
        world.zoho(|zoho| {
            zoho.set_length(Module::Products, "Product_Code", 5).unwrap();
            zoho.set_length(Module::Products, "Description", 3).unwrap();
        });
    })
    .await;
    let id = whole_item(&rig);
    assert_clean(&rig.sync().await);
    let product = rig.product("1896-S");
    assert_eq!(text(&product, "Product_Code"), Some("1896…"));
    assert_eq!(text(&product, "Description"), Some("bi…"));
    let cut = |field: &str| (field.to_owned(), "cut".to_owned());
    assert_eq!(rig.warnings(Flow::Items, id), [cut("Product_Code"), cut("Description")]);
}

#[tokio::test(start_paused = true)]
async fn a_product_code_made_unique_in_the_org_costs_no_product() {
    let rig = Rig::bare_in(Choices::default(), |world| {
        world.zoho(|zoho| zoho.set_unique(Module::Products, "Product_Code", true)).unwrap();
        let now = world.now();
        let theirs =
            [("Product_Name".to_owned(), "Theirs".into()), ("Product_Code".to_owned(), "1896-S".into())];
        world.zoho(|zoho| zoho.person_adds(Module::Products, &theirs.into(), now)).unwrap();
    })
    .await;
    let id = whole_item(&rig);
    rig.item("2000", "Nut", "1");
    // The same code may mean the same product: somebody says that it is another.
    rig.create_whatever_is_there().await;
    let report = rig.sync().await;
    assert_clean(&report);
    assert_eq!(of(&report, Flow::Items).created, 2);
    assert_eq!(text(&rig.zoho_record(Module::Products, "Product_Name", "Theirs"), "BC_Id"), None);
    assert_eq!(rig.product("1896-S").get("Product_Code"), Some(&Value::Null));
    assert_eq!(text(&rig.product("2000"), "Product_Code"), Some("2000"));
    assert_eq!(rig.warnings(Flow::Items, id), [("Product_Code".to_owned(), "left_out".to_owned())]);
    let writes = rig.writes();
    assert_clean(&rig.full().await);
    assert_eq!(rig.writes(), writes);
}
