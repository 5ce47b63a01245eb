//! How people type what they know of a company into a CRM, and how they mistype it.

use super::company::{Company, bare, plain, spelt};
use super::dice::Dice;

/// One account as somebody typed it. Blank is what nobody typed.
#[derive(Clone, Debug, Default)]
pub(super) struct Typed {
    pub(super) name: String,
    pub(super) account_number: String,
    pub(super) site: String,
    pub(super) phone: String,
    pub(super) website: String,
    pub(super) street: String,
    pub(super) city: String,
    pub(super) postcode: String,
    pub(super) country: String,
    pub(super) tax: String,
    pub(super) description: String,
}

/// Types a company; `whole` where the name and its legal form have to stand as they are registered, but for spelling.
pub(super) fn typed(dice: &mut Dice, company: &Company, whole: bool) -> Typed {
    let mut account = Typed { name: typed_name(dice, company, whole), ..Typed::default() };
    if dice.percent(78) {
        let (town, _, _, abroad) = company.country.towns[company.town];
        account.city = match dice.below(100) {
            0..=9 => abroad.to_owned(),
            10..=17 => spelt(town),
            18..=22 => town.to_uppercase(),
            23..=28 => mistyped(dice, town),
            _ => town.to_owned(),
        };
        if dice.percent(70) {
            account.postcode =
                if dice.percent(3) { mistyped(dice, &company.postcode) } else { company.postcode.clone() };
        }
        if dice.percent(55) {
            account.street = company.street.replace("straße", "str.");
        }
    }
    if dice.percent(65) {
        account.country = dice.pick(company.country.written).to_owned();
    }
    if dice.percent(55) {
        account.phone = typed_phone(dice, company);
    }
    if let Some(domain) = company.domain.as_deref().filter(|_| dice.percent(45)) {
        account.website = match dice.below(12) {
            0 => format!("http://{domain}"),
            1 => format!("https://www.{domain}/index.html"),
            2 | 3 => domain.to_owned(),
            4 => domain.replace(&format!(".{}", company.country.domain), ".com"),
            _ => format!("www.{domain}"),
        };
    } else if dice.percent(4) {
        account.website = format!("https://www.facebook.com/{}", plain(&company.words.concat()));
    }
    if dice.percent(12) {
        account.tax = match dice.below(3) {
            0 => company.tax.clone(),
            1 => company.tax.chars().filter(char::is_ascii_alphanumeric).collect(),
            _ => company.tax.trim_start_matches(char::is_alphabetic).to_owned(),
        };
    }
    if dice.percent(15) {
        account.description = dice
            .pick(&["met at the fair", "calls back in March", "ALT!! nicht mehr anrufen", "see Robin"])
            .to_owned();
    }
    account
}

fn typed_name(dice: &mut Dice, company: &Company, whole: bool) -> String {
    let mut words = company.words.clone();
    if !whole {
        let and = words.iter().position(|word| word == "&");
        if dice.percent(9) {
            match and {
                // "Jones & Smith" for "Smith & Jones"
                Some(at) if at == 1 && words.len() == 3 => words.swap(0, 2),
                _ => words.rotate_left(1),
            }
            words.retain(|word| word != "&" || and.is_some());
        }
        let last = words.len() - 1;
        match dice.below(100) {
            0..=5 if words.len() > 1 && and != Some(last - 1) => words.truncate(last),
            6..=12 => shorten(dice, &mut words),
            13..=14 if last > 0 => {
                words = vec![
                    words
                        .iter()
                        .filter_map(|word| word.chars().next())
                        .filter(|one| one.is_alphabetic())
                        .collect(),
                ];
            }
            _ => {}
        }
    }
    let and = dice.pick(&["&", "&", "&", "and", "und", "+", "u.", "et"]);
    words.iter_mut().filter(|word| *word == "&").for_each(|word| *word = and.to_owned());
    let manner = dice.below(10);
    let mut words: Vec<String> = words
        .iter()
        .map(|word| match manner {
            0..=2 => spelt(word),
            3..=5 => bare(word),
            _ => word.clone(),
        })
        .collect();
    let mistakes = match dice.below(100) {
        0..=27 => 1,
        28..=34 => 2,
        _ => 0,
    };
    for _ in 0..mistakes {
        let at = dice.below(words.len());
        if words[at].chars().count() > 3 {
            words[at] = mistyped(dice, &words[at]);
        }
    }
    if dice.percent(3) && words.len() > 1 {
        let second = words.remove(1);
        words[0].push_str(&second.to_lowercase());
    }
    let form = if whole { spelling_of(dice, company.form) } else { typed_form(dice, company) };
    let mut name = words.join(dice.pick(&[" ", " ", " ", " ", "  ", "-"]));
    if !form.is_empty() {
        name.push_str(dice.pick(&[" ", " ", ", "]));
        name.push_str(&form);
    }
    match dice.below(100) {
        0..=2 => name.push_str(&format!(" {}", company.city())),
        3 => name.push_str(" (NEU)"),
        4 => name.insert_str(0, "Fa. "),
        5 => name.push_str("!!"),
        6 => name.insert_str(0, "The "),
        _ => {}
    }
    match dice.below(100) {
        0..=7 => name.to_uppercase(),
        8..=15 => name.to_lowercase(),
        _ => name,
    }
}

