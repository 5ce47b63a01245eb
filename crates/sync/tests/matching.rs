//! Who is who, by its public face: what makes a pair certain, and what keeps it from being so.

use sync::matching::{Candidate, Class, Index, Kind, Party, Proposals, Reason, assign};

/// A company: name, number, tax number, e-mail or website, phone, town, postal code, country.
fn company(values: [&str; 8]) -> Party {
    let [name, number, tax, reach, phone, city, code, country] = values;
    let list = |value: &str| vec![value.to_owned()];
    Party {
        name: name.to_owned(),
        numbers: list(number),
        tax_numbers: list(tax),
        emails: list(if reach.contains('@') { reach } else { "" }),
        websites: list(if reach.contains('@') { "" } else { reach }),
        phones: list(phone),
        city: Some(city.to_owned()),
        postal_code: Some(code.to_owned()),
        country: Some(country.to_owned()),
        ..Party::default()
    }
}

fn best(kind: Kind, there: &Party, here: &Party) -> Option<Candidate<u32>> {
    let index = Index::build(kind, [(1, here.clone())]);
    index.candidates(there).into_iter().next()
}

fn class(kind: Kind, there: &Party, here: &Party) -> Class {
    best(kind, there, here).map_or(Class::None, |one| one.class)
}

const KNOWN: [&str; 8] = [
    "Müller & Söhne Metallbau GmbH",
    "C10010",
    "DE123456789",
    "info@mueller-soehne.de",
    "+49 40 555 0100",
    "Hamburg",
    "20095",
    "DE",
];

#[test]
fn companies_are_judged_by_values_that_are_independent_of_each_other() {
    let cases: &[(&str, [&str; 8], Class)] = &[
        ("all the same", KNOWN, Class::Certain),
        ("number and name", ["Mueller Soehne Metallbau", "10010", "", "", "", "", "", ""], Class::Likely),
        (
            "whole number and name",
            ["Mueller Soehne Metallbau", "C-10010", "", "", "", "", "", ""],
            Class::Certain,
        ),
        (
            "number, name and town",
            ["Mueller Soehne Metallbau", "10010", "", "", "", "Hamburg", "", ""],
            Class::Certain,
        ),
        (
            "misspelt, with domain and town",
            ["Müler & Söhne Metallbau", "", "", "www.mueller-soehne.de", "", "Hamburg", "", "Germany"],
            Class::Certain,
        ),
        (
            "swapped, with phone and town",
            ["Söhne Müller Metallbau KG", "", "", "", "040 5550100", "hamburg", "", ""],
            Class::Likely,
        ),
        (
            "registered name, town and code",
            ["MUELLER UND SOEHNE METALLBAU GMBH", "", "", "", "", "Hamburg", "20095", ""],
            Class::Certain,
        ),
        (
            "without the form, of usual words",
            ["MUELLER UND SOEHNE METALLBAU", "", "", "", "", "Hamburg", "20095", ""],
            Class::Likely,
        ),
        ("name alone", ["Müller & Söhne Metallbau", "", "", "", "", "", "", ""], Class::Likely),
        (
            "a namesake elsewhere",
            ["Müller & Söhne Metallbau GmbH", "", "", "", "", "München", "80331", "DE"],
            Class::Unclear,
        ),
        (
            "a branch with a tax number of its own",
            [
                "Müller & Söhne Metallbau GmbH",
                "",
                "DE123456780",
                "mueller-soehne.de",
                "",
                "Hamburg",
                "20095",
                "DE",
            ],
            Class::Likely,
        ),
        (
            "a namesake abroad",
            ["Müller & Söhne Metallbau GmbH", "", "", "", "", "", "", "US"],
            Class::Unclear,
        ),
        (
            "the same place in another country",
            ["Müller & Söhne Metallbau GmbH", "C10010", "", "", "", "Hamburg", "20095", "US"],
            Class::Likely,
        ),
        (
            "a number by accident",
            ["Blue Yonder Bearings Inc.", "10010", "", "", "", "Atlanta", "31772", "US"],
            Class::None,
        ),
        (
            "the whole number by accident",
            ["Blue Yonder Bearings Inc.", "C10010", "", "", "", "Atlanta", "31772", ""],
            Class::None,
        ),
        (
            "a sister under the same roof",
            [
                "Müller & Söhne Holding GmbH",
                "",
                "",
                "mueller-soehne.de",
                "040 555 0100",
                "Hamburg",
                "20095",
                "DE",
            ],
            Class::Likely,
        ),
        ("somebody else", ["Alpine Ski House", "", "", "", "", "Hamburg", "20095", "DE"], Class::None),
    ];
    for (what, here, expected) in cases {
        let found = best(Kind::Organisation, &company(KNOWN), &company(*here));
        let class = found.as_ref().map_or(Class::None, |one| one.class);
        assert_eq!(class, *expected, "{what}: {found:?}");
        let back = best(Kind::Organisation, &company(*here), &company(KNOWN));
        assert_eq!(back.map(|one| (one.class, one.score)), found.map(|one| (one.class, one.score)), "{what}");
    }
}

