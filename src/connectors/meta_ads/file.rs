//! The columns of Meta's exports, in the languages in which they are seen.

use std::io::BufRead;

use crate::connectors::contract::{Emit, Head, Match, ReadCtx};
use crate::connectors::fault::FileFault;
use crate::connectors::kit::ads::{self, Figures, OWN, Platform};
use crate::connectors::kit::sheet::{Cells, Field};

const RESULTS: usize = OWN;
const INDICATOR: usize = OWN + 1;
const BREAKDOWN: usize = OWN + 2;

static PLATFORM: Platform = Platform {
    name: "meta",
    fields: &FIELDS,
    marks: &[],
    breakdowns: &[BREAKDOWN, BREAKDOWN + 1, BREAKDOWN + 2, BREAKDOWN + 3, BREAKDOWN + 4],
    sku: retailer_id,
    figures,
    by_day: "Export the report again with the breakdown by time, Day.",
};

static FIELDS: [Field; 20] = [
    Field::optional(&["day", "tag", "jour", "día", "giorno", "date"]),
    Field::optional(&[
        "reporting starts",
        "reporting start",
        "berichtsstart",
        "berichtsbeginn",
        "début des rapports",
        "début du rapport",
        "inicio del informe",
        "inizio dei report",
        "inizio report",
    ]),
    Field::optional(&[
        "reporting ends",
        "reporting end",
        "berichtsende",
        "fin des rapports",
        "fin du rapport",
        "fin del informe",
        "fine dei report",
        "fine report",
    ]),
    Field::either(&[
        "campaign name",
        "kampagnenname",
        "name der kampagne",
        "nom de la campagne",
        "nombre de la campaña",
        "nome della campagna",
        "nome campagna",
    ]),
    Field::either(&[
        "campaign id",
        "kampagnen-id",
        "id de la campagne",
        "identifiant de la campagne",
        "id de la campaña",
        "identificador de la campaña",
        "id campagna",
        "id della campagna",
    ]),
    Field::required(&[
        "amount spent",
        "amount spent (*)",
        "ausgegebener betrag (*)",
        "ausgegebener betrag",
        "montant dépensé (*)",
        "montant dépensé",
        "importe gastado (*)",
        "importe gastado",
        "importo speso (*)",
        "importo speso",
    ])
    .amount(),
    Field::optional(&["currency", "währung", "devise", "divisa", "moneda", "valuta"]),
    Field::optional(&[
        "product id",
        "produkt-id",
        "id du produit",
        "id de produit",
        "id del producto",
        "identificador del producto",
        "id prodotto",
        "id del prodotto",
    ]),
    Field::optional(&["impressions", "impressionen", "impresiones", "impression", "impressioni"]),
    Field::optional(&[
        "link clicks",
        "link-klicks",
        "clics sur un lien",
        "clics sur le lien",
        "clics en el enlace",
        "clic sul link",
    ]),
    Field::optional(&[
        "purchases",
        "website purchases",
        "käufe",
        "website-käufe",
        "achats",
        "achats sur le site web",
        "compras",
        "compras en el sitio web",
        "acquisti",
        "acquisti sul sito web",
    ]),
    Field::optional(&[
        "purchases conversion value",
        "website purchases conversion value",
        "conversion-wert für käufe",
        "conversion-wert von käufen",
        "valeur de conversion des achats",
        "valor de conversión de compras",
        "valor de conversión de las compras",
        "valore di conversione degli acquisti",
    ])
    .amount(),
    Field::optional(&["results", "ergebnisse", "résultats", "resultados", "risultati"]),
    Field::optional(&[
        "result indicator",
        "result type",
        "ergebnisindikator",
        "indicateur de résultats",
        "indicador de resultado",
        "tipo de resultado",
        "indicatore di risultato",
    ]),
    Field::optional(&["country", "land", "pays", "país", "paese"]),
    Field::optional(&["age", "alter", "âge", "edad", "età"]),
    Field::optional(&["gender", "geschlecht", "genre", "sexo", "genere"]),
    Field::optional(&["platform", "plattform", "plate-forme", "plateforme", "plataforma"]),
    Field::optional(&["placement", "platzierung", "ubicación", "posizionamento"]),
    Field::ignored(&[
        "ad set name",
        "anzeigengruppenname",
        "name der anzeigengruppe",
        "nom de l'ensemble de publicités",
        "nombre del conjunto de anuncios",
        "nome del gruppo di inserzioni",
        "ad set id",
        "anzeigengruppen-id",
        "ad name",
        "anzeigenname",
        "name der werbeanzeige",
        "nom de la publicité",
        "nombre del anuncio",
        "nome dell'inserzione",
        "ad id",
        "anzeigen-id",
        "account name",
        "account id",
        "name des kontos",
        "konto-id",
        "campaign delivery",
        "ad set delivery",
        "ad delivery",
        "delivery",
        "attribution setting",
        "bid",
        "bid type",
        "ends",
        "starts",
        "objective",
        "ad set budget",
        "ad set budget type",
        "campaign budget",
        "reach",
        "reichweite",
        "couverture",
        "alcance",
        "copertura",
        "frequency",
        "cost per result",
        "cost per results",
        "cost per purchase (*)",
        "clicks (all)",
        "klicks (alle)",
        "clics (tous)",
        "clics (todos)",
        "ctr (all)",
        "ctr (link click-through rate)",
        "cpc (all) (*)",
        "body",
        "cpc (cost per link click) (*)",
        "cpm (cost per 1,000 impressions) (*)",
        "purchase roas (return on ad spend)",
        "website purchase roas",
        "cpm (*)",
    ]),
];

/// The number that the shop's catalogue gives the product stands before its title.
fn retailer_id(cell: &str) -> &str {
    cell.split_once(',').map_or(cell, |(id, _)| id)
}

/// What a result is differs from campaign to campaign; purchases count as conversions only.
fn figures(cells: &Cells<'_>) -> Figures {
    if !cells.has(ads::CONVERSIONS) && cells.text(INDICATOR).to_lowercase().contains("purchase") {
        return Figures { conversions: Some(RESULTS), ..Figures::PLAIN };
    }
    Figures::PLAIN
}

pub fn recognises(head: &Head<'_>) -> Match {
    ads::recognises(head, &PLATFORM)
}

pub fn read(source: &mut dyn BufRead, ctx: &ReadCtx, emit: Emit<'_>) -> Result<(), FileFault> {
    ads::read(&PLATFORM, source, ctx, emit)
}
