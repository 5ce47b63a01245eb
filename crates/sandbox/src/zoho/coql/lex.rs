//! Text to tokens.

use exact_json::Decimal;

use crate::zoho::answer::{Refusal, number};

/// A piece of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A name or a key word; dots belong to it.
    Word(String),
    /// What stood between quotes.
    Text(String),
    Number(Decimal),
    /// `= != < > <= >=`
    Operator(String),
    Comma,
    Open,
    Close,
}

/// Cuts `text`; each token comes with the column at which it starts, counted from 1.
pub(super) fn lex(text: &str) -> Result<Vec<(Token, usize)>, Refusal> {
    let signs: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&sign) = signs.get(at) {
        let start = at;
        let token = match sign {
            _ if sign.is_whitespace() => {
                at += 1;
                continue;
            }
            ',' => single(&mut at, Token::Comma),
            '(' => single(&mut at, Token::Open),
            ')' => single(&mut at, Token::Close),
            '\'' | '"' => quoted(&signs, &mut at)?,
            '=' | '!' | '<' | '>' => operator(&signs, &mut at)?,
            '-' | '0'..='9' => {
                let digits =
                    run(&signs, &mut at, |sign| sign.is_ascii_alphanumeric() || "-+.".contains(sign));
                Token::Number(digits.parse().map_err(|_| near(start, &digits))?)
            }
            _ if sign.is_alphabetic() || sign == '_' || sign == '$' => {
                Token::Word(run(&signs, &mut at, |sign| sign.is_alphanumeric() || "_.$".contains(sign)))
            }
            _ => return Err(near(start, &sign.to_string())),
        };
        tokens.push((token, start + 1));
    }
    Ok(tokens)
}

fn single(at: &mut usize, token: Token) -> Token {
    *at += 1;
    token
}

fn run(signs: &[char], at: &mut usize, belongs: impl Fn(char) -> bool) -> String {
    let rest = signs.get(*at..).unwrap_or_default();
    let piece: String = rest.iter().copied().take_while(|sign| belongs(*sign)).collect();
    *at += piece.chars().count();
    piece
}

/// A quote inside is written twice (Zoho, Kaizen 171); a backslash is a backslash.
fn quoted(signs: &[char], at: &mut usize) -> Result<Token, Refusal> {
    let start = *at;
    let quote = signs.get(start).copied();
    let mut text = String::new();
    *at += 1;
    while let Some(&sign) = signs.get(*at) {
        *at += 1;
        if Some(sign) != quote {
            text.push(sign);
        } else if signs.get(*at).copied() == quote {
            text.push(sign);
            *at += 1;
        } else {
            return Ok(Token::Text(text));
        }
    }
    Err(near(start, "unclosed quote"))
}

fn operator(signs: &[char], at: &mut usize) -> Result<Token, Refusal> {
    let start = *at;
    let text = run(signs, at, |sign| "=!<>".contains(sign));
    match text.as_str() {
        "=" | "!=" | "<" | ">" | "<=" | ">=" => Ok(Token::Operator(text)),
        _ => Err(near(start, &text)),
    }
}

/// `SYNTAX_ERROR` with the place.
pub(super) fn near(column: usize, text: &str) -> Refusal {
    Refusal::new(400, "SYNTAX_ERROR", "invalid query formed")
        .with("line", number(1))
        .with("column", number(column + 1))
        .with("near", text)
}

#[cfg(test)]
mod tests {
    use super::{Token, lex};

    #[test]
    fn a_quote_inside_a_text_is_written_twice() {
        let tokens = lex(r"'O''Brien\'").unwrap();
        assert_eq!(tokens[0].0, Token::Text(r"O'Brien\".to_owned()));
    }

    #[test]
    fn an_unclosed_quote_is_a_syntax_error() {
        assert_eq!(lex("'abc").unwrap_err().code, "SYNTAX_ERROR");
        assert_eq!(lex("a <> b").unwrap_err().code, "SYNTAX_ERROR");
    }
}
