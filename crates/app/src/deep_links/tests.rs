use sync::flow::Flow;
use sync::store::binding::Binding;

use super::Links;
use crate::Settings;

fn settings(company: &str, api_url: &str, accounts_url: &str) -> Settings {
    let text = format!(
        "[business_central]\ntenant = \"contoso.example\"\nenvironment = \"Pro & Co\"\ncompany = \"{company}\"\nclient_id = \"i\"\n\
         api_url = \"{api_url}\"\n[zoho]\nclient_id = \"z\"\naccounts_url = \"{accounts_url}\"\n"
    );
    Settings::parse(&text, "ledgerline.toml").unwrap()
}

fn cloud(accounts_url: &str) -> Settings {
    settings("CRONUS International Ltd.", "https://api.businesscentral.dynamics.com", accounts_url)
}

fn bound() -> Binding {
    Binding {
        tenant: "contoso.example".to_owned(),
        environment: "Pro & Co".to_owned(),
        company_id: "00000000-0000-0000-0000-000000000001".parse().unwrap(),
        company_name: "Müller GmbH".to_owned(),
        zgid: "808232144".to_owned(),
    }
}

#[test]
fn a_record_has_its_card_in_business_central() {
    let links = Links::of(&cloud("https://accounts.zoho.eu"), Some(&bound()));
    let company = "https://businesscentral.dynamics.com/contoso.example/Pro%20%26%20Co/?company=CRONUS%20International%20Ltd.";
    let cards = [
        (Flow::Customers, 21),
        (Flow::Items, 30),
        (Flow::Contacts, 5050),
        (Flow::Invoices, 132),
        (Flow::Vendors, 26),
        (Flow::PurchaseOrders, 50),
    ];
    for (flow, page) in cards {
        let address = format!("{company}&page={page}&filter=%27No.%27%20IS%20%27C10000%27");
        assert_eq!(links.business_central(flow, "C10000"), Some(address));
    }
    assert_eq!(links.business_central_home().as_deref(), Some(company));
}

#[test]
fn nothing_in_a_number_reaches_beyond_the_filter() {
    let links = Links::of(&cloud("https://accounts.zoho.eu"), None);
    let address = links.business_central(Flow::Items, "A&mode=Edit'#ö").unwrap();
    assert!(address.ends_with("&filter=%27No.%27%20IS%20%27A%26mode%3DEdit%27%27%23%C3%B6%27"), "{address}");
    let parsed = url::Url::parse(&address).unwrap();
    let filter = parsed.query_pairs().find(|(name, _)| name == "filter").unwrap().1.into_owned();
    assert_eq!(filter, "'No.' IS 'A&mode=Edit''#ö'");
    assert_eq!(links.business_central(Flow::Items, ""), None);
}

#[test]
fn a_company_that_the_settings_name_by_its_id_is_called_by_its_name() {
    let id = "00000000-0000-0000-0000-000000000001";
    let settings = settings(id, "https://api.businesscentral.dynamics.com", "https://accounts.zoho.com");
    let home = Links::of(&settings, Some(&bound())).business_central_home().unwrap();
    assert!(home.ends_with("/?company=M%C3%BCller%20GmbH"), "{home}");
}

#[test]
fn a_record_has_its_page_in_zoho_in_each_data_centre() {
    for (accounts, pages) in [
        ("https://accounts.zoho.com", "https://crm.zoho.com"),
        ("https://accounts.zoho.eu", "https://crm.zoho.eu"),
        ("https://accounts.zoho.in", "https://crm.zoho.in"),
        ("https://accounts.zoho.com.au", "https://crm.zoho.com.au"),
        ("https://accounts.zoho.jp", "https://crm.zoho.jp"),
        ("https://accounts.zoho.com.cn", "https://crm.zoho.com.cn"),
        ("https://accounts.zohocloud.ca", "https://crm.zohocloud.ca"),
        ("https://accounts.zoho.sa", "https://crm.zoho.sa"),
        ("https://accounts.zoho.uk", "https://crm.zoho.uk"),
    ] {
        let links = Links::of(&cloud(accounts), Some(&bound()));
        for (flow, module) in [
            (Flow::Customers, "Accounts"),
            (Flow::Items, "Products"),
            (Flow::Contacts, "Contacts"),
            (Flow::Invoices, "Invoices"),
        ] {
            let address = format!("{pages}/crm/org808232144/tab/{module}/71");
            assert_eq!(links.zoho(flow, "71"), Some(address));
        }
        assert_eq!(links.zoho_home(), Some(format!("{pages}/crm/org808232144/")));
    }
}

#[test]
fn before_the_org_is_known_there_is_only_zohos_start_page() {
    let links = Links::of(&cloud("https://accounts.zoho.eu"), None);
    assert_eq!(links.zoho(Flow::Items, "71"), None);
    assert_eq!(links.zoho_home().as_deref(), Some("https://crm.zoho.eu/crm/"));
}

#[test]
fn simulated_services_have_pages_of_their_own() {
    for origin in ["http://127.0.0.1:8123", "http://localhost:8123", "http://[::1]:8123"] {
        let settings = settings("Northwind", &format!("{origin}/bc"), &format!("{origin}/accounts"));
        let links = Links::of(&settings, Some(&bound()));
        assert_eq!(
            links.business_central(Flow::Invoices, "103001"),
            Some(format!(
                "{origin}/bc-web/contoso.example/Pro%20%26%20Co/?company=Northwind&page=132&filter=%27No.%27%20IS%20%27103001%27"
            ))
        );
        assert_eq!(
            links.zoho(Flow::Invoices, "71"),
            Some(format!("{origin}/crm/org808232144/tab/Invoices/71"))
        );
    }
}

#[test]
fn no_link_leads_to_where_nothing_is_known() {
    for (api, accounts) in [
        ("https://api.businesscentral.dynamics.com.evil.example", "https://accounts.zoho.eu.evil.example"),
        ("https://bc.example/api", "https://accounts.example"),
        ("https://10.0.0.7/bc", "https://10.0.0.7/accounts"),
    ] {
        let links = Links::of(&settings("Northwind", api, accounts), Some(&bound()));
        let all = [
            links.business_central(Flow::Items, "1"),
            links.business_central_home(),
            links.zoho(Flow::Items, "71"),
            links.zoho_home(),
        ];
        assert_eq!(all, [const { None }; 4], "{api}");
    }
}
