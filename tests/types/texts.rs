//! Texts, and what travels as a text of some form: characters, dates, UUIDs, URLs. The validator checks formats.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use url::Url;
use uuid::Uuid;

use crate::case::TakenBy::{Schema, Serde};
use crate::case::{Case, only, travels};

const LENIENT_DATE: &str = "chrono reads more than RFC 3339 allows";
const FAR_YEAR: &str = "RFC 3339 has years of four digits, and chrono writes what has more in the form of ISO 8601";
const NO_FORMAT: &str = "JSON Schema has no format for a time without a zone";
const LENIENT_UUID: &str = "uuid reads other spellings, and writes the one with hyphens";
const LENIENT_URL: &str = "url reads what browsers read, and mends it";
const UNMENDED_URL: &str = "url leaves as they are some characters that RFC 3986 does not allow in a URI";
const NO_URL: &str = "it is a URI by its grammar, and no URL by the rules of its scheme";

travels! {
    of_strings: String = Case {
        values: vec![
            String::new(),
            "\u{1F980} \"x\" \\ \n \u{0} \u{2028} \u{10FFFF} نص".to_owned(),
            "x".repeat(100_000),
        ],
        taken: &[r#""\ud83e\udd80""#],
        refused: &["1", "null", r#"["a"]"#],
        ..Case::default()
    };
    of_characters: char = Case {
        values: vec!['a', '\u{0}', 'é', '\u{1F980}', '\u{10FFFF}'],
        refused: &[r#""""#, r#""ab""#, "\"e\u{301}\"", "1"],
        ..Case::default()
    };
    of_times: DateTime<Utc> = Case {
        values: vec![
            time("2024-02-29T23:59:59.999999999Z"),
            time("0000-01-01T00:00:00Z"),
            time("2016-12-31T23:59:60Z"),
        ],
        taken: &[r#""2024-02-29T12:00:00+02:00""#, r#""2024-02-29t12:00:00z""#, r#""2024-02-29T12:00:00.5-00:00""#],
        refused: &[
            r#""2023-02-29T00:00:00Z""#,
            r#""2024-02-29T25:00:00Z""#,
            r#""2024-02-29T12:00:00""#,
            r#""2024-02-29""#,
            r#""now""#,
            r#""""#,
            "1709164800",
        ],
        differences: vec![
            only(Serde, r#""2024-02-29 12:00:00Z""#, LENIENT_DATE),
            only(Serde, r#""2024-2-29T12:00:00Z""#, LENIENT_DATE),
            only(Serde, r#""+12345-01-01T00:00:00Z""#, FAR_YEAR),
        ],
    };
    of_far_times: DateTime<Utc> = Case {
        values: vec![DateTime::<Utc>::MAX_UTC],
        refused: &[r#""never""#],
        differences: vec![only(Serde, r#""+262142-12-31T23:59:59.999999999Z""#, FAR_YEAR)],
        ..Case::default()
    };
    of_dates: NaiveDate = Case {
        values: vec![date("2024-02-29"), date("0000-01-01"), date("9999-12-31")],
        refused: &[
            r#""2023-02-29""#,
            r#""2024-13-01""#,
            r#""20240229""#,
            r#""2024-02-29T00:00:00Z""#,
            r#""""#,
            "20240229",
        ],
        differences: vec![only(Serde, r#""2024-2-9""#, LENIENT_DATE), only(Serde, r#""+12345-01-01""#, FAR_YEAR)],
        ..Case::default()
    };
    of_local_times: (NaiveDateTime, NaiveTime) = Case {
        values: vec![(
            date("2024-02-29").and_time(NaiveTime::MIN),
            NaiveTime::from_hms_milli_opt(23, 59, 59, 5).unwrap(),
        )],
        refused: &[r#"[1,"00:00:00"]"#, r#"["2024-02-29T00:00:00"]"#],
        differences: vec![
            only(Schema, r#"["2023-02-29T00:00:00","00:00:00"]"#, NO_FORMAT),
            only(Schema, r#"["2024-02-29T00:00:00","25:00:00"]"#, NO_FORMAT),
        ],
        ..Case::default()
    };
    of_uuids: Uuid = Case {
        values: vec![Uuid::nil(), Uuid::max(), Uuid::from_u128(0x67e5_5044_10b1_426f_9247_bb68_0e5f_e0c8)],
        taken: &[r#""67E55044-10B1-426F-9247-BB680E5FE0C8""#],
        refused: &[r#""67e55044-10b1-426f-9247-bb680e5fe0cg""#, r#""67e55044-10b1-426f-9247""#, r#""""#, "1", "null"],
        differences: vec![
            only(Serde, r#""67e5504410b1426f9247bb680e5fe0c8""#, LENIENT_UUID),
            only(Serde, r#""{67e55044-10b1-426f-9247-bb680e5fe0c8}""#, LENIENT_UUID),
            only(Serde, r#""urn:uuid:67e55044-10b1-426f-9247-bb680e5fe0c8""#, LENIENT_UUID),
        ],
    };
    of_urls: Url = Case {
        values: vec![
            url("https://user@example.org:8443/a%20b?q=1&r=%C3%BC#part"),
            url("https://xn--exmple-cua.org/"),
            url("http://[2001:db8::1]/"),
            url("file:///etc/hosts"),
            url("mailto:ada@example.org"),
        ],
        taken: &[r#""https://example.org""#, r#""http://EXAMPLE.org:80/""#],
        refused: &[r#""example.org""#, r#""/path""#, r#""""#, r#""http://a b/""#, "1", "null"],
        differences: vec![
            only(Serde, r#""https://exämple.org/a b""#, LENIENT_URL),
            only(Serde, r#""http://example.org/a|b""#, UNMENDED_URL),
            only(Schema, r#""http://""#, NO_URL),
            only(Schema, r#""http://example.org:99999/""#, NO_URL),
        ],
    };
    of_urls_that_are_no_uris: Url = Case {
        values: vec![url("http://example.org/a|b")],
        refused: &[r#""http""#],
        differences: vec![only(Serde, r#""http://example.org/a|b""#, UNMENDED_URL)],
        ..Case::default()
    };
}

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn url(text: &str) -> Url {
    text.parse().unwrap()
}
