//! Notifications that get lost, come twice, late, or in another order, with real processes: the copy is true all the same.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use exact_json::Value;
use tests::listening::{Scene, accounts, assert_agrees, until};

/// Waits until neither service has anything left to tell.
fn until_all_is_told(scene: &Scene) {
    until("everything is told", || {
        let waiting = scene.services.admin("webhooks", "{}").get("waiting").and_then(Value::as_number);
        (waiting == Some(0.into())).then_some(())
    });
}

/// One look at everything that may have changed on either side.
fn poll(scene: &Scene, arguments: &[&str]) {
    let arguments = [&["sync", "--once", "--json"], arguments].concat();
    let polled = scene.program.expect(0, &arguments);
    assert_eq!(polled.text("outcome"), "clean", "{polled:?}");
}

fn phone(world: &sandbox::World, number: &str) -> String {
    let found = accounts(world, number);
    assert_eq!(found.len(), 1, "{number}");
    found[0].get("Phone").and_then(Value::as_text).unwrap().to_owned()
}

#[test]
fn what_is_lost_is_found_by_the_next_look_at_each_side() {
    let scene = Scene::of_customers();
    scene.on();
    let running = scene.listening();
    scene.services.admin("webhooks", r#"{"lost":100}"#);
    let writes = scene.writes();
    scene.edit("C10000", "phoneNumber", "+1 555 0100");
    scene.edit_in_zoho("C10010", "Phone", "+1 999");
    until_all_is_told(&scene);
    running.stop();
    assert_eq!(scene.writes(), writes, "nobody heard of it");
    poll(&scene, &[]);
    assert_eq!(scene.writes(), writes + 1);
    // Zoho is looked at every half hour, and when everything is.
    poll(&scene, &["--full"]);
    assert_eq!(scene.writes(), writes + 2);
    assert_agrees(&scene.program);
    let world = scene.world();
    assert_eq!(phone(&world, "C10000"), "+1 555 0100");
    assert_ne!(phone(&world, "C10010"), "+1 999");
}

#[test]
fn what_comes_twice_late_and_in_another_order_is_followed_and_leaves_nothing_to_do() {
    let scene = Scene::of_customers();
    scene.on();
    let running = scene.listening();
    let mishaps = r#"{"duplicated":100,"late":100,"late_seconds":1,"reversed":true}"#;
    scene.services.admin("webhooks", mishaps);
    let numbers = ["C10000", "C10010", "C10020"];
    for (number, place) in numbers.into_iter().zip(0..) {
        scene.edit(number, "phoneNumber", &format!("+1 555 010{place}"));
        scene.edit_in_zoho(number, "Phone", "+1 999");
    }
    // What was told late must not undo what came after it.
    scene.until_written("C10000", "Phone", "+1 555 0100");
    scene.edit("C10000", "phoneNumber", "+1 555 0199");
    for (number, phone) in numbers.into_iter().zip(["+1 555 0199", "+1 555 0101", "+1 555 0102"]) {
        scene.until_written(number, "Phone", phone);
    }
    until_all_is_told(&scene);
    running.stop();
    let writes = scene.writes();
    poll(&scene, &["--full"]);
    assert_eq!(scene.writes(), writes, "nothing was left to do");
    assert_agrees(&scene.program);
    let world = scene.world();
    let phones = numbers.map(|number| phone(&world, number));
    assert_eq!(phones, ["+1 555 0199", "+1 555 0101", "+1 555 0102"]);
}
