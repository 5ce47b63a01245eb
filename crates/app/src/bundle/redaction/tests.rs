use super::{Private, Redactor};

const GUID: &str = "6f1c2a9e-0d3b-4c55-9f1e-2b7a51c0de01";

fn clean(text: &str) -> String {
    Redactor::default().redact(text).0
}

#[test]
fn what_looks_private_is_replaced() {
    let token = format!("1000.{}.{}", "0123456789abcdef".repeat(2), "fedcba9876543210".repeat(2));
    let cases = [
        ("written by Jo.Doe+x@contoso.co.uk.", "written by [e-mail-1]."),
        ("<müller@firma.de>", "<[e-mail-1]>"),
        (&format!("tenant {GUID}, again {}", GUID.to_uppercase()), "tenant [guid-1], again [guid-1]"),
        (&format!("{} and {}", GUID.replace('-', ""), GUID), "[guid-1] and [guid-1]"),
        ("from 192.0.2.7:8080 to 2001:db8::17.", "from [address-1]:8080 to [address-2]."),
        ("mac 00:1B:44:11:3a:b7", "mac [address-1]"),
        ("/home/jo is full", "/home/[user-1] is full"),
        ("/home/jo/x and /Users/Jo Doe/y", "/home/[user-1]/x and /Users/[user-2]/y"),
        ("C:\\Users\\jo\\AppData", "C:\\Users\\[user-1]\\AppData"),
        ("{\"path\":\"C:\\\\Users\\\\jo\\\\x\"}", "{\"path\":\"C:\\\\Users\\\\[user-1]\\\\x\"}"),
        (&format!("token {token}"), "token [secret]"),
        ("Authorization: Bearer abcdefghijklmnop.qrstuv", "Authorization: Bearer [secret]"),
        ("Zoho-oauthtoken 1000.abcdef0123456789", "Zoho-oauthtoken [secret]"),
        ("eyJ0eXAiOiJKV1QiLCJhbGciOi.eyJhdWQi.x-y_z", "[secret]"),
        ("client_secret=a~b.c&grant_type=x", "client_secret=[secret]&grant_type=x"),
        ("{\"refresh_token\": \"short\", \"x\": 1}", "{\"refresh_token\": \"[secret]\", \"x\": 1}"),
        (
            "{\"message\":\"{\\\"access_token\\\":\\\"abc\\\"}\"}",
            "{\"message\":\"{\\\"access_token\\\":\\\"[secret]\\\"}\"}",
        ),
        (
            "proxy = \"http://jo:pa:ss@proxy.example.com:8080\"",
            "proxy = \"http://[secret]@proxy.example.com:8080\"",
        ),
        (
            "GET https://x.example/v8/Accounts?criteria=(Name:equals:Ann) 200",
            "GET https://x.example/v8/Accounts?[query] 200",
        ),
        ("the record 5554000000123456789 and 5554000000123456789", "the record [zoho-id-1] and [zoho-id-1]"),
    ];
    for (text, expected) in cases {
        assert_eq!(clean(text), expected);
    }
}

#[test]
fn what_helps_and_tells_nothing_stays() {
    for text in [
        "2026-06-05T12:02:33.123456Z  INFO app::polling: waiting",
        "http://127.0.0.1:40123/bc and [::1]:80 and localhost",
        "ledgerline 0.1.0 on Debian 12.5, SQLite 3.50.4",
        "api.businesscentral.dynamics.com/v2.0: no answer in time",
        "AADSTS7000215: Invalid client secret provided.",
        "code secret_missing, the refresh token is gone: sign in",
        "run 0123456789abcdef ended: 1,200 of 5,000; apply::feed::add",
        "client_secret_expires = \"2027-05-01\"",
        "{\"token\":null,\"secret_stored\":true}",
        "why? nobody knows",
        "@someone and a@b",
    ] {
        assert_eq!(clean(text), text);
    }
}

#[test]
fn a_known_secret_is_found_within_anything_and_however_it_is_written() {
    let mut redactor = Redactor::default();
    redactor.knows(Private::Secret, "pa\"ss/w rd&1");
    let texts =
        ["xpa\"ss/w rd&1x", "\"pa\\\"ss/w rd&1\"", "k=pa%22ss%2Fw+rd%261&x", "k=pa%22ss%2Fw%20rd%261&x"];
    for text in texts {
        let (clean, counts) = redactor.redact(text);
        assert!(clean.contains("[secret]") && !clean.contains("rd"), "{clean}");
        assert_eq!(counts[&Private::Secret], 1);
    }
}

#[test]
fn a_known_name_is_a_word_of_its_own_in_any_case() {
    let mut redactor = Redactor::default();
    redactor.knows(Private::UserName, "anna");
    redactor.knows(Private::CompanyName, "CRONUS International Ltd.");
    let (clean, _) = redactor.redact("Anna of Cronus International Ltd. in Savannah, ANNA; annabel");
    assert_eq!(clean, "[user-1] of [company-1] in Savannah, [user-1]; annabel");
}

#[test]
fn the_longer_of_two_known_values_goes_first_and_short_ones_are_left() {
    let mut redactor = Redactor::default();
    redactor.knows(Private::UserName, "jo");
    redactor.knows(Private::UserName, "anna");
    redactor.knows(Private::HomeFolder, "/srv/people/anna");
    let (clean, counts) = redactor.redact("/srv/people/anna/x, anna and jo");
    assert_eq!(clean, "[home]/x, [user-1] and jo");
    assert_eq!(counts.into_iter().collect::<Vec<_>>(), [(Private::HomeFolder, 1), (Private::UserName, 1)]);
}

#[test]
fn one_redactor_gives_the_same_value_the_same_placeholder_in_every_text() {
    let mut redactor = Redactor::default();
    let (first, _) = redactor.redact("a@x.com b@x.com");
    let (second, _) = redactor.redact("b@x.com B@X.com c@x.com");
    assert_eq!(
        (first.as_str(), second.as_str()),
        ("[e-mail-1] [e-mail-2]", "[e-mail-2] [e-mail-2] [e-mail-3]")
    );
}

#[test]
fn a_text_that_was_cleaned_stays_as_it_is() {
    let mut redactor = Redactor::default();
    redactor.knows(Private::Secret, "hush-hush");
    let text =
        format!("hush-hush a@x.com {GUID} /home/jo/x https://x.example/y?z=1 client_secret=abc 10.1.2.3");
    let (once, _) = redactor.redact(&text);
    let (twice, counts) = redactor.redact(&once);
    assert_eq!((once, true), (twice, counts.is_empty()));
}