#[test]
fn a_provider_s_domain_says_nothing() {
    let there = company(["Huber Elektro", "", "", "huber@gmx.de", "", "Ulm", "89073", "DE"]);
    let here = company(["Gruber Holzbau", "", "", "gruber@gmx.de", "", "Ulm", "89073", "DE"]);
    assert_eq!(class(Kind::Organisation, &there, &here), Class::None);
}

#[test]
fn a_phone_that_many_have_says_little() {
    let there = company(["Huber Elektro", "", "", "", "+49 731 555 0100", "Ulm", "", ""]);
    let here = |n: u32| {
        let name = format!(
            "{} Büroservice",
            ["Adler", "Bieber", "Dachs", "Fuchs", "Gans", "Igel", "Hase"][n as usize]
        );
        (n, company([&name, "", "", "", "0731 5550100", "Ulm", "", ""]))
    };
    let alone = Index::build(Kind::Organisation, [here(0)]).candidates(&there);
    assert_eq!(alone[0].class, Class::Unclear);
    let crowd = Index::build(Kind::Organisation, (0..7).map(here)).candidates(&there);
    assert_eq!(crowd, []);
    // The same when many customers have it.
    let mut index = Index::build(Kind::Organisation, [here(0)]);
    (0..12).for_each(|_| index.learn(&there));
    assert_eq!(index.candidates(&there), []);
}

#[test]
fn doubles_are_both_shown_and_neither_is_certain() {
    let index = Index::build(Kind::Organisation, [(1, company(KNOWN)), (2, company(KNOWN))]);
    let assigned =
        assign(vec![Proposals { record: "C10010", candidates: index.candidates(&company(KNOWN)) }]);
    assert_eq!(assigned[0].class, Class::Likely);
    assert_eq!(assigned[0].others.len(), 1);
    assert!(assigned[0].chosen.as_ref().unwrap().reasons.contains(&Reason::FitsAnother));
}

#[test]
fn a_record_that_was_taken_out_is_not_found_and_one_that_changed_is_found_by_what_it_is_now() {
    let mut index: Index<u32> = Index::build(Kind::Organisation, []);
    assert!(index.is_empty());
    for n in 0..4_000 {
        index.add(n, &company([&format!("Zzyzx{n} Works"), "", "", "", "", "", "", ""]));
    }
    (0..3_000).for_each(|n| assert!(index.remove(&n)));
    assert!(!index.remove(&5));
    index.add(3_500, &company(KNOWN));
    assert_eq!(index.len(), 1_000);
    let keys = |party: &Party| -> Vec<u32> { index.candidates(party).iter().map(|one| one.key).collect() };
    assert_eq!(keys(&company(KNOWN)), [3_500]);
    assert!(!keys(&company(["Zzyzx3500 Works", "", "", "", "", "", "", ""])).contains(&3_500));
    assert!(keys(&company(["Zzyzx3600 Works", "", "", "", "", "", "", ""])).contains(&3_600));
    assert!(!keys(&company(["Zzyzx17 Works", "", "", "", "", "", "", ""])).contains(&17));
}

