//! Single records, and what a 404 means.

use business_central::{Entity, ErrorKind, Lookup, Query};

use crate::scripted::{CUSTOMER, Service, answer, id, page, refusal};

const COMPANY_PATH: &str = "/v2.0/companies(b18aed47-c385-49d2-b954-dbdf8ad71780)";

fn company() -> crate::scripted::Reply {
    Ok(answer(200, r#"{"id":"b18aed47-c385-49d2-b954-dbdf8ad71780","name":"CRONUS"}"#))
}

async fn look_up(service: &std::sync::Arc<Service>) -> Result<Lookup, business_central::Error> {
    service.company().get(Query::of(Entity::Customers).select(&["id", "number"]), id(CUSTOMER)).await
}

#[tokio::test(start_paused = true)]
async fn a_record_is_found_by_its_id() {
    let service = Service::new(|_| {
        Ok(answer(
            200,
            r#"{"@odata.context":"c","@odata.etag":"W/\"1\"","id":"55e545bc-f6f9-ef11-9344-6045bdc8c234","number":"10000"}"#,
        ))
    });
    let Lookup::Found(row) = look_up(&service).await.unwrap() else { panic!("absent") };
    assert_eq!(row.text(), r#"{"id":"55e545bc-f6f9-ef11-9344-6045bdc8c234","number":"10000"}"#);
    assert_eq!(row.etag(), Some("W/\"1\""));
    assert_eq!(service.calls()[0].path, format!("{COMPANY_PATH}/customers({CUSTOMER})?$select=id,number"));
    assert_eq!(service.calls()[0].prefer, None);
}

#[tokio::test(start_paused = true)]
async fn a_missing_record_is_absent_only_while_the_company_answers() {
    let missing = || refusal(404, "Internal_RecordNotFound", "The Customer does not exist.");
    let service = Service::new(move |call| if call.path == COMPANY_PATH { company() } else { missing() });
    assert_eq!(look_up(&service).await.unwrap(), Lookup::Absent);
    assert_eq!(service.calls().len(), 2);

    let service = Service::new(move |_| missing());
    assert_eq!(look_up(&service).await.unwrap_err().kind, ErrorKind::CompanyNotFound);
}

#[tokio::test(start_paused = true)]
async fn the_other_code_for_a_missing_record_needs_the_collection_too() {
    let missing =
        || refusal(404, "BadRequest_ResourceNotFound", "Resource not found for the segment 'customers'.");
    let collection = format!("{COMPANY_PATH}/customers?$select=id");
    let service = Service::new(move |call| match call.path.as_str() {
        COMPANY_PATH => company(),
        path if path == collection => page(&[], None),
        _ => missing(),
    });
    assert_eq!(look_up(&service).await.unwrap(), Lookup::Absent);

    let service = Service::new(move |call| if call.path == COMPANY_PATH { company() } else { missing() });
    assert_eq!(look_up(&service).await.unwrap_err().kind, ErrorKind::ApiAbsent);
}

#[tokio::test(start_paused = true)]
async fn other_refusals_of_a_record_say_nothing_about_its_absence() {
    let causes = [
        (404, "Internal_CompanyNotFound", "The company does not exist.", ErrorKind::CompanyNotFound),
        (404, "BadRequest_NotFound", "Bad Request - Error in query syntax.", ErrorKind::BadRequest),
        (
            400,
            "Internal_ServerError",
            "Sorry, the current permissions prevented the action.",
            ErrorKind::Permission,
        ),
        (404, "NoEnvironment", "Environment does not exist.", ErrorKind::EnvironmentNotFound),
    ];
    for (status, code, message, kind) in causes {
        let service = Service::new(move |_| refusal(status, code, message));
        assert_eq!(look_up(&service).await.unwrap_err().kind, kind, "{code}");
        assert_eq!(service.calls().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn an_outage_while_absence_is_being_confirmed_is_an_outage() {
    let service = Service::new(|call| {
        if call.path == COMPANY_PATH {
            refusal(503, "Internal_TenantUnavailable", "x")
        } else {
            refusal(404, "Internal_RecordNotFound", "x")
        }
    });
    assert_eq!(look_up(&service).await.unwrap_err().kind, ErrorKind::Maintenance);
}

#[tokio::test(start_paused = true)]
async fn contacts_of_a_customer_are_read_below_it() {
    let service = Service::new(|_| {
        page(
            &[
                r#"{"contactId":"000d0000-0a1b-f011-9a4a-7c1e5275406f","contactNumber":"CT000001","contactType":"Company","relatedType":"Customer","contact":null}"#,
            ],
            None,
        )
    });
    let contacts = service.company().contacts_information(id(CUSTOMER)).await.unwrap();
    assert_eq!(contacts[0].contact_number, "CT000001");
    assert_eq!(contacts[0].contact, None);
    let path = format!("{COMPANY_PATH}/customers({CUSTOMER})/contactsInformation?$expand=contact");
    assert_eq!(service.calls()[0].path, path);
}

#[tokio::test(start_paused = true)]
async fn a_probe_reads_one_row_and_no_further_page() {
    let service = Service::new(|_| page(&[r#"{"entryNumber":1}"#], Some("https://bc.invalid/next")));
    let probe = service.company().probe(Entity::DetailedCustomerLedgerEntries).await.unwrap();
    assert!(probe.rows_seen);
    let calls = service.calls();
    assert_eq!(calls.len(), 1);
    assert_eq!(
        calls[0].path,
        "/microsoft/reportsFinance/beta/companies(b18aed47-c385-49d2-b954-dbdf8ad71780)/detailedCustomerLedgerEntries?$select=entryNumber"
    );
    assert_eq!(calls[0].prefer.as_deref(), Some("odata.maxpagesize=1"));

    let service = Service::new(|_| page(&[], None));
    assert!(!service.company().probe(Entity::SalesInvoices).await.unwrap().rows_seen);
}
