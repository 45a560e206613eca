//! Countries as exports name them, in English or by their code, and where prices include tax.

use super::decode;
use crate::base::Currency;

/// The ISO 3166 code of a country's code or English name; `None` for anything else.
pub fn code(text: &str) -> Option<&'static str> {
    let text = text.trim();
    if let Some(code) = decode::country(text) {
        return entries().find(|(known, _)| *known == code).map(|(known, _)| known);
    }
    entries().find(|(_, name)| name.eq_ignore_ascii_case(text)).map(|(code, _)| code)
}

/// The English name of an ISO 3166 code.
pub fn name(code: &str) -> Option<&'static str> {
    entries().find(|(known, _)| *known == code).map(|(_, name)| name)
}

/// Whether shops in this currency show consumers prices with the tax inside. A platform's export
/// names its seller's country nowhere; the currency is what tells it.
pub fn prices_include_tax(currency: Currency) -> bool {
    INCLUSIVE.split(' ').any(|code| code == currency.code())
}

/// Currencies of countries with a VAT or GST that the law puts into the price shown.
const INCLUSIVE: &str = "EUR GBP CHF SEK DKK NOK ISK PLN CZK HUF RON BGN AUD NZD JPY SGD ZAR TRY \
                         INR MXN BRL KRW THB PHP VND IDR MYR TWD ILS";

fn entries() -> impl Iterator<Item = (&'static str, &'static str)> {
    NAMES.split('|').filter_map(|entry| entry.trim().split_once(' '))
}

