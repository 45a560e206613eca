//! What an order's or an item's status means for the books, in the languages in which Seller
//! Central writes it.

/// How far an order has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Amazon has accepted the payment; shipped or still to be.
    Sold,
    /// Not confirmed: amounts may be missing, the order may vanish.
    Pending,
    Cancelled,
}

const WORDS: [(&str, Status); 35] = [
    ("shipped", Status::Sold),
    ("shipping", Status::Sold),
    ("unshipped", Status::Sold),
    ("partially shipped", Status::Sold),
    ("partiallyshipped", Status::Sold),
    ("complete", Status::Sold),
    ("delivered", Status::Sold),
    ("invoiceunconfirmed", Status::Sold),
    ("pending", Status::Pending),
    ("pending availability", Status::Pending),
    ("pendingavailability", Status::Pending),
    ("unfulfillable", Status::Pending),
    ("cancelled", Status::Cancelled),
    ("canceled", Status::Cancelled),
    ("enviado", Status::Sold),
    ("no enviado", Status::Sold),
    ("parcialmente enviado", Status::Sold),
    ("pendiente", Status::Pending),
    ("cancelado", Status::Cancelled),
    ("versandt", Status::Sold),
    ("nicht versandt", Status::Sold),
    ("teilweise versandt", Status::Sold),
    ("ausstehend", Status::Pending),
    ("storniert", Status::Cancelled),
    ("expédiée", Status::Sold),
    ("non expédiée", Status::Sold),
    ("en attente", Status::Pending),
    ("annulée", Status::Cancelled),
    ("spedito", Status::Sold),
    ("non spedito", Status::Sold),
    ("in attesa", Status::Pending),
    ("annullato", Status::Cancelled),
    ("verzonden", Status::Sold),
    ("in behandeling", Status::Pending),
    ("geannuleerd", Status::Cancelled),
];

impl Status {
    /// `None` for a word that we do not know. `Shipped - Delivered to Buyer` is shipped.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        let word = text.split(" - ").next().unwrap_or_default().trim();
        WORDS.iter().find(|(known, _)| *known == word).map(|(_, status)| *status)
    }
}

/// What an item's status says of its units, all of them: gone, or still here.
const GONE: [&str; 7] =
    ["shipped", "delivered", "enviado", "versandt", "expédiée", "spedito", "verzonden"];
const HERE: [&str; 23] = [
    "unshipped",
    "pending",
    "pending availability",
    "pendingavailability",
    "unfulfillable",
    "cancelled",
    "canceled",
    "no enviado",
    "pendiente",
    "cancelado",
    "nicht versandt",
    "ausstehend",
    "storniert",
    "non expédiée",
    "en attente",
    "annulée",
    "non spedito",
    "in attesa",
    "annullato",
    "niet verzonden",
    "in behandeling",
    "geannuleerd",
    "invoiceunconfirmed",
];

/// How many of so many units were sent; `None` where the word does not tell.
pub fn count_shipped(text: &str, quantity: i64) -> Option<i64> {
    let text = text.trim().to_lowercase().replace('_', " ");
    let word = text.split(" - ").next().unwrap_or_default().trim();
    match word {
        _ if GONE.contains(&word) => Some(quantity),
        _ if HERE.contains(&word) => Some(0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_known_by_its_first_words() {
        for (text, expected) in [
            ("Shipped", Some(Status::Sold)),
            ("Shipped - Returned to Seller", Some(Status::Sold)),
            ("Pending - Waiting for Pick Up", Some(Status::Pending)),
            ("Cancelled", Some(Status::Cancelled)),
            ("Enviado", Some(Status::Sold)),
            ("Annulée", Some(Status::Cancelled)),
            ("Held by customs", None),
            ("", None),
        ] {
            assert_eq!(Status::parse(text), expected, "{text}");
        }
    }
    #[test]
    fn a_word_tells_how_many_left_or_nothing() {
        for (text, expected) in [
            ("Shipped", Some(3)),
            ("Shipped - Returned to Seller", Some(3)),
            ("SHIPPED", Some(3)),
            ("Versandt", Some(3)),
            ("Unshipped", Some(0)),
            ("PENDING_AVAILABILITY", Some(0)),
            ("Pending - Waiting for Pick Up", Some(0)),
            ("Cancelled", Some(0)),
            ("PARTIALLY_SHIPPED", None),
            ("Shipping", None),
            ("", None),
        ] {
            assert_eq!(count_shipped(text, 3), expected, "{text}");
        }
    }
}
