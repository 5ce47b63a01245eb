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
fn a_top_beyond_the_page_is_carried_on_as_what_remains() {
    let bc = with_customers(30);
    let sizes: Vec<usize> = pages(&bc, "customers?$top=25", 10).iter().map(Vec::len).collect();
    assert_eq!(sizes, [10, 10, 5]);
}

#[test]
fn a_link_repeats_the_options_in_front_and_leaves_dollars_alone() {
    let bc = with_customers(3);
    let answer = bc.get_url(&bc.url("customers?$filter=number ge 'C0'&$select=id,number"), Some(2));
    let last = members(&rows(&answer), "id").pop().unwrap();
    let expected =
        bc.url(&format!("customers?$filter=number%20ge%20'C0'&$select=id,number&aid=FIN&$skiptoken={last}"));
    assert_eq!(next_link(&answer), Some(expected));
}

#[test]
fn a_link_that_ended_is_refused_by_name() {
    let bc = with_customers(5);
    let link = next_link(&bc.get_url(&bc.url("customers"), Some(2))).unwrap();
    bc.world.bc(|bc| bc.behaviour.stale_links = 1);
    let answer = bc.get_url(&link, Some(2));
    assert_eq!((answer.status, code(&answer).as_str()), (400, "SkipTokenIsNoLongerValid"));
    assert_eq!(bc.get_url(&link, Some(2)).status, 200);
    assert_eq!(bc.get("customers?$skiptoken=nonsense").status, 400);
}

#[test]
fn rows_come_in_the_order_that_was_asked_for_on_all_pages() {
    let bc = with_customers(12);
    let mut url = bc.url("customers?$orderby=displayName,number desc");
    let mut numbers = Vec::new();
    loop {
        let answer = bc.get_url(&url, Some(5));
        numbers.extend(members(&rows(&answer), "number"));
        match next_link(&answer) {
            Some(link) => url = link,
            None => break,
        }
    }
    let mut expected: Vec<String> = (0..12).map(|place| format!("C{place}")).collect();
    expected.sort();
    expected.reverse();
    assert_eq!(numbers, expected);
}

#[test]
fn numbers_that_are_listed_are_found_on_all_pages() {
    let bc = with_customers(30);
    let listed: Vec<String> = (0..20).map(|place| format!("number eq 'C{place}'")).collect();
    let filter = format!("customers?$filter=({}) and displayName eq 'One'", listed.join(" or "));
    let sizes: Vec<usize> = pages(&bc, &filter, 8).iter().map(Vec::len).collect();
    assert_eq!(sizes, [8, 8, 4]);
}

#[test]
fn the_other_company_is_empty() {
    let bc = with_customers(3);
    let other = bc.world.bc(|bc| bc.companies[1].id).to_string();
    let below = |set: &str| bc.url(set).replace(&bc.company.to_string(), &other);
    assert!(rows(&bc.get_url(&below("customers"), None)).is_empty());
    assert_eq!(bc.get_url(&below("customers?$filter=nonsense eq 1"), None).status, 400);
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
