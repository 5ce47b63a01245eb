//! Legal forms of companies: words that people leave out, write out, or get wrong.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

/// Legal forms by family: two of one family are the same thing in other words (Ltd and Limited), two of different families
/// are different companies if both are right. Each form is written as the folded words that it consists of, "&" and its like as
/// "and"; letters with dots between them are one word, so `s a r l` is "S. A. R. L." with blanks. Longer ones win.
///
/// Sources: the forms' names in the commercial registers of the countries, as listed by the GLEIF code list (ISO 20275).
const FORMS: &[(&str, &[&str])] = &[
    // Germany, Austria, Switzerland
    (
        "gmbh",
        &[
            "gmbh",
            "g m b h",
            "gesmbh",
            "ges mbh",
            "ges m b h",
            "mbh",
            "m b h",
            "ggmbh",
            "gesellschaft mbh",
            "gesellschaft mit beschraenkter haftung",
            "gesellschaft mit beschrankter haftung",
        ],
    ),
    (
        "gmbh & co kg",
        &[
            "gmbh co kg",
            "gmbh and co kg",
            "gmbh cokg",
            "gmbh co kgaa",
            "ag co kg",
            "ag and co kg",
            "se co kg",
            "se and co kg",
            "ug co kg",
            "ug haftungsbeschraenkt co kg",
            "co kg",
            "and co kg",
            "cokg",
        ],
    ),
    ("kg", &["kg", "k g", "kommanditgesellschaft"]),
    ("ohg", &["ohg", "o h g", "co ohg", "and co ohg", "offene handelsgesellschaft"]),
    ("gbr", &["gbr", "g b r", "gesellschaft buergerlichen rechts"]),
    ("ek", &["ek", "e k", "ekfr", "e kfr", "e kfm", "ekfm", "eingetragener kaufmann"]),
    ("ag", &["ag", "a g", "aktiengesellschaft"]),
    ("se", &["se", "societas europaea"]),
    ("kgaa", &["kgaa", "ag and co kgaa", "se and co kgaa", "se co kgaa"]),
    ("ug", &["ug", "ug haftungsbeschraenkt", "ug haftungsbeschrankt", "unternehmergesellschaft"]),
    ("eg", &["eg", "e g", "genossenschaft"]),
    ("ev", &["ev", "e v"]),
    // English speaking countries
    (
        "ltd",
        &[
            "ltd",
            "limited",
            "co ltd",
            "co limited",
            "company limited",
            "company ltd",
            "pte ltd",
            "pvt ltd",
            "private limited",
            "pte",
            "pvt",
        ],
    ),
    ("pty", &["pty", "pty ltd", "pty limited", "proprietary limited", "proprietary"]),
    ("plc", &["plc", "p l c", "public limited company"]),
    ("llp", &["llp", "l l p", "limited liability partnership"]),
    ("lp", &["lp", "limited partnership"]),
    ("llc", &["llc", "l l c", "limited liability company"]),
    ("inc", &["inc", "incorporated", "co inc", "corp", "corporation"]),
    ("co", &["co", "company", "and co", "and company", "cie", "and cie", "compagnie"]),
    // France, Belgium, Luxembourg
    ("sarl", &["sarl", "s a r l", "sarlau", "societe a responsabilite limitee", "eurl", "e u r l"]),
    ("sas", &["sas", "s a s", "sasu", "s a s u"]),
    ("sa", &["sa", "s a", "societe anonyme", "sociedad anonima"]),
    ("sci", &["sci", "s c i"]),
    ("snc", &["snc", "s n c"]),
    // Italy
    ("spa", &["spa", "s p a", "societa per azioni"]),
    ("srl", &["srl", "s r l", "srls", "s r l s"]),
    // Spain, Portugal, Latin America
    ("sl", &["sl", "s l", "slu", "s l u", "sociedad limitada"]),
    ("sau", &["sau", "s a u"]),
    ("ltda", &["ltda", "limitada", "lda"]),
    ("sa de cv", &["sa de cv", "s a de c v", "sapi de cv"]),
    ("srl de cv", &["s de rl de cv", "s de r l de c v"]),
    // Netherlands, Belgium
    ("bv", &["bv", "b v", "bvba", "besloten vennootschap"]),
    ("nv", &["nv", "n v", "naamloze vennootschap"]),
    ("vof", &["vof", "v o f"]),
    // The north
    ("ab", &["ab", "aktiebolag", "aktiebolaget"]),
    ("as", &["as", "a s", "aktieselskab", "aksjeselskap", "asa"]),
    ("aps", &["aps", "anpartsselskab"]),
    ("is", &["i s"]),
    ("hb", &["hb"]),
    ("oy", &["oy", "osakeyhtio", "oyj", "oy ab"]),
    ("ehf", &["ehf", "hf"]),
    // The east
    (
        "sp zoo",
        &[
            "sp zoo",
            "sp z o o",
            "sp z oo",
            "sp zo o",
            "spolka z oo",
            "spolka z o o",
            "spolka z ograniczona odpowiedzialnoscia",
        ],
    ),
    ("sp k", &["sp k", "sp zoo sp k", "sp z oo sp k", "sp z o o sp k"]),
    ("sp j", &["sp j"]),
    ("spolka akcyjna", &["spolka akcyjna"]),
    ("sro", &["sro", "s r o", "spol s r o", "spol sro"]),
    ("as cz", &["akciova spolecnost"]),
    ("kft", &["kft", "korlatolt felelossegu tarsasag"]),
    ("zrt", &["zrt", "nyrt", "rt"]),
    ("bt", &["bt"]),
    ("doo", &["doo", "d o o"]),
    ("dd", &["d d"]),
    ("ood", &["ood", "eood"]),
    ("ooo", &["ooo", "o o o"]),
    ("sia", &["sia"]),
    ("uab", &["uab"]),
    ("oue", &["ou", "oue"]),
    ("as tr", &["a s ti", "anonim sirketi"]),
    ("ltd sti", &["ltd sti", "limited sirketi"]),
    // Asia
    ("kk", &["kk", "k k", "kabushiki kaisha", "kabushiki gaisha"]),
    ("gk", &["gk", "godo kaisha"]),
    ("bhd", &["bhd", "sdn bhd"]),
];

