//! What the made-up shop sells: forty products, some with names that a careless page, table or
//! spreadsheet would trip over.

use super::calendar::Season;
use super::chance::Chance;

pub struct Product {
    pub sku: &'static str,
    pub title: &'static str,
    /// In the EU store with VAT, in the US store without tax.
    pub price_minor: i64,
    /// Ten-thousandths of a euro; `None`: the seller never entered it.
    pub cost_e4: Option<i64>,
    pub grams: i64,
    /// How often it is bought, against the others.
    pub pull: i64,
    pub season: Season,
}

const fn product(
    sku: &'static str,
    title: &'static str,
    (price_minor, cost_e4, grams, pull): (i64, i64, i64, i64),
) -> Product {
    let cost_e4 = if cost_e4 == 0 { None } else { Some(cost_e4) };
    Product { sku, title, price_minor, cost_e4, grams, pull, season: Season::Even }
}

const fn seasonal(mut product: Product, season: Season) -> Product {
    product.season = season;
    product
}

const LONG_TITLE: &str = "Storage jar with bamboo lid, airtight, 1.4 l, dishwasher safe without \
    the lid, stackable, for flour, rice, pasta, muesli, coffee, sugar and everything else that \
    wants to stay dry between the day it is bought and the day it is eaten (new model, old name)";

#[rustfmt::skip]
pub static PRODUCTS: &[Product] = &[
    product(MUG_RENAMED, "Harbour mug, blue", (1_690, 41_500, 420, 240)),
    product("MUG-HARBOUR-SAND", "Harbour mug, sand", (1_690, 41_500, 420, 150)),
    product("MUG-HARBOUR-MOSS", "Harbour mug, moss", (1_690, 42_250, 420, 90)),
    product("MUG-ESPRESSO-2", "Espresso cup, set of two", (1_950, 58_000, 380, 85)),
    product("MUG-TRAVEL", "Travel mug 0.4 l", (2_790, 98_750, 350, 110)),
    product("MUG-FIVE", "=2+3 mugs for the price of four", (5_900, 262_000, 2_100, 30)),
    product("MUG-KIDS", "Kids' mug <b>Bear</b>", (1_390, 0, 330, 12)),
    product("LIN-TOWEL-2", "Linen tea towel, pair", (2_400, 79_000, 220, 170)),
    product("LIN-NAPKIN-4", "Linen napkin, set of four", (3_200, 112_500, 260, 80)),
    seasonal(product("LIN-APRON", "Linen apron", (4_800, 171_000, 340, 70)), Season::Summer),
    product("LIN-RUNNER", "Table runner, 40 × 150", (5_400, 192_000, 310, 45)),
    product("LIN-SHEET", "Linen sheet, 160 × 200", (13_900, 588_000, 1_150, 22)),
    product("LIN-PILLOW", "Linen pillow case", (3_900, 148_000, 240, 55)),
    product("LIN-BAG", "Bread bag", (1_750, 0, 120, 14)),
    seasonal(
        product("LIN-THROW", "Wool and linen throw", (8_900, 349_000, 900, 40)),
        Season::Winter,
    ),
    product("BRD-OAK-S", "Oak board, small", (2_900, 94_000, 650, 95)),
    product("BRD-OAK-L", "Oak board, large", (4_900, 176_000, 1_500, 60)),
    product("BRD-OLIVE", "Olive wood board", (6_400, 268_000, 1_300, 42)),
    product("BRD-KNIFE", "Bread knife, 21 cm", (4_200, 167_500, 260, 48)),
    product("BRD-BLOCK", "End-grain block, 6 kg", (11_900, 745_000, 6_200, 26)),
    seasonal(product("CAN-PINE", "Candle, pine", (1_850, 45_500, 310, 130)), Season::Winter),
    product("CAN-SEA", "Candle, sea salt", (1_850, 45_500, 310, 100)),
    seasonal(product("CAN-ÖÖ", "Käsitööküünal „Öö“ 🕯️", (2_450, 71_000, 340, 44)), Season::Winter),
    seasonal(
        product("CAN-ADVENT", "Advent candle, 24 days", (3_400, 109_000, 700, 52)),
        Season::Winter,
    ),
    product("CAN-HOLDER", "Candle holder, brass", (2_200, 78_000, 280, 50)),
    product("CAN-REFILL", "@SUM(A1:A9) refill, soy wax", (990, 28_400, 200, 66)),
    product("TEA-BLACK", "Black tea, 100 g", (890, 25_500, 140, 125)),
    product("TEA-GREEN", "Green tea, 100 g", (950, 29_500, 140, 92)),
    seasonal(product("TEA-HERBAL", "Herbal tea, 80 g", (850, 23_800, 120, 78)), Season::Winter),
    product("TEA-SAMPLER", "Tea sampler, eight kinds", (2_100, 70_500, 260, 64)),
    product("TEA-POT", "Teapot, cast iron, 1.2 l", (7_400, 428_000, 2_600, 46)),
    product("TEA-TIN", "Tea tin", (1_250, 37_500, 150, 40)),
    product("TEA \"No. 9\", loose", "Tea \"No. 9\"; 100 g, loose\\", (1_150, 34_000, 140, 18)),
    seasonal(product("GLS-CARAFE", "Carafe, 1 l", (3_600, 131_000, 800, 36)), Season::Summer),
    seasonal(
        product("GLS-TUMBLER-4", "Tumbler, set of four", (4_400, 163_000, 1_200, 40)),
        Season::Summer,
    ),
    product("GLS-VASE", "كوب زجاجي / 玻璃花瓶 / Vase", (2_700, 0, 600, 16)),
    product("GLS-JAR", LONG_TITLE, (2_350, 84_000, 750, 34)),
    product("-1+1", "+49 glass straws & brush", (1_290, 39_000, 180, 24)),
    product("GLS-0012", "0012", (1_590, 51_500, 260, 12)),
];

/// Its title changes half-way, as titles do.
pub const MUG_RENAMED: &str = "MUG-HARBOUR-BLUE";
pub const MUG_NEW_TITLE: &str = "Harbour mug, blue (0.3 l)";
/// Given away: no price, but a cost.
pub const SAMPLE_SKU: &str = "SAMPLE-TEA";
pub const SAMPLE_TITLE: &str = "Tea sample, free";
pub const SAMPLE_COST_E4: i64 = 4_200;
pub const GIFT_CARD_SKU: &str = "GIFT-CARD";

impl Product {
    fn pull_in(&self, month: u32) -> i64 {
        self.pull * self.season.per_cent(month)
    }
}

/// A product as often as buyers take it in that month.
pub fn draw(chance: &mut Chance, month: u32) -> &'static Product {
    &PRODUCTS[chance.weighted(PRODUCTS.iter().map(|product| product.pull_in(month)))]
}
