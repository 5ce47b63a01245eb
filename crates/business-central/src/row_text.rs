//! A row's own text: the JSON as it came, compact, without what OData says *about* it.
//!
//! Members like `@odata.etag` or `pdfDocumentContent@odata.mediaReadLink` change with the way a record is read; the sync compares rows
//! by a hash over their text, so these members are taken out at every level. Everything else stays byte for byte: the
//! order of members, the spelling of numbers and strings. One pass over the bytes and no tree, because a first load hashes
//! a million rows.

/// What the pass over a row gives.
#[derive(Debug, PartialEq, Eq)]
pub struct Stripped {
    /// The row's own text.
    pub text: String,
    /// Expanded lists that the answer does not hold to the end.
    pub cuts: Vec<Cut>,
}

/// An expanded list that goes on elsewhere (`salesInvoiceLines@odata.nextLink`).
///
/// Whether Business Central ever pages an expanded list is unverified; OData allows it, and losing lines would be silent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The list's name.
    pub property: String,
    /// Where the rest is, as JSON text.
    pub link: String,
    /// Whether the list stands in the row itself, and not in a record inside it.
    pub outermost: bool,
}

struct Frame {
    is_object: bool,
    has_members: bool,
}

/// Strips `json`, which must be one valid JSON value.
#[must_use]
pub fn strip(json: &str) -> Stripped {
    let bytes = json.as_bytes();
    let mut text = String::with_capacity(json.len());
    let mut cuts = Vec::new();
    let mut frames: Vec<Frame> = Vec::with_capacity(4);
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' | b',' => at += 1,
            b'}' | b']' => {
                text.push(char::from(byte));
                frames.pop();
                at += 1;
            }
            b'"' if frames.last().is_some_and(|frame| frame.is_object) => {
                let key_end = string_end(bytes, at);
                let value = value_start(bytes, key_end);
                let name = slice(json, at + 1, key_end.saturating_sub(1));
                // Few names hold the sign, and looking for it alone is much cheaper.
                if let Some(annotation) = name.contains('@').then(|| name.find("@odata.")).flatten() {
                    let end = value_end(bytes, value);
                    if annotation > 0 && name.ends_with("@odata.nextLink") {
                        cuts.push(Cut {
                            property: slice(name, 0, annotation).to_owned(),
                            link: slice(json, value, end).to_owned(),
                            outermost: frames.len() == 1,
                        });
                    }
                    at = end;
                } else {
                    separate(&mut frames, &mut text);
                    text.push_str(slice(json, at, key_end));
                    text.push(':');
                    at = open_or_copy(json, value, &mut frames, &mut text);
                }
            }
            _ => {
                separate(&mut frames, &mut text);
                at = open_or_copy(json, at, &mut frames, &mut text);
            }
        }
    }
    Stripped { text, cuts }
}

/// Puts `elements` at the end of the list `property` of the object `text`; `None` where there is no such list.
#[must_use]
pub fn append(text: &str, property: &str, elements: &[String]) -> Option<String> {
    let bytes = text.as_bytes();
    let mut at = 1;
    while bytes.get(at) == Some(&b'"') {
        let key_end = string_end(bytes, at);
        let value = value_start(bytes, key_end);
        let end = value_end(bytes, value);
        if slice(text, at + 1, key_end.saturating_sub(1)) == property && bytes.get(value) == Some(&b'[') {
            let list = slice(text, value, end.saturating_sub(1));
            let comma = if list.len() > 1 && !elements.is_empty() { "," } else { "" };
            let head = slice(text, 0, value);
            let tail = slice(text, end, text.len());
            return Some(format!("{head}{list}{comma}{}]{tail}", elements.join(",")));
        }
        at = end + 1;
    }
    None
}

fn separate(frames: &mut [Frame], text: &mut String) {
    if let Some(frame) = frames.last_mut() {
        if frame.has_members {
            text.push(',');
        }
        frame.has_members = true;
    }
}

