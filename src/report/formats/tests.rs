//! Every format against text that wants to be more than text.

use std::io;

use super::*;
use crate::model::Time;
use crate::report::sheet::{Align, Cell, Column, Digits, Group, Heading, Kind, Room, View};

fn hostile() -> Sheet<'static> {
    let name = "<script>alert(1)</script>";
    let cells = |prefix: &str, name: &str, path: &str| {
        let duration = Cell::Duration(1_500_000, Digits::Micros);
        let (prefix, name, path) = (Cell::Text(prefix.into()), Cell::Text(name.into()), Cell::Path(path.into()));
        vec![prefix, name, Cell::Time(Time::from_secs(0)), duration, path, Cell::Empty]
    };
    let column = |(name, kind): (&'static str, Kind)| Column { name: name.into(), kind };
    Sheet {
        name: "odd",
        columns: [
            ("prefix", Kind::Text),
            ("name", Kind::Text),
            ("time", Kind::Time),
            ("duration_s", Kind::Duration),
            ("as_path", Kind::Path),
            ("nothing", Kind::Real),
        ]
        .map(column)
        .to_vec(),
        rows: vec![
            cells("=cmd|'/c calc'!A1", name, "1 {2,3}"),
            cells("@a,\"b\"", "\u{1b}]0;owned\u{7}", "+1"),
            cells("-x\r\ny", "\t\u{202e}evil", ""),
        ]
        .into(),
        summary: vec!["Target \u{1b}[31mred".to_owned()],
        caveats: vec!["Missing: a\nb".to_owned()],
        ..Sheet::default()
    }
}

fn text(sheet: &Sheet<'_>, format: Format, style: &Style) -> String {
    let mut bytes = Vec::new();
    write(sheet, format, &mut bytes, style).expect("a vector takes all");
    String::from_utf8(bytes).expect("text")
}

fn plain(format: Format) -> String {
    text(&hostile(), format, &Style::default())
}

#[test]
fn csv_quotes_and_defuses_formulas() {
    let expected = [
        "prefix,name,time,duration_s,as_path,nothing\n",
        "'=cmd|'/c calc'!A1,<script>alert(1)</script>,1970-01-01T00:00:00Z,1.500000,\"1 {2,3}\",\n",
        "\"'@a,\"\"b\"\"\",\\u{1b}]0;owned\\u{7},1970-01-01T00:00:00Z,1.500000,'+1,\n",
        "'-x\\u{d}\\u{a}y,\\u{9}\\u{202e}evil,1970-01-01T00:00:00Z,1.500000,,\n",
    ];
    assert_eq!(plain(Format::Csv), expected.concat());
}

