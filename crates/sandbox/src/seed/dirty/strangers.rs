//! Companies that are no customers, and look like some.

use super::company::{Company, Domains};
use super::dice::Dice;

/// A company that is none of the customers, though `like` may lend it something; and whether its name has to be typed whole, since
/// nothing else tells it from that customer.
pub(super) fn stranger(dice: &mut Dice, domains: &mut Domains, like: &Company) -> (Company, bool) {
    let mut other = Company::new(dice, domains);
    let elsewhere = |dice: &mut Dice, company: &mut Company| {
        let towns = company.country.towns.len();
        let town = (company.town + 1 + dice.below(towns - 1)) % towns;
        company.settle(dice, town);
    };
    match dice.below(100) {
        // A prospect like any other.
        0..=39 => (other, false),
        // A namesake in another town, no relation.
        40..=57 => {
            let mut namesake = like.clone();
            elsewhere(dice, &mut namesake);
            if dice.percent(40) {
                namesake.form = dice.pick(namesake.country.forms);
            }
            namesake.register(dice, domains);
            (namesake, false)
        }
        // A branch: the same name and domain, its own place and tax number.
        58..=66 => {
            let mut branch = like.clone();
            elsewhere(dice, &mut branch);
            let (domain, email) = (branch.domain.clone(), branch.email.clone());
            branch.register(dice, domains);
            (branch.domain, branch.email) = (domain, email);
            (branch, true)
        }
        // A sister: the same house, domain and switchboard, another trade.
        67..=74 => {
            let mut sister = like.clone();
            let trade = dice.pick(&[
                "Immobilien",
                "Holding",
                "Verwaltung",
                "Services",
                "Trading",
                "Leasing",
                "International",
            ]);
            if sister.words.len() > 1 && dice.percent(50) {
                sister.words.pop();
                if sister.words.last().is_some_and(|word| word == "&") {
                    sister.words.pop();
                }
            }
            sister.words.push(trade.to_owned());
            sister.form = dice.pick(sister.country.forms);
            let (domain, email) = (sister.domain.clone(), sister.email.clone());
            sister.register(dice, domains);
            (sister.domain, sister.email) = (domain, email);
            (sister, true)
        }
        // In the same building: switchboard and address are shared.
        75..=82 => {
            other.country = like.country;
            let words = std::mem::take(&mut other.words);
            other.town = like.town;
            other.postcode.clone_from(&like.postcode);
            other.street.clone_from(&like.street);
            other.phone.clone_from(&like.phone);
            other.words = words;
            // Of the same family perhaps, but not of the same name: that would be the customer itself.
            let begins = |words: &[String]| words.last().map(|word| word.chars().take(3).collect::<String>());
            let another = other.words.len() > 1 && begins(&other.words) != begins(&like.words);
            let kin = dice.percent(30) && another;
            if let Some(first) = like.words.first().filter(|_| kin) {
                other.words[0].clone_from(first);
            }
            other.form = dice.pick(other.country.forms);
            (other, kin)
        }
        // Of a similar family name, in the same town and trade.
        83..=90 => {
            let mut similar = like.clone();
            let at = dice.below(similar.words.len());
            if similar.words[at] != "&" {
                let surname = dice.percent(70);
                let words = if surname { similar.country.surnames } else { similar.country.trades };
                dice.pick(words).clone_into(&mut similar.words[at]);
            }
            if similar.words == like.words {
                similar.words.push(dice.pick(similar.country.trades).to_owned());
            }
            let town = similar.town;
            similar.settle(dice, town);
            similar.register(dice, domains);
            (similar, true)
        }
        // Somebody of whom only a family name is known, and mail with a provider.
        _ => {
            other.words = vec![dice.pick(other.country.surnames).to_owned()];
            other.domain = None;
            (other, false)
        }
    }
}
