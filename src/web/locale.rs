//! How the readers of a language write figures and days. Data only; `format.rs` applies it.

/// How a reader writes figures and days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Locale {
    #[default]
    En,
    De,
    Fr,
    Et,
}

pub(super) struct Marks {
    tag: &'static str,
    pub decimal: char,
    pub group: char,
    pub after_day: &'static str,
    pub months: [&'static str; 12],
    pub months_long: [&'static str; 12],
}

static EN: Marks = Marks {
    tag: "en",
    decimal: '.',
    group: ',',
    after_day: "",
    months: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    months_long: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
};

static DE: Marks = Marks {
    tag: "de",
    decimal: ',',
    group: '.',
    after_day: ".",
    months: [
        "Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.",
        "Dez.",
    ],
    months_long: [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
};

static FR: Marks = Marks {
    tag: "fr",
    decimal: ',',
    group: '\u{202F}',
    after_day: "",
    months: [
        "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.",
        "déc.",
    ],
    months_long: [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
};

static ET: Marks = Marks {
    tag: "et",
    decimal: ',',
    group: '\u{A0}',
    after_day: ".",
    months: [
        "jaan", "veebr", "märts", "apr", "mai", "juuni", "juuli", "aug", "sept", "okt", "nov",
        "dets",
    ],
    months_long: [
        "jaanuar",
        "veebruar",
        "märts",
        "aprill",
        "mai",
        "juuni",
        "juuli",
        "august",
        "september",
        "oktoober",
        "november",
        "detsember",
    ],
};

impl Locale {
    pub const ALL: [Self; 4] = [Self::En, Self::De, Self::Fr, Self::Et];

    pub(super) fn marks(self) -> &'static Marks {
        match self {
            Self::En => &EN,
            Self::De => &DE,
            Self::Fr => &FR,
            Self::Et => &ET,
        }
    }

    /// The language tag, such as `de`.
    pub fn tag(self) -> &'static str {
        self.marks().tag
    }

    /// The locale of a tag such as `de` or `de-AT`.
    pub fn find(tag: &str) -> Option<Self> {
        let language = tag.split(['-', '_']).next().unwrap_or(tag);
        Self::ALL.into_iter().find(|locale| locale.tag().eq_ignore_ascii_case(language))
    }
}
