//! Companies as they are registered.

use std::collections::BTreeSet;

use super::countries::{BRAND_BEGINNINGS, BRAND_ENDS, COUNTRIES, Country, FREE_MAIL, STREETS};
use super::dice::Dice;

/// Domains that are registered: nobody else can have one.
pub(super) type Domains = BTreeSet<String>;

/// A company.
#[derive(Clone)]
pub(super) struct Company {
    pub(super) country: &'static Country,
    /// The words of its name without the legal form; `&` among them.
    pub(super) words: Vec<String>,
    pub(super) form: &'static str,
    /// Which of the country's towns.
    pub(super) town: usize,
    pub(super) postcode: String,
    pub(super) street: String,
    /// The national number: area code, then its own.
    pub(super) phone: (String, String),
    /// The domain of its own.
    pub(super) domain: Option<String>,
    pub(super) email: String,
    pub(super) tax: String,
}

impl Company {
    /// Some company.
    pub(super) fn new(dice: &mut Dice, domains: &mut Domains) -> Self {
        let whole: u32 = COUNTRIES.iter().map(|country| country.share).sum();
        let mut left = dice.below(whole as usize);
        let mut country = &COUNTRIES[0];
        for one in COUNTRIES {
            country = one;
            if left < one.share as usize {
                break;
            }
            left -= one.share as usize;
        }
        let words = name(dice, country);
        let form = dice.pick(country.forms);
        let town = dice.below(country.towns.len());
        let mut company = Self {
            country,
            words,
            form,
            town,
            postcode: String::new(),
            street: String::new(),
            phone: (String::new(), String::new()),
            domain: None,
            email: String::new(),
            tax: String::new(),
        };
        company.settle(dice, town);
        company.register(dice, domains);
        company
    }

    /// Gives it a place, and the telephone number of one.
    pub(super) fn settle(&mut self, dice: &mut Dice, town: usize) {
        self.town = town;
        let (_, code, area, _) = self.country.towns[town];
        self.postcode = match self.country.code {
            "GB" => {
                let letter = |dice: &mut Dice| char::from(b"ABDEFGHJLNPQRSTUWXYZ"[dice.below(20)]);
                let outer = 1 + dice.below(20);
                format!("{code}{outer} {}{}{}", 1 + dice.below(9), letter(dice), letter(dice))
            }
            "AT" | "CH" | "DK" => format!("{code}{}", dice.figures(2)),
            "NL" => {
                let letter = |dice: &mut Dice| char::from(b"ABCDEGHJKLMNPRSTVWXZ"[dice.below(20)]);
                format!("{code}{} {}{}", dice.figures(2), letter(dice), letter(dice))
            }
            "US" => format!("{code}{}", dice.figures(2)),
            _ => format!("{code}{}", dice.figures(3)),
        };
        self.street = format!("{} {}", dice.pick(STREETS), 1 + dice.below(180));
        let own = match self.country.code {
            "DK" | "AT" => 6,
            _ => 7,
        };
        self.phone = (area.to_owned(), dice.figures(own));
    }

    /// Gives it a tax number, a domain and an address for mail.
    pub(super) fn register(&mut self, dice: &mut Dice, domains: &mut Domains) {
        self.tax = match self.country.code {
            "AT" => format!("ATU{}", dice.figures(8)),
            "CH" => format!("CHE-{}.{}.{} MWST", dice.figures(3), dice.figures(3), dice.figures(3)),
            "US" => format!("{}-{}", dice.figures(2), dice.figures(7)),
            "NL" => format!("NL{}B01", dice.figures(9)),
            "DK" => format!("DK{}", dice.figures(8)),
            "IT" | "FR" => format!("{}{}", self.country.code, dice.figures(11)),
            "PL" => format!("PL{}", dice.figures(10)),
            code => format!("{code}{}", dice.figures(9)),
        };
        let parts: Vec<String> =
            self.words.iter().map(|word| plain(word)).filter(|word| !word.is_empty()).collect();
        let joined = match dice.below(4) {
            0 => parts.join("-"),
            1 => parts.concat(),
            2 => parts.first().cloned().unwrap_or_default(),
            _ => parts.iter().take(2).cloned().collect::<Vec<_>>().join("-"),
        };
        let ending = if dice.percent(25) { "com" } else { self.country.domain };
        let town = plain(self.city());
        let tries =
            [joined.clone(), format!("{joined}-{town}"), format!("{town}-{joined}{}", dice.figures(2))];
        let free =
            tries.into_iter().map(|name| format!("{name}.{ending}")).find(|name| !domains.contains(name));
        self.domain = free.filter(|_| dice.percent(88));
        domains.extend(self.domain.clone());
        let user = dice.pick(&["info", "office", "sales", "mail", "kontakt", "buchhaltung"]);
        self.email = match &self.domain {
            Some(domain) => format!("{user}@{domain}"),
            None => format!("{}{}@{}", parts.concat(), dice.below(90), dice.pick(FREE_MAIL)),
        };
    }

