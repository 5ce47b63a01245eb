//! Pages (facts, §5.3).

use sandbox::business_central::schema::Table;

use crate::support::{Bc, code, members, next_link, rows};

fn with_customers(count: usize) -> Bc {
    let bc = Bc::empty();
    for place in 0..count {
        bc.customer(&format!("C{place}"), "One");
    }
    bc
}

fn pages(bc: &Bc, below: &str, size: usize) -> Vec<Vec<String>> {
    let mut url = bc.url(below);
    let mut pages = Vec::new();
    loop {
        let answer = bc.get_url(&url, Some(size));
        pages.push(members(&rows(&answer), "id"));
        match next_link(&answer) {
            Some(link) => url = link,
            None => return pages,
        }
    }
}

#[test]
fn pages_follow_each_other_by_system_id_without_gaps() {
    let ids = pages(&with_customers(25), "customers", 10).concat();
    assert_eq!(ids.len(), 25);
    assert!(ids.is_sorted());
}

#[test]
fn a_link_carries_fin_and_the_last_rows_id() {
    let bc = with_customers(3);
    let answer = bc.get_url(&bc.url("customers"), Some(2));
    let link = url::Url::parse(&next_link(&answer).unwrap()).unwrap();
    let value =
        |name: &str| link.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    assert_eq!(value("aid").as_deref(), Some("FIN"));
    assert_eq!(value("$skiptoken"), members(&rows(&answer), "id").pop());
}

#[test]
fn a_page_that_is_exactly_full_is_followed_by_an_empty_one() {
    let sizes: Vec<usize> = pages(&with_customers(20), "customers", 10).iter().map(Vec::len).collect();
    assert_eq!(sizes, [10, 10, 0]);
}

#[test]
fn top_within_a_page_has_no_link() {
    let bc = with_customers(5);
    let answer = bc.get_url(&bc.url("customers?$top=2"), None);
    assert_eq!((rows(&answer).len(), next_link(&answer)), (2, None));
}

#[test]
fn filters_hold_on_every_page() {
    let bc = with_customers(30);
    let wanted = pages(&bc, "customers?$filter=number ge 'C2'&$select=id,number", 3).concat();
    assert_eq!(wanted.len(), 18);
}

#[test]
fn a_page_larger_than_20000_rows_is_413() {
    let bc = Bc::empty();
    assert_eq!(bc.get_url(&bc.url("customers"), Some(20_001)).status, 413);
}

#[test]
fn a_row_deleted_between_pages_breaks_nothing() {
    let bc = with_customers(6);
    let answer = bc.get_url(&bc.url("customers"), Some(3));
    let last = members(&rows(&answer), "id").pop().unwrap().parse().unwrap();
    bc.world.bc(|bc| bc.delete(Table::Customers, last));
    assert_eq!(rows(&bc.get_url(&next_link(&answer).unwrap(), Some(3))).len(), 3);
}

#[test]
fn unknown_options_are_refused() {
    let answer = Bc::empty().get("customers?$filter=balance2 eq 1");
    assert_eq!((answer.status, code(&answer).as_str()), (400, "BadRequest"));
}