/// The legal form as people remember it.
fn typed_form(dice: &mut Dice, company: &Company) -> String {
    match dice.below(100) {
        0..=37 => String::new(),
        38..=44 => dice.pick(company.country.forms).to_owned(),
        _ => spelling_of(dice, company.form),
    }
}

fn spelling_of(dice: &mut Dice, form: &str) -> String {
    match (dice.below(4), form) {
        (0, "Ltd" | "Ltd.") => "Limited".to_owned(),
        (0, "Limited") => "Ltd".to_owned(),
        (0, "GmbH") => "Gmbh".to_owned(),
        (1, "GmbH") => "G.m.b.H.".to_owned(),
        (0, "GmbH & Co. KG") => "GmbH und Co KG".to_owned(),
        (1, "GmbH & Co. KG") => "GmbH&Co.KG".to_owned(),
        (0, "Inc.") => "Incorporated".to_owned(),
        (0, "Corp.") => "Corporation".to_owned(),
        (0, "Sp. z o.o.") => "Sp.z.o.o".to_owned(),
        (0 | 1, form) => form.replace('.', ""),
        (_, form) => form.to_owned(),
    }
}

/// A word cut off, or a usual short form of it.
fn shorten(dice: &mut Dice, words: &mut [String]) {
    let at = dice.below(words.len());
    let letters: Vec<char> = words[at].chars().collect();
    if letters.len() >= 6 {
        let keep = if at == 0 && dice.percent(30) { 1 } else { 4 };
        words[at] = format!("{}.", letters[..keep].iter().collect::<String>());
    }
}

/// One mistake of the fingers.
pub(super) fn mistyped(dice: &mut Dice, text: &str) -> String {
    const ROWS: [&str; 4] = ["qwertzuiop", "asdfghjkl", "yxcvbnm", "1234567890"];
    let mut letters: Vec<char> = text.chars().collect();
    if letters.len() < 3 {
        return text.to_owned();
    }
    let at = if dice.percent(6) { 0 } else { 1 + dice.below(letters.len() - 2) };
    match dice.below(4) {
        0 => letters.swap(at, at + 1),
        1 => {
            letters.remove(at);
        }
        2 => letters.insert(at, letters[at]),
        _ => {
            let neighbour = ROWS.iter().find_map(|row| {
                let place = row.chars().position(|one| Some(one) == letters[at].to_lowercase().next())?;
                row.chars().nth(if place == 0 { 1 } else { place - 1 })
            });
            letters[at] = neighbour.unwrap_or('e');
        }
    }
    letters.into_iter().collect()
}

fn typed_phone(dice: &mut Dice, company: &Company) -> String {
    let (area, own) = &company.phone;
    let (dial, code) = (company.country.dial, company.country.code);
    if dice.percent(12) {
        // Somebody's mobile.
        return format!("+{dial} 17{} {}", dice.below(10), dice.figures(7));
    }
    let (head, tail) = own.split_at(3);
    let national = if code == "US" { area.clone() } else { format!("0{}", area.trim_start_matches('0')) };
    let area = area.trim_start_matches('0');
    match dice.below(7) {
        0 => format!("{national}-{own}"),
        1 => format!("{national} {head} {tail}"),
        2 => format!("({national}) {head}-{tail}"),
        3 => format!("+{dial} (0) {area} {own}"),
        4 => format!("00{dial}{area}{own}"),
        5 => format!("+{dial}-{area}-{head}{tail}"),
        _ => company.whole_phone(),
    }
}
