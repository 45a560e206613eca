//! The words of the export that come in the seller's language: an order's state, a country.

/// How far an order is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    Cancelled,
    Unpaid,
    /// Between payment and the buyer's door.
    Open,
    Delivered,
}

use State::{Cancelled, Delivered, Open, Unpaid};

/// English, Thai, Vietnamese, Indonesian, Malay, Spanish, Portuguese, German, French, Italian.
const STATES: &[(State, &[&str])] = &[
    (
        Cancelled,
        &[
            "cancelled",
            "canceled",
            "ยกเลิกแล้ว",
            "đã hủy",
            "đã huỷ",
            "dibatalkan",
            "cancelado",
            "storniert",
            "annulé",
            "annulée",
            "annullato",
        ],
    ),
    (
        Unpaid,
        &[
            "unpaid",
            "awaiting payment",
            "ยังไม่ได้ชำระเงิน",
            "ยังไม่ชำระเงิน",
            "chưa thanh toán",
            "belum dibayar",
            "sin pagar",
            "não pago",
            "unbezahlt",
            "non payé",
            "non pagato",
        ],
    ),
    (
        Open,
        &[
            "on hold",
            "to ship",
            "awaiting shipment",
            "partially shipping",
            "awaiting collection",
            "shipped",
            "in transit",
            "ที่จะจัดส่ง",
            "จัดส่งแล้ว",
            "ระหว่างจัดส่ง",
            "chờ giao hàng",
            "cần gửi",
            "đã gửi",
            "đã vận chuyển",
            "đang vận chuyển",
            "đang giao",
            "perlu dikirim",
            "dikirim",
            "untuk dihantar",
            "dihantar",
            "por enviar",
            "enviado",
            "a enviar",
            "zu versenden",
            "versandt",
            "à expédier",
            "expédié",
            "da spedire",
            "spedito",
        ],
    ),
    (
        Delivered,
        &[
            "delivered",
            "completed",
            "จัดส่งสำเร็จ",
            "เสร็จสมบูรณ์",
            "สำเร็จแล้ว",
            "đã giao",
            "đã giao hàng",
            "đã hoàn tất",
            "hoàn thành",
            "đã hoàn thành",
            "selesai",
            "entregado",
            "completado",
            "entregue",
            "concluído",
            "zugestellt",
            "abgeschlossen",
            "livré",
            "terminé",
            "consegnato",
            "completato",
        ],
    ),
];

pub fn find_state(text: &str) -> Option<State> {
    let text = text.trim().to_lowercase();
    let line = STATES.iter().find(|(_, words)| words.contains(&text.as_str()));
    line.map(|(state, _)| *state)
}

const COUNTRIES: &[(&str, &[&str])] = &[
    ("US", &["united states", "usa", "united states of america"]),
    ("GB", &["united kingdom", "great britain"]),
    ("TH", &["thailand", "ประเทศไทย", "ไทย"]),
    ("VN", &["vietnam", "viet nam", "việt nam"]),
    ("ID", &["indonesia"]),
    ("MY", &["malaysia"]),
    ("PH", &["philippines"]),
    ("SG", &["singapore"]),
    ("MX", &["mexico", "méxico"]),
    ("BR", &["brazil", "brasil"]),
    ("ES", &["spain", "españa"]),
    ("DE", &["germany", "deutschland"]),
    ("FR", &["france"]),
    ("IT", &["italy", "italia"]),
    ("IE", &["ireland"]),
    ("JP", &["japan", "日本"]),
];

/// A country that is named, or its code.
pub fn find_country(text: &str) -> Option<String> {
    let lower = text.trim().to_lowercase();
    let named = COUNTRIES.iter().find(|(_, names)| names.contains(&lower.as_str()));
    let named = named.map(|(code, _)| (*code).to_owned());
    named.or_else(|| crate::connectors::kit::decode::country(text))
}

/// Whether the money comes in only with the parcel.
pub fn is_on_delivery(method: &str) -> bool {
    let method = method.to_lowercase();
    ["cod", "cash on delivery", "เก็บเงินปลายทาง", "thanh toán khi nhận hàng", "bayar di tempat"]
        .iter()
        .any(|word| method == *word || (word.len() > 3 && method.contains(word)))
}