#[test]
fn json_escapes_and_keeps_numbers() {
    let expected = [
        r#"{"prefix":"=cmd|'/c calc'!A1","name":"<script>alert(1)</script>","time":"1970-01-01T00:00:00Z","duration_s":1.500000,"as_path":"1 {2,3}","nothing":null}"#,
        r#"{"prefix":"@a,\"b\"","name":"\u001b]0;owned\u0007","time":"1970-01-01T00:00:00Z","duration_s":1.500000,"as_path":"+1","nothing":null}"#,
    ];
    let lines = plain(Format::Jsonl);
    assert_eq!(lines.lines().take(2).collect::<Vec<_>>(), expected);
    let whole: serde_json::Value = serde_json::from_str(&plain(Format::Json)).expect("JSON");
    assert_eq!(whole["schema"], "uplinks/odd/1");
    for (at, line) in lines.lines().enumerate() {
        assert_eq!(whole["rows"][at], serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
    }
    assert_eq!(whole["rows"][2]["prefix"], "-x\r\ny");
}

#[test]
fn tables_let_no_control_character_through() {
    let table = plain(Format::Table);
    assert!(table.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202e}'), "{table:?}");
    for shown in ["Target \\u{1b}[31mred", "\\u{1b}]0;owned\\u{7}", "-x\\u{d}\\u{a}y", "- Missing: a\\u{a}b", "<script>"] {
        assert!(table.contains(shown), "{shown} in {table}");
    }
}

#[test]
fn tables_keep_to_their_width_and_colour_headings_only() {
    let heading = |name: &'static str, room| Heading { name: name.into(), align: Align::Left, room };
    let row = ["175.45.176.0/24", &"Name ".repeat(30), &vec!["3356"; 40].join(" "), "x"].map(str::to_owned).to_vec();
    let view = move || View {
        columns: vec![
            heading("prefix", Room::Fixed),
            heading("name", Room::CutEnd),
            heading("path", Room::CutStart),
            heading("notes", Room::Fixed),
        ],
        lines: vec![Group { heading: Some("All".to_owned()), rows: vec![row.clone()] }].into(),
        ..View::default()
    };
    let sheet = Sheet { view: Some(Box::new(view)), ..Sheet::default() };
    let table = text(&sheet, Format::Table, &Style { width: 60, ..Style::default() });
    let expected = r"
  prefix           name              path              notes
All
  175.45.176.0/24  Name Name Name..  ..3356 3356 3356  x
"
    .trim_start_matches('\n');
    assert_eq!(table, expected);
    let coloured = text(&sheet, Format::Table, &Style { width: 60, colour: Colour::Always, ..Style::default() });
    assert_eq!(coloured.replace("\u{1b}[1m", "").replace("\u{1b}[0m", ""), expected);
    assert_eq!(coloured.matches("\u{1b}[1m").count(), 2);
}

#[test]
fn an_empty_result_is_whole_in_every_format() {
    let sheet = Sheet { name: "odd", columns: vec![Column { name: "a".into(), kind: Kind::Text }], ..Sheet::default() };
    let text = |format| text(&sheet, format, &Style::default());
    assert_eq!(text(Format::Csv), "a\n");
    assert_eq!(text(Format::Jsonl), "");
    assert_eq!(text(Format::Table), "a\n(no rows)\n");
    assert!(text(Format::Json).ends_with("\"rows\": []\n}\n"));
}

#[test]
fn a_closed_pipe_stays_a_closed_pipe() {
    struct Closed;
    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    for format in Format::ALL {
        let error = write(&hostile(), *format, &mut Closed, &Style::default()).expect_err("nobody reads");
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe, "{format}");
    }
}

#[test]
fn formats_go_by_their_words() {
    assert!(Format::ALL.iter().all(|f| f.text().parse() == Ok(*f)));
    let error = "xml".parse::<Format>().expect_err("no such format");
    assert_eq!(error.to_string(), "'xml' is no format; the formats are table, csv, json, jsonl, markdown, parquet, xlsx");
}

/// Narrow: whole columns go, the least needed first; wide, on a terminal: a bar shows when a row stood.
#[test]
fn columns_give_way_and_bars_take_what_is_left() {
    let heading = |name: &'static str, room| Heading { name: name.into(), align: Align::Left, room };
    let view = move || View {
        columns: vec![
            heading("who", Room::CutEnd),
            heading("when", Room::Fixed),
            heading("long", Room::Optional(2)),
            heading("peers", Room::Optional(1)),
            heading("bar", Room::Bar),
        ],
        lines: vec![Group {
            heading: None,
            rows: vec![["a".repeat(20), "t".repeat(30), "d".repeat(12), "12/21".to_owned(), "250 500".to_owned()].to_vec()],
        }]
        .into(),
        ..View::default()
    };
    let sheet = Sheet { name: "odd", view: Some(Box::new(view)), ..Sheet::default() };
    let line = |width, bars| {
        let table = text(&sheet, Format::Table, &Style { bars, width, ..Style::default() });
        table.lines().nth(1).expect("a row").to_owned()
    };
    let whole = format!("{}  {}  {}  12/21", "a".repeat(20), "t".repeat(30), "d".repeat(12));
    assert_eq!(line(100, Bars::None), whole);
    assert_eq!(line(100, Bars::Drawn), format!("{whole}  {}{}{}", "·".repeat(6), "█".repeat(7), "·".repeat(12)));
    assert_eq!(line(60, Bars::Drawn), format!("{}  {}  12/21", "a".repeat(20), "t".repeat(30)));
    assert_eq!(line(44, Bars::None), format!("{}..  {}", "a".repeat(10), "t".repeat(30)));
}
