//! Pages of a listing.

use business_central::{Entity, ErrorKind, Filter, Literal, Query, SalesInvoice};
use transport::{Cause, Fate, TransportError};

use crate::scripted::{COMPANY, Service, answer, id, page, refusal};

const NEXT: &str = "https://bc.invalid/v2.0/contoso.com/Production/api/v2.0/companies(b18aed47-c385-49d2-b954-dbdf8ad71780)/customers?aid=FIN&$filter=number%20ge%20%27a%27&$skiptoken=5de545bc-f6f9-ef11-9344-6045bdc8c234&tenant=msweua1";

async fn numbers(mut pages: business_central::Pages) -> Result<Vec<String>, business_central::Error> {
    let mut numbers = Vec::new();
    while let Some(page) = pages.next().await? {
        numbers.extend(page.rows.iter().filter_map(|row| row.number().map(str::to_owned)));
    }
    Ok(numbers)
}

#[tokio::test(start_paused = true)]
async fn the_way_on_is_followed_as_it_came_and_every_page_says_its_size() {
    let service = Service::new(|call| match call.turn {
        1 => page(&[r#"{"number":"1"}"#, r#"{"number":"2"}"#], Some(NEXT)),
        _ => page(&[r#"{"number":"3"}"#], None),
    });
    let query = Query::of(Entity::Customers).filter(Filter::ge("number", Literal::text("a"))).page_size(2);
    assert_eq!(numbers(service.company().list(query)).await.unwrap(), ["1", "2", "3"]);
    let calls = service.calls();
    assert_eq!(calls[0].path, format!("/v2.0/companies({COMPANY})/customers?$filter=number%20ge%20%27a%27"));
    assert_eq!(service.requests()[2].url, NEXT);
    assert!(calls.iter().all(|call| call.prefer.as_deref() == Some("odata.maxpagesize=2")));
}

#[tokio::test(start_paused = true)]
async fn requests_ask_for_json_in_english() {
    let service = Service::new(|_| page(&[], None));
    service.client().companies().await.unwrap();
    let request = service.requests().pop().unwrap();
    for header in [("Accept", "application/json"), ("Accept-Language", "en-US")] {
        assert!(
            request.headers.contains(&(header.0.to_owned(), header.1.to_owned())),
            "{:?}",
            request.headers
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_full_page_may_be_followed_by_an_empty_one() {
    let service = Service::new(|call| match call.turn {
        1 => page(&[r#"{"number":"1"}"#], Some(NEXT)),
        _ => page(&[], None),
    });
    let mut pages = service.company().list(Query::of(Entity::Customers).page_size(1));
    assert_eq!(pages.next().await.unwrap().unwrap().rows.len(), 1);
    assert_eq!(pages.next().await.unwrap(), None);
    assert_eq!(pages.next().await.unwrap(), None);
    assert_eq!(service.calls().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_token_never_goes_to_another_server() {
    let links = [
        "https://evil.invalid/v2.0/x",
        "https://bc.invalid.evil.invalid/x",
        "https://bc.invalid@evil.invalid/x",
        "https://user@bc.invalid/x",
        "http://bc.invalid/x",
        "https://bc.invalid:8443/x",
    ];
    for link in links {
        let service = Service::new(move |_| page(&[r#"{"number":"1"}"#], Some(link)));
        let mut pages = service.company().list(Query::of(Entity::Customers));
        pages.next().await.unwrap();
        let error = pages.next().await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::ForeignLink, "{link}");
        assert_eq!(service.calls().len(), 1, "{link}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_next_page_that_is_no_address_or_the_same_page_ends_the_listing() {
    let service = Service::new(|_| page(&[r#"{"number":"1"}"#], Some("customers?$skiptoken=1")));
    let mut pages = service.company().list(Query::of(Entity::Customers));
    pages.next().await.unwrap();
    assert_eq!(pages.next().await.unwrap_err().kind, ErrorKind::Undecodable);

    let service = Service::new(|_| page(&[r#"{"number":"1"}"#], Some(NEXT)));
    let error = numbers(service.company().list(Query::of(Entity::Customers))).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Undecodable);
    assert_eq!(service.calls().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn json_that_breaks_off_behind_a_success_is_asked_for_again() {
    let service = Service::new(|call| match call.turn {
        1 => Ok(answer(200, r#"{"value":[{"number":"1"},{"numb"#)),
        _ => page(&[r#"{"number":"1"}"#], None),
    });
    assert_eq!(numbers(service.company().list(Query::of(Entity::Customers))).await.unwrap(), ["1"]);
    assert_eq!(service.calls().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn sound_json_of_another_kind_is_not_asked_for_again() {
    let service = Service::new(|_| Ok(answer(200, r#"{"values":[]}"#)));
    let error = numbers(service.company().list(Query::of(Entity::Customers))).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Undecodable);
    assert!(error.place.contains("customers"), "{error}");
    assert_eq!(service.calls().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_position_that_is_no_longer_valid_is_told_apart_from_a_wrong_query() {
    let causes = [
        (400, "SkipTokenIsNoLongerValid", "x"),
        (400, "BadRequest", "Invalid skip token."),
        (400, "BadRequest", "something else"),
        (404, "Internal_RecordNotFound", "x"),
        (410, "Gone", "x"),
    ];
    for (status, code, message) in causes {
        let service = Service::new(move |call| match call.turn {
            1 => page(&[r#"{"number":"1"}"#], Some(NEXT)),
            _ => refusal(status, code, message),
        });
        let error = numbers(service.company().list(Query::of(Entity::Customers))).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::SkipTokenExpired, "{code}");
    }
    let service = Service::new(|_| refusal(400, "BadRequest", "Could not find a property named 'x'"));
    let error = numbers(service.company().list(Query::of(Entity::Customers))).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::BadRequest);
    assert_eq!(error.message, "BadRequest: Could not find a property named 'x'");
}

#[tokio::test(start_paused = true)]
async fn a_page_that_is_too_large_is_asked_for_in_smaller_pieces() {
    let service = Service::new(|call| match call.prefer.as_deref() {
        Some("odata.maxpagesize=250") => page(&[r#"{"number":"1"}"#], None),
        _ => Err(TransportError {
            fate: Fate::OutcomeUnknown,
            cause: Cause::TooLarge { limit: 1 },
            place: "x".to_owned(),
        }),
    });
    assert_eq!(numbers(service.company().list(Query::of(Entity::Customers))).await.unwrap(), ["1"]);
}

#[tokio::test(start_paused = true)]
async fn an_impossible_filter_asks_nobody() {
    let service = Service::new(|_| page(&[r#"{"number":"1"}"#], None));
    let query = Query::of(Entity::Customers).filter(Filter::any_of("number", &[]));
    assert!(numbers(service.company().list(query)).await.unwrap().is_empty());
    assert!(service.requests().is_empty());
}

#[tokio::test(start_paused = true)]
async fn lines_that_go_on_elsewhere_are_fetched() {
    const LINE: &str = r#"{"@odata.etag":"e","id":"00031001-0a1b-f011-9a4a-7c1e5275406f","sequence":10000}"#;
    const MORE: &str = "https://bc.invalid/more";
    let service = Service::new(|call| match call.path.as_str() {
        MORE => page(&[&LINE.replace("10000", "20000")], Some("https://bc.invalid/rest")),
        "https://bc.invalid/rest" => page(&[&LINE.replace("10000", "30000")], None),
        _ => page(
            &[&format!(
                r#"{{"id":"00030000-0a1b-f011-9a4a-7c1e5275406f","salesInvoiceLines":[{LINE}],"salesInvoiceLines@odata.nextLink":"{MORE}","number":"1"}}"#
            )],
            None,
        ),
    });
    let query = Query::of(Entity::SalesInvoices).expand("salesInvoiceLines");
    let page = service.company().list(query).next().await.unwrap().unwrap();
    let invoice: SalesInvoice = page.rows[0].decode().unwrap();
    let sequences: Vec<i64> = invoice.lines.iter().map(|line| line.sequence).collect();
    assert_eq!(sequences, [10_000, 20_000, 30_000]);
    assert!(!page.rows[0].text().contains("@odata"));
}

#[tokio::test(start_paused = true)]
async fn maintenance_is_an_outage_and_a_missing_environment_is_not() {
    let service = Service::new(|_| {
        let mut answer = answer(503, "<!DOCTYPE html><title>Updating</title>");
        answer.headers = vec![("content-type".to_owned(), "text/html".to_owned())];
        Ok(answer)
    });
    let error = service.client().companies().await.unwrap_err();
    assert_eq!((error.kind.clone(), error.message.as_str()), (ErrorKind::Maintenance, "HTTP 503, Updating"));
    assert!(error.is_outage());

    let service = Service::new(|_| {
        let mut answer = answer(
            404,
            "<error><code>NoEnvironment</code><message>Environment does not exist.</message></error>",
        );
        answer.headers = vec![("content-type".to_owned(), "application/xml".to_owned())];
        Ok(answer)
    });
    let error = service.client().companies().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::EnvironmentNotFound);
    assert_eq!(
        error.to_string(),
        "the environment does not exist: v2.0/companies (NoEnvironment: Environment does not exist.)"
    );
    assert!(!error.is_outage());
}

#[tokio::test(start_paused = true)]
async fn companies_are_labelled_by_display_name_else_name() {
    let service = Service::new(|_| {
        page(
            &[
                r#"{"id":"e802e7d1-5408-f011-9afa-6045bdabb318","systemVersion":"26.0","name":"My Company","displayName":""}"#,
                r#"{"id":"3ab5c248-e72b-f011-9a4a-7c1e5275406f","systemVersion":"26.0","name":"Rebel","displayName":"Rebel Sp. z o.o."}"#,
            ],
            None,
        )
    });
    let companies = service.client().companies().await.unwrap();
    let labels: Vec<&str> = companies.iter().map(business_central::Company::label).collect();
    assert_eq!(labels, ["My Company", "Rebel Sp. z o.o."]);
    assert_eq!(companies[0].id, id("e802e7d1-5408-f011-9afa-6045bdabb318"));
}

#[tokio::test(start_paused = true)]
async fn an_address_in_the_settings_that_is_none_sends_nothing() {
    let service = Service::new(|_| page(&[], None));
    let mut settings = crate::scripted::settings();
    settings.api_url = "bc".to_owned();
    let client = service.client_with(settings);
    assert_eq!(client.companies().await.unwrap_err().kind, ErrorKind::Settings);
    assert!(service.requests().is_empty());
}