/// What stands before or after a name in scripts that have no blanks.
const UNSPACED: &[(&str, &str)] =
    &[("kk", "株式会社"), ("kk", "(株)"), ("gk", "合同会社"), ("ltd", "有限公司"), ("ltd", "有限会社")];

/// The most words of which a form consists.
const MOST_WORDS: usize = 5;

/// Forms that are written in front too; a company that begins with "As" or "Co" is called so.
const IN_FRONT: &[&str] = &["sa", "sarl", "sas", "ooo", "uab", "sia", "ab", "sci", "snc", "oy", "kk"];

/// Forms whose words are nothing else, so that they are found inside a name too.
const UNMISTAKABLE: &[&str] = &[
    "gmbh",
    "gmbh & co kg",
    "ug",
    "ohg",
    "kgaa",
    "ltd",
    "plc",
    "llc",
    "llp",
    "inc",
    "pty",
    "sarl",
    "srl",
    "ltda",
    "aps",
    "sp zoo",
    "sp k",
    "sp j",
    "sro",
    "kft",
    "bhd",
    "doo",
];

static BY_WORDS: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    let each = FORMS.iter();
    each.flat_map(|(family, forms)| forms.iter().map(move |form| (*form, *family))).collect()
});

/// Takes a form that is written without blanks out of a name; returns the name and the form's family.
pub(super) fn unspaced(name: &str) -> (String, Option<&'static str>) {
    match UNSPACED.iter().find(|(_, mark)| name.contains(mark)) {
        Some((family, mark)) => (name.replace(mark, " "), Some(family)),
        None => (name.to_owned(), None),
    }
}

/// Which of `words`, folded ones, are the name without its legal form; and the form's family.
///
/// A name that is nothing but a form keeps it.
pub(super) fn find(words: &[String]) -> (Vec<usize>, Option<&'static str>) {
    let mut body = 0..words.len();
    let mut family = None;
    loop {
        let most = MOST_WORDS.min(body.len().saturating_sub(1));
        let tail = (1..=most)
            .rev()
            .find_map(|length| family_of(&words[body.end - length..body.end]).map(|family| (family, length)));
        if let Some((form, length)) = tail {
            body.end -= length;
            // The innermost is what the company is; "Ltd. Co." and the like are written after it.
            family = Some(form);
        } else if body.len() > 1 && words[body.end - 1] == "and" {
            body.end -= 1;
        } else if family.is_none()
            && let Some((form, length)) = (1..=most).rev().find_map(|length| {
                let form = family_of(&words[body.start..body.start + length])?;
                IN_FRONT.contains(&form).then_some((form, length))
            })
        {
            body.start += length;
            family = Some(form);
        } else {
            break;
        }
    }
    let mut kept: Vec<usize> = body.clone().collect();
    if let Some((form, inside)) = inside(words, body) {
        kept.retain(|at| !inside.contains(at));
        family = family.or(Some(form));
    }
    (kept, family)
}

/// A form with something behind it ("Contoso GmbH Hamburg"), if it can be nothing else.
fn inside(words: &[String], body: Range<usize>) -> Option<(&'static str, Range<usize>)> {
    (body.start + 1..body.end).find_map(|from| {
        (1..=MOST_WORDS.min(body.end - from)).rev().find_map(|length| {
            let form = family_of(&words[from..from + length])?;
            let clear = UNMISTAKABLE.contains(&form) && words[from..from + length].concat().len() >= 3;
            clear.then_some((form, from..from + length))
        })
    })
}

fn family_of(words: &[String]) -> Option<&'static str> {
    BY_WORDS.get(words.join(" ").as_str()).copied()
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn forms_are_found_at_the_end_and_some_in_front() {
        for (name, body, family) in [
            ("mueller stahl gmbh and co kg", "mueller stahl", Some("gmbh & co kg")),
            ("mueller stahl gmbh", "mueller stahl", Some("gmbh")),
            ("lodz metal sp z oo", "lodz metal", Some("sp zoo")),
            ("contoso co ltd", "contoso", Some("ltd")),
            ("smith and co", "smith", Some("co")),
            ("adatum corporation", "adatum", Some("inc")),
            ("sa dupont", "dupont", Some("sa")),
            ("as roma", "as roma", None),
            ("gmbh", "gmbh", None),
            ("limited", "limited", None),
            ("blue yonder", "blue yonder", None),
            ("contoso gmbh hamburg", "contoso hamburg", Some("gmbh")),
            ("mueller gmbh and co kg werk 2", "mueller werk 2", Some("gmbh & co kg")),
            ("acme sdn bhd", "acme", Some("bhd")),
        ] {
            let words: Vec<String> = name.split(' ').map(str::to_owned).collect();
            let (kept, found) = find(&words);
            let kept: Vec<&str> = kept.into_iter().map(|at| words[at].as_str()).collect();
            assert_eq!((kept.join(" ").as_str(), found), (body, family), "{name}");
        }
    }
}
