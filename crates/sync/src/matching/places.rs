//! Towns and countries under the names that people give them.

use super::fold::{Manner, fold};

/// Names of a town in other languages, folded; the first one stands for all.
const TOWNS: &[&[&str]] = &[
    &["munchen", "munich", "muenchen", "monaco di baviera"],
    &["wien", "vienna", "vienne"],
    &["koln", "cologne", "koeln", "colonia"],
    &["nurnberg", "nuremberg", "nuernberg"],
    &["hannover", "hanover", "hanovre"],
    &["braunschweig", "brunswick"],
    &["kobenhavn", "copenhagen", "kopenhagen", "koebenhavn", "copenhague"],
    &["goteborg", "gothenburg", "goeteborg"],
    &["zurich", "zuerich"],
    &["geneve", "geneva", "genf", "ginevra"],
    &["basel", "basle", "bale"],
    &["luzern", "lucerne"],
    &["bern", "berne"],
    &["milano", "milan", "mailand"],
    &["roma", "rome", "rom"],
    &["torino", "turin"],
    &["napoli", "naples", "neapel"],
    &["venezia", "venice", "venedig"],
    &["firenze", "florence", "florenz"],
    &["genova", "genoa", "genua"],
    &["praha", "prague", "prag"],
    &["warszawa", "warsaw", "warschau", "varsovie"],
    &["krakow", "cracow", "krakau"],
    &["wroclaw", "breslau"],
    &["gdansk", "danzig"],
    &["poznan", "posen"],
    &["bruxelles", "brussels", "brussel", "brussel bruxelles"],
    &["antwerpen", "antwerp", "anvers"],
    &["gent", "ghent", "gand"],
    &["brugge", "bruges"],
    &["luik", "liege", "luttich"],
    &["den haag", "the hague", "s gravenhage", "la haye"],
    &["lisboa", "lisbon", "lissabon", "lisbonne"],
    &["porto", "oporto"],
    &["sevilla", "seville"],
    &["zaragoza", "saragossa"],
    &["bucuresti", "bucharest", "bukarest"],
    &["beograd", "belgrade", "belgrad"],
    &["moskva", "moscow", "moskau"],
    &["athina", "athens", "athen"],
    &["strasbourg", "strassburg", "strasburg"],
    &["lyon", "lyons"],
    &["marseille", "marseilles"],
    &["nice", "nizza"],
    &["helsinki", "helsingfors"],
    &["turku", "abo"],
    &["aachen", "aix la chapelle"],
    &["frankfurt", "frankfurt am main", "frankfurt main", "frankfurt a m", "ffm"],
    &["new york", "new york city", "nyc"],
    &["东京", "東京", "tokyo", "tokio"],
    &["amsterdam"],
];

/// First words that say nothing without the second one.
const BEGINNINGS: &[&str] = &[
    "san", "santa", "santo", "sankt", "saint", "st", "bad", "new", "los", "las", "la", "le", "les", "el",
    "den", "the", "port", "porto", "fort", "neu", "alt", "gross", "klein", "ober", "unter", "villa", "mount",
    "lake", "north", "south", "east", "west", "nova", "novo", "sao", "rio", "s",
];

/// Countries: code, then names and abbreviations, folded.
const COUNTRIES: &[(&str, &[&str])] = &[
    (
        "DE",
        &[
            "germany",
            "deutschland",
            "allemagne",
            "alemania",
            "germania",
            "d",
            "ger",
            "deu",
            "brd",
            "duitsland",
            "niemcy",
            "tyskland",
        ],
    ),
    ("AT", &["austria", "osterreich", "oesterreich", "autriche", "a", "aut"]),
    ("CH", &["switzerland", "schweiz", "suisse", "svizzera", "suiza", "che", "sui"]),
    ("LI", &["liechtenstein", "fl"]),
    (
        "GB",
        &[
            "united kingdom",
            "uk",
            "great britain",
            "england",
            "scotland",
            "wales",
            "northern ireland",
            "grossbritannien",
            "u k",
            "gbr",
            "vereinigtes konigreich",
            "vereinigtes koenigreich",
            "royaume uni",
        ],
    ),
    ("IE", &["ireland", "irland", "eire", "irlande", "irl"]),
    (
        "US",
        &[
            "united states",
            "usa",
            "u s a",
            "u s",
            "united states of america",
            "america",
            "vereinigte staaten",
            "etats unis",
            "estados unidos",
        ],
    ),
    ("CA", &["canada", "kanada", "can"]),
    ("MX", &["mexico", "mexiko", "mex"]),
    ("BR", &["brazil", "brasil", "brasilien", "bra"]),
    ("AR", &["argentina", "argentinien", "arg"]),
    ("FR", &["france", "frankreich", "francia", "f", "fra", "frankrijk"]),
    ("BE", &["belgium", "belgien", "belgique", "belgie", "bel", "b"]),
    ("NL", &["netherlands", "the netherlands", "niederlande", "nederland", "holland", "pays bas", "nld"]),
    ("LU", &["luxembourg", "luxemburg", "lux"]),
    ("IT", &["italy", "italien", "italia", "italie", "i", "ita"]),
    ("ES", &["spain", "spanien", "espana", "espagne", "esp", "e"]),
    ("PT", &["portugal", "prt"]),
    ("DK", &["denmark", "danemark", "danmark", "dnk", "daenemark"]),
    ("SE", &["sweden", "schweden", "sverige", "swe"]),
    ("NO", &["norway", "norwegen", "norge", "nor"]),
    ("FI", &["finland", "finnland", "suomi", "fin"]),
    ("IS", &["iceland", "island"]),
    ("PL", &["poland", "polen", "polska", "pologne", "pol"]),
    ("CZ", &["czech republic", "czechia", "tschechien", "cesko", "ceska republika", "cze"]),
    ("SK", &["slovakia", "slowakei", "slovensko", "svk"]),
    ("HU", &["hungary", "ungarn", "magyarorszag", "hun"]),
    ("SI", &["slovenia", "slowenien", "slovenija", "svn"]),
    ("HR", &["croatia", "kroatien", "hrvatska", "hrv"]),
    ("RO", &["romania", "rumanien", "rumaenien", "rou"]),
    ("BG", &["bulgaria", "bulgarien", "bgr"]),
    ("GR", &["greece", "griechenland", "hellas", "ellada", "grc", "el"]),
    ("TR", &["turkey", "turkei", "tuerkei", "turkiye", "tur"]),
    ("RU", &["russia", "russland", "russian federation", "rus"]),
    ("UA", &["ukraine", "ukraina", "ukr"]),
    ("EE", &["estonia", "estland", "eesti"]),
    ("LV", &["latvia", "lettland", "latvija"]),
    ("LT", &["lithuania", "litauen", "lietuva"]),
    ("JP", &["japan", "日本", "jpn", "nippon"]),
    ("CN", &["china", "中国", "chn", "prc"]),
    ("KR", &["south korea", "korea", "sudkorea", "suedkorea", "republic of korea"]),
    ("IN", &["india", "indien", "ind", "bharat"]),
    ("AU", &["australia", "australien", "aus"]),
    ("NZ", &["new zealand", "neuseeland", "nzl"]),
    ("ZA", &["south africa", "sudafrika", "suedafrika", "zaf"]),
    ("IL", &["israel", "isr"]),
    ("AE", &["united arab emirates", "uae", "vae", "emirates"]),
    ("SG", &["singapore", "singapur", "sgp"]),
];