#[test]
fn persons_are_found_by_mail_within_their_account_then_by_name() {
    let person = |name: &str, email: &str, account: &str| Party {
        name: name.to_owned(),
        emails: vec![email.to_owned()],
        belongs_to: (!account.is_empty()).then(|| account.to_owned()),
        ..Party::default()
    };
    let there = person("Anna-Lena Müller", "a.mueller@contoso.com", "7");
    for (what, here, expected) in [
        ("mail, name, account", person("Mueller Anna Lena", "A.Mueller@contoso.com", "7"), Class::Certain),
        ("name and account", person("Anna-Lena Müller", "", "7"), Class::Certain),
        ("name and account, other mail", person("Anna-Lena Müller", "al@contoso.com", "7"), Class::Likely),
        ("misspelt in the account", person("Anna-Lena Mülller", "", "7"), Class::Likely),
        (
            "mail and name, account unknown",
            person("Anna-Lena Müller", "a.mueller@contoso.com", ""),
            Class::Certain,
        ),
        (
            "mail of somebody else there",
            person("Robert Townes", "a.mueller@contoso.com", "7"),
            Class::Unclear,
        ),
        ("name alone", person("Anna-Lena Müller", "", ""), Class::Unclear),
        ("name in another account", person("Anna-Lena Müller", "", "8"), Class::None),
        ("another person there", person("Robert Townes", "", "7"), Class::None),
    ] {
        assert_eq!(
            class(Kind::Person, &there, &here),
            expected,
            "{what}: {:?}",
            best(Kind::Person, &there, &here)
        );
    }
}

#[test]
fn products_are_found_by_number_then_by_name() {
    let product = |name: &str, number: &str| Party {
        name: name.to_owned(),
        numbers: vec![number.to_owned()],
        ..Party::default()
    };
    let there = product("Hex bolt M8×40", "1896-S");
    for (what, here, expected) in [
        ("number and name", product("hex bolt m8 x 40", "1896S"), Class::Certain),
        ("number, no name", product("", "1896-S"), Class::Certain),
        ("number, another thing", product("Grease gun Pro", "1896-S"), Class::Unclear),
        ("number, another size", product("Hex bolt M8×50", "1896-S"), Class::Unclear),
        ("name alone", product("Hex bolt M8x40", ""), Class::Likely),
        ("another size", product("Hex bolt M8×50", ""), Class::None),
    ] {
        let found = best(Kind::Product, &there, &here);
        assert_eq!(class(Kind::Product, &there, &here), expected, "{what}: {found:?}");
    }
}

#[test]
fn documents_are_found_by_number_customer_and_total() {
    let document = |number: &str, owner: &str, total: &str| Party {
        numbers: vec![number.to_owned()],
        belongs_to: Some(owner.to_owned()),
        total: total.parse().ok(),
        ..Party::default()
    };
    let there = document("103001", "7", "119.00");
    for (what, here, expected) in [
        ("all", document("Invoice 103001", "7", "119"), Class::Certain),
        ("another total", document("Invoice 103001", "7", "120"), Class::Unclear),
        ("another customer", document("Invoice 103001", "8", "119"), Class::Unclear),
        ("another number", document("Invoice 103002", "7", "119"), Class::Unclear),
        ("nothing", document("Invoice 9", "8", "5"), Class::None),
    ] {
        let found = best(Kind::Document, &there, &here);
        assert_eq!(class(Kind::Document, &there, &here), expected, "{what}: {found:?}");
    }
}