    /// Its name in full.
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.words.join(" "), self.form)
    }

    /// Its town.
    pub(super) fn city(&self) -> &'static str {
        self.country.towns[self.town].0
    }

    /// Its telephone number as a tidy person writes it.
    pub(super) fn whole_phone(&self) -> String {
        format!("+{} {} {}", self.country.dial, self.phone.0.trim_start_matches('0'), self.phone.1)
    }
}

fn name(dice: &mut Dice, country: &'static Country) -> Vec<String> {
    let surname = dice.pick(country.surnames);
    let trade = dice.pick(country.trades);
    let words: Vec<&str> = match dice.below(100) {
        0..=34 => vec![surname, trade],
        35..=42 => vec![trade, surname],
        43..=52 => vec![surname, "&", dice.pick(country.surnames)],
        53..=59 => vec![surname, "&", country.sons],
        60..=66 => vec![dice.pick(country.first_names), surname, trade],
        67..=70 => vec![dice.pick(country.first_names), surname],
        71..=76 => vec![surname, "&", dice.pick(country.surnames), trade],
        77..=90 => {
            let brand = format!("{}{}", dice.pick(BRAND_BEGINNINGS), dice.pick(BRAND_ENDS));
            return if dice.percent(70) { vec![brand, trade.to_owned()] } else { vec![brand] };
        }
        91..=95 => {
            let letters: String =
                (0..3).map(|_| char::from(b"ABCDEFGHIKLMNPRSTUVW"[dice.below(20)])).collect();
            return vec![letters, trade.to_owned()];
        }
        _ => {
            let town = dice.below(country.towns.len());
            vec![trade, country.towns[town].0]
        }
    };
    // A family name of several words is several words.
    words.iter().flat_map(|word| word.split(' ')).map(str::to_owned).collect()
}

/// A word as it may stand in a domain.
pub(super) fn plain(word: &str) -> String {
    spelt(word).to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect()
}

/// Letters that a keyboard lacks, spelt with those that it has.
pub(super) fn spelt(word: &str) -> String {
    transcribed(word, true)
}

/// Letters that a keyboard lacks, without their accents.
pub(super) fn bare(word: &str) -> String {
    transcribed(word, false)
}

fn transcribed(word: &str, spelt: bool) -> String {
    let mut out = String::new();
    for letter in word.chars() {
        let stand_in = match letter {
            'ä' if spelt => "ae",
            'ö' | 'ø' if spelt => "oe",
            'ü' if spelt => "ue",
            'Ä' if spelt => "Ae",
            'Ö' | 'Ø' if spelt => "Oe",
            'Ü' if spelt => "Ue",
            'å' if spelt => "aa",
            'Å' if spelt => "Aa",
            'ä' | 'à' | 'å' | 'â' | 'ą' => "a",
            'Ä' | 'Å' => "A",
            'ö' | 'ø' | 'ó' => "o",
            'Ö' | 'Ø' => "O",
            'ü' => "u",
            'Ü' => "U",
            'ß' => "ss",
            'æ' => "ae",
            'Æ' => "Ae",
            'é' | 'è' | 'ê' | 'ę' => "e",
            'É' => "E",
            'ç' => "c",
            'ł' => "l",
            'Ł' => "L",
            'ś' => "s",
            'ń' => "n",
            'ź' | 'ż' => "z",
            _ => {
                out.push(letter);
                continue;
            }
        };
        out.push_str(stand_in);
    }
    out
}