/// Code and name; a country that goes by several names stands several times, the common one
/// first.
const NAMES: &str = "US United States|GB United Kingdom|DE Germany|CA Canada|AU Australia|\
    FR France|IT Italy|ES Spain|NL Netherlands|AT Austria|BE Belgium|CH Switzerland|IE Ireland|\
    SE Sweden|DK Denmark|NO Norway|FI Finland|PL Poland|PT Portugal|JP Japan|NZ New Zealand|\
    US United States of America|US USA|GB Great Britain|GB England|GB Scotland|GB Wales|\
    GB Northern Ireland|NL The Netherlands|\
    AD Andorra|AE United Arab Emirates|AF Afghanistan|AG Antigua and Barbuda|AI Anguilla|\
    AL Albania|AM Armenia|AO Angola|AQ Antarctica|AR Argentina|AS American Samoa|AW Aruba|\
    AX Åland Islands|AX Aland Islands|AZ Azerbaijan|AZ Azerbaijan Republic|\
    BA Bosnia and Herzegovina|BB Barbados|BD Bangladesh|BF Burkina Faso|BG Bulgaria|BH Bahrain|\
    BI Burundi|BJ Benin|BL Saint Barthélemy|BM Bermuda|BN Brunei Darussalam|BN Brunei|BO Bolivia|\
    BQ Bonaire, Sint Eustatius and Saba|BR Brazil|BS Bahamas|BS The Bahamas|BT Bhutan|\
    BV Bouvet Island|BW Botswana|BY Belarus|BZ Belize|CC Cocos (Keeling) Islands|\
    CD Congo, Democratic Republic of the|CD Democratic Republic of the Congo|\
    CF Central African Republic|CG Congo|CG Congo, Republic of the|CI Côte d'Ivoire|\
    CI Cote d'Ivoire (Ivory Coast)|CI Ivory Coast|CK Cook Islands|CL Chile|CM Cameroon|CN China|\
    CO Colombia|CR Costa Rica|CU Cuba|CV Cape Verde|CV Cape Verde Islands|CV Cabo Verde|\
    CW Curaçao|CW Curacao|CX Christmas Island|CY Cyprus|CZ Czech Republic|CZ Czechia|\
    DJ Djibouti|DM Dominica|DO Dominican Republic|DZ Algeria|EC Ecuador|EE Estonia|EG Egypt|\
    EH Western Sahara|ER Eritrea|ET Ethiopia|FJ Fiji|FK Falkland Islands|\
    FK Falkland Islands (Islas Malvinas)|FM Micronesia|FO Faroe Islands|GA Gabon|\
    GA Gabon Republic|GD Grenada|GE Georgia|GF French Guiana|GG Guernsey|GH Ghana|GI Gibraltar|\
    GL Greenland|GM Gambia|GN Guinea|GP Guadeloupe|GQ Equatorial Guinea|GR Greece|\
    GS South Georgia and the South Sandwich Islands|GT Guatemala|GU Guam|GW Guinea-Bissau|\
    GY Guyana|HK Hong Kong|HM Heard Island and McDonald Islands|HN Honduras|HR Croatia|\
    HR Croatia, Republic of|HT Haiti|HU Hungary|ID Indonesia|IL Israel|IM Isle of Man|IN India|\
    IO British Indian Ocean Territory|IQ Iraq|IR Iran|IS Iceland|JE Jersey|JM Jamaica|JO Jordan|\
    KE Kenya|KG Kyrgyzstan|KH Cambodia|KI Kiribati|KM Comoros|KN Saint Kitts and Nevis|\
    KN Saint Kitts-Nevis|KP North Korea|KR South Korea|KR Korea, South|KR Korea, Republic of|\
    KW Kuwait|KY Cayman Islands|KZ Kazakhstan|LA Laos|LB Lebanon|LB Lebanon, South|\
    LC Saint Lucia|LI Liechtenstein|LK Sri Lanka|LR Liberia|LS Lesotho|LT Lithuania|\
    LU Luxembourg|LV Latvia|LY Libya|MA Morocco|MC Monaco|MD Moldova|ME Montenegro|\
    MF Saint Martin|MG Madagascar|MH Marshall Islands|MK North Macedonia|MK Macedonia|ML Mali|\
    MM Myanmar|MN Mongolia|MO Macao|MO Macau|MP Northern Mariana Islands|MQ Martinique|\
    MR Mauritania|MS Montserrat|MT Malta|MU Mauritius|MV Maldives|MW Malawi|MX Mexico|\
    MY Malaysia|MZ Mozambique|NA Namibia|NC New Caledonia|NE Niger|NF Norfolk Island|NG Nigeria|\
    NI Nicaragua|NP Nepal|NR Nauru|NU Niue|OM Oman|PA Panama|PE Peru|PF French Polynesia|\
    PF Tahiti|PG Papua New Guinea|PH Philippines|PK Pakistan|PM Saint Pierre and Miquelon|\
    PN Pitcairn|PR Puerto Rico|PS Palestine|PS Palestinian Territory|PW Palau|PY Paraguay|\
    QA Qatar|RE Réunion|RE Reunion|RO Romania|RS Serbia|RU Russia|RU Russian Federation|\
    RW Rwanda|SA Saudi Arabia|SB Solomon Islands|SC Seychelles|SD Sudan|SG Singapore|\
    SH Saint Helena|SI Slovenia|SJ Svalbard and Jan Mayen|SJ Svalbard|SK Slovakia|\
    SL Sierra Leone|SM San Marino|SN Senegal|SO Somalia|SR Suriname|SS South Sudan|\
    ST Sao Tome and Principe|SV El Salvador|SX Sint Maarten|SY Syria|SZ Eswatini|SZ Swaziland|\
    TC Turks and Caicos Islands|TD Chad|TF French Southern Territories|TG Togo|TH Thailand|\
    TJ Tajikistan|TK Tokelau|TL Timor-Leste|TM Turkmenistan|TN Tunisia|TO Tonga|TR Turkey|\
    TR Türkiye|TT Trinidad and Tobago|TV Tuvalu|TW Taiwan|TZ Tanzania|UA Ukraine|UG Uganda|\
    UM US Minor Outlying Islands|UY Uruguay|UZ Uzbekistan|VA Vatican City|\
    VA Vatican City State|VC Saint Vincent and the Grenadines|VE Venezuela|\
    VG British Virgin Islands|VI Virgin Islands (U.S.)|VI US Virgin Islands|VN Vietnam|\
    VU Vanuatu|WF Wallis and Futuna|WS Samoa|WS Western Samoa|XK Kosovo|YE Yemen|YT Mayotte|\
    ZA South Africa|ZM Zambia|ZW Zimbabwe";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_told_by_code_and_by_name() {
        for (text, expected) in [
            ("us", Some("US")),
            ("United States", Some("US")),
            ("united kingdom ", Some("GB")),
            ("Croatia, Republic of", Some("HR")),
            ("Puerto Rico", Some("PR")),
            ("Türkiye", Some("TR")),
            ("XX", None),
            ("Atlantis", None),
            ("", None),
            ("--", None),
        ] {
            assert_eq!(code(text), expected, "{text:?}");
        }
    }

    #[test]
    fn the_list_is_whole_and_well_formed() {
        let mut codes: Vec<&str> = entries().map(|(code, _)| code).collect();
        assert!(codes.iter().all(|code| decode::country(code).as_deref() == Some(*code)));
        codes.sort_unstable();
        codes.dedup();
        // All of ISO 3166-1, and Kosovo, which is in use.
        assert_eq!(codes.len(), 250);
    }

    #[test]
    fn prices_include_tax_in_europe_and_not_in_north_america() {
        let includes = |code| prices_include_tax(Currency::parse(code).unwrap());
        assert!(includes("EUR") && includes("GBP") && includes("AUD"));
        assert!(!includes("USD") && !includes("CAD"));
    }
}