/// Opens the list or object at `at`, or copies the plain value; the place to go on from.
fn open_or_copy(json: &str, at: usize, frames: &mut Vec<Frame>, text: &mut String) -> usize {
    let bytes = json.as_bytes();
    match bytes.get(at) {
        Some(&opening @ (b'{' | b'[')) => {
            text.push(char::from(opening));
            frames.push(Frame { is_object: opening == b'{', has_members: false });
            at + 1
        }
        _ => {
            let end = value_end(bytes, at);
            text.push_str(slice(json, at, end));
            end
        }
    }
}

/// Where the string that opens at `at` is over.
fn string_end(bytes: &[u8], at: usize) -> usize {
    let mut end = at + 1;
    while let Some(&byte) = bytes.get(end) {
        match byte {
            b'\\' => end += 2,
            b'"' => return end + 1,
            _ => end += 1,
        }
    }
    bytes.len()
}

/// Where the value behind a key begins.
fn value_start(bytes: &[u8], key_end: usize) -> usize {
    let rest = bytes.get(key_end..).unwrap_or_default();
    key_end + rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b':')).count()
}

/// Where the value that begins at `at` is over.
fn value_end(bytes: &[u8], at: usize) -> usize {
    let mut depth = 0_usize;
    let mut end = at;
    while let Some(&byte) = bytes.get(end) {
        match byte {
            b'"' => end = string_end(bytes, end),
            b'{' | b'[' => {
                depth += 1;
                end += 1;
            }
            b'}' | b']' if depth == 0 => return end,
            b'}' | b']' => {
                depth -= 1;
                end += 1;
            }
            b',' | b' ' | b'\t' | b'\n' | b'\r' if depth == 0 => return end,
            _ => {
                end += 1;
                continue;
            }
        }
        // A string, list or object has just been closed.
        if depth == 0 && !matches!(byte, b'{' | b'[') {
            return end;
        }
    }
    end
}

