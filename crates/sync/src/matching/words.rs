//! Words in names that say little, and words that are written in more than one way.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// Words that only join others: `&` in the languages of the big countries.
const JOINING: &[&str] = &["&", "+", "and", "und", "et", "og", "och", "ve", "ja", "es"];

/// The same in one letter, which is a word only between others.
const JOINING_LETTERS: &[&str] = &["y", "e", "i", "u", "o", "a", "n"];

/// Articles and prepositions.
const SMALL: &[&str] = &[
    "the", "of", "for", "de", "du", "des", "del", "della", "di", "da", "do", "dos", "das", "la", "le", "les",
    "el", "los", "las", "il", "lo", "der", "die", "den", "dem", "fuer", "fur", "von", "vom", "van", "zum",
    "zur", "im", "in", "am", "an", "auf", "bei", "al", "til", "for", "i", "w", "z", "l", "d",
];

/// Short ways of writing words, with the word; both sides are brought to the word.
const SHORT: &[(&str, &str)] = &[
    ("intl", "international"),
    ("int", "international"),
    ("internat", "international"),
    ("mfg", "manufacturing"),
    ("mfr", "manufacturer"),
    ("bros", "brothers"),
    ("gebr", "gebrueder"),
    ("gebruder", "gebrueder"),
    ("hnos", "hermanos"),
    ("frat", "fratelli"),
    ("flli", "fratelli"),
    ("assoc", "associates"),
    ("svc", "services"),
    ("svcs", "services"),
    ("service", "services"),
    ("serv", "services"),
    ("grp", "group"),
    ("gruppe", "group"),
    ("groupe", "group"),
    ("gruppo", "group"),
    ("grupo", "group"),
    ("hldg", "holding"),
    ("hldgs", "holding"),
    ("holdings", "holding"),
    ("ind", "industries"),
    ("inds", "industries"),
    ("industry", "industries"),
    ("dept", "department"),
    ("univ", "university"),
    ("tech", "technology"),
    ("technologies", "technology"),
    ("technol", "technology"),
    ("eng", "engineering"),
    ("engrg", "engineering"),
    ("sys", "systems"),
    ("system", "systems"),
    ("sol", "solutions"),
    ("solution", "solutions"),
    ("dist", "distribution"),
    ("distr", "distribution"),
    ("mgmt", "management"),
    ("natl", "national"),
    ("st", "saint"),
    ("sankt", "saint"),
    ("sainte", "saint"),
    ("ges", "gesellschaft"),
    ("masch", "maschinen"),
    ("maschbau", "maschinenbau"),
    ("elektr", "elektro"),
    ("vertr", "vertrieb"),
    ("verw", "verwaltung"),
    ("ing", "ingenieur"),
    ("ets", "etablissements"),
    ("ste", "societe"),
    ("cia", "compania"),
    ("trdg", "trading"),
    ("eqpt", "equipment"),
    ("equip", "equipment"),
    ("constr", "construction"),
    ("dr", "doctor"),
];

/// Words that many companies have in their names.
const COMMON: &[&str] = &[
    "international",
    "manufacturing",
    "brothers",
    "gebrueder",
    "hermanos",
    "fratelli",
    "associates",
    "services",
    "group",
    "holding",
    "industries",
    "technology",
    "technik",
    "engineering",
    "systems",
    "systeme",
    "solutions",
    "distribution",
    "management",
    "national",
    "trading",
    "handel",
    "handels",
    "vertrieb",
    "vertriebs",
    "gesellschaft",
    "company",
    "partner",
    "partners",
    "sons",
    "soehne",
    "sohne",
    "fils",
    "figli",
    "hijos",
    "soenner",
    "construction",
    "bau",
    "metallbau",
    "stahlbau",
    "maschinenbau",
    "maschinen",
    "elektro",
    "elektrotechnik",
    "logistics",
    "logistik",
    "logistique",
    "transport",
    "transporte",
    "transports",
    "consulting",
    "beratung",
    "software",
    "global",
    "europe",
    "europa",
    "deutschland",
    "germany",
    "france",
    "italia",
    "espana",
    "polska",
    "usa",
    "uk",
    "austria",
    "schweiz",
    "supply",
    "supplies",
    "tools",
    "werkzeuge",
    "metal",
    "metals",
    "metall",
    "steel",
    "stahl",
    "foods",
    "food",
    "import",
    "export",
    "design",
    "studio",
    "media",
    "energy",
    "energie",
    "auto",
    "automotive",
    "parts",
    "center",
    "centre",
    "zentrum",
    "office",
    "buero",
    "shop",
    "store",
    "market",
    "produktion",
    "production",
    "products",
    "produkte",
    "verwaltung",
    "werk",
    "works",
    "firma",
    "doctor",
    "ingenieur",
    "ingenieure",
    "haustechnik",
    "druck",
    "print",
    "medical",
    "pharma",
    "real",
    "estate",
    "immobilien",
    "immobilier",
    "etablissements",
    "societe",
    "compania",
    "hotel",
    "restaurant",
    "saint",
    "new",
    "first",
    "general",
    "equipment",
    "autohaus",
    "moebel",
    "packaging",
    "verpackung",
    "verpackungen",
    "plastics",
    "kunststoff",
    "kunststofftechnik",
];

/// Words that tell companies of one house apart: what owns, lets, or pays for what the house does.
const SISTERS: &[&str] = &[
    "holding",
    "verwaltung",
    "verwaltungs",
    "immobilien",
    "immobilier",
    "beteiligung",
    "beteiligungs",
    "besitz",
    "grundbesitz",
    "leasing",
    "invest",
    "investment",
    "investments",
    "capital",
    "finance",
    "finanz",
    "properties",
    "property",
    "estate",
    "stiftung",
    "foundation",
    "verein",
    "vermoegen",
    "vermoegensverwaltung",
    "participations",
    "patrimoine",
    "immobiliare",
    "inmobiliaria",
];

static COMMON_WORDS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| COMMON.iter().copied().collect());
static LONG_WORDS: LazyLock<HashMap<&'static str, &'static str>> =
    LazyLock::new(|| SHORT.iter().copied().collect());

/// What people put before or after a name.
const TITLES: &[&str] = &[
    "dr", "prof", "mr", "mrs", "ms", "miss", "herr", "frau", "hr", "fr", "ing", "dipl", "mag", "mba", "phd",
    "sir", "mme", "mlle", "sr", "sra", "srta", "dott", "jr", "msc", "bsc", "med", "jur",
];

/// Whether the word at a place only joins its neighbours.
pub(super) fn joins(word: &str, before: Option<&str>, after: Option<&str>) -> bool {
    let is_word = |word: Option<&str>| word.is_some_and(|word| word.chars().count() > 1);
    JOINING.contains(&word) || (JOINING_LETTERS.contains(&word) && is_word(before) && is_word(after))
}

/// Whether the word is an article or a preposition.
pub(super) fn is_small(word: &str) -> bool {
    SMALL.contains(&word)
}

/// Whether many companies have the word in their names.
pub(super) fn is_common(word: &str) -> bool {
    COMMON_WORDS.contains(word)
}

/// Whether the word tells a company from others of its house.
pub(super) fn is_sister(word: &str) -> bool {
    SISTERS.contains(&word)
}

/// Whether the word is a title of a person.
pub(super) fn is_title(word: &str) -> bool {
    TITLES.contains(&word)
}

/// The word written out.
pub(super) fn written_out(word: &str) -> &str {
    LONG_WORDS.get(word).copied().unwrap_or(word)
}
