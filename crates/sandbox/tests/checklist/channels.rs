//! What Zoho's channels tell, as the world carries it beside Business Central's notifications.

use std::sync::{Arc, Mutex};

use exact_json::Value;
use jiff::SignedDuration;
use sandbox::{Post, PostId, Postman, Receipt};
use transport::Method;

use crate::support::{Bc, account, member, watch_accounts};

const HOOK: &str = "https://hook.invalid/z?key=1";

fn watching() -> Bc {
    let bc = Bc::empty();
    watch_accounts(&bc, HOOK);
    bc
}

fn pass(bc: &Bc, milliseconds: i64) -> Vec<Post> {
    bc.world.advance(SignedDuration::from_millis(milliseconds));
    bc.world.due_posts()
}

fn due(bc: &Bc) -> Option<String> {
    bc.world.next_post_due().map(|due| due.to_string())
}

/// The record of the one post.
fn told(posts: &[Post]) -> String {
    assert!(posts.len() == 1 && posts[0].url == HOOK, "{posts:?}");
    assert!(matches!(posts[0].id, PostId::Zoho(_)), "{posts:?}");
    let body = Value::parse(&posts[0].body).unwrap();
    assert_eq!(member(&body, "token"), "word");
    let ids = body.get("ids").and_then(Value::as_list).unwrap();
    assert_eq!(ids.len(), 1);
    ids[0].as_text().unwrap().to_owned()
}

#[test]
fn a_change_in_zoho_is_a_post_a_second_later_and_goes_with_its_answer() {
    let bc = watching();
    let id = account(&bc, "One");
    assert_eq!(due(&bc).as_deref(), Some("2025-03-10T08:00:01Z"));
    assert_eq!(pass(&bc, 800), []);
    let posts = pass(&bc, 200);
    assert_eq!(told(&posts), id);
    assert_eq!((pass(&bc, 60_000), due(&bc)), (vec![], None), "it is under way");
    bc.world.post_answered(posts[0].id, Some(200));
    assert_eq!(due(&bc), None);
}

#[test]
fn the_delay_of_both_services_can_be_set_together() {
    let bc = watching();
    bc.world.set_notification_delay(SignedDuration::from_millis(300));
    assert_eq!(bc.world.bc(|bc| bc.webhooks.delay), SignedDuration::from_millis(300));
    account(&bc, "One");
    assert_eq!(due(&bc).as_deref(), Some("2025-03-10T08:00:00.3Z"));
}

#[test]
fn a_call_that_nobody_answers_is_made_once_unless_zoho_is_set_to_try_again() {
    let bc = watching();
    account(&bc, "One");
    let first = pass(&bc, 1_000);
    bc.world.post_answered(first[0].id, None);
    assert_eq!(due(&bc), None);

    bc.world.zoho(|zoho| zoho.switches.watch_retries = true);
    let id = account(&bc, "Two");
    let mut posts = pass(&bc, 1_000);
    for minutes in [1, 5, 30, 120, 600] {
        bc.world.post_answered(posts[0].id, Some(503));
        // What a second answer says counts for nothing.
        bc.world.post_answered(posts[0].id, Some(503));
        assert_eq!(pass(&bc, minutes * 60_000 - 1), [], "{minutes}");
        posts = pass(&bc, 1);
        assert_eq!(told(&posts), id, "{minutes}");
    }
    bc.world.post_answered(posts[0].id, None);
    assert_eq!(due(&bc), None);
}

#[test]
fn calls_get_lost_come_twice_late_or_in_another_order_as_business_centrals_do() {
    let with = |change: &dyn Fn(&mut sandbox::Mishaps)| {
        let bc = watching();
        bc.world.faults(|faults| change(&mut faults.posts));
        account(&bc, "One");
        let posts = pass(&bc, 1_000);
        (bc, posts)
    };
    let (bc, posts) = with(&|posts| posts.lost = 100);
    assert_eq!((posts.len(), due(&bc)), (0, None));
    let (_, posts) = with(&|posts| posts.duplicated = 100);
    assert!(posts.len() == 2 && posts[0] == posts[1], "{posts:?}");
    // One that was late once is not late again.
    let (bc, posts) = with(&|posts| {
        posts.late = 100;
        posts.late_by = SignedDuration::from_secs(90);
    });
    assert_eq!((posts.len(), pass(&bc, 89_999).len(), pass(&bc, 1).len()), (0, 0, 1));
    let orders = [false, true].map(|reversed| {
        let bc = watching();
        bc.world.faults(|faults| faults.posts.reversed = reversed);
        account(&bc, "One");
        bc.world.advance(SignedDuration::from_secs(1));
        account(&bc, "Two");
        pass(&bc, 1_000).into_iter().map(|post| post.id).collect::<Vec<_>>()
    });
    let [inorder, mut reversed] = orders;
    reversed.reverse();
    assert_eq!((inorder.len(), inorder), (2, reversed));
}

/// Keeps where it was sent.
#[derive(Default)]
struct Letterbox(Mutex<Vec<String>>);

impl Postman for Letterbox {
    fn send(&self, method: Method, url: &str, _: &str) -> Option<Receipt> {
        assert_eq!(method, Method::Post);
        self.0.lock().unwrap().push(url.to_owned());
        Some(Receipt { status: 200, body: String::new() })
    }
}

#[test]
fn the_worlds_postman_carries_them_too() {
    let bc = watching();
    let letterbox = Arc::new(Letterbox::default());
    bc.world.set_postman(Arc::clone(&letterbox) as _);
    account(&bc, "One");
    bc.world.advance(SignedDuration::from_secs(1));
    assert_eq!((bc.world.deliver(), bc.world.deliver()), (1, 0));
    assert_eq!(*letterbox.0.lock().unwrap(), [HOOK]);
}
