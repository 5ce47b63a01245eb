//! Text that becomes part of a page.

/// A text from outside: nothing in it is markup.
pub(crate) fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            // No page may hold these; a line break is for whoever shows the value.
            control if control.is_control() && control != '\n' => html.push(' '),
            other => html.push(other),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn nothing_from_outside_is_markup() {
        let table = [
            ("Müller & Söhne", "Müller &amp; Söhne"),
            ("<script>\"x\"='y'", "&lt;script&gt;&quot;x&quot;=&#39;y&#39;"),
            ("a\u{0}b\tc\nd", "a b c\nd"),
        ];
        for (text, html) in table {
            assert_eq!(escaped(text), html);
        }
    }
}
