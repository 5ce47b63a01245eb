//! A record's comparable values after normalisation, packed into one text: many of them are held at once.

use super::identifiers;
use super::name;
use super::party::{Kind, Party};
use super::places;
use super::reach;

/// What a line of the text holds; its first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trait {
    /// A number, letters in capitals.
    Number = b'N' as isize,
    /// The figures of a number.
    Digits = b'D' as isize,
    /// A tax number.
    Tax = b'T' as isize,
    /// An e-mail address.
    Email = b'E' as isize,
    /// A domain of its own.
    Domain = b'H' as isize,
    /// A telephone number.
    Phone = b'P' as isize,
    /// The town.
    City = b'C' as isize,
    /// The postal code.
    Postcode = b'Z' as isize,
    /// The country's code.
    Country = b'K' as isize,
    /// What it belongs to.
    Owner = b'O' as isize,
    /// The total.
    Total = b'M' as isize,
    /// The day.
    Date = b'Y' as isize,
    /// The words of its name.
    Words = b'W' as isize,
    /// The family of its legal form.
    LegalForm = b'F' as isize,
}

/// The values of one record, a line each: what it holds, then the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Traits(Box<str>);

impl Traits {
    /// Normalises what can be compared of a record.
    pub(super) fn of(kind: Kind, party: &Party) -> Self {
        let mut text = String::new();
        let mut put = |which: Trait, value: &str| {
            if !value.is_empty() && !value.contains('\n') {
                text.push(char::from(which as u8));
                text.push_str(value);
                text.push('\n');
            }
        };
        let numbers: Vec<String> =
            party.numbers.iter().flat_map(|number| identifiers::numbers(number)).collect();
        put_all(&mut put, Trait::Number, numbers.iter().cloned());
        if kind != Kind::Product {
            let digits = numbers.iter().filter_map(|number| identifiers::digits(number));
            put_all(&mut put, Trait::Digits, digits.map(str::to_owned));
        }
        put_all(
            &mut put,
            Trait::Tax,
            party.tax_numbers.iter().filter_map(|one| identifiers::tax_number(one)),
        );
        let emails: Vec<String> = party.emails.iter().filter_map(|one| reach::email(one)).collect();
        let domains = emails.iter().filter_map(|email| reach::email_domain(email));
        let domains = domains.chain(party.websites.iter().filter_map(|one| reach::website_domain(one)));
        put_all(&mut put, Trait::Domain, domains);
        put_all(&mut put, Trait::Email, emails.iter().cloned());
        put_all(&mut put, Trait::Phone, party.phones.iter().filter_map(|one| reach::phone(one)));
        let given = |value: &Option<String>| value.as_deref().unwrap_or_default().trim().to_owned();
        put(Trait::City, &places::town(&given(&party.city)));
        let postcode: String =
            given(&party.postal_code).chars().filter(|one| one.is_alphanumeric()).collect();
        put(Trait::Postcode, &postcode.to_uppercase());
        put(Trait::Country, places::country(&given(&party.country)).unwrap_or_default());
        put(Trait::Owner, &given(&party.belongs_to));
        if let Some(total) = party.total {
            let text = total.to_string();
            let whole =
                if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
            put(Trait::Total, whole);
        }
        put(Trait::Date, &given(&party.date));
        if kind != Kind::Document {
            let words = name::words(kind, &party.name);
            put(Trait::Words, &words.text);
            put(Trait::LegalForm, words.legal_form.unwrap_or_default());
        }
        Self(text.into_boxed_str())
    }

    /// The same, taken apart for reading.
    pub(super) fn view(&self) -> View<'_> {
        let mut lines = Vec::with_capacity(16);
        for line in self.0.split_terminator('\n') {
            if let (Some(&sort), Some(value)) = (line.as_bytes().first(), line.get(1..)) {
                lines.push((sort, value));
            }
        }
        View(lines)
    }
}

/// [`Traits`] taken apart for reading.
pub(super) struct View<'a>(Vec<(u8, &'a str)>);

impl<'a> View<'a> {
    /// The values of one sort.
    pub(super) fn all(&self, which: Trait) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(sort, _)| *sort == which as u8).map(|(_, value)| *value)
    }

    /// The only value of a sort, or the first.
    pub(super) fn one(&self, which: Trait) -> Option<&'a str> {
        self.all(which).next()
    }

    /// The words of its name, joined; empty where it has none.
    pub(super) fn words(&self) -> &'a str {
        self.one(Trait::Words).unwrap_or_default()
    }
}

fn put_all(put: &mut impl FnMut(Trait, &str), which: Trait, values: impl Iterator<Item = String>) {
    let mut values: Vec<String> = values.collect();
    values.sort_unstable();
    values.dedup();
    values.iter().for_each(|value| put(which, value));
}

#[cfg(test)]
mod tests {
    use super::{Trait, Traits};
    use crate::matching::{Kind, Party};

    #[test]
    fn blank_and_senseless_values_are_passed_over() {
        let party = Party {
            name: " ".to_owned(),
            numbers: vec![String::new()],
            emails: vec!["n/a".to_owned()],
            phones: vec!["-".to_owned()],
            city: Some("  ".to_owned()),
            ..Party::default()
        };
        assert_eq!(&*Traits::of(Kind::Organisation, &party).0, "");
    }

    #[test]
    fn the_domains_of_website_and_mail_are_one_sort() {
        let party = Party {
            emails: vec!["Info@Contoso.com".to_owned(), "boss@gmail.com".to_owned()],
            websites: vec!["https://www.contoso.com/".to_owned()],
            ..Party::default()
        };
        let traits = Traits::of(Kind::Organisation, &party);
        assert_eq!(traits.view().all(Trait::Domain).collect::<Vec<_>>(), ["contoso.com"]);
        assert_eq!(traits.view().all(Trait::Email).count(), 2);
    }
}
