//! The text of an invoice's row.

use super::line_shape::{Figures, Told};
use super::text;

/// What the row's figures do not show.
pub(crate) fn note(told: Told, figures: Figures, unit: Option<&str>) -> Option<String> {
    match told {
        Told::Nothing => None,
        Told::QuantityAndPrice => {
            let unit = unit.map(|unit| format!(" {unit}")).unwrap_or_default();
            Some(format!("Quantity {}{unit} at {}", figures.quantity, figures.price.round(5)))
        }
        Told::Amount => Some(format!("Amount {}", figures.net)),
    }
}

/// The row's text, and whether it had to be cut. The note stays whole as long as there is room for it at all.
pub(crate) fn describe(said: &[String], note: Option<String>, longest: usize) -> (Option<String>, bool) {
    let said = said.join("\n");
    let Some(note) = note else {
        let (kept, cut) = text::cut(&said, longest);
        return (Some(kept).filter(|kept| !kept.is_empty()), cut);
    };
    let room = longest.saturating_sub(text::length(&note) + 1);
    if said.is_empty() || room < 2 {
        let (kept, cut) = text::cut(&note, longest);
        return (Some(kept).filter(|kept| !kept.is_empty()), cut || !said.is_empty());
    }
    let (kept, cut) = text::cut(&said, room);
    (Some(format!("{kept}\n{note}")), cut)
}

#[cfg(test)]
mod tests {
    use exact_json::Decimal;
    use proptest::prelude::*;

    use super::{describe, note};
    use crate::map::line_shape::{Figures, Told};
    use crate::map::text;

    fn said(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|line| (*line).to_owned()).collect()
    }

    #[test]
    fn a_note_states_the_true_quantity_and_price() {
        let figures = Figures {
            quantity: Decimal::new(25, 1),
            price: Decimal::new(123_456_789, 8),
            net: Decimal::new(309, 2),
        };
        assert_eq!(
            note(Told::QuantityAndPrice, figures, Some("KG")).as_deref(),
            Some("Quantity 2.5 KG at 1.23457")
        );
        assert_eq!(note(Told::Amount, figures, None).as_deref(), Some("Amount 3.09"));
        assert_eq!(note(Told::Nothing, figures, None), None);
    }

    #[test]
    fn the_note_survives_a_long_text() {
        let (text, cut) = describe(&said(&["a very long description"]), Some("Quantity 2".to_owned()), 20);
        assert_eq!((text.as_deref(), cut), (Some("a very l…\nQuantity 2"), true));
    }

    #[test]
    fn a_row_without_words_has_no_text() {
        assert_eq!(describe(&[], None, 50), (None, false));
        assert_eq!(describe(&[], Some("Amount 1".to_owned()), 50), (Some("Amount 1".to_owned()), false));
    }

    proptest! {
        #[test]
        fn a_row_s_text_never_exceeds_the_field(
            words in proptest::collection::vec("\\PC{0,40}", 0..4),
            note in proptest::option::of("[a-z0-9 ]{1,30}"),
            longest in 1usize..80,
        ) {
            let (kept, _) = describe(&words, note, longest);
            prop_assert!(kept.is_none_or(|kept| text::length(&kept) <= longest));
        }
    }
}
