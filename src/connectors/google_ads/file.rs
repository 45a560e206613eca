//! The columns of Google's reports, in the languages in which they are seen.

use std::io::BufRead;

use crate::connectors::contract::{Emit, Head, Match, ReadCtx};
use crate::connectors::fault::FileFault;
use crate::connectors::kit::ads::{self, Figures, NO_COLUMN, Platform};
use crate::connectors::kit::sheet::Field;

static PLATFORM: Platform = Platform {
    name: "google",
    fields: &FIELDS,
    marks: &[
        "impr.",
        "currency code",
        "währungscode",
        "code de devise",
        "código de moneda",
        "codice valuta",
        "avg. cpc",
        "durchschn. cpc",
        "cpc moy.",
        "cpc prom.",
        "cpc medio",
        "conv. value",
        "conv.-wert",
        "valeur de conv.",
        "valor de conv.",
        "valore conv.",
        "interactions",
        "campaign status",
        "item id",
    ],
    breakdowns: &[],
    sku: |cell| cell,
    figures: |_| Figures::PLAIN,
    by_day: "Make the report again with the segment Time, Day.",
};

static FIELDS: [Field; 13] = [
    Field::optional(&["day", "tag", "jour", "día", "giorno"]),
    NO_COLUMN,
    NO_COLUMN,
    Field::either(&["campaign", "kampagne", "campagne", "campaña", "campagna"]),
    Field::either(&[
        "campaign id",
        "kampagnen-id",
        "id de la campagne",
        "id de campagne",
        "id de la campaña",
        "id de campaña",
        "id campagna",
        "id della campagna",
    ]),
    Field::required(&[
        "cost",
        "cost (*)",
        "kosten",
        "kosten (*)",
        "coût",
        "coût (*)",
        "coste",
        "coste (*)",
        "costo",
        "costo (*)",
    ])
    .amount(),
    Field::optional(&[
        "currency code",
        "currency",
        "währungscode",
        "währung",
        "code de devise",
        "code de la devise",
        "devise",
        "código de moneda",
        "código de divisa",
        "moneda",
        "codice valuta",
        "valuta",
    ]),
    Field::optional(&[
        "item id",
        "product item id",
        "artikel-id",
        "id d'article",
        "id de l'article",
        "id de artículo",
        "id del artículo",
        "id articolo",
        "id dell'articolo",
    ]),
    Field::optional(&["impr.", "impressions", "impressionen", "impresiones", "impressioni"]),
    Field::optional(&["clicks", "klicks", "clics", "clic"]),
    Field::optional(&["conversions", "conversiones", "conversioni"]),
    Field::optional(&[
        "conv. value",
        "conversion value",
        "conv.-wert",
        "conversion-wert",
        "valeur de conv.",
        "valeur conv.",
        "valor de conv.",
        "valor conv.",
        "valore conv.",
        "valore di conv.",
    ])
    .amount(),
    Field::ignored(&[
        "avg. cpc",
        "campaign status",
        "kampagnenstatus",
        "interactions",
        "avg. cost",
        "campaign type",
        "trueview avg. cpv",
        "conv. rate",
        "cost / conv.",
        "optimization score",
        "durchschn. cpc",
        "cpc moy.",
        "cpc medio",
        "cpc prom.",
        "conv. value / cost",
        "network (with search partners)",
        "campaign state",
        "interaction rate",
        "budget",
        "budget name",
        "budget type",
        "bid strategy",
        "status",
        "status reasons",
        "bid strategy type",
        "avg. cpm",
        "ctr",
        "account name",
        "conv. (platform comparable)",
        "cost / conv. (platform comparable)",
        "conv. value / cost (platform comparable)",
        "ad group",
        "ad group id",
        "ad group status",
        "keyword",
        "search term",
        "device",
        "match type",
    ]),
];

pub fn recognises(head: &Head<'_>) -> Match {
    ads::recognises(head, &PLATFORM)
}

pub fn read(source: &mut dyn BufRead, ctx: &ReadCtx, emit: Emit<'_>) -> Result<(), FileFault> {
    ads::read(&PLATFORM, source, ctx, emit)
}