/// Letters and digits of a folded text, everything else a single blank.
pub(super) fn flat(text: &str, manner: Manner) -> String {
    let folded = fold(text, manner);
    let words = folded.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// One spelling for a town, whichever language it is named in.
pub(super) fn town(text: &str) -> String {
    let bare = flat(text, Manner::Bare);
    let saint =
        bare.split_once(' ').filter(|(first, _)| matches!(*first, "saint" | "sankt" | "sint" | "sainte"));
    let bare = saint.map(|(_, rest)| format!("st {rest}")).unwrap_or(bare);
    let known = TOWNS.iter().find(|names| names.contains(&bare.as_str()));
    known.and_then(|names| names.first()).map_or(bare, |first| (*first).to_owned())
}

/// Whether two towns, as [`town`] spells them, are one: also where one says more ("Frankfurt", "Frankfurt Höchst") or a letter
/// is wrong.
pub(super) fn same_town(one: &str, other: &str) -> bool {
    if one == other {
        return true;
    }
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let first = short.split(' ').next().unwrap_or_default();
    let says_enough = short.chars().count() >= 4 && (short != first || !BEGINNINGS.contains(&first));
    if says_enough && long.strip_prefix(short).is_some_and(|rest| rest.starts_with(' ')) {
        return true;
    }
    // "muenchen" typed without knowing of "munchen"
    let collapsed = |town: &str| town.replace("ae", "a").replace("oe", "o").replace("ue", "u");
    collapsed(one) == collapsed(other)
        || (short.chars().count() >= 4 && super::distance::likeness(one, other) >= 800)
}

/// The two-letter code of a country that is known by that code or name.
pub(super) fn country(text: &str) -> Option<&'static str> {
    let bare = flat(text, Manner::Bare);
    let code = bare.to_ascii_uppercase();
    let known = COUNTRIES.iter().find(|(known, names)| *known == code || names.contains(&bare.as_str()));
    known.map(|(code, _)| *code)
}

/// The code, if a tax number may begin with it.
pub(super) fn is_code(code: &str) -> bool {
    matches!(code, "EL" | "XI") || COUNTRIES.iter().any(|(known, _)| *known == code)
}

#[cfg(test)]
mod tests {
    use super::{country, same_town, town};

    #[test]
    fn a_town_is_known_in_other_languages_and_with_more_said() {
        for (one, other, same) in [
            ("München", "Munich", true),
            ("Muenchen", "MÜNCHEN", true),
            ("Frankfurt a. M.", "Frankfurt/Main", true),
            ("Hamburg", "Hamburg-Altona", true),
            ("Hamburg", "Hambrug", true),
            ("Würzburg", "Wuerzburg", true),
            ("St. Gallen", "Sankt Gallen", true),
            ("Saint-Étienne", "St Etienne", true),
            ("Leeds", "Leds", true),
            ("San Jose", "San Diego", false),
            ("San", "San Diego", false),
            ("Essen", "Hessen", false),
            ("Hamburg", "Homberg", false),
            ("Bonn", "Born", false),
        ] {
            assert_eq!(same_town(&town(one), &town(other)), same, "{one} {other}");
            assert_eq!(same_town(&town(other), &town(one)), same, "{other} {one}");
        }
    }

    #[test]
    fn a_country_is_known_by_code_and_name() {
        for (text, code) in [
            ("de", Some("DE")),
            ("Österreich", Some("AT")),
            ("U.S.A.", Some("US")),
            ("Nirgendwo", None),
            ("", None),
        ] {
            assert_eq!(country(text), code);
        }
    }
}
