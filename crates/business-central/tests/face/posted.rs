//! Proof of posting.

use std::collections::BTreeSet;

use business_central::{BcId, ErrorKind, PostedProof};

use crate::scripted::{Service, id, page, refusal, unauthorized};

fn invoice(index: usize) -> (BcId, String) {
    (id(&format!("00030000-0a1b-f011-9a4a-{index:012}")), format!("103{index:03}"))
}

fn row(index: usize) -> String {
    let (id, number) = invoice(index);
    format!(r#"{{"apiId":"{id}","number":"{number}"}}"#)
}

#[tokio::test(start_paused = true)]
async fn invoices_are_matched_by_api_id_and_not_by_number() {
    let other = row(2).replace("000000000002", "000000000099");
    let service = Service::new(move |_| page(&[&row(1), &other], None));
    let proof = service.company().posted_among(&[invoice(1), invoice(2)]).await.unwrap();
    assert_eq!(proof, PostedProof::Ids(BTreeSet::from([invoice(1).0])));
    assert_eq!(
        service.calls()[0].path,
        "/microsoft/automate/v1.0/companies(b18aed47-c385-49d2-b954-dbdf8ad71780)/postedSalesInvoices\
         ?$select=apiId,number&$filter=number%20eq%20%27103001%27%20or%20number%20eq%20%27103002%27"
    );
}

#[tokio::test(start_paused = true)]
async fn many_numbers_are_asked_for_in_batches_that_fit_an_address() {
    let service = Service::new(|_| page(&[], None));
    let invoices: Vec<_> = (0..45).map(invoice).collect();
    service.company().posted_among(&invoices).await.unwrap();
    assert_eq!(service.calls().len(), 3);

    let service = Service::new(|_| page(&[], None));
    let long: Vec<_> = (0..40).map(|index| (invoice(index).0, format!("ÄÖÜ/ÄÖÜ&ÄÖÜ'ÄÖ{index:04}"))).collect();
    service.company().posted_among(&long).await.unwrap();
    let requests = service.requests();
    let longest = requests.iter().map(|request| request.url.len()).max().unwrap();
    assert!(longest < 2_000, "{longest}");
}

#[tokio::test(start_paused = true)]
async fn of_no_invoices_none_are_posted_and_nobody_is_asked() {
    let service = Service::new(|_| page(&[], None));
    let nothing = [(invoice(1).0, String::new())];
    for invoices in [&nothing[..], &[]] {
        let proof = service.company().posted_among(invoices).await.unwrap();
        assert_eq!(proof, PostedProof::Ids(BTreeSet::new()));
    }
    assert!(service.requests().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_api_that_is_missing_or_closed_proves_nothing() {
    let answers: [fn() -> crate::scripted::Reply; 4] = [
        || {
            refusal(
                404,
                "BadRequest_ResourceNotFound",
                "Resource not found for the segment 'postedSalesInvoices'.",
            )
        },
        unauthorized,
        || refusal(400, "Internal_ServerError", "Sorry, the current permissions prevented the action."),
        || refusal(403, "", ""),
    ];
    for answer in answers {
        let service = Service::new(move |_| answer());
        assert_eq!(service.company().posted_among(&[invoice(1)]).await.unwrap(), PostedProof::ApiAbsent);
        assert_eq!(service.company().all_posted_ids().await.unwrap(), PostedProof::ApiAbsent);
    }
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_not_an_absent_api() {
    let service = Service::new(|_| refusal(503, "Internal_TenantUnavailable", "x"));
    let error = service.company().posted_among(&[invoice(1)]).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Maintenance);
}

#[tokio::test(start_paused = true)]
async fn all_posted_ids_come_in_the_largest_pages() {
    let service = Service::new(|call| match call.turn {
        1 => page(&[&row(1), &row(2)], Some("https://bc.invalid/next")),
        _ => page(&[&row(3)], None),
    });
    let PostedProof::Ids(ids) = service.company().all_posted_ids().await.unwrap() else { panic!("absent") };
    assert_eq!(ids, (1..=3).map(|index| invoice(index).0).collect());
    assert!(service.calls().iter().all(|call| call.prefer.as_deref() == Some("odata.maxpagesize=20000")));
}
