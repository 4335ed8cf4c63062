//! Parquet for pandas, Polars and DuckDB: one file, a type a column, and what JSON tells beside the rows as key-value metadata.
//!
//! Every column may be null. A time is a timestamp in microseconds UTC, a duration a double of seconds, a path a list of text: an AS
//! number each, a set of several as `{65001,65002}`, so that the elements joined by spaces are what CSV has.

use std::io::{self, Write};
use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::parser::parse_message_type;

use super::{Style, Writer, json};
use crate::report::sheet::{Cell, Column, Kind, Sheet};
use crate::report::text;

/// The format.
pub struct Parquet;

/// Rows that a reader can take at a time, and that are kept at a time.
const ROWS_A_GROUP: usize = 128 * 1024;

impl Writer for Parquet {
    fn write(&self, sheet: &Sheet<'_>, out: &mut dyn Write, _: &Style) -> io::Result<()> {
        let mut file = File::new(sheet).map_err(io::Error::other)?;
        let mut rows: Vec<Vec<Cell>> = Vec::new();
        sheet.rows.walk(&mut |row| {
            rows.push(row);
            if rows.len() == ROWS_A_GROUP { file.write_group(&std::mem::take(&mut rows), out) } else { Ok(()) }
        })?;
        if !rows.is_empty() {
            file.write_group(&rows, out)?;
        }
        out.write_all(&file.to.into_inner().map_err(io::Error::other)?)
    }
}

/// A file that is being written.
struct File<'s> {
    columns: &'s [Column],
    /// The library wants a sink that can move to another thread, which ours may not: it takes what has gathered here.
    to: SerializedFileWriter<Vec<u8>>,
}

impl<'s> File<'s> {
    fn new(sheet: &'s Sheet<'_>) -> Result<Self, ParquetError> {
        let schema = Arc::new(parse_message_type(&schema(&sheet.columns))?);
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by(format!("uplinks version {}", env!("CARGO_PKG_VERSION")))
            .set_key_value_metadata(Some(metadata(sheet)))
            .build();
        let to = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties))?;
        Ok(File { columns: &sheet.columns, to })
    }

    fn write_group(&mut self, rows: &[Vec<Cell>], out: &mut dyn Write) -> io::Result<()> {
        self.encode(rows).map_err(io::Error::other)?;
        self.to.flush()?;
        out.write_all(&std::mem::take(self.to.inner_mut()))
    }

    fn encode(&mut self, rows: &[Vec<Cell>]) -> Result<(), ParquetError> {
        let mut group = self.to.next_row_group()?;
        for (at, column) in self.columns.iter().enumerate() {
            let Some(mut writer) = group.next_column()? else { break };
            write_column(&mut writer, column.kind, rows.iter().map(|row| row.get(at).unwrap_or(&Cell::Empty)))?;
            writer.close()?;
        }
        group.close().map(|_| ())
    }
}

/// The schema in the language of the format's own documents.
fn schema(columns: &[Column]) -> String {
    let field = |column: &Column| {
        // The language has no word with spaces.
        let name = column.name.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
        match column.kind {
            Kind::Text => format!("optional binary {name} (STRING);"),
            Kind::Int => format!("optional int64 {name};"),
            Kind::Real | Kind::Duration => format!("optional double {name};"),
            Kind::Time => format!("optional int64 {name} (TIMESTAMP(MICROS,true));"),
            Kind::Path => {
                format!("optional group {name} (LIST) {{ repeated group list {{ required binary element (STRING); }} }}")
            }
        }
    };
    let fields: Vec<String> = columns.iter().map(field).collect();
    format!("message uplinks {{ {} }}", fields.join(" "))
}

/// What the JSON format has beside its rows, under the same names.
fn metadata(sheet: &Sheet<'_>) -> Vec<KeyValue> {
    let json = |value: serde_json::Value| value.to_string();
    vec![
        KeyValue::new("schema".to_owned(), json::schema(sheet)),
        KeyValue::new("version".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
        KeyValue::new("summary".to_owned(), json(sheet.summary.clone().into())),
        KeyValue::new("caveats".to_owned(), json(sheet.caveats.clone().into())),
        KeyValue::new("facts".to_owned(), json(sheet.facts.clone().into())),
    ]
}

fn write_column<'a>(
    writer: &mut SerializedColumnWriter,
    kind: Kind,
    cells: impl Iterator<Item = &'a Cell>,
) -> Result<(), ParquetError> {
    match kind {
        Kind::Text => write_values::<ByteArrayType>(writer, cells.map(as_text)),
        Kind::Int => write_values::<Int64Type>(writer, cells.map(as_int)),
        Kind::Time => write_values::<Int64Type>(writer, cells.map(as_micros)),
        Kind::Real | Kind::Duration => write_values::<DoubleType>(writer, cells.map(as_real)),
        Kind::Path => write_lists(writer, cells),
    }
}

/// A null has definition level 0, a value 1.
fn write_values<T: DataType>(
    writer: &mut SerializedColumnWriter,
    cells: impl Iterator<Item = Option<T::T>>,
) -> Result<(), ParquetError> {
    let (mut values, mut defined) = (Vec::new(), Vec::new());
    for cell in cells {
        defined.push(i16::from(cell.is_some()));
        values.extend(cell);
    }
    writer.typed::<T>().write_batch(&values, Some(&defined), None).map(|_| ())
}