fn slice(text: &str, from: usize, to: usize) -> &str {
    text.get(from..to).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use transport::{Random, SeededRandom};

    use super::{append, strip};

    #[test]
    fn odata_members_go_at_every_level_and_the_rest_stays() {
        let cases = [
            (r#"{"@odata.etag":"W/\"x\"","id":"1"}"#, r#"{"id":"1"}"#),
            (r#"{"id":"1","@odata.etag":"x"}"#, r#"{"id":"1"}"#),
            (r#"{"@odata.etag":"x"}"#, "{}"),
            (
                r#"{ "a" : 1.50 , "b" : [ { "@odata.etag" : "x" , "c" : -0.00 } , {} , [ ] , "," ] }"#,
                r#"{"a":1.50,"b":[{"c":-0.00},{},[],","]}"#,
            ),
            (r#"{"a":{"@odata.type":{"x":[1,"]"]},"b":null},"c":true}"#, r#"{"a":{"b":null},"c":true}"#),
            (r#"{"pic@odata.mediaReadLink":"https://x","w":0}"#, r#"{"w":0}"#),
            (
                r#"{"a":"@odata.etag\":\"","b":"{\\","c":"}"}"#,
                r#"{"a":"@odata.etag\":\"","b":"{\\","c":"}"}"#,
            ),
            (r#"{"z":1e3,"a":1000.00,"é":"ü\u00e9"}"#, r#"{"z":1e3,"a":1000.00,"é":"ü\u00e9"}"#),
            ("{\r\n\t\"a\":\t[1,\n2]\r\n}", r#"{"a":[1,2]}"#),
        ];
        for (json, text) in cases {
            assert_eq!(strip(json).text, text, "{json}");
        }
    }

    #[test]
    fn a_stripped_text_stays_as_it_is() {
        let text = strip(r#"{"a":[1,{"b":"x y"}],"c":{},"d":false}"#).text;
        assert_eq!(strip(&text).text, text);
    }

    #[test]
    fn a_list_that_goes_on_elsewhere_is_noticed() {
        let stripped = strip(r#"{"lines":[1],"lines@odata.nextLink":"https://x/y?a=\"1\"","n":2}"#);
        assert_eq!(stripped.text, r#"{"lines":[1],"n":2}"#);
        let [cut] = stripped.cuts.as_slice() else { panic!("{stripped:?}") };
        assert_eq!((cut.property.as_str(), cut.outermost), ("lines", true));
        assert_eq!(cut.link, r#""https://x/y?a=\"1\"""#);
        let inner = strip(r#"{"customer":{"lines":[],"lines@odata.nextLink":"x"}}"#);
        assert!(inner.cuts.iter().all(|cut| !cut.outermost));
    }

    #[test]
    fn elements_are_put_at_the_end_of_their_list() {
        let more = ["{\"s\":2}".to_owned(), "{\"s\":3}".to_owned()];
        let cases = [
            (
                r#"{"a":"lines","lines":[{"s":1}],"b":2}"#,
                Some(r#"{"a":"lines","lines":[{"s":1},{"s":2},{"s":3}],"b":2}"#),
            ),
            (r#"{"lines":[]}"#, Some(r#"{"lines":[{"s":2},{"s":3}]}"#)),
            (r#"{"lines":null}"#, None),
            (r#"{"a":{"lines":[]}}"#, None),
        ];
        for (text, whole) in cases {
            assert_eq!(append(text, "lines", &more).as_deref(), whole, "{text}");
        }
        assert_eq!(append(r#"{"lines":[1]}"#, "lines", &[]).as_deref(), Some(r#"{"lines":[1]}"#));
    }

    #[test]
    fn broken_text_ends_the_pass_and_nothing_else() {
        for json in
            ["", "{", "{\"a", "{\"a\":", "{\"a\\", "{\"@odata.x\":[", "]", "}{", "[[[", "\"", "{\"a\":\"é"]
        {
            let _ = strip(json);
            let _ = append(json, "a", &[]);
        }
    }

    /// Writes the same random value twice: as it might arrive, and as it must be kept.
    fn grow(random: &SeededRandom, depth: u32, noisy: &mut String, clean: &mut String) {
        const SCALARS: [&str; 8] = [
            "null",
            "true",
            "-0.00",
            "1.50e3",
            r#""""#,
            r#""a, {\"b\": [1]} \\""#,
            r#""@odata.etag""#,
            r#""é \u00e9""#,
        ];
        const KEYS: [&str; 5] = ["id", "a b", r#"q\"]"#, "@odata.etag", "x@odata.mediaReadLink"];
        const GAPS: [&str; 4] = ["", " ", "\r\n\t", "  "];
        let pick = |choices: &[&'static str]| choices[random.below(choices.len() as u64) as usize];
        let kind = if depth == 0 { 0 } else { random.below(3) };
        if kind == 0 {
            let scalar = pick(&SCALARS);
            noisy.push_str(scalar);
            clean.push_str(scalar);
            return;
        }
        let (open, close) = if kind == 1 { ('[', ']') } else { ('{', '}') };
        noisy.push(open);
        clean.push(open);
        let mut is_first = true;
        for index in 0..random.below(5) {
            if index > 0 {
                noisy.push_str(pick(&GAPS));
                noisy.push(',');
            }
            noisy.push_str(pick(&GAPS));
            let mut dropped = String::new();
            let mut kept = &mut *clean;
            let key = if kind == 2 { pick(&KEYS) } else { "" };
            if key.contains("@odata.") {
                kept = &mut dropped;
            } else {
                if !is_first {
                    kept.push(',');
                }
                is_first = false;
            }
            if kind == 2 {
                noisy.push_str(&format!("\"{key}\"{}:{}", pick(&GAPS), pick(&GAPS)));
                kept.push_str(&format!("\"{key}\":"));
            }
            grow(random, depth - 1, noisy, kept);
        }
        noisy.push_str(pick(&GAPS));
        noisy.push(close);
        clean.push(close);
    }

    #[test]
    fn any_json_keeps_everything_but_odata_members_and_gaps() {
        let random = SeededRandom::new(1);
        for _ in 0..2_000 {
            let (mut noisy, mut clean) = (String::new(), String::new());
            grow(&random, 4, &mut noisy, &mut clean);
            assert_eq!(strip(&noisy).text, clean, "{noisy}");
        }
    }
}