/// No list has definition level 0, an empty one 1, an element 2; the elements after a list's first repeat at level 1.
fn write_lists<'a>(writer: &mut SerializedColumnWriter, cells: impl Iterator<Item = &'a Cell>) -> Result<(), ParquetError> {
    let (mut values, mut defined, mut repeated) = (Vec::new(), Vec::new(), Vec::new());
    for cell in cells {
        let Cell::Path(path) = cell else {
            defined.push(0);
            repeated.push(0);
            continue;
        };
        let before = values.len();
        for element in path.split_ascii_whitespace() {
            repeated.push(i16::from(values.len() > before));
            defined.push(2);
            values.push(ByteArray::from(element));
        }
        if values.len() == before {
            defined.push(1);
            repeated.push(0);
        }
    }
    writer.typed::<ByteArrayType>().write_batch(&values, Some(&defined), Some(&repeated)).map(|_| ())
}

/// Text columns hold AS numbers too, where a word may stand in a number's place.
fn as_text(cell: &Cell) -> Option<ByteArray> {
    (*cell != Cell::Empty).then(|| ByteArray::from(text::cell(cell).as_ref()))
}

fn as_int(cell: &Cell) -> Option<i64> {
    if let Cell::Int(number) = cell { Some(*number) } else { None }
}

fn as_micros(cell: &Cell) -> Option<i64> {
    if let Cell::Time(time) = cell { Some(time.micros()) } else { None }
}

fn as_real(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Real(number) => Some(*number),
        Cell::Duration(micros, _) => Some(*micros as f64 / 1e6),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use parquet::file::metadata::RowGroupMetaData;
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::Field;

    use super::*;
    use crate::model::Time;
    use crate::report::Walk;
    use crate::report::sheet::Digits;

    fn encoded(sheet: &Sheet<'_>) -> Vec<u8> {
        let mut bytes = Vec::new();
        Parquet.write(sheet, &mut bytes, &Style::default()).expect("a vector takes all");
        bytes
    }

    fn sheet() -> Sheet<'static> {
        let kinds = [Kind::Text, Kind::Int, Kind::Real, Kind::Time, Kind::Duration, Kind::Path];
        let names = ["prefix", "peers", "share", "time", "duration_s", "as_path"];
        let full = vec![
            Cell::Int(4837),
            Cell::Int(-2),
            Cell::Real(0.5),
            Cell::Time(Time::from_micros(1_445_565_708_372_152)),
            Cell::Duration(1_500_000, Digits::Micros),
            Cell::Path("20485 131279 {65001,65002}".to_owned()),
        ];
        let empty_path =
            vec![Cell::Text("=x".to_owned()), Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty, Cell::Path(String::new())];
        Sheet {
            name: "timeline",
            columns: names.into_iter().zip(kinds).map(|(name, kind)| Column { name: name.into(), kind }).collect(),
            rows: vec![full, empty_path, vec![Cell::Empty; 6]].into(),
            ..Sheet::default()
        }
    }

    #[test]
    fn what_is_written_reads_back_with_its_types() {
        let bytes = encoded(&sheet());
        let reader = SerializedFileReader::new(bytes::Bytes::from(bytes)).expect("a reader");
        let kept = reader.metadata().file_metadata().key_value_metadata().expect("metadata");
        assert_eq!(kept[0].value.as_deref(), Some("uplinks/timeline/1"));
        let rows: Vec<String> = reader
            .get_row_iter(None)
            .expect("rows")
            .map(|row| {
                let row = row.expect("a row");
                row.get_column_iter().map(|(_, field)| shown(field)).collect::<Vec<_>>().join(" | ")
            })
            .collect();
        let first =
            r#"text 4837 | int -2 | real 0.5 | micros 1445565708372152 | real 1.5 | list ["20485", "131279", "{65001,65002}"]"#;
        assert_eq!(rows, [first, "text =x | null | null | null | null | list []", "null | null | null | null | null | null"]);
    }

    fn shown(field: &Field) -> String {
        match field {
            Field::Str(text) => format!("text {text}"),
            Field::Long(number) => format!("int {number}"),
            Field::Double(number) => format!("real {number}"),
            Field::TimestampMicros(micros) => format!("micros {micros}"),
            Field::ListInternal(list) => {
                let text = |f: &Field| if let Field::Str(text) = f { text.clone() } else { format!("{f:?}") };
                format!("list {:?}", list.elements().iter().map(text).collect::<Vec<_>>())
            }
            Field::Null => "null".to_owned(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn no_rows_are_a_file_too() {
        let bytes = encoded(&Sheet { rows: Walk::default(), ..sheet() });
        let reader = SerializedFileReader::new(bytes::Bytes::from(bytes)).expect("a reader");
        assert_eq!(reader.metadata().file_metadata().num_rows(), 0);
    }

    #[test]
    fn many_rows_are_several_groups() {
        let one = |_| vec![Cell::Text("x".to_owned()); 6];
        let rows = Walk::new(move |to| (0..=ROWS_A_GROUP).try_for_each(|at| to(one(at))));
        let bytes = encoded(&Sheet { rows, ..sheet() });
        let reader = SerializedFileReader::new(bytes::Bytes::from(bytes)).expect("a reader");
        let groups: Vec<i64> = reader.metadata().row_groups().iter().map(RowGroupMetaData::num_rows).collect();
        assert_eq!(groups, [128 * 1024, 1]);
    }
}
